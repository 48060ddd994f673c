"""Reshaping."""

from __future__ import annotations

from dataclasses import dataclass

from cnnspec.arithmetic.shape import Shape, elements
from cnnspec.layers.options import Extents, option
from cnnspec.layers.reshaping import Reshaping, check_rank, settled
from cnnspec.override import override


@dataclass(frozen=True, slots=True)
class Reshape(Reshaping):
    """The same numbers, in the same order, in another ``shape``.

    It mixes axes where their sizes do not line up: to turn C×H×W into H×W×C, which changes the order, write ``permute``.

    Shape: ``shape``, without the batch; the size that is −1 follows from the others.

    Example:
        input: [256, 14, 14]
        layers:
          - reshape: {shape: [256, -1], expect: {output_shape: [256, 196], params: 0}}

    Source: ``torch.reshape``.
    """

    types = ("reshape",)

    shape: tuple[int, ...] = option(Extents(inferred=True))

    @override
    def output(self, *inputs: Shape) -> Shape:
        check_rank(len(self.shape))
        return settled(self.shape, elements(inputs[0]), "shape")
