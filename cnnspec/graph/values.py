"""Values of a file at a place in the network: words for themselves, other text evaluated, what is wrong told once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cnnspec.errors import (
    INVALID_EXPRESSION,
    INVALID_SPEC,
    LIMIT_EXCEEDED,
    UNKNOWN_NAME,
    Finding,
    IllegalValue,
    Kind,
    Position,
)
from cnnspec.graph.graph import Expected
from cnnspec.language.expression import Absent, ExpressionError, LimitExceeded, Names, UnknownName, evaluate
from cnnspec.language.figure import Figure
from cnnspec.language.reader import Node
from cnnspec.layers.options import whole


class Unknown(Exception):
    """A value that cannot be known; why has been told, or is told where the reason lies."""


class Told:
    """The findings so far, each once."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        self._findings = dict.fromkeys(findings)

    def __call__(self, kind: Kind, at: Position, message: str, layer: str | None = None) -> None:
        """Add the finding of this kind at a place."""
        self.tell(kind.at(at, message, layer))

    def tell(self, finding: Finding) -> None:
        """Add a finding, unless it has been told."""
        self._findings.setdefault(finding)

    def all(self) -> tuple[Finding, ...]:
        """Every finding, in the order of telling."""
        return tuple(self._findings)


class Values:
    """Evaluates nodes of the file. Every method raises :class:`Unknown` for what cannot be known."""

    def __init__(self, told: Told) -> None:
        self.told = told

    def plain(self, node: Node, words: tuple[str, ...], names: Names, layer: str | None = None) -> Any:
        """The value of a node: ``words`` stand for themselves, other text is an expression."""
        if isinstance(node.value, list):
            return [self.plain(item, words, names, layer) for item in node.value]
        if isinstance(node.value, dict):
            self.told(INVALID_SPEC, node.position, "a mapping stands where a value is expected", layer)
            raise Unknown
        if isinstance(node.value, str) and node.value not in words:
            return self.expression(node.value, node, names, layer)
        return node.value

    def expression(self, text: str, node: Node, names: Names, layer: str | None = None) -> Any:
        """The value of an expression that is written at ``node``."""
        try:
            return evaluate(text, names)
        except Absent:
            raise Unknown from None
        except ExpressionError as error:
            self.told(_KINDS.get(type(error), INVALID_EXPRESSION), node.position, str(error), layer)
            raise Unknown from None

    def boolean(self, node: Node, names: Names, layer: str | None = None) -> bool:
        """True or false; numbers are not booleans."""
        value = self.plain(node, (), names, layer)
        if not isinstance(value, bool):
            self.told(INVALID_SPEC, node.position, f"`{node.text}` is not true or false", layer)
            raise Unknown
        return value

    def whole(self, node: Node, minimum: int, what: str, names: Names, layer: str | None = None) -> int:
        """A whole number of at least ``minimum``."""
        try:
            return whole(self.plain(node, (), names, layer), minimum)
        except IllegalValue as illegal:
            self.told(INVALID_SPEC, node.position, f"{what}: {illegal}", layer)
            raise Unknown from None

    def facts(self, facts: Mapping[str, Node], names: Names, layer: str | None = None) -> dict[str, Expected]:
        """What is expected, or a budget's limits; those that cannot be known are left out."""
        found = {}
        for name, node in facts.items():
            try:
                found[name] = Expected(self._fact(name, node, names, layer), node.position)
            except Unknown:
                continue
        return found

    def _fact(self, name: str, node: Node, names: Names, layer: str | None) -> Any:
        if isinstance(node.value, dict):
            return {str(key): self._fact(name, item, names, layer) for key, item in node.value.items()}
        if isinstance(node.value, list):
            return [self._fact(name, item, names, layer) for item in node.value]
        if name == "findings" or node.text == "global":
            return node.text
        if (figure := Figure.parse(node.text)) is not None:
            return figure
        value = self.plain(node, (), names, layer)
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.told(INVALID_SPEC, node.position, f"{name}: `{node.text}` is not a figure", layer)
            raise Unknown
        return Figure.parse(str(value)) or value


_KINDS: dict[type[ExpressionError], Kind] = {UnknownName: UNKNOWN_NAME, LimitExceeded: LIMIT_EXCEEDED}
