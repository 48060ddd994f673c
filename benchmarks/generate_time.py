"""How long it takes to write ResNet-152 as PyTorch code.

Run from anywhere: ``python benchmarks/generate_time.py [RUNS]``, 9 runs each where nothing is said. Nothing beyond cnnspec is
needed: torch is not. The spec is read from its file every time, and rules are asked, as code is written only of networks
without errors; what ``analyze`` takes by itself, which asks every rule and not only those that find errors, is the first row.
The processor's time is taken, user and system, which other work on the machine hardly lengthens. The target is 50 ms.
"""

from __future__ import annotations

import sys
from pathlib import Path
from time import process_time

from timing import machine, medians, milliseconds, table

import cnnspec

RESNET = Path(__file__).resolve().parents[1] / "examples" / "resnet50.yaml"
STAGES = {"stages": [3, 8, 36, 3]}


def main() -> None:
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    print(machine("pyyaml"))
    result = cnnspec.analyze(RESNET, vars=STAGES)
    lines = len(cnnspec.generate(RESNET, vars=STAGES).splitlines())
    print(f"\nResNet-152: {result.totals.layers:,} layers, {lines} lines of code\n")
    runs = {
        "cnnspec.analyze": lambda: cnnspec.analyze(RESNET, vars=STAGES),
        "cnnspec.generate": lambda: cnnspec.generate(RESNET, vars=STAGES),
    }
    taken = medians(list(runs.values()), times, process_time)
    print(table(["ResNet-152", f"median of {times}"], [[name, milliseconds(s)] for name, s in zip(runs, taken, strict=True)]))


if __name__ == "__main__":
    main()
