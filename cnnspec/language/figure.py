"""Figures with units, as budgets and expectations write them: ``5M``, ``4.09G``, ``61_706``."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import NamedTuple, Self

_FIGURE = re.compile(r"([0-9][0-9_]*)(?:\.([0-9]+))?([kMGT]?)")
_UNITS = {"": 0, "k": 3, "M": 6, "G": 9, "T": 12}


class Figure(NamedTuple):
    """A figure and the distance within which another is the same: half the last digit written after a point."""

    value: Fraction
    within: Fraction
    text: str

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """The figure that ``text`` writes, None where it writes none (an expression, say)."""
        match = _FIGURE.fullmatch(text)
        if match is None or len(text) > 24:
            return None
        whole, decimals, unit = match[1].replace("_", ""), match[2] or "", match[3]
        scale = Fraction(10) ** (_UNITS[unit] - len(decimals))
        return cls(int(whole + decimals) * scale, scale / 2 if decimals else Fraction(0), text)

    def holds(self, actual: float) -> bool:
        """Whether ``actual`` is this figure, to the digits written."""
        return abs(Fraction(actual) - self.value) <= self.within
