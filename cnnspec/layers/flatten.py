"""Flattening."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from cnnspec.arithmetic.shape import Shape, listed
from cnnspec.errors import ShapeMismatch
from cnnspec.layers.layer import KEPT, Axis, Pointwise
from cnnspec.layers.options import Dim, option
from cnnspec.override import override


@dataclass(frozen=True, slots=True)
class Flatten(Pointwise):
    """Axes ``start_dim`` to ``end_dim`` become one. Axes are counted without the batch: 0 is channels.

    Costs nothing. Source: ``torch.nn.Flatten``, whose ``start_dim`` counts the batch and is 1 by default.
    """

    types = ("flatten",)

    start_dim: int = option(Dim(), 0)
    end_dim: int = option(Dim(), -1)

    @override
    def output(self, *inputs: Shape) -> Shape:
        start, end = self._range(inputs[0])
        return (*inputs[0][:start], prod(inputs[0][start : end + 1]), *inputs[0][end + 1 :])

    @override
    def axes(self, *inputs: Shape) -> tuple[tuple[Axis, ...], ...]:
        start, end = self._range(inputs[0])
        return (
            tuple(
                Axis(start, KEPT, folded=end > start) if start <= axis <= end else Axis(min(axis, axis - end + start), KEPT)
                for axis in range(len(inputs[0]))
            ),
        )

    def _range(self, shape: Shape) -> tuple[int, int]:
        rank = len(shape)
        for name in ("start_dim", "end_dim"):
            value = getattr(self, name)
            if not -rank <= value < rank:
                raise ShapeMismatch(f"{name} {value} is not an axis of the input {listed(shape)}", fix=f"{-rank} to {rank - 1}")
        start, end = self.start_dim % rank, self.end_dim % rank
        if start > end:
            raise ShapeMismatch(f"start_dim {self.start_dim} comes after end_dim {self.end_dim} in the input {listed(shape)}")
        return start, end
