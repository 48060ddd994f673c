"""Local response normalization."""

from __future__ import annotations

from dataclasses import dataclass

from cnnspec.arithmetic.shape import Shape, elements, listed
from cnnspec.arithmetic.window import Window
from cnnspec.errors import ShapeMismatch
from cnnspec.layers.call import Given
from cnnspec.layers.layer import Axis, Pointwise, Windows, kept
from cnnspec.layers.options import Float, Int, option
from cnnspec.override import override


@dataclass(frozen=True, slots=True)
class LocalResponseNorm(Pointwise):
    """A local response norm: each number less where those beside it, in ``size`` channels at its position, are large.

    ``x / (k + alpha*mean(x**2))**beta``, the mean being over ``size`` channels, zeros beyond the first and the last.
    AlexNet's; there alpha multiplies the sum, so that its 0.0001 over 5 channels is 0.0005 here. Batch norm has taken its
    place.

    Flops: ``size + 7`` an element: a square, ``size - 1`` additions, a division, ``alpha``, ``k``, 3 for the power, a
    division.

    Example:
        input: [96, 55, 55]
        layers:
          - local_response_norm: {size: 5, alpha: 0.0005, k: 2, expect: {flops: 3_484_800, receptive_field: 1}}

    Source: ``torch.nn.LocalResponseNorm``; Krizhevsky et al., ImageNet classification with deep convolutional neural
    networks (2012).
    """

    types = ("local_response_norm",)
    family = "norm"
    leading = (Given("size"),)
    functional = "F.local_response_norm"

    size: int = option(Int(1))
    alpha: float = option(Float(), 1e-4)
    beta: float = option(Float(), 0.75)
    k: float = option(Float(), 1.0)

    @override
    def output(self, *inputs: Shape) -> Shape:
        if len(inputs[0]) < 2:
            raise ShapeMismatch(
                f"{self.type} reads channels and at least one spatial axis, but its input is {listed(inputs[0])}",
                fix=f"put {self.type} above the layer that flattens its input",
            )
        return inputs[0]

    @override
    def flops(self, *inputs: Shape) -> int:
        return (self.size + 7) * elements(inputs[0])

    @override
    def axes(self, *inputs: Shape) -> tuple[tuple[Axis, ...], ...]:
        beside = Window(self.size, before=self.size // 2, after=(self.size - 1) // 2)
        return ((Axis(0, Windows(beside)), *kept(inputs[0])[1:]),)
