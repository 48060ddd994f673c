"""YAML with positions, read from the parser's events with a stack of our own.

Loading with PyYAML's loaders recurses, expands merge keys and aliases without bound, lets a duplicate key win in
silence and reads ``no`` as false. Here every key and value keeps its place, scalars follow YAML 1.2's core schema,
and what section "Bounds" of the language limits is refused before memory is spent on it.
"""

from __future__ import annotations

import re
from typing import Any

import yaml
from yaml._yaml import CParser

from cnnspec.errors import INVALID_YAML, LIMIT_EXCEEDED, Finding, Position

MAX_BYTES = 1 << 20
MAX_DEPTH = 64
MAX_NODES = 100_000
MAX_DIGITS = 18

_WORDS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_NUMBER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+|[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_INFINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")


class Key(str):
    """A mapping's key, with its place."""

    __slots__ = ("column", "line")
    line: int
    column: int

    @property
    def position(self) -> Position:
        return Position(self.line, self.column)


class Node:
    """A value with its place: a scalar, a list of nodes, or a dict from :class:`Key` to node.

    ``text`` is a scalar as it was written, the quotes left out.
    """

    __slots__ = ("column", "line", "text", "value")

    def __init__(self, value: Any, line: int, column: int, text: str = "") -> None:
        self.value = value
        self.line = line
        self.column = column
        self.text = text

    @property
    def position(self) -> Position:
        return Position(self.line, self.column)


class Document:
    """What a text holds: its root (None where it cannot be read) and what is wrong with it."""

    def __init__(self, root: Node | None, findings: list[Finding]) -> None:
        self.root = root
        self.findings = findings


class _Refused(Exception):
    """The text cannot be read further."""

    def __init__(self, finding: Finding) -> None:
        self.finding = finding


def decode(data: bytes) -> str | Finding:
    """The text of a file, UTF-8 with or without a byte-order mark, or what keeps it from being one."""
    if len(data) > MAX_BYTES:
        return LIMIT_EXCEEDED.at(Position(1, 1), f"the file has more than {MAX_BYTES:,} bytes (1 MiB)")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig", "replace")
        return INVALID_YAML.at(_place(before), f"byte 0x{data[error.start]:02x} is not UTF-8")


def read(text: str) -> Document:
    """The document in ``text``. All duplicate keys, tags and merge keys are told; a syntax error ends the reading."""
    builder = _Builder()
    try:
        if odd := _UNPRINTABLE.search(text):
            what = f"character U+{ord(odd.group()):04X} is not allowed in YAML"
            raise _Refused(INVALID_YAML.at(_place(text[: odd.start()]), what))
        return Document(builder.run(text), builder.findings)
    except _Refused as refused:
        return Document(None, [*builder.findings, refused.finding])


def number(text: str) -> int | float | None:
    """The number that a plain scalar writes, by YAML 1.2's core schema; None if it writes none.

    Raises :class:`OverflowError` for more than 18 digits, infinity or NaN.
    """
    if _INFINITE.fullmatch(text):
        raise OverflowError("infinity and NaN are not numbers here")
    if not _NUMBER.fullmatch(text):
        return None
    if text[:2] in ("0o", "0x"):
        value: int | float = int(text[2:], 8 if text[1] == "o" else 16) if len(text) < 30 else 10**MAX_DIGITS
    elif text.lstrip("+-").isdigit():
        value = int(text) if len(text.lstrip("+-").lstrip("0")) <= MAX_DIGITS else 10**MAX_DIGITS
    else:
        value = float(text)
        if len(re.sub(r"[eE].*|[-+.]", "", text)) > MAX_DIGITS or value in (float("inf"), float("-inf")):
            value = 10**MAX_DIGITS
    if isinstance(value, int) and abs(value) >= 10**MAX_DIGITS:
        raise OverflowError(f"a number of more than {MAX_DIGITS} digits")
    return value


class _Open:
    """A list or mapping that is not closed yet."""

    __slots__ = ("anchor", "depth", "key", "node", "nodes_before")

    def __init__(self, node: Node, anchor: str | None, nodes_before: int) -> None:
        self.node = node
        self.anchor = anchor
        self.nodes_before = nodes_before
        self.key: Key | None = None
        self.depth = 1


class _Builder:
    """Turns events into nodes; ``nodes`` counts them as if every alias were written out."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.root: Node | None = None
        self.nodes = 0
        self.stack: list[_Open] = []
        self.anchors: dict[str, tuple[Node, int, int] | None] = {}

    def run(self, text: str) -> Node:
        parser = CParser(text)
        handlers = {
            yaml.ScalarEvent: self._scalar,
            yaml.MappingStartEvent: self._start,
            yaml.SequenceStartEvent: self._start,
            yaml.MappingEndEvent: self._end,
            yaml.SequenceEndEvent: self._end,
            yaml.AliasEvent: self._alias,
            yaml.DocumentStartEvent: self._document,
        }
        try:
            while (event := parser.get_event()) is not None:
                if handler := handlers.get(type(event)):
                    handler(event)
        except yaml.YAMLError as error:
            raise _Refused(_syntax(error)) from None
        if self.root is None:
            raise _Refused(INVALID_YAML.at(Position(1, 1), "the file is empty"))
        return self.root

    def _document(self, event: Any) -> None:
        if self.root is not None:
            raise _Refused(INVALID_YAML.at(_at(event), "a second document begins here: a file holds one network"))

    def _start(self, event: Any) -> None:
        mark = event.start_mark
        self._count(event)
        self._refuse_tag(event)
        if len(self.stack) >= MAX_DEPTH:
            raise _Refused(LIMIT_EXCEEDED.at(_at(event), f"nesting deeper than {MAX_DEPTH}"))
        node = Node({} if isinstance(event, yaml.MappingStartEvent) else [], mark.line + 1, mark.column + 1)
        if self.stack and isinstance(self.stack[-1].node.value, dict) and self.stack[-1].key is None:
            raise _Refused(INVALID_YAML.at(_at(event), "a key must be a word, not a list or mapping"))
        if event.anchor:
            self.anchors[event.anchor] = None
        self.stack.append(_Open(node, event.anchor, self.nodes - 1))

    def _end(self, event: Any) -> None:
        closed = self.stack.pop()
        if closed.anchor:
            size = self.nodes - closed.nodes_before
            self.anchors[closed.anchor] = (closed.node, size, closed.depth)
        self._add(closed.node, closed.depth)

    def _alias(self, event: Any) -> None:
        if event.anchor not in self.anchors:
            raise _Refused(INVALID_YAML.at(_at(event), f"alias *{event.anchor} has no anchor &{event.anchor} above it"))
        anchored = self.anchors[event.anchor]
        if anchored is None:
            raise _Refused(INVALID_YAML.at(_at(event), f"alias *{event.anchor} stands inside what it stands for"))
        node, size, depth = anchored
        self._count(event, size)
        if len(self.stack) + depth > MAX_DEPTH:
            raise _Refused(LIMIT_EXCEEDED.at(_at(event), f"nesting deeper than {MAX_DEPTH}"))
        mark = event.start_mark
        if self.stack and isinstance(self.stack[-1].node.value, dict) and self.stack[-1].key is None:
            raise _Refused(INVALID_YAML.at(_at(event), "a key must be a word, not an alias"))
        self._add(Node(node.value, mark.line + 1, mark.column + 1, node.text), depth)

    def _scalar(self, event: Any) -> None:
        self.nodes += 1
        if self.nodes > MAX_NODES or event.tag is not None:
            self._count(event, 0)
            self._refuse_tag(event)
        text: str = event.value
        mark = event.start_mark
        top = self.stack[-1] if self.stack else None
        if top is not None and top.key is None and type(top.node.value) is dict:
            key = top.key = Key(text)
            key.line, key.column = mark.line + 1, mark.column + 1
            if text == "<<" or text in top.node.value or event.anchor:
                self._odd_key(top, key, event)
            return
        value: Any = text
        if event.implicit[0] and (text in _WORDS or not text[0].isalpha()):
            value = self._plain(text, event)
        node = Node(value, mark.line + 1, mark.column + 1, text)
        if event.anchor:
            self.anchors[event.anchor] = (node, 1, 0)
        if top is None:
            self.root = node
        elif top.key is None:
            top.node.value.append(node)
        else:
            self._add(node)

    def _plain(self, text: str, event: Any) -> Any:
        if text in _WORDS:
            return _WORDS[text]
        try:
            value = number(text)
        except OverflowError as error:
            self.findings.append(LIMIT_EXCEEDED.at(_at(event), str(error)))
            return None
        return text if value is None else value

    def _odd_key(self, top: _Open, key: Key, event: Any) -> None:
        if event.anchor:
            self.anchors[event.anchor] = (Node(str(key), key.line, key.column, key), 1, 0)
        if key == "<<" and event.implicit[0]:
            self.findings.append(INVALID_YAML.at(key.position, "merge keys (<<) are not part of YAML 1.2: write the keys out"))
        elif key in top.node.value:
            first = next(other for other in top.node.value if other == key)
            what = f"key `{key}` stands twice in this mapping, first in line {first.line}"
            self.findings.append(INVALID_YAML.at(key.position, what))

    def _add(self, node: Node, depth: int = 0) -> None:
        if not self.stack:
            self.root = node
            return
        top = self.stack[-1]
        if depth >= top.depth:
            top.depth = depth + 1
        if top.key is None:
            top.node.value.append(node)
        else:
            if top.key != "<<":
                top.node.value.setdefault(top.key, node)
            top.key = None

    def _count(self, event: Any, size: int = 1) -> None:
        self.nodes += size
        if self.nodes > MAX_NODES:
            raise _Refused(LIMIT_EXCEEDED.at(_at(event), f"the document expands past {MAX_NODES:,} nodes"))

    def _refuse_tag(self, event: Any) -> None:
        if event.tag is not None:
            self.findings.append(INVALID_YAML.at(_at(event), f"tags are not allowed: {event.tag}"))


def _at(event: Any) -> Position:
    return Position(event.start_mark.line + 1, event.start_mark.column + 1)


def _place(before: str) -> Position:
    """The position just after the text ``before``."""
    lines = _BREAK.split(before)
    return Position(len(lines), len(lines[-1]) + 1)


def _syntax(error: yaml.YAMLError) -> Finding:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    position = Position(mark.line + 1, mark.column + 1) if mark is not None else Position(1, 1)
    what = getattr(error, "problem", None) or "this is not YAML"
    context = getattr(error, "context", None)
    return INVALID_YAML.at(position, f"{what} ({context})" if context else str(what))
