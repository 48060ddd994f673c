"""Max pooling."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from cnnspec.arithmetic.shape import Shape, elements
from cnnspec.arithmetic.window import Window
from cnnspec.layers.call import Call
from cnnspec.layers.options import Sizes, option
from cnnspec.layers.padded import rows
from cnnspec.layers.pool import Pool
from cnnspec.override import override


@dataclass(frozen=True, slots=True)
class MaxPool(Pool):
    """A max pool: the largest element of each window, each channel by itself.

    Padding counts as minus infinity. It may be at most half of the kernel, dilated or not.

    Flops: ``K - 1`` an output element, K being the elements of a window: comparisons.

    Example:
        input: [64, 112, 112]
        layers:
          - max_pool2d:
              kernel_size: 3
              stride: 2
              padding: 1
              expect: {output_shape: [64, 56, 56], flops: 1_605_632, receptive_field: 3}

    Source: ``torch.nn.MaxPool2d``.
    """

    types = ("max_pool1d", "max_pool2d", "max_pool3d")
    functional = "F.max_pool"

    dilation: tuple[int, ...] = option(Sizes(1), 1)

    @override
    def flops(self, *inputs: Shape) -> int:
        return (prod(self.kernel_size) - 1) * elements(self.output(*inputs))

    @override
    def pad(self, windows: tuple[Window, ...]) -> Call:
        return Call(f"nn.ConstantPad{self.dimensioned}", (rows(windows), Call("float", ("-inf",))))
