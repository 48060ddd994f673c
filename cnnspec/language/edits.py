"""Edits of a spec's text that leave all else as it is: comments, quotes, layout and line ends.

Where things stand is read from the parser's events, whose marks say where a value ends, too. An edit is tried on the
stretch that it changes before it is offered: where that does not read as it should, there is none.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

import yaml
from yaml._yaml import CParser
from yaml.resolver import Resolver

from cnnspec.errors import Edit, Position
from cnnspec.language.keys import ENTRY
from cnnspec.language.reader import Node, read
from cnnspec.language.spec import Entry
from cnnspec.source import BREAK, printable

_CUTS = re.compile(r"[,\[\]{}]")
"""What ends a plain text inside ``{…}``."""
_BLANK = re.compile(r"[ \t]*(?:[ \t]#.*)?")
_INLINE = ("scalar", "flow", "alias")


class _Part:
    """A value as it is written, from ``start`` to before ``end``. A mapping's ``items`` are its keys and values in turn.

    Its kind is ``scalar``, ``text`` (after ``|`` or ``>``), ``alias``, or for lists and mappings ``flow`` or ``block``.
    """

    __slots__ = ("end", "is_anchored", "is_list", "items", "kind", "start", "word")

    def __init__(self, event: Any, kind: str) -> None:
        self.kind = kind
        self.start: int = event.start_mark.index
        self.end: int = event.end_mark.index
        self.is_anchored = kind != "alias" and event.anchor is not None
        self.is_list = isinstance(event, yaml.SequenceStartEvent)
        self.word: str | None = event.value if kind in ("scalar", "text") else None
        self.items: list[_Part] = []

    @property
    def is_inline(self) -> bool:
        """Whether it is certain where it ends, and that nothing elsewhere stands for it."""
        return self.kind in _INLINE and self.start < self.end and not self.is_anchored


Pair = tuple[_Part, _Part | None]
Cut = tuple[int, int, str]
"""Other text for a stretch, by offsets."""


def set_option(text: str, entry: Entry, name: str, value: str) -> tuple[Edit, ...]:
    """The edits after which ``entry`` says ``name: value``; none where its text leaves a doubt."""
    found = _pairs(text).get(offset(text, entry.position))
    if found is None or not found[0].is_inline:
        return ()
    key, given = found
    cut = _inserted(text, key, given, entry, name, value)
    if cut is None:
        return ()
    start, end, new = cut
    until = max(end, given.end if given is not None and given.is_inline else end)
    before, after = text[key.start : until], text[key.start : start] + new + text[end:until]
    in_lines = given is not None and given.kind == "block"
    margin = " " * (position(text, key.start).column - 1) if in_lines else ""
    main = next(iter(entry.options), "")
    was, is_now, wanted = _options(margin + before, main), _options(margin + after, main), read(value).root
    if was is None or wanted is None or is_now != {**was, name: _plain(wanted)}:
        return ()
    return (Edit(position(text, start), position(text, end), new),)


def set_name(text: str, name: str) -> tuple[Edit, ...]:
    """The edit after which the file's ``name`` is another; none where its text leaves a doubt."""
    root = read(text).root
    given = _named(text) if root is not None and isinstance(root.value, dict) else None
    if root is None or given is None:
        return ()
    for written in _spellings(name):
        now = read(text[: given.start] + written + text[given.end :])
        if now.root is not None and not now.findings and _plain(now.root) == {**_plain(root), "name": name}:
            return (Edit(position(text, given.start), position(text, given.end), written),)
    return ()


def last_line(text: str, entry: Entry) -> int:
    """The line in which an entry ends; its first where it is a list of others in lines, which end it."""
    key, given = _pairs(text).get(offset(text, entry.position), (None, None))
    last = given or key
    if last is not None and last.kind == "block" and (entry.body is not None or entry.paths is not None):
        last = key
    while last is not None and last.kind == "block" and last.items:  # its own mark stands before what comes next
        last = last.items[-1]
    return position(text, last.end).line if last is not None else entry.position.line


def applied(text: str, edits: Iterable[Edit]) -> str:
    """``text`` with these edits made; of two that overlap the first."""
    made, upto = [], 0
    for start, end, new in sorted((offset(text, edit.start), offset(text, edit.end), edit.text) for edit in edits):
        if start >= upto:
            made += [text[upto:start], new]
            upto = end
    return "".join([*made, text[upto:]])


def offset(text: str, at: Position) -> int:
    """How many characters stand before a place."""
    return _starts(text)[at.line - 1] + at.column - 1


def position(text: str, at: int) -> Position:
    """The place after so many characters."""
    line = bisect_right(_starts(text), at)
    return Position(line, at - _starts(text)[line - 1] + 1)


@lru_cache(maxsize=2)
def _starts(text: str) -> tuple[int, ...]:
    """Where each line begins."""
    return (0, *(found.end() for found in BREAK.finditer(text)))


def _inserted(text: str, key: _Part, given: _Part | None, entry: Entry, name: str, value: str) -> Cut | None:
    """What to write where; None where that is not certain."""
    if given is None:
        return key.end, key.end, f": {{{name}: {value}}}"
    if given.is_anchored or given.kind == "alias":
        return None
    if given.is_list or given.word is not None:
        return _long_form(text, given, entry, name, value)
    pairs = list(zip(given.items[::2], given.items[1::2], strict=True))
    for option, present in pairs:
        if option.word == name:
            return (present.start, present.end, value) if present.is_inline else None
    if not pairs:
        return given.start + 1, given.start + 1, f"{name}: {value}"
    option, last = ([pair for pair in pairs if pair[0].word not in ENTRY] or pairs)[-1]
    if given.kind == "block":
        return _line_below(text, option, last, f"{name}: {value}")
    return (last.end, last.end, f", {name}: {value}") if last.is_inline else None


def _long_form(text: str, given: _Part, entry: Entry, name: str, value: str) -> Cut | None:
    """``linear: 120`` as ``linear: {out_features: 120, bias: false}``."""
    written = text[given.start : given.end]
    if len(entry.options) != 1 or not given.is_inline or BREAK.search(written):
        return None
    main = next(iter(entry.options))
    if main == name:
        return given.start, given.end, value
    if not given.is_list and written[0] not in "\"'" and _CUTS.search(written):
        doubled = written.replace("'", "''")
        written = f"'{doubled}'"
    return given.start, given.end, f"{{{main}: {written}, {name}: {value}}}"


def _line_below(text: str, option: _Part, last: _Part, line: str) -> Cut | None:
    """A line below that of an option, indented as it is, before which the next option or entry stands."""
    begin = text[_starts(text)[position(text, option.start).line - 1] : option.start]
    ends = BREAK.search(text, last.end)
    end = ends.start() if ends else len(text)
    if begin.strip(" ") or not last.is_inline or not _BLANK.fullmatch(text[last.end : end]):
        return None
    first = BREAK.search(text)
    return end, end, f"{first.group() if first else chr(10)}{begin}{line}"


def _named(text: str) -> _Part | None:
    """What stands as the name of the file."""
    whole = _parts(text)[-1]
    named = (given for key, given in zip(whole.items[::2], whole.items[1::2], strict=True) if key.word == "name")
    return next((given for given in named if given.kind == "scalar" and given.is_inline), None)


def _spellings(text: str) -> Iterator[str]:
    """How a text may be written: without quotes where it is text to YAML 1.1 too, to which ``yes`` is none; with them."""
    tag = Resolver().resolve(yaml.ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]
    if tag == Resolver.DEFAULT_SCALAR_TAG and printable(text) == text:
        yield text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    yield f'"{printable(escaped)}"'


def _options(entry: str, main: str) -> dict[str, Any] | None:
    """The options in an entry's text, the one of the short form called ``main``; None where it cannot be read."""
    document = read(entry)
    if document.root is None or document.findings:
        return None
    if not isinstance(document.root.value, dict):
        return {}
    options = _plain(next(iter(document.root.value.values())))
    return options if isinstance(options, dict) else {main: options}


def _plain(node: Node) -> Any:
    """A value without its place."""
    if isinstance(node.value, dict):
        return {str(key): _plain(value) for key, value in node.value.items()}
    return [_plain(item) for item in node.value] if isinstance(node.value, list) else node.value


@lru_cache(maxsize=2)
def _pairs(text: str) -> dict[int, Pair]:
    """By where each begins: the first key of every mapping with its value, and the scalars of lists."""
    found: dict[int, Pair] = {}
    for part in _parts(text):
        if part.kind in ("flow", "block") and part.items and not part.is_list:
            found[part.items[0].start] = (part.items[0], part.items[1])
        elif part.kind == "scalar" and part.start < part.end:
            found[part.start] = (part, None)
    return found


def _parts(text: str) -> list[_Part]:
    """Everything that stands in a text, each after what is in it."""
    parser, done, unclosed = CParser(text), list[_Part](), list[_Part]()
    while (event := parser.get_event()) is not None:
        if isinstance(event, yaml.CollectionStartEvent):
            unclosed.append(_Part(event, "flow" if event.flow_style else "block"))
            continue
        if isinstance(event, yaml.CollectionEndEvent):
            part = unclosed.pop()
            part.end = event.end_mark.index  # type: ignore[union-attr]
        elif isinstance(event, yaml.AliasEvent):
            part = _Part(event, "alias")
        elif isinstance(event, yaml.ScalarEvent):
            part = _Part(event, "text" if event.style in ("|", ">") else "scalar")
        else:
            continue
        done.append(part)
        if unclosed:
            unclosed[-1].items.append(part)
    return done
