"""How long ``cnnspec check`` takes as a whole process: LeNet-5 alone, and a folder of 200 specs.

Run from anywhere: ``python benchmarks/check_time.py [RUNS]``, 9 runs each where nothing is said. Nothing beyond cnnspec
itself is needed. The specs are the examples, copied in turn. Beside the time on the clock stands that of the processor: what
the clock would show if nothing else ran.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from itertools import cycle, islice
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median

from timing import clock, machine, milliseconds, table

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = sorted((ROOT / "examples").glob("*.yaml"))
SPECS = 200


def fill(folder: Path) -> None:
    """Write the specs, ten folders of them, each with a name of its own."""
    for number, example in enumerate(islice(cycle(EXAMPLES), SPECS)):
        path = folder / f"team{number % 10}" / f"{example.stem}_{number}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(example.read_bytes())


def start(arguments: list[str], expected: str = "") -> None:
    """One process, from its start to its end; it must say what is ``expected``."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    if expected not in done.stderr:
        raise SystemExit(f"{arguments} said {done.stderr!r}, and not {expected!r}")


def cost(run: Callable[[], object]) -> tuple[float, float]:
    """Seconds on the clock, and of the processor, that one run takes."""
    before = getrusage(RUSAGE_CHILDREN)
    seconds = clock(run)
    after = getrusage(RUSAGE_CHILDREN)
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def medians(runs: Sequence[Callable[[], object]], times: int) -> list[tuple[float, ...]]:
    """The medians of each run's costs; the runs take turns."""
    for run in runs:
        run()
    rounds = [[cost(run) for run in runs] for _ in range(times)]
    return [tuple(median(costs) for costs in zip(*taken, strict=True)) for taken in zip(*rounds, strict=True)]


def main() -> None:
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    check = ["-m", "cnnspec", "check", "--exit-zero", "--isolated"]
    with tempfile.TemporaryDirectory() as folder:
        fill(Path(folder))
        runs = {
            "python -c pass": lambda: start(["-c", "pass"]),
            "check examples/lenet.yaml": lambda: start([*check, str(ROOT / "examples" / "lenet.yaml")], " in 1 spec"),
            f"check FOLDER: {SPECS} specs": lambda: start([*check, folder], f" in {SPECS} specs"),
            "the same, --format sarif": lambda: start([*check, "--format", "sarif", folder], f" in {SPECS} specs"),
            "the same, --diff": lambda: start([*check, "--diff", folder]),
        }
        taken = medians(list(runs.values()), times)
    print(machine())
    rows = [[name, *map(milliseconds, costs)] for name, costs in zip(runs, taken, strict=True)]
    print(table(["process", f"median of {times}", "processor"], rows))


if __name__ == "__main__":
    main()
