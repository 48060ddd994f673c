"""What a generated module is made of, before it is laid out as text."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Literal

from cnnspec.codegen import symbolic


@dataclass(slots=True)
class Assign:
    """``target = value``, with a comment at its end."""

    target: ast.expr
    value: ast.expr
    comment: str = ""
    annotation: str = ""


@dataclass(slots=True)
class Do:
    """An expression for what it does: a call, a ``yield``."""

    value: ast.expr
    comment: str = ""


@dataclass(slots=True)
class Return:
    """``return value``."""

    value: ast.expr


@dataclass(slots=True)
class If:
    """``if test: … else: …``."""

    test: ast.expr
    body: list[Statement]
    otherwise: list[Statement] = field(default_factory=list)


@dataclass(slots=True)
class For:
    """``for target in items: …``."""

    target: ast.expr
    items: ast.expr
    body: list[Statement]


Statement = Assign | Do | Return | If | For


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a constructor or function; ``default`` is None where it has none."""

    name: str
    annotation: str
    default: ast.expr | None = None


@dataclass(slots=True)
class Function:
    """A function or method."""

    name: str
    parameters: list[Parameter]
    returns: str
    body: list[Statement]
    docstring: str = ""


Base = Literal["nn.Module", "nn.Sequential", "nn.ModuleDict"]


@dataclass(slots=True)
class Class:
    """A class with its methods."""

    name: str
    base: Base
    docstring: str
    methods: list[Function]


Definition = Class | Function


def mentioned(body: Sequence[Statement]) -> set[str]:
    """Every name that stands in code."""
    found: set[str] = set()
    for statement in body:
        for part in fields(statement):
            value = getattr(statement, part.name)
            if isinstance(value, ast.AST):
                found |= symbolic.names_in(value)
            elif isinstance(value, list):
                found |= mentioned(value)
    return found
