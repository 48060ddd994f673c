"""How long a file of 5,000 lines takes: read, checked, and analysed, in block and in flow style.

Run: ``python benchmarks/reader_time.py [RUNS]``, 9 runs each where nothing is said. Nothing beyond cnnspec is needed.
PyYAML's C loader stands beside it; it gives plain values, without the place of each.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import yaml
from timing import machine, medians, milliseconds, table

import cnnspec
from cnnspec.language.reader import read

LINES = 5_000
HEAD = ["cnnspec: 1", "input: [8, 64, 64]", "layers:"]

FLOW = [
    "  - conv2d: {out_channels: 8, kernel_size: 3, padding: 1, bias: false, expect: {output_shape: [8, 64, 64]}}",
    "  - batch_norm2d",
    "  - relu",
]
BLOCK = [
    "  - conv2d:",
    "      out_channels: 8",
    "      kernel_size: 3",
    "      padding: 1",
    "      bias: false",
    "  - batch_norm2d:",
    "      eps: 0.001",
    "  - relu",
]


def text(pattern: list[str]) -> str:
    """A spec of 5,000 lines, whole entries."""
    copies = (LINES - len(HEAD)) // len(pattern)
    relus = ["  - relu"] * ((LINES - len(HEAD)) % len(pattern))
    return "\n".join([*HEAD, *(pattern * copies), *relus]) + "\n"


def measure(spec: str, path: Path, times: int) -> list[list[str]]:
    """A row for each step, each from the text or the file to its end."""
    steps = {
        "yaml.load, CSafeLoader": lambda: yaml.load(spec, yaml.CSafeLoader),
        "read: nodes with places": lambda: read(spec),
        "cnnspec.load: and checked": lambda: cnnspec.load(path),
        "cnnspec.analyze: and analysed": lambda: cnnspec.analyze(path),
    }
    taken = medians(list(steps.values()), times)
    return [[step, milliseconds(seconds)] for step, seconds in zip(steps, taken, strict=True)]


def main() -> None:
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    print(machine("pyyaml"))
    with tempfile.TemporaryDirectory() as folder:
        for style, pattern in (("block", BLOCK), ("flow", FLOW)):
            spec = text(pattern)
            path = Path(folder, f"{style}.yaml")
            path.write_text(spec, encoding="utf-8")
            result = cnnspec.analyze(path)
            if result.has_errors:
                raise SystemExit(f"the {style} file has errors: {result.findings[0].message}")
            lines, layers = spec.count("\n"), result.totals.layers
            print(f"\n{style} style: {lines:,} lines, {layers:,} layers, {len(spec):,} bytes\n")
            print(table([f"{style} style", f"median of {times}"], measure(spec, path, times)))


if __name__ == "__main__":
    main()
