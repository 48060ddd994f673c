"""Largest of inputs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

from cnnspec.arithmetic.shape import Shape
from cnnspec.layers.call import Call
from cnnspec.layers.merge import Broadcast, data
from cnnspec.override import override


@dataclass(frozen=True, slots=True)
class Maximum(Broadcast):
    """The largest of the inputs, element by element.

    Over two convolutions of the same input it is maxout. A gradient goes back to the largest alone, yet any could have
    been it: the receptive field is the union of all.

    Example:
        input: [3, 32, 32]
        layers:
          - conv2d: {name: one, out_channels: 16, kernel_size: 3, padding: 1}
          - conv2d: {name: two, from: input, out_channels: 16, kernel_size: 5, padding: 2}
          - maximum: {from: [one, two], expect: {output_shape: [16, 32, 32], flops: 16_384, receptive_field: 5}}

    Source: ``torch.maximum``; Goodfellow et al., Maxout networks (2013).
    """

    types = ("maximum",)

    @override
    def expression(self, *inputs: Shape) -> Call:
        return Call(reduce("torch.maximum({}, {})".format, data(len(inputs))))
