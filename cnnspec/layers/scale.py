"""Layer scale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cnnspec.arithmetic.shape import Shape
from cnnspec.layers.call import Call, Size
from cnnspec.layers.layer import Pointwise
from cnnspec.layers.options import Float, option
from cnnspec.override import override


@dataclass(frozen=True, slots=True)
class Scale(Pointwise):
    """Layer scale: each channel times a learned factor of its own, ``init`` at first.

    With a small ``init`` a residual branch begins as nearly nothing, which lets deep networks train.

    Params: C factors.
    Flops: 1 an element: a product.

    Example:
        input: [96, 56, 56]
        layers:
          - scale: {init: 0.000_001, expect: {output_shape: [96, 56, 56], params: 96, flops: 301_056}}

    Source: Touvron et al., Going deeper with image transformers (2021).
    """

    types = ("scale",)
    family = "scale"
    cost = 1

    init: float = option(Float(), 1.0)

    @override
    def parameters(self, *inputs: Shape) -> Mapping[str, Shape]:
        return {"weight": inputs[0][:1]}

    @override
    def torch(self, *inputs: Shape) -> Call:
        return self.call("Scale", Size(0))
