"""The small examples, built in PyTorch from their results: parameters, shapes and multiply-accumulates are PyTorch's."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn import functional
from torch.utils.flop_counter import FlopCounterMode

import cnnspec
from cnnspec.analysis.analysis import Layer

EXAMPLES = Path(__file__).parents[2] / "examples"
SMALL = [EXAMPLES / "lenet.yaml", *sorted(EXAMPLES.glob("slides_*.yaml"))]

# PyTorch has no symmetric padding. Here only shapes are compared, and those no mode changes.
MODES = {"zeros": "constant", "symmetric": "replicate"}


class Pad(nn.Module):
    def __init__(self, rows, mode: str) -> None:
        super().__init__()
        self.amounts = [amount for pair in reversed(rows) for amount in pair]
        self.mode = MODES.get(mode, mode)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return functional.pad(x, self.amounts, self.mode)


def conv2d(in_channels: int, options: dict) -> nn.Module:
    options = dict(options)
    pad = Pad(options.pop("padding"), options.pop("padding_mode"))
    return nn.Sequential(pad, nn.Conv2d(in_channels, **options))


BUILD = {
    "conv2d": lambda shape, options: conv2d(shape[0], options),
    "linear": lambda shape, options: nn.Linear(shape[-1], **options),
    "pad": lambda shape, options: Pad(options["padding"], options["mode"]),
    "max_pool2d": lambda shape, options: nn.MaxPool2d(options["kernel_size"], options["stride"]),
    "avg_pool2d": lambda shape, options: nn.AvgPool2d(options["kernel_size"], options["stride"]),
    "flatten": lambda shape, options: nn.Flatten(),
    "relu": lambda shape, options: nn.ReLU(),
    "tanh": lambda shape, options: nn.Tanh(),
}


def build(layer: Layer) -> nn.Module:
    """The layer in PyTorch, without memory for its weights."""
    with torch.device("meta"):
        return BUILD[layer.type](layer.input_shapes[0], layer.options)


@pytest.mark.parametrize("path", SMALL, ids=lambda path: path.stem)
def test_pytorch_builds_the_same_network(path):
    result = cnnspec.analyze(path)
    values = {name: torch.empty(1, *shape, device="meta") for name, shape in result.graph.inputs.items()}
    for layer in result:
        module = build(layer)
        with FlopCounterMode(display=False) as counter:
            values[layer.name] = module(values[layer.node.inputs[0]])
        assert tuple(values[layer.name].shape[1:]) == layer.output_shape, layer.name
        assert sum(weight.numel() for weight in module.parameters()) == layer.params, layer.name
        assert counter.get_total_flops() == 2 * layer.macs, layer.name


def test_dense_is_a_linear_layer_between_the_same_activations():
    conv = cnnspec.analyze(EXAMPLES / "slides_unshared.yaml")["conv1"]
    dense = nn.Linear(28 * 28, conv.activations, device="meta")
    assert sum(weight.numel() for weight in dense.parameters()) == conv.dense_params
