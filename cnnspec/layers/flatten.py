"""Flattening."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from cnnspec.arithmetic.shape import Shape, listed
from cnnspec.errors import ShapeMismatch
from cnnspec.layers.call import Call
from cnnspec.layers.options import Dim, option
from cnnspec.layers.reshaping import Reshaping, axis_of, with_batch
from cnnspec.override import override


@dataclass(frozen=True, slots=True)
class Flatten(Reshaping):
    """Axes ``start_dim`` to ``end_dim`` become one.

    Axes are counted without the batch, 0 being channels. So it flattens all of them where nothing else is said, as
    ``torch.nn.Flatten`` does, whose ``start_dim`` counts the batch and is 1.

    Shape: the product of the sizes from ``start_dim`` to ``end_dim``; other axes stay.

    Example:
        input: [16, 5, 5]
        layers:
          - flatten: {expect: {output_shape: [400]}}
          - linear: {out_features: 120, expect: {params: 48_120, receptive_field: global}}

    Source: ``torch.nn.Flatten``.
    """

    types = ("flatten",)
    foreign = ("start_dim", "end_dim")

    start_dim: int = option(Dim(), 0)
    end_dim: int = option(Dim(), -1)

    @override
    def output(self, *inputs: Shape) -> Shape:
        shape = inputs[0]
        start, end = axis_of(self.start_dim, shape, "start_dim"), axis_of(self.end_dim, shape, "end_dim")
        if start > end:
            raise ShapeMismatch(f"start_dim {self.start_dim} comes after end_dim {self.end_dim} in the input {listed(shape)}")
        return (*shape[:start], prod(shape[start : end + 1]), *shape[end + 1 :])

    @override
    def torch(self, *inputs: Shape) -> Call:
        start, end = with_batch(self.start_dim), with_batch(self.end_dim)
        return Call("nn.Flatten", () if (start, end) == (1, -1) else (start,) if end == -1 else (start, end))

    @override
    def expression(self, *inputs: Shape) -> Call:
        start, end = with_batch(self.start_dim), with_batch(self.end_dim)
        return Call(f"{{0}}.flatten({start})" if end == -1 else f"{{0}}.flatten({start}, {end})")
