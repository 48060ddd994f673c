"""What maximum and average pools share."""

from __future__ import annotations

from dataclasses import dataclass

from cnnspec.arithmetic.shape import Shape
from cnnspec.arithmetic.window import Window
from cnnspec.errors import PaddingTooLarge
from cnnspec.layers.layer import KEPT, Axis, Pointwise, require_rank
from cnnspec.layers.options import Bool, Padding, Sizes, option
from cnnspec.layers.sliding import padded_options, padding_fix, slide, spatial_axes, windows
from cnnspec.override import override


@dataclass(frozen=True, slots=True)
class Pool(Pointwise):
    """A window over each channel by itself; its stride is its kernel size where nothing else is said.

    Shape: ``floor((n + p0 + p1 - d*(k - 1) - 1)/s) + 1`` along each spatial axis. With ``ceil_mode`` the ceiling, less a
    last window that would start in the padding after the input.
    Receptive field: grows by ``d*(k - 1)`` jumps; the jump grows ``s`` times.
    """

    family = "pool"

    kernel_size: tuple[int, ...] = option(Sizes(1))
    stride: tuple[int, ...] = option(Sizes(1), like="kernel_size")
    padding: tuple[tuple[int, int], ...] | str = option(Padding(), 0)
    ceil_mode: bool = option(Bool(), False)

    @override
    def windows(self, *inputs: Shape) -> tuple[Window, ...]:
        dilation = getattr(self, "dilation", None)
        return windows(inputs[0][1:], self.kernel_size, self.stride, self.padding, dilation, self.ceil_mode)

    @override
    def output(self, *inputs: Shape) -> Shape:
        require_rank(self, inputs[0])
        sizes, windows = inputs[0][1:], self.windows(*inputs)
        if not isinstance(self.padding, str) and not takes_padding(windows):
            raise _padding_too_large(windows, sizes)
        return (inputs[0][0], *slide(windows, sizes, takes_padding))

    @override
    def axes(self, *inputs: Shape) -> tuple[tuple[Axis, ...], ...]:
        return ((Axis(0, KEPT), *spatial_axes(self.windows(*inputs))),)

    @override
    def resolved(self, *inputs: Shape) -> dict[str, object]:
        return padded_options(self, *inputs)


def takes_padding(windows: tuple[Window, ...]) -> bool:
    """Whether no padding is over half the kernel, dilated or not: PyTorch's bound."""
    return all(max(window.before, window.after) <= window.kernel // 2 for window in windows)


def _padding_too_large(windows: tuple[Window, ...], sizes: Shape) -> PaddingTooLarge:
    window = next(window for window in windows if not takes_padding((window,)))
    most = min(window.kernel for window in windows) // 2
    return PaddingTooLarge(
        f"padding {max(window.before, window.after)} is over half the kernel of {window.kernel}: "
        "windows would lie in the padding alone",
        fix=f"padding of at most {most}",
        fixes=padding_fix(most, windows, sizes),
    )
