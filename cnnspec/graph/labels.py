"""What entries are called: names with holes filled, names of what is left out, and each name once in its scope."""

from __future__ import annotations

import re

from cnnspec.errors import INVALID_SPEC
from cnnspec.graph.names import Binding, Made, Place, Scope
from cnnspec.graph.values import Told, Unknown, Values
from cnnspec.language.entries import name_fault
from cnnspec.language.expression import ExpressionError, evaluate
from cnnspec.language.spec import Entry

_HOLE = re.compile(r"\{([^{}]*)\}")


class Labels:
    """Gives entries their names and lets those stand for outputs."""

    def __init__(self, told: Told, values: Values) -> None:
        self.told = told
        self.values = values

    def filled(self, given: str, place: Place) -> str | None:
        """A given name with its ``{expression}`` holes filled; None where that gives no name."""
        node = place.entry.name if place.entry is not None else None
        if node is None:
            return given
        try:
            name = _HOLE.sub(lambda hole: str(self.values.expression(hole[1], node, place)), given)
        except Unknown:
            return None
        if (fault := name_fault(name)) is not None:
            self.told(INVALID_SPEC, node.position, fault, place)
            return None
        return name

    def left_out(self, entry: Entry, place: Place) -> str | None:
        """The name of an entry that is left out, where it can be told: nothing else of it is evaluated."""
        given = entry.given_name
        if given is None or entry.repeat is not None:
            return given if given is None or "{" not in given else None
        try:
            return _HOLE.sub(lambda hole: str(evaluate(hole[1], place)), given)
        except ExpressionError:
            return None

    def bind(self, entry: Entry, scope: Scope, name: str | None, binding: Binding, made: Made | None = None) -> None:
        """Let ``name`` stand for an output, once in its scope."""
        if name is None:
            return
        taken = scope.naming.taken
        if name in taken:
            first = taken[name]
            where = f"first in line {first.line}" if first is not None else "and is an input"
            at = entry.name.position if entry.name is not None else entry.position
            self.told(INVALID_SPEC, at, f"the name `{name}` stands twice, {where}", Place(scope, None, entry))
            return
        taken[name] = entry.position
        scope.bind(name, binding, made)
