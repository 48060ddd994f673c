"""The layer that does nothing."""

from __future__ import annotations

from dataclasses import dataclass

from cnnspec.arithmetic.shape import Shape
from cnnspec.layers.call import Call
from cnnspec.layers.layer import Pointwise
from cnnspec.override import override


@dataclass(frozen=True, slots=True)
class Identity(Pointwise):
    """Hands its input on.

    Flops: 0.

    Example:
        input: [16, 8, 8]
        layers:
          - identity: {expect: {output_shape: [16, 8, 8], params: 0, flops: 0}}

    Source: ``torch.nn.Identity``.
    """

    types = ("identity",)

    @override
    def expression(self, *inputs: Shape) -> Call:
        return Call("{0}")
