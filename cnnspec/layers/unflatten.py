"""Unflattening."""

from __future__ import annotations

from dataclasses import dataclass

from cnnspec.arithmetic.shape import Shape
from cnnspec.layers.call import Call, Given
from cnnspec.layers.options import Dim, Extents, option
from cnnspec.layers.reshaping import Reshaping, axis_of, check_rank, settled, with_batch
from cnnspec.override import override


@dataclass(frozen=True, slots=True)
class Unflatten(Reshaping):
    """One axis becomes several: generators make a map of a vector with it.

    Shape: ``sizes`` in place of axis ``dim``, whose size is their product; the one that is −1 follows from the others.

    Example:
        input: [100]
        layers:
          - linear: 2048
          - unflatten: {sizes: [128, 4, 4], expect: {output_shape: [128, 4, 4], params: 0}}

    Source: ``torch.nn.Unflatten``, whose ``dim`` counts the batch.
    """

    types = ("unflatten",)
    foreign = ("dim",)

    sizes: tuple[int, ...] = option(Extents(inferred=True))
    dim: int = option(Dim(), 0)

    @override
    def output(self, *inputs: Shape) -> Shape:
        shape = inputs[0]
        axis = axis_of(self.dim, shape)
        check_rank(len(shape) - 1 + len(self.sizes))
        return (*shape[:axis], *settled(self.sizes, shape[axis], "sizes"), *shape[axis + 1 :])

    @override
    def torch(self, *inputs: Shape) -> Call:
        return Call("nn.Unflatten", (with_batch(self.dim), Given("sizes")))

    @override
    def expression(self, *inputs: Shape) -> Call:
        return Call("torch.unflatten", (with_batch(self.dim), Given("sizes")))
