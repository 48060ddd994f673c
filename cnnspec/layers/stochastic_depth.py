"""Stochastic depth."""

from __future__ import annotations

from dataclasses import dataclass

from cnnspec.arithmetic.shape import Shape
from cnnspec.layers.call import Call, Given
from cnnspec.layers.layer import Pointwise
from cnnspec.layers.options import Float, option
from cnnspec.override import override


@dataclass(frozen=True, slots=True)
class StochasticDepth(Pointwise):
    """Stochastic depth: in training the whole of a residual branch is zero with probability ``p``; at inference nothing.

    It stands last in the branch, above the ``add`` that joins it with the shortcut.

    Flops: 0: at inference it hands its input on.

    Example:
        input: [16, 8, 8]
        layers:
          - conv2d: {out_channels: 16, kernel_size: 3, padding: 1}
          - stochastic_depth: {p: 0.2, expect: {output_shape: [16, 8, 8], params: 0, flops: 0}}
          - add: [above, input]

    Source: ``torchvision.ops.StochasticDepth``; Huang et al., Deep networks with stochastic depth (2016).
    """

    types = ("stochastic_depth",)
    family = "dropout"

    p: float = option(Float(0, 1))

    @override
    def torch(self, *inputs: Shape) -> Call:
        return Call("StochasticDepth", (Given("p"),))
