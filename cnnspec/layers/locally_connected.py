"""Locally connected layer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cnnspec.arithmetic.shape import Shape
from cnnspec.layers.call import Call, Given, Size
from cnnspec.layers.composed import Composed
from cnnspec.layers.conv import Conv
from cnnspec.layers.options import Bool, Int, Padding, Sizes, option
from cnnspec.layers.padded import rows
from cnnspec.override import override


@dataclass(frozen=True, slots=True)
class LocallyConnected(Composed):
    """A convolution whose weights are not shared: each output position has its own.

    It has as many times the parameters of the ``conv2d`` of the same options as there are output positions, and takes
    one input size only.

    Shape: ``floor((n + p0 + p1 - k)/s) + 1`` along each spatial axis.
    Params: ``k1*k2*C_in*C_out`` weights for each output position, and a bias for each output element.
    Flops: 2·macs, plus one an output element where it has a bias; macs are k1·k2·C_in an output element.
    Receptive field: grows by ``k - 1`` jumps; the jump grows ``s`` times.

    Example:
        input: [1, 28, 28]
        layers:
          - locally_connected2d: {out_channels: 1, kernel_size: 5, expect: {output_shape: [1, 24, 24], params: 14_976}}

    Source: Keras' ``LocallyConnected2D``; LeCun, Generalization and network design strategies (1989).
    """

    types = ("locally_connected2d",)

    out_channels: int = option(Int(1))
    kernel_size: tuple[int, ...] = option(Sizes(1))
    stride: tuple[int, ...] = option(Sizes(1), 1)
    padding: tuple[tuple[int, int], ...] | str = option(Padding(), 0)
    bias: bool = option(Bool(), True)

    @override
    def parts(self, channels: int) -> Mapping[str, Conv]:
        conv = Conv(
            "conv2d",
            out_channels=self.out_channels,
            kernel_size=self.kernel_size,
            stride=self.stride,
            padding=self.padding,
            dilation=(1, 1),
            bias=self.bias,
        )
        return {"": conv}

    @override
    def parameters(self, *inputs: Shape) -> Mapping[str, Shape]:
        output = self.output(*inputs)
        weight = (self.out_channels, inputs[0][0], *self.kernel_size, *output[1:])
        return {"weight": weight, "bias": output} if self.bias else {"weight": weight}

    @override
    def torch(self, *inputs: Shape) -> Call:
        leading, pads = (
            (Size(0), Given("out_channels"), Given("kernel_size"), self.output(*inputs)[1:]),
            rows(self.windows(*inputs)),
        )
        return self.call("LocallyConnected2d", *leading, padding=None, pads=pads if any(pads) else None)
