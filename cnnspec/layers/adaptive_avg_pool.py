"""Adaptive average pooling."""

from __future__ import annotations

from dataclasses import dataclass

from cnnspec.arithmetic.shape import Shape
from cnnspec.layers.adaptive import AdaptivePool
from cnnspec.override import override


@dataclass(frozen=True, slots=True)
class AdaptiveAvgPool(AdaptivePool):
    """The mean of windows that cover the input evenly, as many as ``output_size`` says.

    Output ``i`` of ``o`` averages elements ``floor(i*n/o)`` to ``ceil((i + 1)*n/o) - 1``; K of them cost K flops.
    An output of 1 is global pooling: it sees the whole axis, whatever its length.

    Source: ``torch.nn.AdaptiveAvgPool2d``.
    """

    types = ("adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_avg_pool3d")

    @property
    @override
    def is_linear(self) -> bool:
        return True

    @override
    def flops(self, *inputs: Shape) -> int:
        return self.elements_read(*inputs)
