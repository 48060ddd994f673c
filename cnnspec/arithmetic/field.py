"""Receptive fields along one axis: which of the network's input one unit can see.

Unit ``i`` sees the interval ``[low, high]`` of input coordinates. Along a plain pipeline that is
``[a + i*j, b + i*j]`` with ``j`` the jump. After upsampling it depends on the unit's phase, so a field holds one
interval for each of its ``period`` phases, and says how far the input moves on in a period. Where paths of different
jumps join no two units see alike: the field holds one interval for each unit. Everything is whole.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import gcd, lcm

from cnnspec.arithmetic.window import Window

MAX_PERIOD = 4096
MAX_LOOKS = 200_000
NOTHING = 10**60
"""Low end (and, negative, high end) of what sees nothing: between the kernels of a transposed convolution, say."""


class UnknownField(ArithmeticError):
    """A field that is no interval, has more than :data:`MAX_PERIOD` phases or reads too many below: it is not guessed."""


Reads = Callable[[int], tuple[int, int, int]]
"""Of a unit: the first unit that it reads below, the step between those it reads, and how many."""


@dataclass(frozen=True, slots=True)
class Field:
    """The intervals seen by units ``0 .. period - 1``, and ``advance``, by which those of the next period are moved.

    A field without phases is global: its units see the whole axis, whatever its length. Where a field is not
    ``periodic`` its phases are all the units there are, and ``advance`` is a fraction where their jump asks for one; a
    window that reaches beyond them sees no more than the outermost.
    """

    advance: int | Fraction = 1
    lows: tuple[int, ...] = (0,)
    highs: tuple[int, ...] = (0,)
    periodic: bool = True
    looks: int = field(default=0, compare=False)
    """How many intervals were looked at to know these."""

    @property
    def is_global(self) -> bool:
        return not self.lows

    @property
    def size(self) -> int:
        """The extent that a unit sees; the largest over the phases."""
        return max(0, *(high - low + 1 for low, high in zip(self.lows, self.highs, strict=True)))

    @property
    def jump(self) -> Fraction:
        """The input distance of neighbouring units, the effective stride; below 1 after upsampling."""
        return Fraction(self.advance, len(self.lows))

    @property
    def start(self) -> int:
        """The input coordinate of the first element that unit 0 sees; of a period's units the earliest."""
        return min(self.lows)

    def interval(self, unit: int) -> tuple[int, int]:
        """The first and the last element that ``unit`` sees; one that sees nothing has the last before the first."""
        return self._low(unit), self._high(unit)

    def through(self, window: Window) -> Field:
        """The field of a window's outputs, this being that of its inputs."""
        if len(self.lows) == 1 and self.periodic:
            jump = int(self.advance)
            low = self.lows[0] - window.before * jump
            high = self.highs[0] + (window.extent - 1 - window.before) * jump
            return Field(jump * window.stride, (low,), (high,))

        def reads(unit: int) -> tuple[int, int, int]:
            return unit * window.stride - window.before, window.dilation, window.kernel

        return self.read(1, window.stride, reads, window.output(len(self.lows)))

    def read(self, period: int, advance: int, reads: Reads, units: int | None = None) -> Field:
        """The field of units of which ``period`` read on by ``advance`` units of this field, as ``reads`` says.

        ``units`` is how many there are, where that is not ``period`` for each ``advance`` that there are of this field's.
        Where they have more phases than are followed, but are few themselves, each is one.
        """
        if self.is_global:
            return self
        phases = len(self.lows)
        every = period * (phases // gcd(phases, advance) if advance else 1)
        periodic = (self.periodic or not advance) and (every <= MAX_PERIOD or units is None)
        if periodic:
            units = every
        elif units is None:
            units = phases * period // advance
        if units > MAX_PERIOD:
            raise UnknownField
        lows, highs, looks = [], [], 0
        for unit in range(units):
            first, step, count = reads(unit)
            early, late = self._telling(range(first, first + step * count, step))
            looks += len(early)
            if looks > MAX_LOOKS:
                raise UnknownField
            lows.append(min(map(self._low, early), default=NOTHING))
            highs.append(max(map(self._high, late), default=-NOTHING))
        moved = Fraction(self.advance * advance * units, phases * period)
        return Field(int(moved) if periodic else moved, tuple(lows), tuple(highs), periodic, looks)

    def _telling(self, units: range) -> tuple[Sequence[int], Sequence[int]]:
        """Of ``units``, those among which the lowest low is, and those among which the highest high is."""
        phases = len(self.lows)
        if self.periodic:
            most = phases // gcd(phases, units.step)
            return units[:most], units[-most:]
        begin = max(0, -(units.start // units.step))
        end = max(begin, (phases - 1 - units.start) // units.step + 1)
        inside = [*units[:1], *units[begin:end], *units[-1:]]
        return inside, inside

    def placed(self, before: int, size: int, after: int) -> Field:
        """The field of an axis on which ``size`` of these units stand, with others before and after that see nothing here."""
        if self.is_global:
            return self
        units = before + size + after
        if units > MAX_PERIOD:
            raise UnknownField
        lows = (*(NOTHING,) * before, *map(self._low, range(size)), *(NOTHING,) * after)
        highs = (*(-NOTHING,) * before, *map(self._high, range(size)), *(-NOTHING,) * after)
        return Field(self.jump * units, lows, highs, False, units)

    def union(self, other: Field, units: int) -> Field:
        """The field of ``units`` units that read both; where the jumps differ each unit sees in its own way."""
        if self.is_global or other.is_global:
            return GLOBAL
        if self is other or self == other:
            return self
        periodic = self.periodic and other.periodic and self.jump == other.jump
        period = lcm(len(self.lows), len(other.lows))
        if not periodic or period > MAX_PERIOD:
            periodic, period = False, units
        if periodic and period == 1:
            return Field(self.advance, (min(self.lows[0], other.lows[0]),), (max(self.highs[0], other.highs[0]),))
        if period > MAX_PERIOD:
            raise UnknownField
        lows = tuple(min(self._low(unit), other._low(unit)) for unit in range(period))
        highs = tuple(max(self._high(unit), other._high(unit)) for unit in range(period))
        advance = max(self.jump, other.jump) * period
        return Field(int(advance) if periodic else advance, lows, highs, periodic, 2 * period)

    def _low(self, unit: int) -> int:
        period, phase = self._phase(unit)
        return self.lows[phase] + period * int(self.advance)

    def _high(self, unit: int) -> int:
        period, phase = self._phase(unit)
        return self.highs[phase] + period * int(self.advance)

    def _phase(self, unit: int) -> tuple[int, int]:
        """In which period ``unit`` lies, and where there."""
        if not self.periodic:
            return 0, min(max(unit, 0), len(self.lows) - 1)
        return divmod(unit, len(self.lows))


GLOBAL = Field(0, (), ())
POINT = Field()
