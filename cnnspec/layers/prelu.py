"""Rectifier with a learned slope."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cnnspec.arithmetic.shape import Shape
from cnnspec.errors import Fix, ShapeMismatch
from cnnspec.layers.call import Given
from cnnspec.layers.layer import Pointwise
from cnnspec.layers.options import Float, Int, option
from cnnspec.override import override


@dataclass(frozen=True, slots=True)
class PReLU(Pointwise):
    """A leaky relu that learns its slope: ``x if x > 0 else weight*x``.

    One slope for all, or with ``num_parameters`` one for each channel.

    Params: ``num_parameters`` slopes: 1 or C.
    Flops: 2 an element: a comparison and a product.

    Example:
        input: [16, 8, 8]
        layers:
          - prelu: {expect: {params: 1, flops: 2048}}
          - prelu: {num_parameters: in_channels, expect: {params: 16}}

    Source: ``torch.nn.PReLU``; He et al., Delving deep into rectifiers (2015).
    """

    types = ("prelu",)
    family = "activation"
    leading = (Given("num_parameters"),)
    cost = 2

    num_parameters: int = option(Int(1), 1)
    init: float = option(Float(), 0.25)

    @override
    def output(self, *inputs: Shape) -> Shape:
        channels = inputs[0][0]
        if self.num_parameters not in (1, channels):
            raise ShapeMismatch(
                f"{self.num_parameters} slopes for {channels} channels",
                fix=f"num_parameters 1 or {channels}",
                fixes=(Fix("num_parameters", 1), Fix("num_parameters", channels)),
            )
        return inputs[0]

    @override
    def parameters(self, *inputs: Shape) -> Mapping[str, Shape]:
        return {"weight": (self.num_parameters,)}
