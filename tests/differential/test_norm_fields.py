"""What units of norms and merges see, against gradients in float64, evaluation mode, every unit along every axis.

Inputs, weights and running statistics are random: the true gradient is not zero wherever a unit depends on its input.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import reduce
from typing import Any

import pytest
import torch
from norm_cases import LayerNorm2d, Scale
from torch import Tensor, nn

import cnnspec
from cnnspec.analysis.analysis import Layer
from cnnspec.arithmetic.field import POINT, Field

torch.set_num_threads(1)

Shape = tuple[int, ...]
Span = list[int]
"""The coordinates along one axis that a unit sees."""


def random(module: nn.Module) -> nn.Module:
    for number, tensor in enumerate([*module.parameters(), *module.buffers()]):
        if tensor.is_floating_point():
            nn.init.uniform_(tensor, 0.5, 1.5, generator=torch.Generator().manual_seed(number))
    return module.double().eval()


def noise(shape: Shape, seed: int = 0) -> Tensor:
    x = torch.randn(1, *shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
    return x.requires_grad_()


def gradient_spans(y: Tensor, x: Tensor, unit: Shape) -> list[Span]:
    (gradient,) = torch.autograd.grad(y[(0, *unit)], x, retain_graph=True)
    return [sorted(set(axis.tolist())) for axis in gradient[0].nonzero().T]


def span(field: Field | None, unit: int, size: int) -> Span:
    assert field is not None
    if field.is_global:
        return list(range(size))
    period, phase = divmod(unit, len(field.lows))
    low, high = (end[phase] + period * int(field.advance) for end in (field.lows, field.highs))
    return list(range(max(low, 0), min(high, size - 1) + 1))


def last_layer(shape: Shape, entries: list[Any]) -> Layer:
    result = cnnspec.analyze(cnnspec.loads(json.dumps({"input": shape, "layers": entries})))
    assert not result.has_errors
    return result.layers[-1]


def fields_of(layer: Layer) -> list[Field | None]:
    assert layer.receptive_field is not None
    return [sight.field for sight in layer.receptive_field["input"]]


TWO_SIZES = [(6, 5, 7), (6, 8, 4)]
NORMS: list[tuple[str, dict[str, Any], Callable[[Shape], nn.Module], str]] = [
    ("instance_norm2d", {}, lambda shape: nn.InstanceNorm2d(6), "height width"),
    ("instance_norm2d", {"affine": True}, lambda shape: nn.InstanceNorm2d(6, affine=True), "height width"),
    (
        "instance_norm2d",
        {"track_running_stats": True},
        lambda shape: nn.InstanceNorm2d(6, track_running_stats=True),
        "",
    ),
    ("batch_norm2d", {}, lambda shape: nn.BatchNorm2d(6), ""),
    (
        "batch_norm2d",
        {"track_running_stats": False},
        lambda shape: nn.BatchNorm2d(6, track_running_stats=False),
        "height width",
    ),
    ("group_norm", {"num_groups": 1}, lambda shape: nn.GroupNorm(1, 6), "channels height width"),
    ("group_norm", {"num_groups": 2}, lambda shape: nn.GroupNorm(2, 6), "height width"),
    ("group_norm", {"num_groups": 6}, lambda shape: nn.GroupNorm(6, 6), "height width"),
    ("layer_norm", {}, lambda shape: nn.LayerNorm(shape[-1]), "width"),
    ("layer_norm2d", {}, lambda shape: LayerNorm2d(6), "channels"),
    ("local_response_norm", {"size": 2}, lambda shape: nn.LocalResponseNorm(2), ""),
    ("local_response_norm", {"size": 5}, lambda shape: nn.LocalResponseNorm(5), ""),
    ("scale", {}, lambda shape: Scale(6), ""),
]


@pytest.mark.parametrize("shape", TWO_SIZES)
@pytest.mark.parametrize(("type", "options", "module", "whole"), NORMS)
def test_every_unit_sees_what_its_gradient_says(
    type: str, options: dict[str, Any], module: Callable[[Shape], nn.Module], whole: str, shape: Shape
) -> None:
    compare_units(type, options, random(module(shape)), whole, shape)


@pytest.mark.parametrize("shape", TWO_SIZES)
def test_a_layer_norm_reads_the_axes_it_normalizes(shape: Shape) -> None:
    compare_units("layer_norm", {"normalized_shape": shape[1:]}, random(nn.LayerNorm(shape[1:])), "height width", shape)
    compare_units("layer_norm", {"normalized_shape": shape}, random(nn.LayerNorm(shape)), "channels height width", shape)


def compare_units(type: str, options: dict[str, Any], module: nn.Module, whole: str, shape: Shape) -> None:
    layer = last_layer(shape, [{type: options} if options else type])
    assert layer.node.layer is not None
    channels = layer.node.layer.axes(shape)[0][0].reading.field(POINT)
    fields = [channels, *fields_of(layer)]
    axes = ("channels", "height", "width")
    assert " ".join(axis for axis, field in zip(axes, fields, strict=True) if field is not None and field.is_global) == whole
    x = noise(shape)
    y = module(x)
    assert y.shape == x.shape
    for unit in map(tuple, torch.ones(shape).nonzero().tolist()):
        said = [span(field, place, size) for field, place, size in zip(fields, unit, shape, strict=True)]
        assert gradient_spans(y, x, unit) == said, unit


@pytest.mark.parametrize("length", [7, 12])
@pytest.mark.parametrize(("type", "module"), [("instance_norm1d", nn.InstanceNorm1d), ("instance_norm3d", nn.InstanceNorm3d)])
def test_an_instance_norm_is_global_in_any_number_of_axes(type: str, module: type[nn.Module], length: int) -> None:
    shape = (2, *[3] * (int(type[-2]) - 1), length)
    for tracked in (False, True):
        fields = fields_of(last_layer(shape, [{type: {"track_running_stats": tracked}}]))
        assert [field is not None and field.is_global for field in fields] == [not tracked] * len(fields)
        x = noise(shape)
        y = random(module(2, track_running_stats=tracked))(x)
        unit = (1, *(size // 2 for size in shape[1:]))
        spans = gradient_spans(y, x, unit)[1:]
        assert spans == [span(field, place, size) for field, place, size in zip(fields, unit[1:], shape[1:], strict=True)]


@pytest.mark.parametrize("shape", [(6, 9, 13), (6, 16, 11)])
@pytest.mark.parametrize(("type", "options", "module", "whole"), NORMS)
def test_between_two_convolutions(
    type: str, options: dict[str, Any], module: Callable[[Shape], nn.Module], whole: str, shape: Shape
) -> None:
    """3 and 3 make 5; what is global between them stays so."""
    conv = {"conv2d": {"out_channels": 6, "kernel_size": 3, "padding": 1}}
    fields = fields_of(last_layer(shape, [conv, {type: options} if options else type, conv]))
    for axis, field in zip(("height", "width"), fields, strict=True):
        assert field is not None
        assert field.is_global if axis in whole else field.size == 5
    x = noise(shape)
    y = random(nn.Sequential(nn.Conv2d(6, 6, 3, padding=1), module(shape), nn.Conv2d(6, 6, 3, padding=1)))(x)
    for place in [(0, 0), (shape[1] // 2, shape[2] // 2)]:
        said = [span(field, unit, size) for field, unit, size in zip(fields, place, shape[1:], strict=True)]
        assert gradient_spans(y, x, (0, *place))[1:] == said


# -- merges -----------------------------------------------------------------------------------------------------

MERGES: dict[str, Callable[[list[Tensor]], Tensor]] = {
    "add": lambda tensors: reduce(torch.add, tensors),
    "subtract": lambda tensors: reduce(torch.sub, tensors),
    "multiply": lambda tensors: reduce(torch.mul, tensors),
    "average": lambda tensors: sum(tensors) / len(tensors),
    "maximum": lambda tensors: reduce(torch.maximum, tensors),
}
LENGTH = 20


def path(name: str, before: int, after: int) -> tuple[dict[str, Any], Callable[[Tensor], Tensor]]:
    """A convolution that sees so many positions before and after its own."""
    options = {"name": name, "from": "input", "out_channels": 1, "kernel_size": before + after + 1}
    conv = random(nn.Conv1d(1, 1, before + after + 1))
    padded = lambda x: conv(nn.functional.pad(x, (before, after)))  # noqa: E731
    return {"conv1d": {**options, "padding": [[before, after]]}}, padded


@pytest.mark.parametrize("type", MERGES)
def test_a_merge_sees_what_any_of_its_inputs_sees(type: str) -> None:
    """The gradient of a maximum goes to one input alone, and which that is the numbers say: so several are tried."""
    paths = [path("early", 4, 0), path("late", 0, 3), path("here", 0, 0)]
    names = ["early", "late", "here"]
    (field,) = fields_of(last_layer((1, LENGTH), [*(entry for entry, _ in paths), {type: {"from": names}}]))
    unit = LENGTH // 2
    seen: set[int] = set()
    alone = []
    for seed in range(30):
        x = noise((1, LENGTH), seed)
        (_, found) = gradient_spans(MERGES[type]([run(x) for _, run in paths]), x, (0, unit))
        alone.append(found)
        seen |= set(found)
    assert sorted(seen) == span(field, unit, LENGTH) == list(range(unit - 4, unit + 4))
    assert (sorted(seen) in alone) == (type != "maximum")


@pytest.mark.parametrize("length", [8, 15])
@pytest.mark.parametrize("type", MERGES)
def test_what_is_repeated_is_seen_from_everywhere(type: str, length: int) -> None:
    """One number a channel, pooled from the whole axis or by a window of its length, joined with every position of it."""
    fields = []
    for pool in (
        {"adaptive_avg_pool1d": {"name": "pooled", "output_size": 1}},
        {"avg_pool1d": {"name": "pooled", "kernel_size": length}},
    ):
        fields += fields_of(last_layer((2, length), [pool, {type: {"from": ["input", "pooled"]}}]))
    assert [field is not None and field.is_global for field in fields] == [True, False]
    for unit in range(length):
        seen: set[int] = set()
        for seed in range(10):
            x = noise((2, length), seed)
            y = MERGES[type]([x, x.mean(2, keepdim=True)])
            seen |= set(gradient_spans(y, x, (0, unit))[1])
        assert [sorted(seen)] * 2 == [span(field, unit, length) for field in fields] == [list(range(length))] * 2
