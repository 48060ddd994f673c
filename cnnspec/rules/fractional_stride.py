"""Strides that do not divide what they slide over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any, NamedTuple

from cnnspec.analysis.analysis import Analysis, Layer
from cnnspec.arithmetic.shape import LINES, SPATIAL, Shape
from cnnspec.arithmetic.window import Window
from cnnspec.errors import Finding, Fix, IllegalShape, Severity
from cnnspec.layers.layer import Layer as LayerType
from cnnspec.override import override
from cnnspec.rules.resizing import fitting_inputs, listed_fixes
from cnnspec.rules.rule import Rule

_LEAST = {"stride": 1, "padding": 0, "kernel_size": 2}


class _Cut(NamedTuple):
    """A window that does not divide its axis, and how bad that is."""

    axis: str
    size: int
    window: Window
    severity: Severity


class _Told(NamedTuple):
    """What is said of layers that are alike."""

    severity: Severity
    message: str
    fixes: tuple[Fix, ...]


class FractionalStride(Rule):
    """The stride does not divide the input: rows are never read.

    Where real input is lost (more than the padding after it) that is an error. It is a note where only padding is
    lost, where the kernel is smaller than the stride so that skipping is its purpose, and where ``ceil_mode`` reads
    the rest. ``strict: true`` makes all of them errors. An entry that means it says
    ``expect: {findings: [fractional-stride]}``.

    Why: frameworks take the floor and say nothing; part of every image is then never looked at, always at the same edge.
    Arithmetic: ``(n + p0 + p1 - d*(k - 1) - 1)/s`` leaves a remainder r: the floor throws the last r rows of the padded
    input away, of which ``max(0, r - p1)`` are real. Below, (7 - 3)/3 + 1 = 2.33; (9 - 3)/3 + 1 = 3.

    Bad:
        input: [3, 7, 7]
        layers:
          - conv2d: {out_channels: 8, kernel_size: 3, stride: 3}

    Good:
        input: [3, 9, 9]
        layers:
          - conv2d: {out_channels: 8, kernel_size: 3, stride: 3}

    Source: Dumoulin and Visin, A guide to convolution arithmetic for deep learning (2016), relationship 6.
    """

    code = "CNN101"
    name = "fractional-stride"

    @override
    def check(self, analysis: Analysis) -> Iterator[Finding]:
        strict = analysis.graph.spec.lint.strict
        known: dict[tuple[int, Shape | None, bool], _Told | None] = {}
        inputs: tuple[Fix, ...] | None = None
        for layer in analysis.layers:
            key = (id(layer.node.layer), layer.input_shapes[0], "stride" in layer.node.entry.options)
            if key not in known:
                known[key] = _told(layer, strict)
            if (told := known[key]) is None:
                continue
            if told.severity == "error" and inputs is None:
                inputs = fitting_inputs(analysis)
            fixes = (*told.fixes, *(inputs or ())) if told.severity == "error" else ()
            yield self.at(layer.node, told.message, listed_fixes(fixes), fixes, told.severity)


def _told(layer: Layer, strict: bool) -> _Told | None:
    """What is said of a layer, and of all like it; None where its windows divide their axes."""
    of_type, sizes = layer.node.layer, layer.input_shapes[0] if layer.input_shapes else None
    if of_type is None or sizes is None or layer.output_shape is None:
        return None
    cuts = _cuts(of_type, sizes, strict)
    if not cuts:
        return None
    severity: Severity = "error" if any(cut.severity == "error" for cut in cuts) else "note"
    return _Told(severity, _message(cuts), tuple(_fixes(layer, of_type, sizes, strict)) if severity == "error" else ())


def _cuts(of_type: LayerType, sizes: Shape, strict: bool) -> list[_Cut]:
    windows = of_type.windows(sizes)
    axes = SPATIAL.get(len(windows), ())
    return [
        _Cut(axis, size, window, "error" if strict or window.loses(size) else "note")
        for axis, size, window in zip(axes, sizes[1:], windows, strict=False)
        if window.remainder(size)
    ]


def _message(cuts: list[_Cut]) -> str:
    first = cuts[0]
    if all(cut[1:] == first[1:] for cut in cuts):
        return _sentence(first, " and ".join(LINES[cut.axis] for cut in cuts))
    return "; ".join(_sentence(cut, LINES[cut.axis], f"{cut.axis}: ") for cut in cuts)


def _sentence(cut: _Cut, lines: str, label: str = "") -> str:
    window, size = cut.window, cut.size
    shown = _decimal(Fraction(window.slack(size), window.stride) + 1)
    fraction = f"({size} + {window.before + window.after} - {window.extent})/{window.stride} + 1 = {shown}"
    return f"{label}{fraction} is not whole: {_lost(window, size, lines)}"


def _decimal(value: Fraction) -> str:
    """Two digits after the point, or as many as tell it from a whole number."""
    digits = next((digits for digits in range(2, 18) if round(value, digits).denominator > 1), 18)
    return f"{float(round(value, digits)):.{digits}f}".rstrip("0")


def _lost(window: Window, size: int, lines: str) -> str:
    rest, real = window.remainder(size), window.lost(size)
    if window.ceil and window.output(size) * window.stride > window.slack(size):
        return f"ceil_mode reads the last {rest} of {size + window.before + window.after} {lines} in a window of their own"
    if real == 0:
        return f"the last {rest} of {size + window.before + window.after} padded {lines} are never read, all of them padding"
    skipped = ", as the kernel is smaller than the stride" if window.kernel < window.stride else ""
    return f"the last {real} of {size} {lines} are never read{skipped}"


def _fixes(layer: Layer, of_type: LayerType, shape: Shape, strict: bool) -> Iterator[Fix]:
    """Values that leave no remainder on any axis, each tried: the nearest stride, padding and kernel; ``ceil_mode``."""
    for option in ("stride", "padding", "kernel_size"):
        if of_type.is_free(option) and (value := _nearest(option, layer, of_type, shape)) is not None:
            yield Fix(option, value)
    ceiled: dict[str, Any] = {"ceil_mode": True}
    if "ceil_mode" in of_type.options() and not _cuts_short(replace(of_type, **ceiled), shape, strict):
        yield Fix("ceil_mode", True)


def _nearest(option: str, layer: Layer, of_type: LayerType, shape: Shape) -> int | None:
    """The nearest single value of an option that leaves no remainder on any axis; None where none is near."""
    window = of_type.windows(shape)[0]
    now = {"stride": window.stride, "padding": window.before, "kernel_size": window.kernel}[option]
    for distance in range(1, 9):
        for value in (now - distance, now + distance):
            if value >= _LEAST[option] and _suits(_changed(option, value, layer, of_type), of_type, shape):
                return value
    return None


def _changed(option: str, value: int, layer: Layer, of_type: LayerType) -> LayerType:
    """The layer with another value of an option, and with what follows from it: a pool's stride is its kernel size."""
    declared = of_type.options().items()
    following = [name for name, other in declared if other.like == option and name not in layer.node.entry.options]
    sizes: Shape = (value,) * of_type.ndim
    changes = dict.fromkeys([option, *following], sizes)
    return replace(of_type, **({"padding": tuple((rows, rows) for rows in sizes)} if option == "padding" else changes))


def _suits(changed: LayerType, of_type: LayerType, shape: Shape) -> bool:
    """Whether a changed layer takes its input and leaves no remainder, and is no worse: it skips nothing, it has a middle."""
    try:
        changed.output(shape)
    except IllegalShape:
        return False
    pairs = list(zip(changed.windows(shape), of_type.windows(shape), strict=True))
    skips = any(window.kernel < window.stride and now.kernel >= now.stride for window, now in pairs)
    lopsided = any(window.kernel != now.kernel and window.extent % 2 < window.stride % 2 for window, now in pairs)
    return not skips and not (lopsided and of_type.family == "convolution") and not _cuts(changed, shape, strict=False)


def _cuts_short(of_type: LayerType, shape: Shape, strict: bool) -> bool:
    """Whether the layer still loses what it should not."""
    return any(cut.severity == "error" for cut in _cuts(of_type, shape, strict))
