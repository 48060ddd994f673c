"""Upsampling."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import floor, prod
from typing import Any

from cnnspec.arithmetic.shape import SPATIAL, Shape, elements, listed, times
from cnnspec.errors import Fix, IllegalValue, ShapeMismatch
from cnnspec.layers.interpolation import Interpolated
from cnnspec.layers.layer import KEPT, Axis, IllegalOption, Pointwise
from cnnspec.layers.options import EXPRESSION, Bool, Kind, Sizes, Word, option, shown
from cnnspec.override import override

_TAPS = {"nearest": 1, "nearest-exact": 1, "linear": 2, "bilinear": 2, "bicubic": 4, "trilinear": 2}
"""How many units a mode reads along each axis."""
_AXES = {"linear": 1, "bilinear": 2, "bicubic": 2, "trilinear": 3}
"""For how many spatial axes a mode is; the others are for any."""
_MOST = 10**18
"""How long an axis may become: so large a number a spec may write."""
_LINEAR = {axes: mode for mode, axes in _AXES.items() if mode != "bicubic"}


class Factors(Kind):
    """A positive number a spatial axis, or one for all of them."""

    counts_axes = True
    spreads = True

    @property
    @override
    def takes(self) -> str:
        return "a positive number, or one for each spatial axis"

    @override
    def accept(self, value: object, ndim: int) -> tuple[float, ...]:
        factors = value if isinstance(value, list) else [value] * ndim
        if len(factors) != ndim:
            raise IllegalValue(f"{shown(value)} has {len(factors)} numbers, not one for each spatial axis: there are {ndim}")
        return tuple(map(self._factor, factors))

    def _factor(self, value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
            raise IllegalValue(f"{shown(value)} is not a positive number")
        return value

    @override
    def schema(self, ndim: int) -> dict[str, Any]:
        number = {"anyOf": [{"type": "number", "exclusiveMinimum": 0}, EXPRESSION]}
        return {"anyOf": [*number["anyOf"], {"type": "array", "items": number}]}


@dataclass(frozen=True, slots=True)
class Upsample(Pointwise):
    """More units, or fewer, on the spatial axes: each repeats or weighs those of the input around the place it stands at.

    Either ``scale_factor`` or ``size`` is written. ``linear`` is for 1 spatial axis, ``bilinear`` and ``bicubic`` for 2,
    ``trilinear`` for 3. With ``align_corners``, which these four have, the outermost units lie on the outermost below.

    Shape: ``size``, or ``floor(n*scale_factor)`` along each spatial axis, the product in double precision.
    Flops: ``2*K - 1`` an element for K that are read: K products and K − 1 sums; linear reads 2, bilinear 4, trilinear 8,
    bicubic 16. nearest 0: it only moves numbers.
    Receptive field: grows by up to 1 jump, bicubic by up to 3, by the unit's phase; the jump shrinks ``scale_factor``
    times. A decimal factor is the fraction that it says: 0.7 is 7/10.

    Example:
        input: [64, 14, 14]
        layers:
          - upsample: {scale_factor: 2, expect: {output_shape: [64, 28, 28], flops: 0, receptive_field: 1}}
          - conv2d: {out_channels: 32, kernel_size: 3, padding: 1, expect: {receptive_field: 2}}

    Source: ``torch.nn.Upsample``.
    """

    types = ("upsample",)
    functional = "F.interpolate"

    scale_factor: tuple[float, ...] | None = option(Factors(), None)
    size: tuple[int, ...] | None = option(Sizes(1), None)
    mode: str = option(Word(*_TAPS), "nearest")
    align_corners: bool = option(Bool(), False)

    def __post_init__(self) -> None:
        if self.align_corners and self.mode not in _AXES:
            raise IllegalOption("align_corners", f"{self.mode} has none: only {', '.join(_AXES)}")

    @override
    def output(self, *inputs: Shape) -> Shape:
        channels, *sizes = inputs[0]
        if len(sizes) not in SPATIAL:
            raise ShapeMismatch(f"upsample wants channels and 1 to 3 spatial axes, but its input is {listed(inputs[0])}")
        scaled = self._scaled(tuple(sizes))
        if _AXES.get(self.mode, len(sizes)) != len(sizes):
            raise _other_mode(self.mode, inputs[0])
        return (channels, *scaled)

    def _scaled(self, sizes: Shape) -> Shape:
        if self.scale_factor is not None and self.size is None:
            return _scaled(sizes, self.scale_factor)
        if self.size is not None and self.scale_factor is None:
            return self.size
        raise ShapeMismatch("upsample wants either `scale_factor` or `size`")

    @override
    def flops(self, *inputs: Shape) -> int:
        read = prod((_TAPS[self.mode],) * (len(inputs[0]) - 1))
        return (2 * read - 1) * (read > 1) * elements(self.output(*inputs))

    @override
    def axes(self, *inputs: Shape) -> tuple[tuple[Axis, ...], ...]:
        factors = self.scale_factor or (None,) * len(inputs[0])
        spatial = zip(inputs[0][1:], self.output(*inputs)[1:], factors, strict=False)
        return ((Axis(0, KEPT), *(Axis(axis, self._along(*sizes)) for axis, sizes in enumerate(spatial, 1))),)

    def _along(self, size: int, units: int, factor: float | None) -> Interpolated:
        """How units are read along an axis of ``size``: by the factor, where one is written, though ``units`` be rounded."""
        taps = _TAPS[self.mode]
        if self.align_corners:
            return Interpolated(Fraction((size - 1) * (units > 1), max(1, units - 1)), Fraction(0), taps, units)
        step = Fraction(size, units) if factor is None else 1 / _written(factor)
        if taps == 2 and size == units:  # torch's linear modes hand on an axis whose size stays
            step = Fraction(1)
        offset = {"nearest": Fraction(0), "nearest-exact": step / 2}.get(self.mode, (step - 1) / 2)
        return Interpolated(step, offset, taps, units)


def _scaled(sizes: Shape, factors: tuple[float, ...]) -> Shape:
    if max(sizes) > _MOST:
        raise ShapeMismatch("an axis of the input has more than 18 digits")
    scaled = tuple(floor(size * factor) for size, factor in zip(sizes, factors, strict=True))
    if not 1 <= min(scaled) <= max(scaled) <= _MOST:
        what = "leaves nothing of" if min(scaled) < 1 else "makes more than 18 digits of"
        least = f"a factor of at least 1/{min(sizes)}" if min(scaled) < 1 else ""
        raise ShapeMismatch(f"scale_factor {shown(factors)} {what} {times(sizes)}", fix=least)
    return scaled


def _written(factor: float) -> Fraction:
    """The fraction that was meant: of those that round to this number one of few digits."""
    near = Fraction(factor).limit_denominator(1_000_000)
    return near if float(near) == factor else Fraction(factor)


def _other_mode(mode: str, shape: Shape) -> ShapeMismatch:
    fitting = _LINEAR[len(shape) - 1]
    return ShapeMismatch(
        f"{mode} is for {_AXES[mode]} spatial ax{'i' if _AXES[mode] == 1 else 'e'}s, but its input is {listed(shape)}",
        fix=f"mode {fitting}",
        fixes=(Fix("mode", fitting),),
    )
