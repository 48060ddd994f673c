"""Reshaping."""

from __future__ import annotations

from dataclasses import dataclass

from cnnspec.arithmetic.shape import Shape, elements
from cnnspec.layers.call import Call, Given
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

    @override
    def torch(self, *inputs: Shape) -> Call:
        return Call("Reshape", (Given("shape"),)) if len(self.shape) > 1 else Call("nn.Flatten")

    @override
    def expression(self, *inputs: Shape) -> Call:
        if len(self.shape) == 1:
            return Call("{0}.flatten(1)")
        batch = "{0}.shape[0]" if -1 in self.shape else "-1"
        return Call(f"{{0}}.reshape({batch}, *{{shape}})", keywords={"shape": Given("shape")})
