"""Cropping."""

from __future__ import annotations

from dataclasses import dataclass

from cnnspec.arithmetic.shape import Shape, listed, times
from cnnspec.arithmetic.window import Window
from cnnspec.errors import ShapeMismatch, WindowTooLarge
from cnnspec.layers.call import Argument, Call, Given
from cnnspec.layers.layer import KEPT, Axis, Pointwise
from cnnspec.layers.options import SizeOf, Sizes, option
from cnnspec.layers.sliding import spatial_axes
from cnnspec.override import override


@dataclass(frozen=True, slots=True)
class Crop(Pointwise):
    """The middle of each spatial axis, ``size`` long or as long as that of the layer named by ``to``.

    Either ``size`` or ``to`` is written. Of n rows ``floor((n - size)/2)`` are cut off before, the others after.

    Shape: ``size`` along each spatial axis, which must be that long.
    Flops: 0: it only moves numbers.
    Receptive field: each unit sees what the one it was moved from sees.

    Example:
        input: [3, 32, 32]
        layers:
          - conv2d: {name: inner, out_channels: 8, kernel_size: 5}
          - crop: {name: cropped, from: input, to: inner, expect: {output_shape: [3, 28, 28], receptive_field: 1}}
          - concat: {from: [cropped, inner], expect: {output_shape: [11, 28, 28], receptive_field: 5}}

    Source: Ronneberger et al., U-Net: convolutional networks for biomedical image segmentation (2015).
    """

    types = ("crop",)

    size: tuple[int, ...] | None = option(Sizes(1), None)
    to: tuple[int, ...] | None = option(SizeOf(), None)

    @override
    def windows(self, *inputs: Shape) -> tuple[Window, ...]:
        spare = [size - kept for size, kept in zip(inputs[0][1:], self._kept(), strict=True)]
        return tuple(Window(1, before=-(rows // 2), after=rows // 2 - rows) for rows in spare)

    @override
    def output(self, *inputs: Shape) -> Shape:
        channels, *sizes = inputs[0]
        if not sizes or len(self._kept()) != len(sizes):
            raise ShapeMismatch(f"a crop to {listed(self._kept())} does not fit the axes of its input {listed(inputs[0])}")
        if any(kept > size for kept, size in zip(self._kept(), sizes, strict=True)):
            raise WindowTooLarge(f"a crop to {times(self._kept())} is larger than its input {times(tuple(sizes))}")
        return (channels, *self._kept())

    @override
    def axes(self, *inputs: Shape) -> tuple[tuple[Axis, ...], ...]:
        return ((Axis(0, KEPT), *spatial_axes(self.windows(*inputs))),)

    @override
    def resolved(self, *inputs: Shape) -> dict[str, object]:
        return {"size": self._kept()}

    @override
    def torch(self, *inputs: Shape) -> Call:
        size: Argument = Given("size") if self.to is None else self.to
        return Call("Crop", (size,))

    @override
    def expression(self, *inputs: Shape) -> Call:
        """With ``to`` that layer's value is the second datum."""
        if self.to is None:
            return Call("center_crop", (Given("size"),))
        return Call("center_crop({0}, {1}.shape[2:])")

    def _kept(self) -> tuple[int, ...]:
        if (self.size is None) == (self.to is None):
            raise ShapeMismatch("a crop wants either `size` or `to`, the name of a layer whose size it takes")
        kept = self.size if self.size is not None else self.to
        assert kept is not None
        return kept
