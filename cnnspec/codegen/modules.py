"""The modules of an ``nn.Sequential``, and the code that makes them so."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from cnnspec.arithmetic.shape import Shape
from cnnspec.codegen import symbolic
from cnnspec.codegen.code import Assign, Do, For, If, Statement


@dataclass(frozen=True, slots=True)
class One:
    """A module with its name (None: its number), and the shape that it puts out in the network as its file has it."""

    name: ast.expr | None
    value: ast.expr
    shape: Shape | None = None


@dataclass(frozen=True, slots=True)
class Many:
    """Modules that an expression yields, called by their numbers."""

    value: ast.expr


@dataclass(frozen=True, slots=True)
class Choice:
    """Modules that are there where ``test`` holds."""

    test: ast.expr
    items: list[Item]


@dataclass(frozen=True, slots=True)
class Loop:
    """Modules once for each turn of a loop."""

    turn: str
    turns: ast.expr
    items: list[Item]


Item = One | Many | Choice | Loop


def statements(items: Sequence[Item], target: ast.expr, comments: bool = False) -> list[Statement]:
    """Code that gives named modules to an object."""
    found: list[Statement] = []
    last: Shape | None = None
    for item in items:
        if isinstance(item, One):
            shape = "x".join(map(str, item.shape)) if comments and item.shape is not None and item.shape != last else ""
            last = item.shape
            assert item.name is not None
            found += assigned(target, item.name, item.value, shape, comments)
        elif isinstance(item, Choice):
            found.append(If(item.test, statements(item.items, target, comments)))
        elif isinstance(item, Loop):
            found.append(For(ast.Name(item.turn), item.turns, statements(item.items, target)))
    return found


def assigned(target: ast.expr, name: ast.expr, value: ast.expr, comment: str = "", comments: bool = False) -> list[Statement]:
    """A module as an attribute; what has modules with names is given them one by one."""
    if (
        isinstance(value, Sequential)
        and value.items is not None
        and isinstance(name, ast.Constant)
        and str(name.value).isidentifier()
    ):
        inner = ast.Attribute(target, str(name.value))
        if _has_names(value.items):
            return [Assign(inner, symbolic.call("nn.Sequential")), *statements(value.items, inner, comments)]
        first, more = filled(value.items, inner)
        return [Assign(inner, symbolic.call("nn.Sequential", *first), "" if more else comment), *more]
    return [assignment(target, name, value, comment)]


def assignment(target: ast.expr, name: ast.expr, value: ast.expr, comment: str = "") -> Statement:
    """A module as an attribute."""
    if isinstance(name, ast.Constant) and str(name.value).isidentifier():
        return Assign(ast.Attribute(target, str(name.value)), value, comment)
    return Do(symbolic.call(ast.Attribute(target, "add_module"), name, value), comment)


def arguments(items: Sequence[Item]) -> list[ast.expr]:
    """Modules that are called by number as arguments of a call."""
    found = []
    for item in items:
        if isinstance(item, One):
            found.append(item.value)
        elif isinstance(item, Many):
            found.append(ast.Starred(item.value))
        elif isinstance(item, Choice):
            found.append(ast.Starred(ast.IfExp(item.test, ast.List(arguments(item.items)), ast.List([]))))
        else:
            turns = ast.comprehension(target=ast.Name(item.turn), iter=item.turns, ifs=[], is_async=0)
            each = ast.comprehension(target=ast.Name("module"), iter=ast.Tuple(arguments(item.items)), ifs=[], is_async=0)
            found.append(ast.Starred(ast.GeneratorExp(ast.Name("module"), [turns, each])))
    return found


def yields(items: Sequence[Item]) -> list[Statement]:
    """Code that yields modules that are called by number."""
    found: list[Statement] = []
    for item in items:
        if isinstance(item, One):
            found.append(Do(ast.Yield(item.value)))
        elif isinstance(item, Many):
            found.append(Do(ast.YieldFrom(item.value)))
        elif isinstance(item, Choice):
            found.append(If(item.test, yields(item.items)))
        else:
            found.append(For(ast.Name(item.turn), item.turns, yields(item.items)))
    return found


class Sequential(ast.Call):
    """An ``nn.Sequential`` of modules. In a statement of its own those with names may be its attributes, and others added.

    A changed copy of it, which stands inside other code, has no ``items``.
    """

    items: Sequence[Item] | None = None


def sequence(items: Sequence[Item]) -> ast.expr:
    """An ``nn.Sequential`` of modules."""
    given: list[ast.expr] = [symbolic.call("OrderedDict", ast.List(_pairs(items)))]
    if not _has_names(items):
        given = arguments(items)
    found = Sequential(symbolic.name("nn.Sequential"), given, [])
    found.items = items
    return found


def changed(items: Sequence[Item], change: Callable[[ast.expr], ast.expr]) -> list[Item]:
    """The same modules, each made by other code."""
    found: list[Item] = []
    for item in items:
        if isinstance(item, One | Many):
            found.append(replace(item, value=change(item.value)))
        else:
            found.append(replace(item, items=changed(item.items, change)))
    return found


def _has_names(items: Sequence[Item]) -> bool:
    return any(
        item.name is not None if isinstance(item, One) else not isinstance(item, Many) and _has_names(item.items)
        for item in items
    )


def filled(items: Sequence[Item], target: ast.expr) -> tuple[list[ast.expr], list[Statement]]:
    """Modules that are called by number: those that an ``nn.Sequential`` begins with, and code that adds the others."""
    start = next((index for index, item in enumerate(items) if isinstance(item, Choice | Loop)), len(items))
    return arguments(items[:start]), _added(items[start:], target)


def _added(items: Sequence[Item], target: ast.expr) -> list[Statement]:
    found: list[Statement] = []
    row: list[Item] = []
    for item in [*items, None]:
        if isinstance(item, One | Many):
            row.append(item)
            continue
        if row:
            single = len(row) == 1 and isinstance(row[0], One)
            given = arguments(row)
            added: ast.expr = given[0] if single else ast.List(given)
            if len(row) == 1 and isinstance(given[0], ast.Starred):
                added = given[0].value
            found.append(Do(symbolic.call(ast.Attribute(target, "append" if single else "extend"), added)))
            row = []
        if isinstance(item, Choice):
            found.append(If(item.test, _added(item.items, target)))
        elif isinstance(item, Loop):
            found.append(For(ast.Name(item.turn), item.turns, _added(item.items, target)))
    return found


def _pairs(items: Sequence[Item]) -> list[ast.expr]:
    """Modules with their names."""
    found: list[ast.expr] = []
    for item in items:
        if isinstance(item, One) and item.name is not None:
            found.append(ast.Tuple([item.name, item.value]))
        elif isinstance(item, Choice):
            found.append(ast.Starred(ast.IfExp(item.test, ast.List(_pairs(item.items)), ast.List([]))))
        elif isinstance(item, Loop):
            turns = ast.comprehension(target=ast.Name(item.turn), iter=item.turns, ifs=[], is_async=0)
            each = ast.comprehension(target=ast.Name("pair"), iter=ast.Tuple(_pairs(item.items)), ifs=[], is_async=0)
            found.append(ast.Starred(ast.GeneratorExp(ast.Name("pair"), [turns, each])))
    return found
