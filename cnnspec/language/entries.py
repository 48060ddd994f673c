"""One entry of a list of layers: its three forms, the options every entry takes, and its layer's own."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from cnnspec import layers
from cnnspec.errors import INVALID_SPEC, UNKNOWN_NAME, Finding, Position
from cnnspec.language.keys import ENTRY
from cnnspec.language.reader import Key, Node
from cnnspec.language.spec import FACTS, Entry, Reference
from cnnspec.language.suggest import did_you_mean
from cnnspec.layers.layer import Layer

IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_HOLE = re.compile(r"\{[^{}]*\}")

Tell = Callable[[Finding], None]


def described(node: Node) -> str:
    """What a value is, for messages: ``a list``, ``the number 5``."""
    if isinstance(node.value, dict):
        return "a mapping"
    if isinstance(node.value, list):
        return "a list"
    if node.value is None:
        return "nothing"
    kind = "a boolean" if isinstance(node.value, bool) else "text" if isinstance(node.value, str) else "a number"
    return f"`{node.text}`, {kind}"


def check_entry(node: Node, tell: Tell) -> Entry:
    """The entry at ``node``; its errors are told, and it is marked as broken where it has any."""
    found: list[Finding] = []
    entry = _Checker(found.append).entry(node)
    for finding in found:
        tell(finding)
    return entry


class _Checker:
    def __init__(self, tell: Tell) -> None:
        self.tell = tell
        self.broken = False

    def error(self, position: Position, message: str) -> None:
        self.broken = True
        self.tell(INVALID_SPEC.at(position, message))

    def entry(self, node: Node) -> Entry:
        if isinstance(node.value, str):
            return self._layer(node.value, node.position, {})
        if not isinstance(node.value, dict) or not node.value:
            self.error(node.position, f"an entry is a layer type, or a type and its options, not {described(node)}")
            return Entry("unknown", node.position, broken=True)
        key, value = next(iter(node.value.items()))
        for extra in list(node.value)[1:]:
            hint = f"{key}: {{…, {extra}: …}}" if extra in ENTRY else f"- {extra}"
            self.error(extra.position, f"`{extra}` stands beside `{key}`: an entry is one layer type; write {hint}")
        if isinstance(value.value, dict):
            return self._layer(key, key.position, value.value)
        return self._layer(key, key.position, {}, value if value.value is not None else None)

    def _layer(self, type: str, position: Position, given: Mapping[Key, Node], main: Node | None = None) -> Entry:
        layer = layers.find(type) if IDENTIFIER.fullmatch(type) else None
        if layer is None:
            self.broken = True
            hint = did_you_mean(type, layers.known())
            self.tell(UNKNOWN_NAME.at(position, f"unknown layer type `{type}`{hint}"))
        elif main is not None:
            given = self._main(type, layer, main)
        common = {str(key): value for key, value in given.items() if key in ENTRY}
        options = {key: value for key, value in given.items() if key not in ENTRY}
        if layer is not None:
            self._own(type, layer, options, position)
        name = self._name(common.get("name"))
        return Entry(
            type if IDENTIFIER.fullmatch(type) else "unknown",
            position,
            {str(key): value for key, value in options.items()},
            name=name,
            sources=self._sources(common.get("from")),
            repeat=self._scalar("repeat", common.get("repeat")),
            when=self._scalar("when", common.get("when")),
            training_only=self._scalar("training_only", common.get("training_only")),
            trainable=self._scalar("trainable", common.get("trainable")),
            ignore=words(common.get("ignore"), "ignore", self.error),
            expect=facts(common.get("expect"), FACTS, self.error),
            note=text(common.get("note"), "note", self.error),
            broken=self.broken,
        )

    def _main(self, type: str, layer: type[Layer], value: Node) -> Mapping[Key, Node]:
        name = "from" if layer.merges else next(iter(layer.options()), None)
        if name is None:
            self.error(value.position, f"{type} takes no value, but {described(value)} is given")
            return {}
        key = Key(name)
        key.line, key.column = value.line, value.column
        return {key: value}

    def _own(self, type: str, layer: type[Layer], options: Mapping[Key, Node], position: Position) -> None:
        known = layer.options()
        for key in options:
            if key not in known:
                hint = did_you_mean(key, [*known, *ENTRY])
                what = f": it has {', '.join(known)}" if known and not hint else hint
                self.error(key.position, f"{type} has no option `{key}`{what}")
        missing = [name for name, option in known.items() if option.required and name not in options]
        if missing and all(key in known for key in options):
            self.error(position, f"{type} needs {' and '.join(f'`{name}`' for name in missing)}")

    def _name(self, node: Node | None) -> Node | None:
        if node is not None and not (isinstance(node.value, str) and IDENTIFIER.fullmatch(_HOLE.sub("_", node.value))):
            self.error(node.position, f"a name is a letter or _, then letters, digits and _, not {described(node)}")
            return None
        return node

    def _sources(self, node: Node | None) -> tuple[Reference, ...] | None:
        if node is None:
            return None
        items = node.value if isinstance(node.value, list) else [node]
        if not items:
            self.error(node.position, "from: names at least one layer")
        for item in items:
            if not isinstance(item.value, str):
                self.error(item.position, f"from: holds names of layers, not {described(item)}")
        return tuple(Reference(item.value, item.position) for item in items if isinstance(item.value, str))

    def _scalar(self, name: str, node: Node | None) -> Node | None:
        if node is not None and (isinstance(node.value, list | dict) or node.value is None):
            self.error(node.position, f"{name} is a value or an expression, not {described(node)}")
            return None
        return node


def text(node: Node | None, what: str, error: Callable[[Position, str], None]) -> str | None:
    """The text at ``node``; a number is text as it was written."""
    if node is None:
        return None
    if isinstance(node.value, list | dict) or node.value is None:
        error(node.position, f"{what} is text, not {described(node)}")
        return None
    return node.text


def words(node: Node | None, what: str, error: Callable[[Position, str], None]) -> tuple[Reference, ...]:
    """A list of words, each with its place."""
    if node is None:
        return ()
    if not isinstance(node.value, list) or any(not isinstance(item.value, str) for item in node.value):
        error(node.position, f"{what} is a list of words")
        return ()
    return tuple(Reference(item.value, item.position) for item in node.value)


def facts(node: Node | None, known: tuple[str, ...], error: Callable[[Position, str], None]) -> dict[str, Node]:
    """A mapping from known facts to what is expected of them."""
    if node is None:
        return {}
    if not isinstance(node.value, dict):
        error(node.position, f"facts are a mapping, not {described(node)}")
        return {}
    for key in node.value:
        if key not in known:
            error(key.position, f"unknown fact `{key}`{did_you_mean(key, known)}")
    return {str(key): value for key, value in node.value.items() if key in known}
