"""What maximum and average pools share."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cnnspec.arithmetic.shape import Shape
from cnnspec.arithmetic.window import Window
from cnnspec.errors import PaddingTooLarge
from cnnspec.layers.call import Argument, Call, Given
from cnnspec.layers.layer import KEPT, Axis, Pointwise, require_rank
from cnnspec.layers.options import Bool, Padding, Sizes, option
from cnnspec.layers.padded import depends_on_size, is_even, pad
from cnnspec.layers.sliding import padded_options, padding_fix, slide, spatial_axes, windows
from cnnspec.override import override

_APART: dict[str, None] = {"padding": None, "count_include_pad": None}
"""What a pool is not told where its input is padded apart from it."""


@dataclass(frozen=True, slots=True)
class Pool(Pointwise):
    """A window over each channel by itself; its stride is its kernel size where nothing else is said.

    Shape: ``floor((n + p0 + p1 - d*(k - 1) - 1)/s) + 1`` along each spatial axis. With ``ceil_mode`` the ceiling, less a
    last window that would start in the padding after the input.
    Receptive field: grows by ``d*(k - 1)`` jumps; the jump grows ``s`` times.
    """

    family = "pool"
    leading = (Given("kernel_size"),)

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

    @override
    def torch(self, *inputs: Shape) -> Call:
        """PyTorch's own pads both sides alike; it drops windows that start in the padding after, where that is its own."""
        windows, name = self.windows(*inputs), f"{type(self).__name__}{self.dimensioned}"
        general = self.call(f"Same{name}", *self.leading, ceil_mode=None, **_APART) if self.padding == "same" else None
        if general is not None and depends_on_size(self.padding, windows):
            return general
        if is_even(windows) and takes_padding(windows):
            return replace(self.call(f"nn.{name}", *self.leading, **self._rows(windows)), general=general)
        padded = Call("nn.Sequential", (self.pad(windows), self.call(f"nn.{name}", *self.leading, **_APART)))
        if not self.ceil_mode or general is not None:
            return replace(padded, general=general)
        return Call("TrimmedPool", (padded, self.stride, tuple(window.before for window in windows)))

    def pad(self, windows: tuple[Window, ...]) -> Call:
        """The module that pads where PyTorch's pool does not."""
        return pad("zeros", windows)

    def _rows(self, windows: tuple[Window, ...]) -> dict[str, Argument]:
        """How ``same`` is said in numbers."""
        if not isinstance(self.padding, str):
            return {}
        amounts = tuple(window.before for window in windows)
        return {"padding": (amounts[0] if len(set(amounts)) == 1 else amounts) if any(amounts) else None}

    @override
    def expression(self, *inputs: Shape) -> Call | None:
        made = self.torch(*inputs)
        own = made.name.startswith(f"nn.{type(self).__name__}")
        return Call(f"{self.functional}{self.dimensioned}", made.arguments, made.keywords) if own else None


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
