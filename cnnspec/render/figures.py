"""How single facts are written for people, the same in every renderer."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from cnnspec.analysis.receptive_field import Sight, Sights
from cnnspec.arithmetic.field import Field
from cnnspec.arithmetic.shape import Shape, times
from cnnspec.language.spec import Spec

UNKNOWN = "?"
NONE = "–"
"""What does not apply here, as against what an error keeps from being known."""

_LONGEST = 60
_UNITS = ((10**12, "T"), (10**9, "G"), (10**6, "M"), (10**3, "k"))
_BYTES = ((1 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB"))
# A host must follow, and only what RFC 3986 lets stand in a URL: no blank, quote mark, bracket of HTML or control character.
_ADDRESS = re.compile(r"https?://[a-z0-9\[][a-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]*", re.IGNORECASE)


def count(value: int | None) -> str:
    """``416,520``, or a question mark for what is not known."""
    return UNKNOWN if value is None else f"{value:,}"


def short(value: int | None) -> str:
    """``416.5 k``: up to four digits and a power of 1000."""
    if value is None:
        return UNKNOWN
    for scale, unit in _UNITS:
        # 999,950 and more would be written as 1000 k.
        if value * 20_000 >= scale * 19_999:
            scaled = value / scale
            return f"{scaled:.4g} {unit}" if scaled < 1000 else f"{scaled:,.0f} {unit}"
    return str(value)


def memory(value: int | None) -> str:
    """``58.6 KiB``."""
    if value is None:
        return UNKNOWN
    return next((f"{value / scale:,.1f} {unit}" for scale, unit in _BYTES if value * 20_480 >= scale * 20_479), f"{value} B")


def share(part: int | None, whole: int | None) -> str:
    """``77.98``, in hundredths of the whole; empty where there is nothing to share."""
    return f"{100 * part / whole:.2f}" if part and whole else ""


def coverage(value: float | None) -> str:
    """``93.8 %``, never 100 % of what is not all; nothing where all is read or nothing slides."""
    return "" if value is None or value >= 1 else f"{100 * min(value, 0.999):.1f} %"


def shape(value: Shape | None) -> str:
    """``6×28×28``."""
    return UNKNOWN if value is None else times(value)


def field(sights: Sights | None) -> str:
    """A receptive field's size: ``16×16``, ``global``; of several inputs each."""
    return _by_input(sights, lambda axes: _sizes([_axis(sight, lambda found: str(found.size), "global") for sight in axes]))


def jump(sights: Sights | None) -> str:
    """The input distance of neighbouring units: ``2``, ``1/2``, ``2×1``."""
    return _by_input(sights, lambda axes: _one([_axis(sight, lambda found: str(found.jump)) for sight in axes], "×"))


def start(sights: Sights | None) -> str:
    """The first input coordinate that unit 0 sees: ``−3``; axes that differ as ``−3, 0``."""
    return _by_input(sights, lambda axes: _one([_axis(sight, _start) for sight in axes], ", "))


def title(spec: Spec) -> str:
    """Which network it is: ``ResNet-50``, or ``VGG-16 with batch_norm=true`` where variables were overridden."""
    settings = ", ".join(f"{name}={_constant(value)}" for name, value in spec.overrides.items())
    return f"{spec.name} with {settings}" if settings else spec.name


def one_line(text: str | None) -> str:
    """``text`` with its line breaks as blanks, as a cell wants it."""
    return " ".join((text or "").split())


def paragraphs(text: str | None) -> list[list[str]]:
    """The lines of each paragraph."""
    found: list[list[str]] = [[]]
    for line in (text or "").splitlines():
        if line.strip():
            found[-1].append(line.strip())
        else:
            found.append([])
    return [lines for lines in found if lines]


def address(reference: str) -> str | None:
    """``reference`` if all of it is an http(s) address that may be linked."""
    return reference if _ADDRESS.fullmatch(reference) else None


def _constant(value: Any) -> str:
    """``152``, ``[6,12]`` or ``"relu"``, as ``--set`` takes it; cut where it is long."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _by_input(sights: Sights | None, shown: Callable[[tuple[Sight, ...]], str]) -> str:
    if sights is None:
        return UNKNOWN
    every = {name: shown(axes) for name, axes in sights.items()}
    if len(every) == 1:
        return next(iter(every.values()))
    return ", ".join(f"{name} {text}" for name, text in every.items()) or NONE


def _axis(sight: Sight, shown: Callable[[Field], str], of_global: str = NONE) -> str:
    if sight.field is None:
        return UNKNOWN
    return of_global if sight.field.is_global else shown(sight.field)


def _start(found: Field) -> str:
    return str(found.start).replace("-", "−") if found.size else NONE


def _sizes(axes: list[str]) -> str:
    return "global" if set(axes) == {"global"} else "×".join(axes) or NONE


def _one(axes: list[str], between: str) -> str:
    return axes[0] if len(set(axes)) == 1 else between.join(axes) or NONE
