"""Max pooling."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from cnnspec.arithmetic.shape import Shape, elements
from cnnspec.layers.options import Sizes, option
from cnnspec.layers.pool import Pool
from cnnspec.override import override


@dataclass(frozen=True, slots=True)
class MaxPool(Pool):
    """The largest element of each window, each channel by itself.

    A window of K elements takes K − 1 comparisons. With ``ceil_mode`` the output size is rounded up, and a last
    window that would start in the padding after the input is dropped. Padding counts as minus infinity.

    Source: ``torch.nn.MaxPool2d``.
    """

    types = ("max_pool1d", "max_pool2d", "max_pool3d")

    dilation: tuple[int, ...] = option(Sizes(1), 1)

    @override
    def flops(self, *inputs: Shape) -> int:
        return (prod(self.kernel_size) - 1) * elements(self.output(*inputs))
