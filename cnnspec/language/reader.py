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

from cnnspec.errors import INVALID_EXPRESSION, INVALID_YAML, LIMIT_EXCEEDED, Finding, Position
from cnnspec.language.syntax import explained
from cnnspec.source import lines_of, quoted

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
_TUPLE = re.compile(r"\([^()]*\)")
_INFINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
# What YAML does not print, named itself: the set of all that it prints takes three milliseconds to compile.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
_MARKS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}
_LONGEST_NUMBER = 64

UNREADABLE = "unreadable"
"""This very object is the value of a scalar whose error has been told: what it stands for cannot be known."""


class Key(str):
    """A mapping's key, with its place."""

    __slots__ = ("column", "line")
    line: int
    column: int

    @property
    def position(self) -> Position:
        return Position(self.line, self.column)


_MERGE = Key("<<")


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

    @property
    def holds_text(self) -> bool:
        """Whether it is text or a list that holds some: a word, or an expression to evaluate at its place."""
        if isinstance(self.value, list):
            return any(item.holds_text for item in self.value)
        return isinstance(self.value, str)


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
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        place = _place(data[: error.start].decode("utf-8", "replace"))
        if mark := _MARKS.get(data[:2]):
            return INVALID_YAML.at(place, f"the file is {mark}: save it as UTF-8")
        return INVALID_YAML.at(place, f"byte 0x{data[error.start]:02x} is not UTF-8")


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
    value: int | float
    if len(text) > _LONGEST_NUMBER:
        value = 10**MAX_DIGITS
    elif text[:2] in ("0o", "0x"):
        value = int(text[2:], 8 if text[1] == "o" else 16)
    elif text.lstrip("+-").isdigit():
        value = int(text)
    else:
        value = float(text) if len(re.sub(r"[eE].*|[-+.]", "", text)) <= MAX_DIGITS else 10**MAX_DIGITS
    if abs(value) >= 10**MAX_DIGITS:
        raise OverflowError(f"a number of more than {MAX_DIGITS} digits")
    return value


class _Open:
    """A list or mapping that is not closed yet."""

    __slots__ = ("anchor", "cut", "depth", "flow", "key", "merged", "node", "nodes_before", "twice")

    def __init__(self, node: Node, event: Any, nodes_before: int) -> None:
        self.node = node
        self.anchor: str | None = event.anchor
        self.nodes_before = nodes_before
        self.flow: bool = event.flow_style
        self.key: Key | None = None
        self.depth = 1
        self.cut: Node | None = None
        """In ``{…}`` and ``[…]``, a text whose parenthesis is not closed yet: a comma may have cut an expression in two."""
        self.merged: Node | None = None
        """What a merge key takes in: an error, but no reason to miss what it would have said."""
        self.twice: list[Key] = []
        """Keys that stand here for a second time."""


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
            for unfinished in self.stack:
                self._tell_twice(unfinished)
            raise _Refused(explained(error, text)) from None
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
        if self.stack:
            self.stack[-1].cut = None
        self.stack.append(_Open(node, event, self.nodes - 1))

    def _end(self, event: Any) -> None:
        closed = self.stack.pop()
        self._tell_twice(closed)
        if closed.merged is not None and isinstance(closed.merged.value, dict):
            closed.node.value = {**closed.merged.value, **closed.node.value}
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
            if text == _MERGE or event.anchor:
                self._odd_key(top, key, event)
            return
        if top is not None and top.flow and event.implicit[0] and (top.cut or "(" in text) and self._goes_on(top, text):
            return
        value: Any = text
        if event.implicit[0] and (text in _WORDS or not text[0].isalpha()):
            value = self._plain(text, event)
        node = Node(value, mark.line + 1, mark.column + 1, text)
        if event.anchor:
            self.anchors[event.anchor] = (node, 1, 0)
        if top is None:
            self.root = node
            return
        if top.flow and value is text and event.implicit[0] and text.count("(") > text.count(")"):
            top.cut = node
        if top.key is None:
            top.node.value.append(node)
        else:
            self._add(node)

    def _goes_on(self, top: _Open, text: str) -> bool:
        """Whether a plain text goes on with an expression that a comma has cut in two; told where it is whole again."""
        cut = top.cut
        more = text if top.key is None else top.key if not text else None
        if cut is None or more is None:
            top.cut = None
            return False
        cut.value = cut.text = whole = f"{cut.text}, {more}"
        top.key = None
        if whole.count("(") <= whole.count(")"):
            top.cut = None
            what = f"{quoted(whole)} holds a comma: inside {{…}} and […] YAML wants quotes round it"
            if _TUPLE.fullmatch(whole):
                cut.value = UNREADABLE
                what = f"{quoted(whole)} is no list: write {quoted(f'[{whole[1:-1]}]')}, or quotes round it if it is text"
            self.findings.append(INVALID_EXPRESSION.at(cut.position, what))
        return True

    def _plain(self, text: str, event: Any) -> Any:
        if text in _WORDS:
            return _WORDS[text]
        try:
            value = number(text)
        except OverflowError as error:
            self.findings.append(LIMIT_EXCEEDED.at(_at(event), str(error)))
            return UNREADABLE
        return text if value is None else value

    def _odd_key(self, top: _Open, key: Key, event: Any) -> None:
        if event.anchor:
            self.anchors[event.anchor] = (Node(str(key), key.line, key.column, key), 1, 0)
        if key == _MERGE and event.implicit[0]:
            top.key = _MERGE
            self.findings.append(INVALID_YAML.at(key.position, "merge keys (<<) are not part of YAML 1.2: write the keys out"))

    def _tell_twice(self, closed: _Open) -> None:
        if not closed.twice:
            return
        first = {str(key): key.line for key in closed.node.value}
        for key in closed.twice:
            what = f"key {quoted(key)} stands twice in this mapping, first in line {first[key]}"
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
            if top.key is _MERGE:
                top.merged = node
            elif top.node.value.setdefault(top.key, node) is not node:
                top.twice.append(top.key)
            top.key = None

    def _count(self, event: Any, size: int = 1) -> None:
        self.nodes += size
        if self.nodes > MAX_NODES:
            raise _Refused(LIMIT_EXCEEDED.at(_at(event), f"the document expands past {MAX_NODES:,} nodes"))

    def _refuse_tag(self, event: Any) -> None:
        if event.tag is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self.findings.append(INVALID_YAML.at(_at(event), f"tags are not allowed: leave out {quoted(tag)}"))


def _at(event: Any) -> Position:
    return Position(event.start_mark.line + 1, event.start_mark.column + 1)


def _place(before: str) -> Position:
    """The position just after the text ``before``."""
    lines = lines_of(before)
    return Position(len(lines), len(lines[-1]) + 1)
