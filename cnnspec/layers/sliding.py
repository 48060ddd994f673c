"""What convolutions and pools share: windows over the spatial axes, and what to say where none fits."""

from __future__ import annotations

from cnnspec.arithmetic.shape import Shape, times
from cnnspec.arithmetic.window import Window
from cnnspec.errors import Fix, PaddingTooLarge, WindowTooLarge
from cnnspec.layers.layer import Axis, Layer, Windows

Padding = tuple[tuple[int, int], ...] | str

PADDING_MODES = ("zeros", "reflect", "replicate", "circular", "symmetric")


def windows(
    sizes: Shape,
    kernel_size: Shape,
    stride: Shape,
    padding: Padding,
    dilation: Shape | None = None,
    ceil_mode: bool = False,
) -> tuple[Window, ...]:
    """The window of each spatial axis, ``same`` padding worked out from the axes' ``sizes``."""
    dilation = dilation or (1,) * len(sizes)
    if isinstance(padding, str):
        padding = tuple(map(_same, sizes, kernel_size, stride, dilation))
    return tuple(
        Window(k, s, d, before, after, ceil_mode)
        for k, s, d, (before, after) in zip(kernel_size, stride, dilation, padding, strict=True)
    )


def slide(windows: tuple[Window, ...], sizes: Shape) -> Shape:
    """The output's spatial sizes. Raises :class:`WindowTooLarge` where an axis has no room for a window."""
    output = tuple(window.output(size) for window, size in zip(windows, sizes, strict=True))
    if min(output) < 1:
        raise _too_large(windows, sizes)
    return output


def spatial_axes(windows: tuple[Window, ...]) -> tuple[Axis, ...]:
    """A window along each spatial axis."""
    return tuple(Axis(axis, Windows(window)) for axis, window in enumerate(windows, start=1))


def padded_options(layer: Layer, *inputs: Shape) -> dict[str, object]:
    """A layer's options, its padding in rows before and after, whatever word was written."""
    padding = tuple((window.before, window.after) for window in layer.windows(*inputs))
    return {name: padding if name == "padding" else getattr(layer, name) for name in layer.options()}


def check_padding_mode(mode: str, windows: tuple[Window, ...], sizes: Shape) -> None:
    """Raise :class:`PaddingTooLarge` where padding that mirrors or wraps would repeat the input more than once."""
    spare = {"reflect": 1, "circular": 0, "symmetric": 0}.get(mode)
    if spare is None:
        return
    for size, window in zip(sizes, windows, strict=True):
        most = size - spare
        if max(window.before, window.after) > most:
            raise PaddingTooLarge(
                f"{mode} padding {max(window.before, window.after)} is more than an input of {size} can give",
                fix=f"padding of at most {most}, or replicate",
                fixes=(Fix("padding", most),),
            )


def _same(size: int, kernel: int, stride: int, dilation: int) -> tuple[int, int]:
    total = max(0, (-(-size // stride) - 1) * stride + dilation * (kernel - 1) + 1 - size)
    return total // 2, total - total // 2


def _too_large(windows: tuple[Window, ...], sizes: Shape) -> WindowTooLarge:
    kernel = tuple(window.kernel for window in windows)
    padded = tuple(size + window.before + window.after for window, size in zip(windows, sizes, strict=True))
    reach = f" (with dilation {times(tuple(w.extent for w in windows))})" if any(w.dilation > 1 for w in windows) else ""
    plain = str(kernel[0]) if len(set(kernel)) == 1 else times(kernel)
    most = min((size - 1) // window.dilation + 1 for window, size in zip(windows, padded, strict=True))
    short = max(window.extent - size for window, size in zip(windows, padded, strict=True))
    padding = max(max(window.before, window.after) for window in windows) - (-short // 2)
    return WindowTooLarge(
        f"kernel {plain}{reach} does not fit the padded input {times(padded)}",
        fix=f"a kernel of at most {most}, or padding {padding}",
        fixes=(Fix("kernel_size", most), Fix("padding", padding)),
    )
