"""Where two paths through the network part, and how the size of an axis changes on the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from heapq import heappop, heappush
from typing import NamedTuple

from cnnspec.arithmetic.shape import Shape
from cnnspec.graph.graph import Graph, Node

MAX_STEPS = 5_000


class Change(NamedTuple):
    """A layer that changes the size of an axis, or sets it (``before`` is None)."""

    node: Node
    before: int | None
    after: int
    detail: str
    """How it does: ``stride 2``, ``kernel 3``; empty where its type says it."""


class Parting(NamedTuple):
    """The last layer or input that two paths have in common, and what each does to the axis after it."""

    at: str
    ways: tuple[tuple[Change, ...], tuple[Change, ...]]


def parting(graph: Graph, one: str, two: str, axis: int) -> Parting | None:
    """Where the paths to the outputs ``one`` and ``two`` part, and what becomes of their ``axis``.

    None where they have nothing in common, or it is too far away to look for.
    """
    nodes = {node.name: node for node in graph.nodes}
    order = {name: place for place, name in enumerate((*graph.inputs, *nodes))}
    at = _common(nodes, order, one, two)
    if at is None:
        return None
    first, second = (tuple(_changes(_path(nodes, order, name, at), axis))[::-1] for name in (one, two))
    return Parting(at, (first, second))


def _common(nodes: Mapping[str, Node], order: Mapping[str, int], one: str, two: str) -> str | None:
    """The last ancestor of both: going back in execution order, the first that both paths reach."""
    reached = {one: 1, two: 2}
    pending = [(-order[name], name) for name in reached]
    pending.sort()
    for _ in range(MAX_STEPS):
        if not pending:
            break
        _, name = heappop(pending)
        if reached[name] == 3:
            return name
        for source in nodes[name].inputs if name in nodes else ():
            if source not in reached:
                heappush(pending, (-order[source], source))
            reached[source] = reached.get(source, 0) | reached[name]
    return None


def _path(nodes: Mapping[str, Node], order: Mapping[str, int], start: str, end: str) -> list[tuple[Node, int]]:
    """The layers from ``start`` back to below ``end`` by the shortest way, each with which of its inputs is on it."""
    came: dict[str, tuple[str, int]] = {}
    level = [start]
    while level and end not in came and start != end:
        below = []
        for name in level:
            for place, source in enumerate(nodes[name].inputs if name in nodes else ()):
                if source not in came and order[source] >= order[end]:
                    came[source] = (name, place)
                    below.append(source)
        level = below
    found: list[tuple[Node, int]] = []
    while end != start and end in came:
        end, place = came[end]
        found.append((nodes[end], place))
    return found[::-1]


def _changes(path: Sequence[tuple[Node, int]], axis: int) -> Iterator[Change]:
    """What each layer does to the axis, the last layer first; ends with one that sets it."""
    for node, place in path:
        shapes = tuple(shape for shape in node.input_shapes if shape is not None)
        if node.layer is None or node.output_shape is None:
            return
        axes = node.layer.axes(*shapes)[place]
        source = next((number for number, below in enumerate(axes) if below.to == axis), None)
        after = node.output_shape[axis]
        if source is None:
            yield Change(node, None, after, "")
            return
        before = shapes[place][source]
        if before != after:
            yield Change(node, before, after, _detail(node, shapes, source))
        axis = source


def _detail(node: Node, shapes: tuple[Shape, ...], axis: int) -> str:
    windows = node.layer.windows(*shapes) if node.layer is not None else ()
    if not 1 <= axis <= len(windows):
        return ""
    window = windows[axis - 1]
    if window.stride > 1:
        return f"stride {window.stride}"
    return f"kernel {window.kernel}" if window.kernel > 1 else ""
