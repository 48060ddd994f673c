"""The types of parameters: what their values are, and whether code hands lists on, which then have a length."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any

from cnnspec.codegen.code import Parameter, Statement
from cnnspec.codegen.points import Frame
from cnnspec.layers.padded import NAMES

MODES = tuple(NAMES)
"""The words of ``padding_mode``, which PyTorch's convolutions take and no other text."""


def typed(name: str, frames: Sequence[Frame], whole: set[str], *more: Any) -> str:
    """The type of what a name stands for in these runs of a class, or has for a default."""
    return annotation([*(frame.values[name] for frame in frames), *more], is_whole=name in whole)


def annotation(values: Sequence[Any], *, is_whole: bool) -> str:
    """The type of values: tuples where lists of whole numbers are handed on as they are, as PyTorch asks for their length."""
    if is_whole and all(value in MODES for value in values):
        return f"Literal{list(MODES)}".replace("'", '"')
    lists = [value for value in values if isinstance(value, list | tuple)]
    kinds = _kinds(value for value in values if not isinstance(value, list | tuple))
    items = [item for value in lists for item in value]
    if is_whole and all(isinstance(item, int) for item in items):
        kinds += dict.fromkeys(f"tuple[{', '.join(type(item).__name__ for item in value)}]" for value in lists)
    elif lists:
        kinds.append(f"Sequence[{annotation(items, is_whole=is_whole) if items else 'int'}]")
    return " | ".join(kinds)


def _kinds(values: Iterable[Any]) -> list[str]:
    kinds = dict.fromkeys("None" if value is None else type(value).__name__ for value in values)
    return [kind for kind in kinds if kind != "int" or "float" not in kinds]  # an int is a float, too


def handed_on(body: Sequence[Statement], known: Mapping[str, Sequence[Parameter]]) -> set[str]:
    """The names that stand in code for the whole of what they mean: not for an item of it, nor to be compared.

    ``known`` are the parameters of other classes of the module: what they take by the item is not handed on to them.
    """
    held = [getattr(statement, part.name) for statement in body for part in fields(statement)]
    return {name for value in held for name in _handed_on(value, known)}


def _handed_on(value: Any, known: Mapping[str, Sequence[Parameter]]) -> Iterator[str]:
    match value:
        case list():
            yield from handed_on(value, known)
        case ast.Name(id=name):
            yield name
        case ast.Subscript(value=ast.Name(), slice=index):
            yield from _handed_on(index, known)
        case ast.Call(func=ast.Name(id=called), args=arguments, keywords=keywords) if called in known:
            given = [*zip((item.name for item in known[called]), arguments, strict=False)]
            given += [(key.arg or "", key.value) for key in keywords]
            by_item = {item.name for item in known[called] if item.annotation.startswith("Sequence")}
            for name, argument in given:
                yield from _handed_on(argument, known) if name not in by_item else ()
        case ast.Call(func=ast.Name(id="len" | "max" | "min" | "sum")) | ast.Compare():
            return
        case ast.AST():
            for child in ast.iter_child_nodes(value):
                yield from _handed_on(child, known)
