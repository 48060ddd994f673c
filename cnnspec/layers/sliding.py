"""What convolutions and pools share: windows over the spatial axes, and what to say where none fits."""

from __future__ import annotations

from collections.abc import Callable

from cnnspec.arithmetic.shape import Shape, times
from cnnspec.arithmetic.window import Window
from cnnspec.errors import Fix, PaddingTooLarge, WindowTooLarge
from cnnspec.layers.layer import Axis, Layer, Windows

Padding = tuple[tuple[int, int], ...] | str

PADDING_MODES = ("zeros", "reflect", "replicate", "circular", "symmetric")
_SPARE = {"reflect": 1, "circular": 0, "symmetric": 0}
"""How many rows of the input a mode that repeats it cannot use; the others can pad any number."""


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


def slide(windows: tuple[Window, ...], sizes: Shape, allows: Callable[[tuple[Window, ...]], bool]) -> Shape:
    """The output's spatial sizes. Raises :class:`WindowTooLarge` where an axis has no room for a window.

    ``allows`` says of other windows whether the layer takes their padding, so that nothing illegal is offered.
    """
    output = tuple(window.output(size) for window, size in zip(windows, sizes, strict=True))
    if min(output) < 1:
        raise _too_large(windows, sizes, allows)
    return output


def spatial_axes(windows: tuple[Window, ...]) -> tuple[Axis, ...]:
    """A window along each spatial axis."""
    return tuple(Axis(axis, Windows(window)) for axis, window in enumerate(windows, start=1))


def padded_options(layer: Layer, *inputs: Shape) -> dict[str, object]:
    """A layer's options, its padding in rows before and after, whatever word was written; those without a value left out."""
    padding = tuple((window.before, window.after) for window in layer.windows(*inputs))
    values = {name: padding if name == "padding" else getattr(layer, name) for name in layer.options()}
    return {name: value for name, value in values.items() if value is not None}


def takes_padding(mode: str, windows: tuple[Window, ...], sizes: Shape) -> bool:
    """Whether padding that mirrors or wraps repeats the input no more than once."""
    spare = _SPARE.get(mode)
    return spare is None or all(max(w.before, w.after) <= size - spare for w, size in zip(windows, sizes, strict=True))


def check_padding_mode(mode: str, windows: tuple[Window, ...], sizes: Shape) -> None:
    """Raise :class:`PaddingTooLarge` unless the layer takes its padding."""
    for size, window in zip(sizes, windows, strict=True):
        if not takes_padding(mode, (window,), (size,)):
            most = min(sizes) - _SPARE[mode]
            raise PaddingTooLarge(
                f"{mode} padding {max(window.before, window.after)} is more than an input of {size} can give",
                fix=f"padding of at most {most}, or replicate",
                fixes=padding_fix(most, windows, sizes),
            )


def padding_fix(padding: int, windows: tuple[Window, ...], sizes: Shape) -> tuple[Fix, ...]:
    """This much padding on each side as a fix, where windows so padded fit."""
    return (Fix("padding", padding),) if _fit(_padded(windows, padding), sizes) else ()


def _fit(windows: tuple[Window, ...], sizes: Shape) -> bool:
    return all(window.output(size) >= 1 for window, size in zip(windows, sizes, strict=True))


def _padded(windows: tuple[Window, ...], padding: int) -> tuple[Window, ...]:
    return tuple(window._replace(before=padding, after=padding) for window in windows)


def _same(size: int, kernel: int, stride: int, dilation: int) -> tuple[int, int]:
    total = max(0, (-(-size // stride) - 1) * stride + dilation * (kernel - 1) + 1 - size)
    return total // 2, total - total // 2


def _too_large(windows: tuple[Window, ...], sizes: Shape, allows: Callable[[tuple[Window, ...]], bool]) -> WindowTooLarge:
    kernel = tuple(window.kernel for window in windows)
    padded = tuple(size + window.before + window.after for window, size in zip(windows, sizes, strict=True))
    reach = f" (with dilation {times(tuple(w.extent for w in windows))})" if any(w.dilation > 1 for w in windows) else ""
    plain = str(kernel[0]) if len(set(kernel)) == 1 else times(kernel)
    most = min((size - 1) // window.dilation + 1 for window, size in zip(windows, padded, strict=True))
    least = max(-(-(window.extent - size) // 2) for window, size in zip(windows, sizes, strict=True))
    offers = (
        (f"a kernel of at most {most}", Fix("kernel_size", most), tuple(window._replace(kernel=most) for window in windows)),
        (f"padding {least}", Fix("padding", least), _padded(windows, least)),
    )
    legal = [(phrase, fix) for phrase, fix, changed in offers if allows(changed)]
    return WindowTooLarge(
        f"kernel {plain}{reach} does not fit the padded input {times(padded)}",
        fix=", or ".join(phrase for phrase, _ in legal),
        fixes=tuple(fix for _, fix in legal),
    )
