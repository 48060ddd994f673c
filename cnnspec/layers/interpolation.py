"""Units that stand between those they read: what upsampling does to a receptive field."""

from __future__ import annotations

from fractions import Fraction
from math import lcm

from cnnspec.arithmetic.field import Field
from cnnspec.layers.layer import Reading
from cnnspec.override import override


class Interpolated(Reading):
    """Unit ``u`` of ``units`` stands at ``u*step + offset`` below and reads the ``taps`` units around.

    Where one tap is asked for that is the unit at or before; where it stands on a unit the others weigh nothing.
    """

    def __init__(self, step: Fraction, offset: Fraction, taps: int, units: int) -> None:
        self.step, self.taps, self.units = step, taps, units
        self.parts = lcm(step.denominator, offset.denominator)
        self.slope, self.first = int(step * self.parts), int(offset * self.parts)

    @override
    def field(self, below: Field) -> Field:
        return below.read(self.step.denominator, self.step.numerator, self._reads, self.units)

    def _reads(self, unit: int) -> tuple[int, int, int]:
        before, beyond = divmod(unit * self.slope + self.first, self.parts)
        return (before - self.taps // 2 + 1, 1, self.taps) if beyond and self.taps > 1 else (before, 1, 1)
