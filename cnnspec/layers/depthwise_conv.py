"""Depthwise convolution."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cnnspec.arithmetic.shape import Shape
from cnnspec.layers.call import Argument, Call, Given, Size
from cnnspec.layers.composed import Composed
from cnnspec.layers.conv import Conv
from cnnspec.layers.kernels import Biases
from cnnspec.layers.options import Int, Padding, Sizes, Word, option
from cnnspec.layers.sliding import PADDING_MODES
from cnnspec.override import override


@dataclass(frozen=True, slots=True)
class DepthwiseConv(Composed):
    """A convolution of each channel by itself: ``depth_multiplier`` kernels m for each, which see no other channel.

    It is a ``conv2d`` with as many groups as input channels and ``m*C_in`` output channels, those of a channel side by
    side.

    Shape: ``floor((n + p0 + p1 - d*(k - 1) - 1)/s) + 1`` along each spatial axis, ``m*C_in`` channels.
    Params: ``k1*k2*m*C_in`` weights, and a bias for each output channel.
    Flops: 2·macs, plus one an output element where it has a bias; macs are k1·k2 an output element.
    Receptive field: grows by ``d*(k - 1)`` jumps; the jump grows ``s`` times.

    Example:
        input: [32, 16, 16]
        layers:
          - depthwise_conv2d: {kernel_size: 3, padding: 1, expect: {output_shape: [32, 16, 16], params: 320, macs: 73_728}}

    Source: Keras' ``DepthwiseConv2D``; Howard et al., MobileNets (2017).
    """

    types = ("depthwise_conv2d",)
    shares_weights = True

    kernel_size: tuple[int, ...] = option(Sizes(1))
    depth_multiplier: int = option(Int(1), 1)
    stride: tuple[int, ...] = option(Sizes(1), 1)
    padding: tuple[tuple[int, int], ...] | str = option(Padding(), 0)
    dilation: tuple[int, ...] = option(Sizes(1), 1)
    bias: bool | tuple[float, ...] = option(Biases(), True)
    padding_mode: str = option(Word(*PADDING_MODES), "zeros")

    @override
    def parts(self, channels: int) -> Mapping[str, Conv]:
        conv = Conv(
            "conv2d",
            out_channels=channels * self.depth_multiplier,
            kernel_size=self.kernel_size,
            stride=self.stride,
            padding=self.padding,
            dilation=self.dilation,
            groups=channels,
            bias=self.bias,
            padding_mode=self.padding_mode,
        )
        return {"": conv}

    @override
    def torch(self, *inputs: Shape) -> Call:
        (conv,) = self.parts(inputs[0][0]).values()
        out: Argument = Size(0) if self.depth_multiplier == 1 else conv.out_channels
        return conv.torch(*inputs).replaced({Given("out_channels"): out, Given("groups"): Size(0)})
