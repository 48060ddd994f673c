"""How long an analysis takes, beside torchinfo and fvcore on the same network.

Run: ``python benchmarks/analyze_time.py [RUNS]``, 9 runs each where nothing is said; needs cnnspec's ``bench`` extra.

cnnspec reads the spec from its file every time. The others are given a module that stands in memory already, for
torchinfo also one on PyTorch's meta device, which computes shapes only (fvcore's tracing does not run there); what
building the module takes is a row of its own. Params and multiply-accumulates are compared first: a time counts only
for the same network.
"""

from __future__ import annotations

import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path

import torch
import torchinfo
from fvcore.nn import FlopCountAnalysis, parameter_count
from networks import ALEXNET, LENET, VGG16, Network
from timing import machine, medians, milliseconds, table
from torch import nn

import cnnspec


def by_torchinfo(module: nn.Module, network: Network, device: str = "cpu") -> torchinfo.ModelStatistics:
    return torchinfo.summary(module, (1, *network.input), device=device, verbose=0)


def by_fvcore(module: nn.Module, network: Network) -> FlopCountAnalysis:
    counted = FlopCountAnalysis(module, torch.zeros(1, *network.input))
    counted.unsupported_ops_warnings(False).uncalled_modules_warnings(False)
    counted.total()
    return counted


def agree(result: cnnspec.Result, module: nn.Module, network: Network) -> str:
    """The figures of all three. Raises SystemExit where they are not the same."""
    params, macs = result.totals.params, result.totals.macs
    biases = sum(layer.activations for layer in result if layer.options.get("bias"))
    info, fvcore = by_torchinfo(module, network), by_fvcore(module, network).by_operator()
    if not params == info.total_params == parameter_count(module)[""]:
        raise SystemExit(f"{network.name}: params differ: {params}, {info.total_params}, {parameter_count(module)['']}")
    # torchinfo counts a bias as one more multiply-accumulate of each output.
    if not macs == info.total_mult_adds - biases == fvcore["conv"] + fvcore["linear"]:
        raise SystemExit(f"{network.name}: macs differ: {macs}, {info.total_mult_adds} - {biases}, {dict(fvcore)}")
    return f"{network.name}: all three count {params:,} params and {macs:,} macs"


def measure(network: Network, path: Path, times: int) -> list[list[str]]:
    """A row for each way to the figures: its median and how many times cnnspec's it is."""
    module = network.module()
    with torch.device("meta"):
        shapes_only = network.module()
    ways: dict[str, Callable[[], object]] = {
        "cnnspec.analyze, from the file": lambda: cnnspec.analyze(path),
        "torchinfo.summary": lambda: by_torchinfo(module, network),
        "torchinfo.summary, meta device": lambda: by_torchinfo(shapes_only, network, "meta"),
        "fvcore FlopCountAnalysis": lambda: by_fvcore(module, network),
        "building the module": network.module,
    }
    taken = medians(list(ways.values()), times)
    return [[way, milliseconds(seconds), f"{seconds / taken[0]:,.1f}"] for way, seconds in zip(ways, taken, strict=True)]


def main() -> None:
    warnings.filterwarnings("ignore")
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    print(machine("torch", "torchinfo", "fvcore"))
    with tempfile.TemporaryDirectory() as folder, torch.no_grad():
        for network in (LENET, ALEXNET, VGG16):
            path = Path(folder, f"{network.name}.yaml")
            path.write_text(network.spec(), encoding="utf-8")
            print(f"\n{agree(cnnspec.analyze(path), network.module(), network)}\n")
            print(table([network.name, f"median of {times}", "times cnnspec"], measure(network, path, times)))


if __name__ == "__main__":
    main()
