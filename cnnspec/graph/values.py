"""Values of a file at a place in the network: words for themselves, other text evaluated, what is wrong told once."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import cached_property
from typing import Any

from cnnspec import layers
from cnnspec.errors import (
    INVALID_EXPRESSION,
    INVALID_SPEC,
    LIMIT_EXCEEDED,
    UNKNOWN_NAME,
    Finding,
    IllegalValue,
    Kind,
    Position,
    used,
)
from cnnspec.graph.graph import Expected
from cnnspec.graph.names import Place
from cnnspec.language.entries import IDENTIFIER
from cnnspec.language.expression import MISSING, Absent, ExpressionError, LimitExceeded, UnknownName, evaluate
from cnnspec.language.figure import Figure
from cnnspec.language.reader import MAX_NODES, Node
from cnnspec.language.spec import Spec
from cnnspec.language.suggest import did_you_mean
from cnnspec.layers.options import shown, whole
from cnnspec.source import quoted


class Unknown(Exception):
    """A value that cannot be known; why has been told, or is told where the reason lies."""


class Told:
    """The findings so far. What is wrong in a block is told once, of the first place where that is used."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        self._findings: dict[tuple[str, Position, str], Finding] = {
            (finding.code, finding.position, finding.message): finding for finding in findings
        }

    def __call__(self, kind: Kind, at: Position, message: str, place: Place | None = None) -> None:
        """Add the finding of this kind at a position; inside a block the place says where that is used."""
        if (kind.code, at, message) in self._findings:
            return
        entry = place.entry if place is not None else None
        uses = used(place.scope.uses) if place is not None else ""
        name = (
            place.scope.naming.full(entry.given_name) if place is not None and entry is not None and entry.given_name else None
        )
        finding = kind.at(at, message + uses, name)
        self._findings[kind.code, at, message] = finding

    def all(self) -> tuple[Finding, ...]:
        """Every finding, in the order of telling."""
        return tuple(self._findings.values())


class Values:
    """Evaluates nodes of the file. Every method raises :class:`Unknown` for what cannot be known."""

    def __init__(self, spec: Spec, told: Told) -> None:
        self.spec = spec
        self.told = told

    def plain(self, node: Node, words: tuple[str, ...], place: Place) -> Any:
        """The value of a node: ``words`` stand for themselves, other text is an expression.

        Lists of lists that blocks hand on to blocks could double and double: what is too large is told here.
        """
        value = self._plain(node, words, place)
        if _holds_more(value, MAX_NODES):
            self.told(LIMIT_EXCEEDED, node.position, f"a list of more than {MAX_NODES:,} numbers", place)
            raise Unknown
        return value

    def _plain(self, node: Node, words: tuple[str, ...], place: Place) -> Any:
        if isinstance(node.value, list):
            return [self._plain(item, words, place) for item in node.value]
        if isinstance(node.value, dict):
            self.told(INVALID_SPEC, node.position, "a mapping stands where a value is expected", place)
            raise Unknown
        if isinstance(node.value, str) and node.value not in words:
            if words:
                self._check_word(node, words, place)
            return self.expression(node.value, node, place)
        return node.value

    def _check_word(self, node: Node, words: tuple[str, ...], place: Place) -> None:
        """Of a word that is neither known nor a name, say which are known: that is what its author looks for."""
        if IDENTIFIER.fullmatch(node.value) and place.value(node.value) is MISSING and place.layer(node.value) is None:
            hint = did_you_mean(node.value, words) or f": there are {', '.join(words)}"
            self.told(UNKNOWN_NAME, node.position, f"unknown word {quoted(node.value)}{hint}", place)
            raise Unknown

    def expression(self, text: str, node: Node, place: Place) -> Any:
        """The value of an expression that is written at ``node``."""
        try:
            return evaluate(text, place)
        except Absent:
            raise Unknown from None
        except ExpressionError as error:
            self.told(_KINDS.get(type(error), INVALID_EXPRESSION), node.position, str(error), place)
            raise Unknown from None

    def boolean(self, node: Node, place: Place) -> bool:
        """True or false; numbers are not booleans."""
        value = self.plain(node, (), place)
        if not isinstance(value, bool):
            worth = "" if node.text == str(value) else f", which is {shown(value)},"
            self.told(INVALID_SPEC, node.position, f"{quoted(node.text)}{worth} is not true or false", place)
            raise Unknown
        return value

    def whole(self, node: Node, minimum: int, what: str, place: Place) -> int:
        """A whole number of at least ``minimum``."""
        try:
            return whole(self.plain(node, (), place), minimum)
        except IllegalValue as illegal:
            self.told(INVALID_SPEC, node.position, f"{what}: {illegal}", place)
            raise Unknown from None

    def parameter(self, node: Node, is_text: bool, name: str, place: Place) -> Any:
        """A block's parameter: a word where its default is text, else a number, a boolean or a list."""
        if is_text:
            return self._word(node, name, place)
        value = self.plain(node, (), place)
        if value is None or isinstance(value, str):
            self.told(INVALID_SPEC, node.position, f"{name}: `{node.text}` is not a number, a boolean or a list", place)
            raise Unknown
        return value

    def _word(self, node: Node, name: str, place: Place) -> str:
        """A word: a known one first, then the name of a parameter or variable that holds one, then itself."""
        if not isinstance(node.value, str):
            self.told(INVALID_SPEC, node.position, f"{name}: `{node.text}` is not a word", place)
            raise Unknown
        held = place.value(node.value)
        return held if isinstance(held, str) and node.value not in self._known_words else node.value

    @cached_property
    def _known_words(self) -> frozenset[str]:
        """The words that options of the file's layer types take: asked only where a word is also the name of one.

        Types that the file does not mention have no say: no word of it gets there, and what they may come to take in a
        later version must not change what it means.
        """
        found = {layers.find(entry.type) for entry in self.spec.entries()}
        options = (option for layer in found if layer is not None for option in layer.options().values())
        return frozenset(word for option in options for word in option.kind.words)

    def facts(self, facts: Mapping[str, Node], place: Place) -> dict[str, Expected]:
        """What is expected, or a budget's limits; those that cannot be known are left out."""
        found = {}
        for name, node in facts.items():
            try:
                found[name] = Expected(self._fact(name, node, place), node.position)
            except Unknown:
                continue
        return found

    def _fact(self, name: str, node: Node, place: Place) -> Any:
        if isinstance(node.value, dict):
            return {str(key): self._fact(name, item, place) for key, item in node.value.items()}
        if isinstance(node.value, list):
            return [self._fact(name, item, place) for item in node.value]
        if name == "findings" or node.text == "global":
            return node.text
        if (figure := Figure.parse(node.text)) is not None:
            return figure
        value = self.plain(node, (), place)
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            self.told(INVALID_SPEC, node.position, f"{name}: {quoted(node.text)} is not a figure", place)
            raise Unknown
        return Figure(Fraction(value), Fraction(0), str(value))


def _holds_more(value: Any, most: int) -> bool:
    """Whether a list holds more than ``most`` items, those of the lists in it counted."""
    lists, count = [value] if isinstance(value, list) else [], 0
    while lists and count <= most:
        items = lists.pop()
        count += len(items)
        lists += [item for item in items if isinstance(item, list)]
    return count > most


_KINDS: dict[type[ExpressionError], Kind] = {UnknownName: UNKNOWN_NAME, LimitExceeded: LIMIT_EXCEEDED}
