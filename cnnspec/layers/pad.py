"""Padding as a layer of its own."""

from __future__ import annotations

from dataclasses import dataclass

from cnnspec.arithmetic.shape import SPATIAL, Shape, listed
from cnnspec.arithmetic.window import Window
from cnnspec.errors import ShapeMismatch
from cnnspec.layers import padded
from cnnspec.layers.call import Call, Given
from cnnspec.layers.layer import KEPT, Axis, Pointwise
from cnnspec.layers.options import Padding, Word, option
from cnnspec.layers.sliding import PADDING_MODES, check_padding_mode, spatial_axes
from cnnspec.override import override


@dataclass(frozen=True, slots=True)
class Pad(Pointwise):
    """Rows before and after each spatial axis.

    They are zeros, or by ``mode`` what is mirrored (``reflect`` leaves out the edge, ``symmetric`` repeats it), the edge
    repeated (``replicate``) or the other end (``circular``). Mirrored or circular, no row is used twice.

    Shape: ``n + p0 + p1`` along each spatial axis.
    Flops: 0: it only moves numbers.
    Receptive field: each unit sees what the one it was moved from sees: the field begins ``p0`` jumps earlier.

    Example:
        input: [3, 224, 224]
        layers:
          - pad: {padding: [[2, 3], [2, 3]], expect: {output_shape: [3, 229, 229], receptive_field: 1}}
          - conv2d: {out_channels: 64, kernel_size: 7, stride: 2, expect: {output_shape: [64, 112, 112]}}

    Source: ``torch.nn.functional.pad``; ``symmetric`` is ``numpy.pad``'s.
    """

    types = ("pad",)
    foreign = ("mode",)

    padding: tuple[tuple[int, int], ...] = option(Padding("valid"))
    mode: str = option(Word(*PADDING_MODES), "zeros")

    @override
    def windows(self, *inputs: Shape) -> tuple[Window, ...]:
        return tuple(Window(1, before=before, after=after) for before, after in self.padding)

    @override
    def output(self, *inputs: Shape) -> Shape:
        channels, *sizes = inputs[0]
        if len(sizes) not in SPATIAL:
            raise ShapeMismatch(f"pad wants channels and 1 to 3 spatial axes, but its input is {listed(inputs[0])}")
        windows = self.windows(*inputs)
        check_padding_mode(self.mode, windows, tuple(sizes))
        return (channels, *(window.output(size) for window, size in zip(windows, sizes, strict=True)))

    @override
    def axes(self, *inputs: Shape) -> tuple[tuple[Axis, ...], ...]:
        return ((Axis(0, KEPT), *spatial_axes(self.windows(*inputs))),)

    @override
    def torch(self, *inputs: Shape) -> Call:
        made = padded.pad(self.mode, self.windows())
        return Call(made.name, (Given("padding"),)) if isinstance(made.arguments[0], int) else made

    @override
    def expression(self, *inputs: Shape) -> Call:
        rows = padded.rows(self.windows())
        if self.mode == "symmetric":
            return Call("pad_symmetric", (rows,))
        return Call("F.pad", (rows,), {} if self.mode == "zeros" else {"mode": self.mode})
