"""Adaptive max pooling."""

from __future__ import annotations

from dataclasses import dataclass

from cnnspec.arithmetic.shape import Shape, elements
from cnnspec.layers.adaptive import AdaptivePool
from cnnspec.override import override


@dataclass(frozen=True, slots=True)
class AdaptiveMaxPool(AdaptivePool):
    """The largest of windows that cover the input evenly, as many as ``output_size`` says.

    It gives a head of a fixed size to maps of any size. Windows overlap, and may differ in size, where the outputs do not
    divide the input.

    Flops: 1 an element that a window reads, less 1 for each output: comparisons; along an axis of n, o outputs read
    n + o − gcd(n, o) elements.

    Example:
        input: [256, 13, 13]
        layers:
          - adaptive_max_pool2d: {output_size: 6, expect: {output_shape: [256, 6, 6], flops: 73_728}}

    Source: ``torch.nn.AdaptiveMaxPool2d``; He et al., Spatial pyramid pooling in deep convolutional networks (2014).
    """

    types = ("adaptive_max_pool1d", "adaptive_max_pool2d", "adaptive_max_pool3d")
    functional = "F.adaptive_max_pool"

    @override
    def flops(self, *inputs: Shape) -> int:
        return self.elements_read(*inputs) - elements(self.output(*inputs))
