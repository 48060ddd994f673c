"""How figures are written for people, the same in every renderer."""

from __future__ import annotations

from cnnspec.analysis.receptive_field import Sight, Sights
from cnnspec.arithmetic.shape import Shape, times

UNKNOWN = "?"
_UNITS = ((10**12, "T"), (10**9, "G"), (10**6, "M"), (10**3, "k"))
_BYTES = ((1 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB"))


def count(value: int | None) -> str:
    """``416,520``, or a question mark for what is not known."""
    return UNKNOWN if value is None else f"{value:,}"


def short(value: int | None) -> str:
    """``416.5 k``: three or four digits and a power of 1000."""
    if value is None:
        return UNKNOWN
    return next((f"{value / scale:.4g} {unit}" for scale, unit in _UNITS if value >= scale), str(value))


def memory(value: int | None) -> str:
    """``58.6 KiB``."""
    if value is None:
        return UNKNOWN
    return next((f"{value / scale:.1f} {unit}" for scale, unit in _BYTES if value >= scale), f"{value} B")


def shape(value: Shape | None) -> str:
    """``6×28×28``."""
    return UNKNOWN if value is None else times(value)


def field(sights: Sights | None) -> str:
    """A receptive field's size: ``16×16``, ``global``; of several inputs each."""
    if sights is None:
        return UNKNOWN
    sizes = {name: _sizes(axes) for name, axes in sights.items()}
    if len(sizes) == 1:
        return next(iter(sizes.values()))
    return ", ".join(f"{name} {size}" for name, size in sizes.items())


def _sizes(axes: tuple[Sight, ...]) -> str:
    shown = [_size(sight) for sight in axes]
    return shown[0] if set(shown) == {"global"} else "×".join(shown) or "–"


def _size(sight: Sight) -> str:
    if sight.field is None:
        return UNKNOWN
    return "global" if sight.field.is_global else str(sight.field.size)
