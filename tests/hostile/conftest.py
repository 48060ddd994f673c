"""``check`` runs the command on a file that means no good, and holds every run to the same promises."""

import os
import re
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

import cnnspec

BOUNDED = Path(__file__).with_name("bounded.py")
ROOT = Path(cnnspec.__file__).parents[1]
TIMEOUT = 60
"""Seconds; what takes one second passes on a machine sixty times as slow, what hangs does not."""
MOST_MIB = 200

FINDING = re.compile(
    r"^(?P<file>.*?):(?P<place>[0-9]+:[0-9]+): (?P<code>CNN[0-9]{3}) (?P<severity>\w+): (?P<message>.*)$", re.MULTILINE
)
UNSAFE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\u200e\u200f\ufeff]")
"""What a terminal or a log acts on in place of showing it."""


@dataclass(frozen=True)
class Outcome:
    """What one run said and took."""

    code: int
    stdout: str
    stderr: str
    file: str
    mib: float

    @property
    def findings(self) -> list[str]:
        """Each finding as ``line:column code message``."""
        return [f"{found['place']} {found['code']} {found['message']}" for found in FINDING.finditer(self.stdout)]

    @property
    def frames(self) -> list[str]:
        """The lines that show the file, two for each finding that has a frame."""
        return [line for line in self.stdout.split("\n") if line.startswith("  ")]


@pytest.fixture
def check(tmp_path):
    """Run ``cnnspec check`` on a text, on bytes or on a path; ``code`` is the exit code that it must have."""

    def check(spec, code=1, stdin=subprocess.DEVNULL, name="spec.yaml"):
        path = spec
        if isinstance(spec, str | bytes):
            path = tmp_path / name
            path.write_bytes(spec.encode() if isinstance(spec, str) else spec)
        outcome = run(tmp_path, str(path), stdin)
        assert outcome.code == code, outcome.stdout[-2000:] + outcome.stderr[-2000:]
        assert "Traceback" not in outcome.stdout + outcome.stderr
        assert "internal error" not in outcome.stdout + outcome.stderr
        assert UNSAFE.search(outcome.stdout + outcome.stderr) is None
        assert outcome.mib < MOST_MIB
        if code == 1:
            places = {found["file"] for found in FINDING.finditer(outcome.stdout)}
            assert places == {str(path) if str(path) != "-" else "<stdin>"}
        return outcome

    return check


def run(folder: Path, argument: str, stdin) -> Outcome:
    """One run of the command, in a session of its own so that all of it can be ended when it hangs."""
    report = folder / "peak"
    command = [sys.executable, "-S", str(BOUNDED), str(report), sys.executable, "-m", "cnnspec", "check", argument]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    process = subprocess.Popen(
        command,
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        start_new_session=True,
    )
    try:
        stdout, stderr = process.communicate(timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        pytest.fail(f"no answer in {TIMEOUT} s")
    return Outcome(process.returncode, stdout.decode(), stderr.decode(), argument, int(report.read_text()) / 1024)
