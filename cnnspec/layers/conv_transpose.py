"""Transposed convolution."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import gcd, prod

from cnnspec.arithmetic.field import Field
from cnnspec.arithmetic.shape import Shape, elements, times
from cnnspec.errors import Fix, PaddingTooLarge, WindowTooLarge
from cnnspec.layers.call import Given, Size
from cnnspec.layers.groups import check_groups
from cnnspec.layers.layer import WHOLE, Axis, Reading, Weighing, require_rank
from cnnspec.layers.options import Bool, Int, Sizes, option
from cnnspec.override import override


class Spread(Reading):
    """Unit ``u`` of ``units`` reads every input ``i`` with ``u = i*s - p + d*t`` for a tap ``t``: as many as divide."""

    def __init__(self, kernel: int, stride: int, dilation: int, padding: int, units: int) -> None:
        self.kernel, self.stride, self.dilation, self.padding, self.units = kernel, stride, dilation, padding, units

    @override
    def field(self, below: Field) -> Field:
        return below.read(self.stride, 1, self._reads, self.units)

    def _reads(self, unit: int) -> tuple[int, int, int]:
        common = gcd(self.stride, self.dilation)
        cycle, place = self.stride // common, unit + self.padding
        first = place // common * pow(self.dilation // common, -1, cycle) % cycle
        if place % common or first >= self.kernel:
            return 0, 1, 0
        count = (self.kernel - 1 - first) // cycle + 1
        last = first + (count - 1) * cycle
        return (unit + self.padding - self.dilation * last) // self.stride, self.dilation // common, count


@dataclass(frozen=True, slots=True)
class ConvTranspose(Weighing):
    """A convolution run backwards: every input unit adds its kernel, weighed, to the output, strides apart.

    Each weight is used once for every input position. Tools that count output positions, as torchinfo and thop do, find
    about ``s1*s2`` times as many macs.

    ``output_padding`` is rows at the end of the output: a strided convolution makes one size of several, and it says which
    of them is meant. Where the stride does not divide the kernel, units get unlike numbers of products: checkerboards.

    Shape: ``(n - 1)*s - 2*p + d*(k - 1) + output_padding + 1`` along each spatial axis.
    Params: ``k1*k2*C_in*C_out/groups`` weights, and a bias for each output channel.
    Flops: 2·macs, plus one an output element where it has a bias; macs are K·C_out/groups an *input* element.
    Receptive field: grows by the ``k/s`` units, rounded up or down by phase, that reach an output unit; the jump shrinks
    ``s`` times.

    Example:
        input: [64, 28, 28]
        layers:
          - conv_transpose2d: {out_channels: 32, kernel_size: 2, stride: 2, expect: {output_shape: [32, 56, 56], params: 8_224}}

    Source: ``torch.nn.ConvTranspose2d``; Dumoulin and Visin, A guide to convolution arithmetic for deep learning (2016).
    """

    types = ("conv_transpose1d", "conv_transpose2d", "conv_transpose3d")
    family = "convolution"
    leading = (Size(0), Given("out_channels"), Given("kernel_size"))

    out_channels: int = option(Int(1))
    kernel_size: tuple[int, ...] = option(Sizes(1))
    stride: tuple[int, ...] = option(Sizes(1), 1)
    padding: tuple[int, ...] = option(Sizes(0), 0)
    output_padding: tuple[int, ...] = option(Sizes(0), 0)
    groups: int = option(Int(1), 1)
    bias: bool = option(Bool(), True)
    dilation: tuple[int, ...] = option(Sizes(1), 1)

    @override
    def output(self, *inputs: Shape) -> Shape:
        require_rank(self, inputs[0])
        check_groups(self.groups, inputs[0][0], self.out_channels)
        self._check_output_padding(inputs[0])
        sizes = self._sizes(inputs[0], self.output_padding)
        if min(sizes) < 1:
            raise WindowTooLarge(f"padding {times(self.padding)} leaves nothing of the output: {times(sizes)}")
        return (self.out_channels, *sizes)

    def _sizes(self, shape: Shape, output_padding: Shape) -> Shape:
        axes = zip(shape[1:], self.kernel_size, self.stride, self.padding, output_padding, self.dilation, strict=True)
        return tuple((n - 1) * s - 2 * p + d * (k - 1) + extra + 1 for n, k, s, p, extra, d in axes)

    def _check_output_padding(self, shape: Shape) -> None:
        most = [max(stride, dilation) - 1 for stride, dilation in zip(self.stride, self.dilation, strict=True)]
        for extra, fits, stride, dilation in zip(self.output_padding, most, self.stride, self.dilation, strict=True):
            if extra > fits:
                legal = min(self._sizes(shape, (min(most),) * len(most))) >= 1
                raise PaddingTooLarge(
                    f"output_padding {extra} is not smaller than stride {stride} or dilation {dilation}",
                    fix=f"output_padding of at most {min(most)}",
                    fixes=(Fix("output_padding", min(most)),) if legal else (),
                )

    @override
    def parameters(self, *inputs: Shape) -> Mapping[str, Shape]:
        weight = (inputs[0][0], self.out_channels // self.groups, *self.kernel_size)
        return {"weight": weight, "bias": (self.out_channels,)} if self.bias else {"weight": weight}

    @override
    def macs(self, *inputs: Shape) -> int:
        return elements(inputs[0]) * (self.out_channels // self.groups) * prod(self.kernel_size)

    @override
    def axes(self, *inputs: Shape) -> tuple[tuple[Axis, ...], ...]:
        sizes = zip(self.kernel_size, self.stride, self.dilation, self.padding, self.output(*inputs)[1:], strict=True)
        return ((Axis(None, WHOLE), *(Axis(axis, Spread(*size)) for axis, size in enumerate(sizes, 1))),)
