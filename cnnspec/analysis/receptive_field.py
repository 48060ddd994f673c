"""Receptive fields through the whole graph: along each axis of each input, what one unit of a layer can see.

A field rides on an axis: convolutions move it on, flattening folds it into another axis, reading that whole makes it
global; what a window sees that slides over a folded axis is not known. Where paths join, it is the union of theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from cnnspec.arithmetic.field import GLOBAL, POINT, Field, UnknownField
from cnnspec.arithmetic.shape import Shape
from cnnspec.graph.graph import Graph, Node
from cnnspec.layers.layer import Axis, Whole, kept_axes


class Sight(NamedTuple):
    """What a unit sees of one spatial axis of one input, and which axis of the output carries it.

    ``field`` is None where it has too many phases to say, or none that repeat.
    """

    axis: int | None
    field: Field | None
    folded: bool = False


Sights = Mapping[str, tuple[Sight, ...]]
"""Of each of the network's inputs that a layer can see, its spatial axes."""


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


def receptive_fields(graph: Graph, join: Join = union) -> list[Sights | None]:
    """What each node sees, in execution order; None where its shapes are not known."""
    seen: dict[str, Sights | None] = {
        name: None if shape is None else {name: tuple(Sight(axis, POINT) for axis in range(1, len(shape)))}
        for name, shape in graph.inputs.items()
    }
    known_axes: dict[tuple[int, tuple[Shape | None, ...]], tuple[tuple[Axis, ...], ...]] = {}
    found = []
    for node in graph.nodes:
        sights = None
        if node.layer is not None and node.output_shape is not None:
            key = (id(node.layer), node.input_shapes)
            axes = known_axes.get(key)
            if axes is None:
                axes = known_axes[key] = node.layer.axes(*_known(node))
            sights = _seen(node.output_shape, axes, [seen[name] for name in node.inputs], join)
        seen[node.name] = sights
        found.append(sights)
    return found


def _known(node: Node) -> tuple[Shape, ...]:
    return tuple(shape for shape in node.input_shapes if shape is not None)


def _seen(output: Shape, axes: tuple[tuple[Axis, ...], ...], below: list[Sights | None], join: Join) -> Sights | None:
    if len(below) == 1:
        if below[0] is None or axes[0] is kept_axes(len(axes[0])):
            return below[0]
        return {name: _moved(sights, axes[0]) for name, sights in below[0].items()}
    joined: dict[str, tuple[Sight, ...]] = {}
    for sights_below, input_axes in zip(below, axes, strict=True):
        if sights_below is None:
            return None
        for name, sights in sights_below.items():
            moved = _moved(sights, input_axes)
            joined[name] = _joined(joined[name], moved, output, join) if name in joined else moved
    return joined


def _joined(mine: tuple[Sight, ...], other: tuple[Sight, ...], output: Shape, join: Join) -> tuple[Sight, ...]:
    return tuple([join(one, two, output) for one, two in zip(mine, other, strict=True)])


def _moved(sights: tuple[Sight, ...], axes: tuple[Axis, ...]) -> tuple[Sight, ...]:
    return sights if axes is kept_axes(len(axes)) else tuple([_move(sight, axes) for sight in sights])


def _move(sight: Sight, axes: tuple[Axis, ...]) -> Sight:
    if sight.axis is None or _is_global(sight):
        return sight
    to, reading, folded = axes[sight.axis]
    folded = folded or sight.folded
    if isinstance(reading, Whole):
        return Sight(to, GLOBAL, folded)
    if sight.field is None or (sight.folded and not reading.keeps):
        return Sight(to, None, folded)
    try:
        return Sight(to, reading.field(sight.field), folded)
    except UnknownField:
        return Sight(to, None, folded)


def _is_global(sight: Sight) -> bool:
    return sight.field is not None and sight.field.is_global
