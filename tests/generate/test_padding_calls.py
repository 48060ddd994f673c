"""Padding that PyTorch's layers do not do: every kind of it, on inputs of every size, by one module each."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
import torch
from calls import text
from interpreter import compute
from test_layer_calls import assert_same, randomised, run

from cnnspec import layers
from cnnspec.errors import IllegalShape
from cnnspec.layers.layer import Layer

Options = dict[str, Any]
SIZES = range(1, 12)
MODES = ("zeros", "reflect", "replicate", "circular", "symmetric")


def takes(layer: Layer, shape: tuple[int, ...]) -> bool:
    try:
        layer.output(shape)
    except IllegalShape:
        return False
    return True


def is_right_at_any_size(type: str, options: Options) -> int:
    """Whether the module made for the smallest input, general or not, is right for larger ones, too; how many there are."""
    layer = layers.known()[type].build(type, options, 1)
    shapes = [(2, size) for size in SIZES if takes(layer, (2, size))]
    if not shapes:
        return 0
    for code in {text(layer.torch(shapes[0]), layer, shapes[:1], general=general) for general in (False, True)}:
        module = randomised(run(code))
        with torch.no_grad():
            for shape in shapes:
                x = torch.randn(2, *shape, dtype=torch.float64)
                assert_same(module(x.clone()), compute(layer, dict(module.state_dict()), (x,)))
    return len(shapes)


def pools() -> Iterator[Options]:
    sides = [[[before, after]] for before, after in product(range(3), repeat=2)]
    for kernel, stride, padding, ceil in product(range(1, 5), range(1, 5), ["same", *sides], [False, True]):
        yield {"kernel_size": kernel, "stride": stride, "padding": padding, "ceil_mode": ceil}


@pytest.mark.parametrize(
    ("type", "option", "values"),
    [
        ("max_pool1d", "dilation", (1, 2, 3)),
        ("avg_pool1d", "count_include_pad", (True, False)),
        ("avg_pool1d", "learnable", (True,)),
    ],
)
def test_pools_are_right_at_any_size(type: str, option: str, values: tuple[Any, ...]) -> None:
    torch.manual_seed(0)
    compared = sum(is_right_at_any_size(type, {**options, option: value}) for options in pools() for value in values)
    assert compared >= 1000


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("connections", [None, [[1], [0, 1], [0]]])
def test_convolutions_are_right_at_any_size(mode: str, connections: list[list[int]] | None) -> None:
    torch.manual_seed(0)
    table = {} if connections is None else {"connections": connections}
    compared = 0
    for kernel, stride, dilation, padding in product((1, 2, 3), (1, 2, 3), (1, 2), ("same", 1, [[0, 1]], [[2, 1]])):
        options = {"out_channels": 3, "kernel_size": kernel, "stride": stride, "dilation": dilation, "padding": padding}
        compared += is_right_at_any_size("conv1d", {**options, "padding_mode": mode, **table})
    assert compared >= 400
