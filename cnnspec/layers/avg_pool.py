"""Average pooling."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from cnnspec.arithmetic.shape import Shape, elements
from cnnspec.arithmetic.window import Window
from cnnspec.layers.options import Bool, option
from cnnspec.layers.pool import Pool
from cnnspec.layers.sliding import slide
from cnnspec.override import override


@dataclass(frozen=True, slots=True)
class AvgPool(Pool):
    """The mean of each window, each channel by itself.

    A window of K elements takes K − 1 additions and a division. ``count_include_pad`` divides by K also where the
    window reaches into the padding.

    Source: ``torch.nn.AvgPool2d``.
    """

    types = ("avg_pool1d", "avg_pool2d", "avg_pool3d")

    count_include_pad: bool = option(Bool(), True)

    @override
    def output(self, *inputs: Shape) -> Shape:
        shape = Pool.output(self, *inputs)
        if self.ndim == 3:
            slide(tuple(map(Window, self.kernel_size)), inputs[0][1:])
        return shape

    @override
    def flops(self, *inputs: Shape) -> int:
        return prod(self.kernel_size) * elements(self.output(*inputs))
