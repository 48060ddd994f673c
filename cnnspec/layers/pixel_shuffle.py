"""Channels to pixels."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from cnnspec.arithmetic.shape import Shape, listed, times
from cnnspec.errors import Fix, ShapeMismatch
from cnnspec.layers.call import Given
from cnnspec.layers.interpolation import Interpolated
from cnnspec.layers.layer import SCATTERED, Axis, Pointwise
from cnnspec.layers.options import Int, option
from cnnspec.override import override


@dataclass(frozen=True, slots=True)
class PixelShuffle(Pointwise):
    """Every r² channels become one, whose pixels are r×r of theirs: upsampling without arithmetic, after a convolution.

    Shape: C/r² channels, and ``r`` times the rows and columns, r being ``upscale_factor``.
    Flops: 0: it only moves numbers.
    Receptive field: unit u sees what unit ``floor(u/r)`` below it sees; the jump shrinks ``r`` times.

    Example:
        input: [64, 32, 32]
        layers:
          - conv2d: {out_channels: 12, kernel_size: 3, padding: 1}
          - pixel_shuffle: {upscale_factor: 2, expect: {output_shape: [3, 64, 64], flops: 0, receptive_field: 3}}

    Source: ``torch.nn.PixelShuffle``; Shi et al., Real-time single image and video super-resolution using an efficient
    sub-pixel convolutional neural network (2016).
    """

    types = ("pixel_shuffle",)
    functional = "F.pixel_shuffle"
    leading = (Given("upscale_factor"),)

    upscale_factor: int = option(Int(1))

    @override
    def output(self, *inputs: Shape) -> Shape:
        channels, height, width = map_of(self, inputs[0])
        factor = self.upscale_factor
        if channels % factor**2:
            fits = next(other for other in range(min(factor, 99), 0, -1) if channels % other**2 == 0)
            raise ShapeMismatch(
                f"{channels} channels do not divide into maps of {factor}×{factor}",
                fix=f"upscale_factor {fits}" if fits > 1 else f"{nearest_multiples((channels,), factor**2)} channels above it",
                fixes=(Fix("upscale_factor", fits),) if fits > 1 else (),
            )
        return (channels // factor**2, height * factor, width * factor)

    @override
    def axes(self, *inputs: Shape) -> tuple[tuple[Axis, ...], ...]:
        step = Fraction(1, self.upscale_factor)
        spatial = (
            Axis(axis, Interpolated(step, Fraction(0), 1, units)) for axis, units in enumerate(self.output(*inputs)[1:], 1)
        )
        return ((Axis(None, SCATTERED), *spatial),)


def nearest_multiples(sizes: tuple[int, ...], of: int) -> str:
    """In words, the sizes rounded down to multiples of a number, if none of them is 0 then, or up."""
    rounded = (tuple(size // of * of for size in sizes), tuple(-(-size // of) * of for size in sizes))
    return " or ".join(times(found) for found in rounded if all(found))


def map_of(layer: Pointwise, shape: Shape) -> tuple[int, int, int]:
    """The channels, height and width of an input that must have them. Raises :class:`ShapeMismatch`."""
    if len(shape) != 3:
        raise ShapeMismatch(f"{layer.type} reads 3 axes (channels, height, width), but its input is {listed(shape)}")
    channels, height, width = shape
    return channels, height, width
