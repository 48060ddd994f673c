"""Pixels to channels."""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd

from cnnspec.arithmetic.shape import Shape, times
from cnnspec.arithmetic.window import Window
from cnnspec.errors import Fix, ShapeMismatch
from cnnspec.layers.call import Given
from cnnspec.layers.layer import SCATTERED, Axis, Pointwise
from cnnspec.layers.options import Int, option
from cnnspec.layers.pixel_shuffle import map_of, nearest_multiples
from cnnspec.layers.sliding import spatial_axes
from cnnspec.override import override


@dataclass(frozen=True, slots=True)
class PixelUnshuffle(Pointwise):
    """The r×r pixels of each square become the channels of one: ``pixel_shuffle`` undone, a stride that loses nothing.

    Shape: ``C*r*r`` channels, and an r-th of the rows and columns, which must divide; r being ``downscale_factor``.
    Flops: 0: it only moves numbers.
    Receptive field: grows by ``r - 1`` jumps, all channels of a unit taken together; the jump grows ``r`` times.

    Example:
        input: [3, 64, 64]
        layers:
          - pixel_unshuffle: {downscale_factor: 2, expect: {output_shape: [12, 32, 32], flops: 0, receptive_field: 2}}

    Source: ``torch.nn.PixelUnshuffle``.
    """

    types = ("pixel_unshuffle",)
    functional = "F.pixel_unshuffle"
    leading = (Given("downscale_factor"),)

    downscale_factor: int = option(Int(1))

    @override
    def output(self, *inputs: Shape) -> Shape:
        channels, height, width = map_of(self, inputs[0])
        factor = self.downscale_factor
        if height % factor or width % factor:
            fits = gcd(height, width, factor)
            raise ShapeMismatch(
                f"{times((height, width))} does not divide into squares of {times((factor, factor))}",
                fix=f"downscale_factor {fits}" if fits > 1 else f"an input of {nearest_multiples((height, width), factor)}",
                fixes=(Fix("downscale_factor", fits),) if fits > 1 else (),
            )
        return (channels * factor**2, height // factor, width // factor)

    @override
    def axes(self, *inputs: Shape) -> tuple[tuple[Axis, ...], ...]:
        return ((Axis(0, SCATTERED), *spatial_axes((Window(self.downscale_factor, self.downscale_factor),) * 2)),)
