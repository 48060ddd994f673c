"""Layers that only move numbers."""

from __future__ import annotations

from typing import Any

from drawing import (
    COUNTED_BY_HAND,
    MODES,
    Case,
    Draw,
    any_shape,
    call_each,
    draws,
    maybe,
    pad,
    paddings,
    pairs_of,
    per_axis,
    shape_of,
    spoil,
    spread,
)
from hypothesis import strategies as st
from torch import Tensor, nn


@draws("flatten")
def flatten(draw: Draw, type: str) -> Case:
    axes = st.integers(-5, 4)
    options = maybe(draw, start_dim=axes, end_dim=axes)
    module = lambda: nn.Flatten(options.get("start_dim", 0), options.get("end_dim", -1))  # noqa: E731
    return Case(type, (any_shape(draw),), options, module, call_each, "start_dim")


@draws("pad")
def pad_layer(draw: Draw, type: str) -> Case:
    shape = shape_of(draw, draw(st.sampled_from([0, 1, 1, 2, 2, 3, 3])))
    ndim = len(shape) - 1
    flaw = draw(st.sampled_from(["", "", "", "number"]))
    options = {"padding": draw(paddings(max(ndim, 1), 6, "valid"))} | maybe(draw, mode=st.sampled_from(MODES))
    if flaw == "number":
        spoil(draw, options, ndim, "padding")
    pairs = pairs_of(0 if options["padding"] == "valid" else options["padding"], max(ndim, 1))
    mode = options.get("mode", "zeros")
    return Case(type, (shape,), options, nn.Identity, lambda _, x: pad(x, pairs, mode), "padding")


class CentreCrop(nn.Module):
    """The middle of each spatial axis: of the rows left over, the odd one is cut off after."""

    def __init__(self, size: Any) -> None:
        super().__init__()
        self.size = size

    def forward(self, x: Tensor) -> Tensor:
        sizes = spread(self.size, x.ndim - 2)
        if not sizes or len(sizes) != x.ndim - 2 or min(sizes) < 1:
            raise ValueError("not a size for each spatial axis")
        for axis, size in enumerate(sizes, start=2):
            x = x.narrow(axis, (x.shape[axis] - size) // 2, size)
        return x


@draws("crop")
def crop(draw: Draw, type: str) -> Case:
    shape = any_shape(draw)
    fitting = [draw(st.integers(1, size)) for size in shape[1:]]
    numbers = per_axis(st.integers(0, 9), draw(st.integers(1, 3)))
    size = fitting if fitting and draw(st.booleans()) else draw(numbers)
    return Case(type, (shape,), {"size": size}, lambda: CentreCrop(size), main="size")


COUNTED_BY_HAND += [
    ("flatten", ((2, 3, 5),), {}, 0),
    ("pad", ((2, 3, 5),), {"padding": 2}, 0),
    ("crop", ((2, 5, 6),), {"size": 3}, 0),
]
