"""Where a piece of generated code runs: once for each place of the network that it stands for, each with its numbers."""

from __future__ import annotations

import ast
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any

from cnnspec.arithmetic.shape import Shape
from cnnspec.codegen import symbolic
from cnnspec.graph.names import Binding
from cnnspec.graph.trace import Copy, Visit


class Differ(Exception):
    """Code that would have to be another at some of its places: each place by what tells them apart."""

    def __init__(self, points: Sequence[Point], keys: Sequence[Hashable]) -> None:
        super().__init__()
        self.keys: dict[int, list[Hashable]] = {}
        for point, key in zip(points, keys, strict=True):
            self.keys.setdefault(id(point.frame.visits), []).append(key)

    def key(self, visits: list[Visit]) -> Hashable:
        """What tells the run over these entries from others."""
        return tuple(self.keys.get(id(visits), ()))


class Unsupported(Exception):
    """What no code is written for, in words."""


@dataclass(slots=True)
class Frame:
    """One run of a class's code: the lists of entries, and what names in the code stand for."""

    visits: list[Visit]
    inputs: tuple[Binding, ...]
    values: dict[str, Any] = field(default_factory=dict)
    end: str = ""
    """The layer whose output it puts out."""


@dataclass(slots=True)
class Point:
    """One place that code stands for: in which run, at which turn of the loops, and what is there."""

    frame: Frame
    visits: list[Visit] = field(default_factory=list)
    copy: Copy | None = None
    loop: dict[str, int] = field(default_factory=dict)

    @property
    def values(self) -> dict[str, Any]:
        """What names in the code stand for here."""
        return {**self.frame.values, **self.loop} if self.loop else self.frame.values

    @property
    def made(self) -> Copy:
        """The copy that is here."""
        assert self.copy is not None
        return self.copy


@dataclass(slots=True)
class Flow:
    """Data between layers: at each point which layer's output it is, with its shape; and code for the sizes of its axes."""

    nodes: tuple[str, ...]
    shapes: tuple[Shape, ...]
    sizes: tuple[ast.expr | None, ...] = ()

    def size(self, axis: int) -> ast.expr | None:
        """Code for the size of an axis; None where there is none."""
        return self.sizes[axis] if -len(self.sizes) <= axis < len(self.sizes) else None


class Known:
    """The data of a class, to be found by whose output they are."""

    def __init__(self) -> None:
        self.flows: list[tuple[dict[int, str], Flow]] = []

    def add(self, points: Sequence[Point], found: Flow) -> None:
        """Remember data, unless a loop computes them."""
        if not any(point.loop for point in points):
            self.flows.append(({id(point.frame): node for point, node in zip(points, found.nodes, strict=True)}, found))

    def find(self, points: Sequence[Point], name: str) -> Flow | None:
        """The data that a name stands for at the points; None for what is not remembered."""
        bindings = [point.made.place.scope.find(name) for point in points]
        for nodes, found in reversed(self.flows):
            if all(b is not None and nodes.get(id(p.frame)) == b.node for p, b in zip(points, bindings, strict=True)):
                return found
        return None


def flow(points: Sequence[Point], bindings: Sequence[Binding], sizes: Callable[[int], Iterable[ast.expr | None]]) -> Flow:
    """Data with code for its axes: of what ``sizes`` proposes for each, the first that is right everywhere."""
    nodes = tuple(binding.node for binding in bindings)
    shapes = tuple(binding.shape or () for binding in bindings)
    ranks = {len(shape) for shape in shapes}
    if len(ranks) != 1:
        return Flow(nodes, shapes)
    found = []
    for axis in range(ranks.pop()):
        values = [shape[axis] for shape in shapes]
        found.append(next((size for size in sizes(axis) if size is not None and holds(points, values, size)), None))
    return Flow(nodes, shapes, tuple(found))


def holds(points: Sequence[Point], values: Sequence[Any], code: ast.expr) -> bool:
    """Whether code gives these values at the points."""
    return all(map(same, given(points, code), values))


def given(points: Sequence[Point], code: ast.expr) -> Iterator[Any]:
    """What code gives at each of the points: worked out once where its names stand for the same."""
    if isinstance(code, ast.Constant):
        yield from repeat(code.value, len(points))
        return
    names, value_at = symbolic.names_in(code), symbolic.evaluator(code)
    found: dict[tuple[int, ...], Any] = {}
    for point in points:
        known = point.values
        key = tuple([id(known.get(name)) for name in names])
        if key not in found:
            found[key] = value_at(known)
        yield found[key]


def same(found: Any, value: Any) -> bool:
    """Whether two values are equal; numbers are not booleans."""
    if isinstance(found, list | tuple) and isinstance(value, list | tuple):
        return len(found) == len(value) and all(map(same, found, value))
    return bool(found == value) and isinstance(found, bool) == isinstance(value, bool)
