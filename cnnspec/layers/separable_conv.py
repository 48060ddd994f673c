"""Depthwise separable convolution."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from cnnspec.arithmetic.shape import Shape
from cnnspec.layers.call import Argument, Call, Given, Size
from cnnspec.layers.composed import Composed
from cnnspec.layers.conv import Conv
from cnnspec.layers.kernels import Biases
from cnnspec.layers.options import Int, Padding, Sizes, Word, option
from cnnspec.layers.sliding import PADDING_MODES
from cnnspec.override import override


@dataclass(frozen=True, slots=True)
class SeparableConv(Composed):
    """A convolution in two steps: each channel by itself, without a bias; then a 1×1 convolution that mixes them.

    It costs about ``1/C_out + 1/(k1*k2)`` of the ``conv2d`` in whose place it stands. There is no activation between the
    steps: where a network has one, or a norm, write ``depthwise_conv2d`` and ``conv2d``.

    Shape: ``floor((n + p0 + p1 - d*(k - 1) - 1)/s) + 1`` along each spatial axis.
    Params: ``k1*k2*m*C_in`` weights and ``m*C_in*C_out``, m the ``depth_multiplier``, and a bias for each output channel.
    Flops: 2·macs, plus one an output element where it has a bias; macs are m·C_in·(k1·k2 + C_out) an output position.
    Receptive field: grows by ``d*(k - 1)`` jumps; the jump grows ``s`` times.

    Example:
        input: [32, 16, 16]
        layers:
          - separable_conv2d: {out_channels: 64, kernel_size: 3, padding: 1, expect: {params: 2_400, macs: 598_016}}

    Source: Keras' ``SeparableConv2D``; Chollet, Xception (2017).
    """

    types = ("separable_conv2d",)
    shares_weights = True

    out_channels: int = option(Int(1))
    kernel_size: tuple[int, ...] = option(Sizes(1))
    depth_multiplier: int = option(Int(1), 1)
    stride: tuple[int, ...] = option(Sizes(1), 1)
    padding: tuple[tuple[int, int], ...] | str = option(Padding(), 0)
    dilation: tuple[int, ...] = option(Sizes(1), 1)
    bias: bool | tuple[float, ...] = option(Biases(), True)
    padding_mode: str = option(Word(*PADDING_MODES), "zeros")

    @override
    def parts(self, channels: int) -> Mapping[str, Conv]:
        each = Conv(
            "conv2d",
            out_channels=channels * self.depth_multiplier,
            kernel_size=self.kernel_size,
            stride=self.stride,
            padding=self.padding,
            dilation=self.dilation,
            groups=channels,
            bias=False,
            padding_mode=self.padding_mode,
        )
        one: tuple[int, ...] = (1, 1)
        mixed = Conv(
            "conv2d",
            out_channels=self.out_channels,
            kernel_size=one,
            stride=one,
            padding=((0, 0), (0, 0)),
            dilation=one,
            bias=self.bias,
        )
        return {"depthwise.": each, "pointwise.": mixed}

    @override
    def torch(self, *inputs: Shape) -> Call:
        (_, each, shape), (_, mixed, between) = self._steps(*inputs)
        deep: Argument = Size(0) if between[0] == shape[0] else between[0]
        first = each.torch(shape).replaced({Given("out_channels"): deep, Given("groups"): Size(0), Given("bias"): False})
        second = mixed.torch(between).replaced({Size(0): deep, Given("kernel_size"): 1})
        general = Call("Separable", (first, second))
        if (first.name, second.name, deep) != ("nn.Conv2d", "nn.Conv2d", Size(0)) or "padding_mode" in first.keywords:
            return general
        leading = (Size(0), Given("out_channels"), Given("kernel_size"))
        made = self.call("SeparableConv2d", *leading, padding=first.keywords.get("padding"), padding_mode=None)
        return replace(made, general=general)
