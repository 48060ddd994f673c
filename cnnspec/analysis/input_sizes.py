"""Which input sizes a network takes without losing any of its input, found by asking it for each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from cnnspec.analysis.probe import Exclusion, Probe, TooMuchWork
from cnnspec.arithmetic.progression import described
from cnnspec.arithmetic.shape import SPATIAL, Shape
from cnnspec.graph.graph import Graph

REACH = 128
"""How far from the size in the file another is looked for."""


@dataclass(frozen=True, slots=True)
class Excluder:
    """A layer (None: the file itself) that excludes sizes first: by which rule, how many, and why the first of them."""

    layer: str | None
    rule: str
    count: int
    example: int
    why: str


@dataclass(frozen=True, slots=True)
class AxisSizes:
    """The sizes from ``low`` to ``high`` that fit along ``axes``, which move together."""

    axes: tuple[str, ...]
    held: tuple[tuple[str, int], ...]
    """The other axes, with the sizes that they keep."""
    low: int
    high: int
    sizes: tuple[int, ...]
    excluders: tuple[Excluder, ...]
    """In the order of the network."""

    @property
    def rule(self) -> str:
        """The sizes in words that hold for the whole range: ``every multiple of 32``."""
        return described(self.sizes, self.low, self.high)


def solve(graph: Graph, low: int, high: int) -> tuple[AxisSizes, ...]:
    """The sizes from ``low`` to ``high`` that are legal and lose nothing.

    All axes move together where the file's input is square. Else each moves by itself while the others keep their size
    in the file, or the nearest with which the network is legal. Raises :class:`UsageError` where sizes cannot be chosen.
    """
    probe = Probe(graph)
    rank = len(probe.sizes)
    if len(set(probe.sizes)) == 1:
        return (_along(probe, tuple(range(rank)), probe.sizes, low, high),)
    held = probe.sizes if probe.excluded(probe.sizes) is None else next(iter(nearest(probe)), probe.sizes)
    return tuple(_along(probe, (axis,), held, low, high) for axis in range(rank))


def around(probe: Probe) -> AxisSizes | None:
    """The sizes near that of a square input, as far as the probe's work allows; None where the input is not square."""
    rank, size = len(probe.sizes), probe.sizes[0]
    if len(set(probe.sizes)) > 1:
        return None
    low, high = size, size - 1
    with suppress(TooMuchWork):
        for distance in range(REACH + 1):
            for other in (size - distance, size + distance):
                if other >= 1:
                    probe.excluded((other,) * rank)
                    low, high = min(low, other), max(high, other)
    return _along(probe, tuple(range(rank)), probe.sizes, low, high)


def nearest(probe: Probe) -> Iterator[Shape]:
    """The nearest sizes below and above the file's that fit, as far as the probe's work allows.

    None where the file's fit themselves. Looked for on all axes at once, each axis taking what a square input may have;
    then axis by axis.
    """
    now = probe.sizes
    with suppress(TooMuchWork):
        for step in (-1, 1) if probe.excluded(now) is not None else ():
            found = tuple([_square(probe, size, step) for size in now])
            if min(found) < 1 or probe.excluded(found) is not None:
                alone = (_alone(probe, axis, step) for axis in range(len(now)))
                found = next((sizes for sizes in alone if sizes), ())
            if found:
                yield found


def _square(probe: Probe, size: int, step: int) -> int:
    """The nearest size of a square input in one direction that fits; 0 where there is none."""
    rank = len(probe.sizes)
    candidates = (size + step * distance for distance in range(REACH + 1))
    return next((other for other in candidates if other >= 1 and probe.excluded((other,) * rank) is None), 0)


def _alone(probe: Probe, axis: int, step: int) -> Shape:
    """The nearest fit in one direction that moves one axis alone; empty where there is none."""
    now = probe.sizes
    for distance in range(1, REACH + 1):
        size = now[axis] + step * distance
        sizes = (*now[:axis], size, *now[axis + 1 :])
        if size >= 1 and probe.excluded(sizes) is None:
            return sizes
    return ()


def _along(probe: Probe, axes: tuple[int, ...], held: Shape, low: int, high: int) -> AxisSizes:
    words = SPATIAL[len(held)]
    fitting, excluded = [], {}
    for size in range(low, high + 1):
        sizes = tuple(size if axis in axes else other for axis, other in enumerate(held))
        found = probe.excluded(sizes)
        if found is None:
            fitting.append(size)
        else:
            excluded[size] = found
    return AxisSizes(
        tuple(words[axis] for axis in axes),
        tuple((words[axis], size) for axis, size in enumerate(held) if axis not in axes),
        low,
        high,
        tuple(fitting),
        _excluders(probe, excluded),
    )


def _excluders(probe: Probe, excluded: dict[int, Exclusion]) -> tuple[Excluder, ...]:
    found: dict[tuple[str | None, str], list[int]] = {}
    for size, exclusion in excluded.items():
        found.setdefault((exclusion.layer, exclusion.rule), []).append(size)
    order = {node.name: place for place, node in enumerate(probe.graph.nodes)}
    told = [Excluder(*key, len(sizes), sizes[0], excluded[sizes[0]].why) for key, sizes in found.items()]
    return tuple(sorted(told, key=lambda excluder: order.get(excluder.layer or "", -1)))
