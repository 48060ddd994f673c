"""What a class or function wants to be told, and where its arguments come from."""

from __future__ import annotations

import ast
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from cnnspec import layers
from cnnspec.arithmetic.shape import AXES
from cnnspec.codegen import symbolic
from cnnspec.codegen.annotations import typed
from cnnspec.codegen.code import Parameter
from cnnspec.codegen.points import Flow, Frame, Point, flow
from cnnspec.language.spec import Block, every
from cnnspec.layers.options import Int

Role = Literal["size", "own", "variable", "promoted"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A parameter of a class or function, and where its argument comes from: a block's own, a size of what is read, …"""

    name: str
    role: Role
    parameter: Parameter
    source: str = ""
    input: int = 0
    axis: int = 0


@dataclass(slots=True)
class Unit:
    """A class or function that is written: what it wants, what it puts out in terms of that, and which runs it stands for."""

    name: str
    wanted: list[Wanted]
    output: Flow
    frames: dict[int, Frame] = field(default_factory=dict)


def axes(block: Block, index: int, rank: int) -> list[str]:
    """What the sizes of a block's input are called."""
    words = ("features",) if rank == 1 else AXES.get(rank) or tuple(f"size{axis}" for axis in range(rank))
    prefix = "in" if index == 0 else block.inputs[index]
    return [f"{prefix}_{word}" for word in words]


def read(points: Sequence[Point], index: int, words: Sequence[str]) -> Flow:
    """An input, its sizes by their words; numbers where those are always the same, save the channels."""
    bindings = [point.frame.inputs[index] for point in points]
    shapes = [binding.shape or () for binding in bindings]

    def size(axis: int) -> list[ast.expr | None]:
        if not words:
            return []
        sizes = {shape[axis] for shape in shapes}
        return [ast.Constant(sizes.pop()) if axis and len(sizes) == 1 else ast.Name(words[axis])]

    return flow(points, bindings, size)


def settle(block: Block, frames: Sequence[Frame], names: Mapping[str, str]) -> None:
    """Make whole numbers of a parameter's values, as 8 of ``16 * 0.5``, where some are and a layer wants such of it."""
    options = [(layers.find(entry.type), entry.options) for entry in every(block.body.entries)]
    wanted = {
        node.value
        for layer, given in options
        for name, node in given.items()
        if layer is not None and isinstance(node.value, str) and isinstance(layer.options()[name].kind, Int)
    }
    for called in (called for name, called in names.items() if name in wanted):
        values = [frame.values[called] for frame in frames]
        if {type(value) for value in values} == {int, float} and all(int(value) == value for value in values):
            for frame in frames:
                frame.values[called] = int(frame.values[called])


def parameter(block: Block, name: str, called: str, frames: Sequence[Frame], whole: set[str]) -> Parameter:
    """A block's parameter, called so; ``whole`` are the names that its code hands on."""
    default = block.params[name]
    if default is None:
        return Parameter(called, typed(called, frames, whole))
    return Parameter(called, typed(called, frames, whole, default), symbolic.literal(default))


def ordered(wanted: Iterable[Wanted]) -> list[Wanted]:
    """Parameters in the order of a signature: those without a default first."""
    return sorted(wanted, key=lambda item: item.parameter.default is not None)


def sizes(words: Sequence[Sequence[str]], used: Container[str]) -> list[Wanted]:
    """The sizes of inputs that code uses, by their words."""
    return [
        Wanted(word, "size", Parameter(word, "int"), input=index, axis=axis)
        for index, row in enumerate(words)
        for axis, word in enumerate(row)
        if word in used
    ]
