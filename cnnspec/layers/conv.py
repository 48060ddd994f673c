"""Convolution."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from cnnspec.arithmetic.shape import Shape, elements
from cnnspec.arithmetic.window import Window
from cnnspec.layers.call import Argument, Call, Given, Size
from cnnspec.layers.connections import Connections, check_table
from cnnspec.layers.kernels import Biases, Kernel, check_input, following, is_matrix, takes_windows
from cnnspec.layers.layer import WHOLE, Axis, Weighing
from cnnspec.layers.options import Int, Padding, Sizes, Word, option
from cnnspec.layers.padded import depends_on_size, is_even, pad, rows
from cnnspec.layers.sliding import PADDING_MODES, check_padding_mode, padded_options, slide, spatial_axes, windows
from cnnspec.override import override


@dataclass(frozen=True, slots=True)
class Conv(Weighing):
    """A convolution: every output unit weighs a window of all channels of its group.

    Known kernels stand in ``weight``: ``out_channels`` and ``kernel_size`` follow. ``connections`` lists the input channels
    that each output channel reads, as in LeNet-5.

    Shape: ``floor((n + p0 + p1 - d*(k - 1) - 1)/s) + 1`` along each spatial axis; ``same`` puts an odd row after.
    Params: ``k1*k2*C_in/groups*C_out`` weights (``k1*k2`` a connection of a table), and a bias for each output channel.
    Flops: 2·macs, plus one an output element where it has a bias; macs are each weight once for every output position.
    Receptive field: grows by ``d*(k - 1)`` jumps; the jump grows ``s`` times.

    Example:
        input: [3, 32, 32]
        layers:
          - conv2d: {out_channels: 16, kernel_size: 3, padding: 1, expect: {output_shape: [16, 32, 32], params: 448}}
          - conv2d: {weight: blur, padding: same, trainable: false, expect: {output_shape: [16, 32, 32], params: 160}}

    Source: ``torch.nn.Conv2d``; Dumoulin and Visin, A guide to convolution arithmetic for deep learning (2016).
    """

    types = ("conv1d", "conv2d", "conv3d")
    family = "convolution"
    shares_weights = True
    foreign = ("weight", "connections")

    out_channels: int | None = option(Int(1), unless="weight")
    kernel_size: tuple[int, ...] = option(Sizes(1), unless="weight")
    stride: tuple[int, ...] = option(Sizes(1), 1)
    padding: tuple[tuple[int, int], ...] | str = option(Padding(), 0)
    dilation: tuple[int, ...] = option(Sizes(1), 1)
    groups: int = option(Int(1), 1)
    bias: bool | tuple[float, ...] = option(Biases(), True)
    padding_mode: str = option(Word(*PADDING_MODES), "zeros")
    weight: tuple[Any, ...] | None = option(Kernel(), None)
    connections: tuple[tuple[int, ...], ...] | None = option(Connections(), None)

    def __post_init__(self) -> None:
        for name, value in following(self).items():
            object.__setattr__(self, name, value)
        check_table(self)

    def channels(self, channels: int) -> tuple[int, int]:
        """The output channels and the groups, over so many input channels."""
        return (channels, channels) if is_matrix(self) else (self.out_channels or 0, self.groups)

    @override
    def windows(self, *inputs: Shape) -> tuple[Window, ...]:
        return windows(inputs[0][1:], self.kernel_size, self.stride, self.padding, self.dilation)

    @override
    def output(self, *inputs: Shape) -> Shape:
        check_input(self, inputs[0])
        windows, sizes = self.windows(*inputs), inputs[0][1:]
        check_padding_mode(self.padding_mode, windows, sizes)
        return (self.channels(inputs[0][0])[0], *slide(windows, sizes, lambda others: takes_windows(self, others, sizes)))

    @override
    def parameters(self, *inputs: Shape) -> Mapping[str, Shape]:
        out, groups = self.channels(inputs[0][0])
        planes = (out, inputs[0][0] // groups) if self.connections is None else (sum(map(len, self.connections)),)
        weight = (*planes, *self.kernel_size)
        return {"weight": weight, "bias": (out,)} if self.bias else {"weight": weight}

    @override
    def macs(self, *inputs: Shape) -> int:
        return elements(self.parameters(*inputs)["weight"]) * elements(self.output(*inputs)[1:])

    @override
    def axes(self, *inputs: Shape) -> tuple[tuple[Axis, ...], ...]:
        return ((Axis(None, WHOLE), *spatial_axes(self.windows(*inputs))),)

    @override
    def resolved(self, *inputs: Shape) -> dict[str, object]:
        out, groups = self.channels(inputs[0][0])
        return {**padded_options(self, *inputs), "out_channels": out, "groups": groups}

    @override
    def torch(self, *inputs: Shape) -> Call:
        return _module(self, inputs[0])


def _module(conv: Conv, shape: Shape) -> Call:
    """The module of ``conv`` over an input of this shape, with the numbers that it is given."""
    name, padding = _padding(conv, conv.windows(shape))
    leading: tuple[Argument, ...] = (Size(0), Given("out_channels"), Given("kernel_size"))
    numbers: dict[str, Argument] = {} if conv.weight is None else {"weight": conv.weight}
    others: dict[str, Argument] = {"out_channels": None}
    if conv.connections is not None:
        name, leading = "ConnectedConv", (Given("connections"), Given("kernel_size"))
    if is_matrix(conv):
        leading, others["groups"] = (Size(0), Size(0), Given("kernel_size")), Size(0) if shape[0] > 1 else None
    if isinstance(conv.bias, tuple):
        numbers["bias"], others["bias"] = Given("bias"), None
    made = conv.call(f"{name}{conv.dimensioned}", *leading, **others, **padding)
    if conv.padding == "same" and conv.padding_mode != "symmetric" and conv.connections is None:
        made = replace(made, general=conv.call(f"SameConv{conv.dimensioned}", *leading, **others, padding=None))
    return Call("given", (made,), numbers) if numbers else made


def _padding(conv: Conv, windows: tuple[Window, ...]) -> tuple[str, Mapping[str, Any]]:
    """The class of a convolution that pads so, and what it is told of it in place of the options."""
    unsaid = {"padding": None, "padding_mode": None}
    follows, same = depends_on_size(conv.padding, windows), conv.padding == "same"
    if not follows and not any(rows(windows)):
        return "nn.Conv", unsaid
    if conv.connections is None and conv.padding_mode != "symmetric":
        if follows:
            return "SameConv", {"padding": None}
        if same or is_even(windows):
            return "nn.Conv", {}
    general = _same_pad(conv) if same else None
    return "PaddedConv", {**unsaid, "pad": general if follows else replace(pad(conv.padding_mode, windows), general=general)}


def _same_pad(conv: Conv) -> Call:
    named = {"dilation": "dilation", "mode": "padding_mode"}
    others = {name: Given(option) for name, option in named.items() if not conv.is_default(option)}
    return Call("SamePad", (Given("kernel_size"), Given("stride")), others)
