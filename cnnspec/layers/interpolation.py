"""Units that stand between those they read: what upsampling does to a receptive field."""

from __future__ import annotations

from fractions import Fraction
from math import floor

from cnnspec.arithmetic.field import Field
from cnnspec.layers.layer import Reading
from cnnspec.override import override


class Interpolated(Reading):
    """Unit ``u`` of ``units`` stands at ``u*step + offset`` below and reads the ``taps`` units around.

    Where one tap is asked for that is the unit at or before; where it stands on a unit the others weigh nothing.
    """

    def __init__(self, step: Fraction, offset: Fraction, taps: int, units: int) -> None:
        self.step, self.offset, self.taps, self.units = step, offset, taps, units

    @override
    def field(self, below: Field) -> Field:
        return below.read(self.step.denominator, self.step.numerator, self._reads, self.units)

    def _reads(self, unit: int) -> tuple[int, int, int]:
        place = unit * self.step + self.offset
        first = floor(place)
        if self.taps == 1 or first == place:
            return first, 1, 1
        return first - self.taps // 2 + 1, 1, self.taps
