"""How an analysis grows with the network: ResNet-152 from its file, and chains of up to 99,999 layers.

Run: ``python benchmarks/scale.py [RUNS]``, 9 runs each where nothing is said. Nothing beyond cnnspec is needed; memory is
measured where Python's ``resource`` is, which is not on Windows.

Each file is read every time. The chains are one convolution, repeated: what a layer takes should not depend on how many
there are. The memory is the most that a process of its own held, the interpreter's included.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from timing import machine, medians, milliseconds, table

import cnnspec

RESNET = Path(__file__).resolve().parents[1] / "examples" / "resnet50.yaml"
LAYERS = (1_000, 10_000, 99_999)
CHAIN = """cnnspec: 1
input: [8, 64, 64]
layers:
  - conv2d: {{name: body, out_channels: 8, kernel_size: 3, padding: 1, repeat: {layers}}}
"""
PEAK = """import resource, sys, cnnspec
cnnspec.analyze(sys.argv[1])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024))"""


def networks(folder: Path) -> dict[str, Path]:
    """The files, each by what it holds: ResNet-152 as its example says, and the chains."""
    resnet = RESNET.read_text(encoding="utf-8").replace("stages: [3, 4, 6, 3],", "stages: [3, 8, 36, 3],")
    texts = {"ResNet-152": "".join(line for line in resnet.splitlines(keepends=True) if not line.startswith("expect:"))}
    texts |= {f"a chain of {layers:,}": CHAIN.format(layers=layers) for layers in LAYERS}
    paths = {name: folder / f"{number}.yaml" for number, name in enumerate(texts)}
    for name, path in paths.items():
        path.write_text(texts[name], encoding="utf-8")
    return paths


def layers(path: Path) -> int:
    """How many layers the network has. Raises SystemExit where anything is wrong with it."""
    result = cnnspec.analyze(path)
    if result.has_errors or result.totals.params is None:
        raise SystemExit(f"{path} has errors: {[finding.message for finding in result.findings]}")
    return result.totals.layers


def peak(path: Path) -> str:
    """The most memory that a process held which analyses the file."""
    done = subprocess.run([sys.executable, "-c", PEAK, str(path)], capture_output=True, text=True, check=True)
    return f"{int(done.stdout) / 2**20:,.0f} MiB"


def main() -> None:
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    print(machine("pyyaml"))
    with tempfile.TemporaryDirectory() as folder:
        paths = networks(Path(folder))
        peaks = [peak(path) for path in paths.values()]  # first: a process begins with what the one that starts it held
        counts = [layers(path) for path in paths.values()]
        # One network after the other: what a chain of 99,999 leaves in the processor's caches is no cost of ResNet's.
        taken = [medians([lambda path=path: cnnspec.analyze(path)], times)[0] for path in paths.values()]
        rows = [
            [name, f"{count:,}", milliseconds(seconds), f"{seconds / count * 1e6:.1f} µs", memory]
            for name, count, seconds, memory in zip(paths, counts, taken, peaks, strict=True)
        ]
        print(table(["network", "layers", f"median of {times}", "a layer", "memory"], rows))


if __name__ == "__main__":
    main()
