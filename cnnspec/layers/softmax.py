"""Softmax."""

from __future__ import annotations

from dataclasses import dataclass

from cnnspec.arithmetic.shape import Shape, elements, listed
from cnnspec.errors import ShapeMismatch
from cnnspec.layers.call import Call
from cnnspec.layers.layer import KEPT, WHOLE, Axis, Pointwise
from cnnspec.layers.options import Dim, option
from cnnspec.layers.reshaping import with_batch
from cnnspec.override import override


@dataclass(frozen=True, slots=True)
class Softmax(Pointwise):
    """A distribution: along ``dim`` every element becomes positive and all add up to one, ``exp(x)/sum(exp(x))``.

    ``dim`` is channels where it is left out: the classes, after ``linear`` as on a segmentation map. A network that is
    trained with PyTorch's cross entropy ends without it.

    Flops: 3·n − 1 for each row of n elements along ``dim``: n exp, n − 1 sums, n quotients.
    Receptive field: global along ``dim``; along the other axes each unit sees what the one below it sees.

    Example:
        input: [10]
        layers:
          - softmax: {expect: {output_shape: [10], flops: 29}}

    Source: ``torch.nn.Softmax``; Bridle, Probabilistic interpretation of feedforward classification network outputs (1990).
    """

    types = ("softmax",)
    family = "activation"
    foreign = ("dim",)

    dim: int = option(Dim(), 0)

    @override
    def output(self, *inputs: Shape) -> Shape:
        rank = len(inputs[0])
        if not -rank <= self.dim < rank:
            raise ShapeMismatch(f"dim {self.dim} is not an axis of the input {listed(inputs[0])}", fix=f"{-rank} to {rank - 1}")
        return inputs[0]

    @override
    def flops(self, *inputs: Shape) -> int:
        rows = elements(inputs[0]) // inputs[0][self.dim]
        return 3 * elements(inputs[0]) - rows

    @override
    def axes(self, *inputs: Shape) -> tuple[tuple[Axis, ...], ...]:
        rank = len(inputs[0])
        return (tuple(Axis(axis, WHOLE if axis == self.dim % rank else KEPT) for axis in range(rank)),)

    @override
    def torch(self, *inputs: Shape) -> Call:
        return self.call(f"nn.{type(self).__name__}", dim=with_batch(self.dim))

    @override
    def expression(self, *inputs: Shape) -> Call:
        return self.call(f"F.{self.type}", dim=with_batch(self.dim))
