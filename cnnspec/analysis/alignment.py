"""Where paths join: whether a unit sees the same place of the network's input along all of them."""

from __future__ import annotations

from fractions import Fraction
from math import lcm
from typing import NamedTuple

from cnnspec.analysis.analysis import Analysis
from cnnspec.analysis.layer import Layer
from cnnspec.analysis.receptive_field import Sight, Sights
from cnnspec.arithmetic.field import POINT, Field
from cnnspec.layers.layer import Axis, Kept

MOST_UNITS = 256
"""So many units of an axis are compared, the last one among them."""

Interval = tuple[int, int]


class Apart(NamedTuple):
    """Along one spatial axis of one of the network's inputs, counted from 0, a unit that sees one place through an input
    of a merge and another through a second one."""

    of_input: str
    axis: int
    unit: int
    through: tuple[str, str]
    sees: tuple[Interval, Interval]
    jumps: tuple[Fraction, Fraction]


class Alignment:
    """Compares the receptive fields of what a merge joins; fields that many merges compare are compared once."""

    def __init__(self, analysis: Analysis) -> None:
        self._sights: dict[str, Sights | None] = {layer.name: layer.receptive_field for layer in analysis.layers}
        for name, shape in analysis.graph.inputs.items():
            self._sights[name] = {name: tuple(Sight(axis, POINT) for axis in range(1, len(shape or ())))}
        self._known: dict[tuple[int, int, int], int | None] = {}

    def apart(self, merge: Layer) -> list[Apart]:
        """Along each axis, the first input of a merge that sees another place than the first one that sees it at all."""
        of_type, output = merge.node.layer, merge.output_shape
        if of_type is None or output is None:
            return []
        axes = of_type.axes(*(shape for shape in merge.input_shapes if shape is not None))
        firsts: dict[tuple[str, int], tuple[str, Field]] = {}
        found: dict[tuple[str, int], Apart] = {}
        for name, own in zip(merge.node.inputs, axes, strict=True):
            for of_input, sights in (self._sights[name] or {}).items():
                for number, sight in enumerate(sights):
                    field = _local(sight, own)
                    if field is None or sight.axis is None or (of_input, number) in found:
                        continue
                    first, other = firsts.setdefault((of_input, number), (name, field))
                    unit = self._unit_apart(other, field, output[sight.axis])
                    if unit is not None:
                        sees, jumps = (other.interval(unit), field.interval(unit)), (other.jump, field.jump)
                        found[of_input, number] = Apart(of_input, number, unit, (first, name), sees, jumps)
        return list(found.values())

    def _unit_apart(self, one: Field, other: Field, units: int) -> int | None:
        key = (id(one), id(other), units)
        if key not in self._known:
            self._known[key] = unit_apart(one, other, units)
        return self._known[key]


def unit_apart(one: Field, other: Field, units: int) -> int | None:
    """The first of so many units that sees another place by one field than by the other; None where all see the same.

    They drift apart where jumps differ, by no more than a jump over the whole axis if that is for a size that does not
    divide. Places are the same where one interval holds the other (a path that sees less of the same, or a causal one,
    which sees what came before), or where the middles are at most half a jump apart. A path that sees only what comes
    after, by a jump or more, is one beside which the end was cropped.
    """
    if one == other or _is_steady(one, other):
        return None
    jump = max(one.jump, other.jump)
    if abs(one.jump - other.jump) * (units - 1) > jump:
        first, last = (abs(_offset(one.interval(unit), other.interval(unit))) for unit in (0, units - 1))
        return 0 if first > last else units - 1
    period = lcm(len(one.lows), len(other.lows)) if one.periodic and other.periodic else units
    compared = list(range(min(period, units, MOST_UNITS)))
    if one.jump != other.jump or period > MOST_UNITS:  # else every period is as the first
        compared.append(units - 1)
    seen = [(one.interval(unit), other.interval(unit)) for unit in compared]
    for number, (mine, its) in enumerate(seen):
        if 2 * abs(_offset(mine, its)) > jump and not _holds(mine, its) and not _holds(its, mine):
            return compared[number]
    if all(mine[0] == its[0] and abs(_offset(mine, its)) >= jump for mine, its in seen):
        return 0
    return None


def _is_steady(one: Field, other: Field) -> bool:
    """Whether each unit sees by one field part of what it sees by the other, from another place on: a convolution's path
    beside a shortcut. It is what most merges join, and whole numbers say it."""
    if not (one.periodic and other.periodic and len(one.lows) == len(other.lows) == 1 and one.advance == other.advance):
        return False
    mine, its = (one.lows[0], one.highs[0]), (other.lows[0], other.highs[0])
    return mine[0] != its[0] and (_holds(mine, its) or _holds(its, mine))


def _local(sight: Sight, axes: tuple[Axis, ...]) -> Field | None:
    """The field of a sight that a merge hands on as it is; None where it is unknown, global, folded or repeated."""
    if sight.axis is None or sight.folded or sight.field is None or sight.field.is_global:
        return None
    axis = axes[sight.axis]
    return sight.field if isinstance(axis.reading, Kept) and not axis.folded else None


def _offset(one: Interval, other: Interval) -> Fraction:
    """How far apart the middles are."""
    return Fraction(sum(one) - sum(other), 2)


def _holds(one: Interval, other: Interval) -> bool:
    """Whether an interval holds another; one of nothing is held by all."""
    return other[0] > other[1] or (one[0] <= other[0] and other[1] <= one[1])
