"""Adaptive max pooling."""

from __future__ import annotations

from dataclasses import dataclass

from cnnspec.arithmetic.shape import Shape, elements
from cnnspec.layers.adaptive import AdaptivePool
from cnnspec.override import override


@dataclass(frozen=True, slots=True)
class AdaptiveMaxPool(AdaptivePool):
    """The largest of windows that cover the input evenly, as many as ``output_size`` says.

    Output ``i`` of ``o`` reads elements ``floor(i*n/o)`` to ``ceil((i + 1)*n/o) - 1``; K of them take K − 1 comparisons.

    Source: ``torch.nn.AdaptiveMaxPool2d``.
    """

    types = ("adaptive_max_pool1d", "adaptive_max_pool2d", "adaptive_max_pool3d")

    @override
    def flops(self, *inputs: Shape) -> int:
        return self.elements_read(*inputs) - elements(self.output(*inputs))
