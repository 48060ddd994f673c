"""Adaptive average pooling."""

from __future__ import annotations

from dataclasses import dataclass

from cnnspec.arithmetic.shape import Shape
from cnnspec.layers.adaptive import AdaptivePool
from cnnspec.override import override


@dataclass(frozen=True, slots=True)
class AdaptiveAvgPool(AdaptivePool):
    """The means of windows that cover the input evenly, as many as ``output_size`` says.

    An output of 1 is global average pooling, with which a network takes inputs of any size. Windows overlap, and may differ
    in size, where the outputs do not divide the input.

    Flops: 1 an element that a window reads: n + o − gcd(n, o) of them along an axis of n with o outputs.

    Example:
        input: [512, 7, 7]
        layers:
          - adaptive_avg_pool2d: {output_size: 1, expect: {output_shape: [512, 1, 1], flops: 25_088, receptive_field: global}}

    Source: ``torch.nn.AdaptiveAvgPool2d``; Lin et al., Network in network (2014).
    """

    types = ("adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_avg_pool3d")
    functional = "F.adaptive_avg_pool"

    @property
    @override
    def is_linear(self) -> bool:
        return True

    @override
    def flops(self, *inputs: Shape) -> int:
        return self.elements_read(*inputs)
