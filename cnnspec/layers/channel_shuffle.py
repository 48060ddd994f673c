"""Channels of all groups mixed."""

from __future__ import annotations

from dataclasses import dataclass

from cnnspec.arithmetic.shape import Shape, listed
from cnnspec.errors import ShapeMismatch
from cnnspec.layers.call import Given
from cnnspec.layers.groups import check_groups
from cnnspec.layers.layer import KEPT, SCATTERED, Axis, Pointwise
from cnnspec.layers.options import Int, option
from cnnspec.override import override


@dataclass(frozen=True, slots=True)
class ChannelShuffle(Pointwise):
    """The first channel of each group, then the second of each, and so on: so that grouped convolutions see all in turn.

    Flops: 0: it only moves numbers.

    Example:
        input: [240, 28, 28]
        layers:
          - conv2d: {out_channels: 240, kernel_size: 1, groups: 3, bias: false}
          - channel_shuffle: {groups: 3, expect: {output_shape: [240, 28, 28], params: 0, flops: 0}}

    Source: ``torch.nn.ChannelShuffle``; Zhang et al., ShuffleNet: an extremely efficient convolutional neural network for
    mobile devices (2018).
    """

    types = ("channel_shuffle",)
    functional = "F.channel_shuffle"
    leading = (Given("groups"),)

    groups: int = option(Int(1))

    @override
    def output(self, *inputs: Shape) -> Shape:
        channels, *sizes = inputs[0]
        if not sizes:
            raise ShapeMismatch(f"channel_shuffle wants channels and spatial axes, but its input is {listed(inputs[0])}")
        check_groups(self.groups, channels, channels)
        return inputs[0]

    @override
    def axes(self, *inputs: Shape) -> tuple[tuple[Axis, ...], ...]:
        return ((Axis(0, SCATTERED), *(Axis(axis, KEPT) for axis in range(1, len(inputs[0])))),)
