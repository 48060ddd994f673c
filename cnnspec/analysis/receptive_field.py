"""Receptive fields through the whole graph: along each axis of each input, what one unit of a layer can see.

A field rides on an axis: convolutions move it on, flattening folds it into another axis, reading that whole makes it
global; what a window sees that slides over a folded axis is not known. Where paths join, it is the union of theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from cnnspec.arithmetic.field import GLOBAL, POINT, Field, UnknownField
from cnnspec.arithmetic.shape import Shape
from cnnspec.graph.graph import Graph, Node
from cnnspec.layers.layer import Axis, Kept, Whole, kept_axes

MAX_EFFORT = 2_000_000
"""How many intervals are looked at in one network; where it takes more, what is seen after that is not known."""


class Sight(NamedTuple):
    """What a unit sees of one spatial axis of one input, and which axis of the output carries it.

    ``field`` is None where it has too many phases to say, or none that repeat.
    """

    axis: int | None
    field: Field | None
    folded: bool = False


Join = Callable[[Sight, Sight, Shape], Sight]
"""What a unit sees of an axis through two inputs that make an output of the shape."""


def union(one: Sight, two: Sight, output: Shape) -> Sight:
    """Everything that is seen along either."""
    if _is_global(one) or _is_global(two):
        return Sight(one.axis, GLOBAL)
    if one.field is None or two.field is None:
        return Sight(one.axis, None)
    if one.axis != two.axis or one.axis is None:
        return Sight(None, None)
    try:
        field = one.field.union(two.field, output[one.axis])
    except UnknownField:
        return Sight(one.axis, None)
    return Sight(one.axis, field, one.folded or two.folded)


def shortest(one: Sight, two: Sight, output: Shape) -> Sight:
    """What is seen along the path that sees less."""
    if one.axis != two.axis or one.field is None or two.field is None:
        return Sight(one.axis, None)
    return two if _is_global(one) or (not _is_global(two) and two.field.size < one.field.size) else one


@dataclass
class _Effort:
    """What may still be looked at: merges of paths out of step, one after the other, are no reason to wait for minutes."""

    join: Join
    left: int = MAX_EFFORT

    def of(self, found: Field, given: Field | None) -> Field:
        """What was found, its looks counted where it is new."""
        self.left -= found.looks if found is not given else 0
        return found


Sights = Mapping[str, tuple[Sight, ...]]
"""Of each of the network's inputs that a layer can see, its spatial axes."""


def receptive_fields(graph: Graph, join: Join = union) -> list[Sights | None]:
    """What each node sees, in execution order; None where its shapes are not known."""
    seen: dict[str, Sights | None] = {
        name: None if shape is None else {name: tuple(Sight(axis, POINT) for axis in range(1, len(shape)))}
        for name, shape in graph.inputs.items()
    }
    known_axes: dict[tuple[int, tuple[Shape | None, ...]], tuple[tuple[Axis, ...], ...]] = {}
    found, effort = [], _Effort(join)
    for node in graph.nodes:
        sights = None
        if node.layer is not None and node.output_shape is not None:
            key = (id(node.layer), node.input_shapes)
            axes = known_axes.get(key)
            if axes is None:
                axes = known_axes[key] = node.layer.axes(*_known(node))
            sights = _seen(node.output_shape, axes, [seen[name] for name in node.inputs], effort)
        seen[node.name] = sights
        found.append(sights)
    return found


def _known(node: Node) -> tuple[Shape, ...]:
    return tuple(shape for shape in node.input_shapes if shape is not None)


def _seen(output: Shape, axes: tuple[tuple[Axis, ...], ...], below: list[Sights | None], effort: _Effort) -> Sights | None:
    if len(below) == 1:
        if below[0] is None or axes[0] is kept_axes(len(axes[0])):
            return below[0]
        return {name: _moved(sights, axes[0], effort) for name, sights in below[0].items()}
    joined: dict[str, tuple[Sight, ...]] = {}
    for sights_below, input_axes in zip(below, axes, strict=True):
        if sights_below is None:
            return None
        for name, sights in sights_below.items():
            moved = _moved(sights, input_axes, effort)
            if name in joined:
                moved = tuple(_joined(one, two, output, effort) for one, two in zip(joined[name], moved, strict=True))
            joined[name] = moved
    return joined


def _moved(sights: tuple[Sight, ...], axes: tuple[Axis, ...], effort: _Effort) -> tuple[Sight, ...]:
    return sights if axes is kept_axes(len(axes)) else tuple([_move(sight, axes, effort) for sight in sights])


def _move(sight: Sight, axes: tuple[Axis, ...], effort: _Effort) -> Sight:
    if sight.axis is None or _is_global(sight):
        return sight
    to, reading, folded = axes[sight.axis]
    folded = folded or sight.folded
    if isinstance(reading, Whole):
        return Sight(to, GLOBAL, folded)
    if sight.field is None or sight.folded or isinstance(reading, Kept):
        return Sight(to, sight.field if reading.keeps else None, folded)
    if effort.left < 0:
        return Sight(to, None, folded)
    try:
        return Sight(to, effort.of(reading.field(sight.field), sight.field), folded)
    except UnknownField:
        return Sight(to, None, folded)


def _is_global(sight: Sight) -> bool:
    return sight.field is not None and sight.field.is_global


def _joined(one: Sight, two: Sight, output: Shape, effort: _Effort) -> Sight:
    if effort.left < 0 and not (_is_global(one) or _is_global(two)):
        return Sight(one.axis, None)
    found = effort.join(one, two, output)
    if found.field is not None and found.field is not two.field:
        effort.of(found.field, one.field)
    return found
