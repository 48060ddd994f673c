"""How long the command line takes as a whole process, beside an interpreter that does nothing.

Run from anywhere: ``python benchmarks/cold_start.py [RUNS]``, 25 runs each where nothing is said. Nothing beyond
cnnspec itself is needed. Bytecode is cached, as it is from the second start on of any installed program.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from timing import machine, medians, milliseconds, table

ROOT = Path(__file__).resolve().parents[1]
LENET = str(ROOT / "examples" / "lenet.yaml")

COMMANDS = {
    "python -c pass": ["-c", "pass"],
    "import cnnspec": ["-c", "import cnnspec"],
    "cnnspec --version": ["-m", "cnnspec", "--version"],
    "cnnspec check examples/lenet.yaml": ["-m", "cnnspec", "check", LENET],
    "cnnspec summary examples/lenet.yaml": ["-m", "cnnspec", "summary", LENET],
    "cnnspec examples": ["-m", "cnnspec", "examples"],
}


def start(arguments: list[str]) -> None:
    """One process, from its start to its end."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
    )


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 25
    taken = medians([lambda arguments=arguments: start(arguments) for arguments in COMMANDS.values()], runs)
    rows = [
        [name, milliseconds(seconds), milliseconds(seconds - taken[0])] for name, seconds in zip(COMMANDS, taken, strict=True)
    ]
    print(machine())
    print(table(["process", f"median of {runs}", "over bare"], rows))


if __name__ == "__main__":
    main()
