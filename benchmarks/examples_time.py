"""How long it takes to analyse every example, one after the other in one process.

Run from anywhere: ``python benchmarks/examples_time.py [RUNS]``, 9 runs each where nothing is said. Nothing beyond cnnspec
is needed. Each file is read every time, and every rule is asked. The processor's time is taken, user and system, which other
work on the machine hardly lengthens. The last row is all of them together: the target is one second.
"""

from __future__ import annotations

import sys
from pathlib import Path
from time import process_time

from timing import machine, medians, milliseconds, table

import cnnspec

EXAMPLES = sorted((Path(__file__).resolve().parents[1] / "examples").glob("*.yaml"))


def layers(path: Path) -> int:
    """How many layers the network has. Raises SystemExit where anything is wrong with it."""
    result = cnnspec.analyze(path)
    if result.has_errors:
        raise SystemExit(f"{path} has errors: {[finding.message for finding in result.findings]}")
    return result.totals.layers


def main() -> None:
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    print(machine("pyyaml"))
    counts = [layers(path) for path in EXAMPLES]
    runs = [lambda path=path: cnnspec.analyze(path) for path in EXAMPLES]
    *single, together = medians([*runs, lambda: [run() for run in runs]], times, process_time)
    rows = [
        [path.stem, f"{count:,}", milliseconds(seconds)] for path, count, seconds in zip(EXAMPLES, counts, single, strict=True)
    ]
    print(table(["example", "layers", f"median of {times}"], [*rows, ["all", f"{sum(counts):,}", milliseconds(together)]]))


if __name__ == "__main__":
    main()
