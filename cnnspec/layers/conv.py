"""Convolution."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

from cnnspec.arithmetic.shape import Shape, elements
from cnnspec.arithmetic.window import Window
from cnnspec.layers.groups import check_groups
from cnnspec.layers.layer import WHOLE, Axis, Layer, require_rank
from cnnspec.layers.options import Bool, Int, Padding, Sizes, Word, option
from cnnspec.layers.sliding import (
    PADDING_MODES,
    check_padding_mode,
    padded_options,
    slide,
    spatial_axes,
    takes_padding,
    windows,
)
from cnnspec.override import override


@dataclass(frozen=True, slots=True)
class Conv(Layer):
    """A convolution: every output unit weighs a window of all channels of its group.

    Output size ``floor((n + p0 + p1 - d*(k - 1) - 1) / s) + 1`` along each axis; ``k1*k2*C_in/groups*C_out`` weights,
    each used once for every output position. The odd row of ``same`` padding stands after.

    Source: ``torch.nn.Conv2d``; Dumoulin and Visin, A guide to convolution arithmetic for deep learning (2016).
    """

    types = ("conv1d", "conv2d", "conv3d")
    family = "convolution"
    shares_weights = True

    out_channels: int = option(Int(1))
    kernel_size: tuple[int, ...] = option(Sizes(1))
    stride: tuple[int, ...] = option(Sizes(1), 1)
    padding: tuple[tuple[int, int], ...] | str = option(Padding(), 0)
    dilation: tuple[int, ...] = option(Sizes(1), 1)
    groups: int = option(Int(1), 1)
    bias: bool = option(Bool(), True)
    padding_mode: str = option(Word(*PADDING_MODES), "zeros")

    @override
    def windows(self, *inputs: Shape) -> tuple[Window, ...]:
        return windows(inputs[0][1:], self.kernel_size, self.stride, self.padding, self.dilation)

    @override
    def output(self, *inputs: Shape) -> Shape:
        require_rank(self, inputs[0])
        channels, sizes = inputs[0][0], inputs[0][1:]
        check_groups(self.groups, channels, self.out_channels)
        windows = self.windows(*inputs)
        check_padding_mode(self.padding_mode, windows, sizes)
        return (self.out_channels, *slide(windows, sizes, lambda others: takes_padding(self.padding_mode, others, sizes)))

    @override
    def parameters(self, *inputs: Shape) -> Mapping[str, Shape]:
        weight = (self.out_channels, inputs[0][0] // self.groups, *self.kernel_size)
        return {"weight": weight, "bias": (self.out_channels,)} if self.bias else {"weight": weight}

    @override
    def macs(self, *inputs: Shape) -> int:
        return elements(self.output(*inputs)) * (inputs[0][0] // self.groups) * prod(self.kernel_size)

    @override
    def flops(self, *inputs: Shape) -> int:
        return 2 * self.macs(*inputs) + self.bias * elements(self.output(*inputs))

    @override
    def axes(self, *inputs: Shape) -> tuple[tuple[Axis, ...], ...]:
        return ((Axis(None, WHOLE), *spatial_axes(self.windows(*inputs))),)

    @override
    def resolved(self, *inputs: Shape) -> dict[str, object]:
        return padded_options(self, *inputs)
