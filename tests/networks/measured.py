"""What the tests of networks share: our results in the terms of what was measured."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Container, Iterable, Iterator
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import cnnspec
from cnnspec.analysis.analysis import Layer, Scope, Totals

ORACLE = Path(__file__).parents[1] / "oracle"
EXAMPLES = Path(__file__).parents[2] / "examples"

TYPES = {
    "Conv2d": "conv2d",
    "ConvTranspose2d": "conv_transpose2d",
    "Linear": "linear",
    "BatchNorm2d": "batch_norm2d",
    "LayerNorm": "layer_norm",
    "LayerNorm2d": "layer_norm2d",
    "LocalResponseNorm": "local_response_norm",
    "ReLU": "relu",
    "Hardswish": "hardswish",
    "Hardsigmoid": "hardsigmoid",
    "GELU": "gelu",
    "MaxPool2d": "max_pool2d",
    "AvgPool2d": "avg_pool2d",
    "AdaptiveAvgPool2d": "adaptive_avg_pool2d",
    "Dropout": "dropout",
    "StochasticDepth": "stochastic_depth",
    "Permute": "permute",
    "Flatten": "flatten",
    "Crop": "crop",
    "Concat": "concat",
}
"""What torch's classes are called in a spec, and two that it does not have."""

VGG = {11: [1, 1, 2, 2, 2], 13: [2, 2, 2, 2, 2], 16: [2, 2, 3, 3, 3], 19: [2, 2, 4, 4, 4]}
"""Convolutions a stage: configurations A, B, D and E of the paper's table 1."""

MEASURED: dict[str, tuple[str, dict[str, Any]]] = {
    "alexnet": ("alexnet", {}),
    **{f"vgg{depth}": ("vgg", {"stages": stages}) for depth, stages in VGG.items()},
    **{f"vgg{depth}_bn": ("vgg", {"stages": stages, "batch_norm": True}) for depth, stages in VGG.items()},
    "googlenet": ("googlenet", {}),
    "googlenet__noaux": ("googlenet", {"heads": False}),
    "resnet18": ("resnet18", {}),
    "resnet34": ("resnet18", {"stages": [3, 4, 6, 3]}),
    "resnet50": ("resnet50", {}),
    "resnet101": ("resnet50", {"stages": [3, 4, 23, 3]}),
    "resnet152": ("resnet50", {"stages": [3, 8, 36, 3]}),
    "densenet121": ("densenet", {}),
    "densenet161": ("densenet", {"growth": 48, "block_config": [6, 12, 36, 24]}),
    "densenet169": ("densenet", {"block_config": [6, 12, 32, 32]}),
    "densenet201": ("densenet", {"block_config": [6, 12, 48, 32]}),
    "unet": ("unet", {}),
}
"""Of each network that was measured, by the name it has there: the example that it is, and with which vars."""


@cache
def example(name: str) -> cnnspec.Result:
    """The network that was measured under this name, from the examples."""
    spec, variables = MEASURED[name]
    return cnnspec.analyze(EXAMPLES / f"{spec}.yaml", vars=variables)


def leaves_of(name: str) -> list[dict[str, Any]]:
    """Every call of a module that has none inside it, in order, as it was measured."""
    leaves: list[dict[str, Any]] = json.loads((ORACLE / "layers" / f"{name}.json").read_text(encoding="utf-8"))
    return leaves


def called(names: Iterable[str], layers: Container[str]) -> Iterator[str]:
    """Our names of the modules that torchvision calls, in order.

    They are torchvision's, but that a residual block there calls one ``relu`` again and again; ours are ``relu1``,
    ``relu2``, ``relu3``.
    """
    calls: Counter[str] = Counter()
    for name in names:
        calls[name] += 1
        yield name if name in layers else f"{name}{calls[name]}"


def plain(value: object) -> Any:
    """A value as JSON has it: lists for tuples."""
    return json.loads(json.dumps(value))


def tensors(result: cnnspec.Result) -> list[tuple[str, list[int]]]:
    """Every tensor of the network as ``state_dict`` would list it."""
    found = []
    for node in result.graph.nodes:
        assert node.layer is not None
        shapes = [shape for shape in node.input_shapes if shape is not None]
        if node.shares is None:
            held = {**node.layer.parameters(*shapes), **node.layer.buffers(*shapes)}
            found += [(f"{node.name}.{name}", list(shape)) for name, shape in held.items()]
    return found


Sight = tuple[Fraction | int, ...]
"""Size, jump and start of a receptive field along one axis."""


def sight(of: Layer | Scope | Totals) -> Sight | None:
    """What is seen of the network's one input, the same along both axes; None where it is global."""
    assert of.receptive_field is not None
    (down, across), *others = of.receptive_field.values()
    assert not others
    assert down.field is not None
    assert down.field == across.field
    return None if down.field.is_global else (down.field.size, down.field.jump, down.field.start)


def through(*windows: tuple[int, int, int]) -> Sight:
    """Size, jump and start after windows of so much kernel, stride and padding, by the rule that each adds k − 1 jumps."""
    size, jump, start = 1, 1, 0
    for kernel, stride, padding in windows:
        size, jump, start = size + (kernel - 1) * jump, jump * stride, start - padding * jump
    return size, jump, start
