"""Concatenation."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate

from cnnspec.arithmetic.field import Field
from cnnspec.arithmetic.shape import Shape, listed
from cnnspec.errors import ShapeMismatch
from cnnspec.layers.call import Call
from cnnspec.layers.layer import KEPT, Axis, Pointwise, Reading
from cnnspec.layers.merge import data, mismatch, some
from cnnspec.layers.options import Dim, option
from cnnspec.layers.reshaping import with_batch
from cnnspec.override import override


class Placed(Reading):
    """So many units that each read their own, with others before and after that read another input."""

    keeps = True

    def __init__(self, before: int, size: int, after: int) -> None:
        self.before, self.size, self.after = before, size, after

    @override
    def field(self, below: Field) -> Field:
        return below.placed(self.before, self.size, self.after)


@dataclass(frozen=True, slots=True)
class Concat(Pointwise):
    """The inputs one after the other along ``dim``, channels by default.

    Shape: the inputs', along ``dim`` their sum; all other axes must be equal.
    Flops: 0: it only moves numbers.
    Receptive field: the union of what the inputs' units see; along ``dim`` each unit sees what the one it was moved from
    sees.

    Example:
        input: [192, 28, 28]
        layers:
          - conv2d: {name: one, out_channels: 64, kernel_size: 1}
          - conv2d: {name: three, from: input, out_channels: 128, kernel_size: 3, padding: 1}
          - concat: {from: [one, three], expect: {output_shape: [192, 28, 28], params: 0, receptive_field: 3}}

    Source: ``torch.cat``; Szegedy et al., Going deeper with convolutions (2015).
    """

    types = ("concat",)
    family = "merge"
    merges = True

    dim: int = option(Dim(), 0)

    @override
    def output(self, *inputs: Shape) -> Shape:
        first, dim = inputs[0], self._axis(inputs)
        for axis in range(len(first)):
            sizes = tuple(shape[axis] for shape in inputs)
            if axis != dim and len(set(sizes)) > 1:
                raise mismatch(axis, sizes, inputs)
        return (*first[:dim], sum(shape[dim] for shape in inputs), *first[dim + 1 :])

    @override
    def axes(self, *inputs: Shape) -> tuple[tuple[Axis, ...], ...]:
        dim = self._axis(inputs)
        sizes = [shape[dim] for shape in inputs]
        befores, whole = accumulate(sizes, initial=0), sum(sizes)
        along = [Placed(before, size, whole - before - size) for before, size in zip(befores, sizes, strict=False)]
        return tuple(tuple(Axis(axis, reading if axis == dim else KEPT) for axis in range(len(inputs[0]))) for reading in along)

    @override
    def expression(self, *inputs: Shape) -> Call:
        return Call(f"torch.cat([{', '.join(data(len(inputs)))}], {with_batch(self.dim)})")

    def _axis(self, inputs: tuple[Shape, ...]) -> int:
        rank = len(inputs[0])
        if any(len(shape) != rank for shape in inputs):
            raise ShapeMismatch(f"inputs {some(list(map(listed, inputs)))} have different numbers of axes")
        if not -rank <= self.dim < rank:
            raise ShapeMismatch(
                f"dim {self.dim} is not an axis of the inputs {listed(inputs[0])}", fix=f"{-rank} to {rank - 1}"
            )
        return self.dim % rank
