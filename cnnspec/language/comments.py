"""Comments that silence rules: ``# cnnspec: ignore[rule, CNN202] why`` at the end of a line."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

import yaml
from yaml._yaml import CParser

from cnnspec.errors import Edit, Position
from cnnspec.language.spec import Reference
from cnnspec.source import lines_of

_DIRECTIVE = re.compile(r"#[ \t]*cnnspec:[ \t]*ignore(?![\w-])(?:[ \t]*\[(?P<rules>[^\]\n\r\x85\u2028\u2029]*)\])?")
_WORD = re.compile(r"[^,\s]+(?:[ \t]+[^,\s]+)*")
_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_ANOTHER = re.compile("[ \t]#")


class Comment(NamedTuple):
    """One comment: where it begins and ends, its reason included, and what it names, each with its place."""

    position: Position
    end: Position
    rules: tuple[Reference, ...]
    alone: bool
    """Whether there is nothing but comments on its line."""

    def without(self, unused: Collection[Reference], text: str) -> Edit:
        """The edit of ``text`` that takes ``unused`` out of the comment, and the comment away where no rule is left."""
        lines = lines_of(text)
        number, line = self.position.line, lines[self.position.line - 1]
        if kept := [rule.name for rule in self.rules if rule not in unused]:
            last = self.rules[-1]
            return Edit(self.rules[0].position, _right(last.position, len(last.name)), ", ".join(kept))
        if self.end.column <= len(line):
            return Edit(self.position, self.end, "")
        if before := line[: self.position.column - 1].rstrip(" \t"):
            return Edit(Position(number, len(before) + 1), self.end, "")
        return Edit(Position(number, 1), Position(number + 1, 1) if number < len(lines) else self.end, "")


def suppressions(text: str) -> tuple[Comment, ...]:
    """The comments of a YAML text that silence rules. A ``#`` inside a scalar begins no comment."""
    if "cnnspec:" not in text or _DIRECTIVE.search(text) is None:
        return ()
    return tuple(_comments(text))


def _comments(text: str) -> Iterator[Comment]:
    scalars = list(_scalars(text))
    lines = [0, *(found.end() for found in _BREAK.finditer(text))]
    for found in _DIRECTIVE.finditer(text):
        before = bisect_right(scalars, (found.start(), len(text))) - 1
        if before >= 0 and found.start() < scalars[before][1]:
            continue
        number = bisect_right(lines, found.start())
        start = lines[number - 1]
        position = Position(number, found.start() - start + 1)
        end = _BREAK.search(text, found.end())
        another = _ANOTHER.search(text, found.end(), end.start() if end else len(text))
        stop = another.start() + 1 if another else end.start() if end else len(text)
        inside = _right(position, found.start("rules") - found.start())
        rules = tuple(Reference(word.group(), _right(inside, word.start())) for word in _WORD.finditer(found["rules"] or ""))
        yield Comment(
            position, Position(number, stop - start + 1), rules, text[start : found.start()].lstrip()[:1] in ("", "#")
        )


def _scalars(text: str) -> Iterator[tuple[int, int]]:
    """Where each scalar begins and ends; a block scalar below the line of its ``|`` or ``>``, where a comment may stand."""
    parser = CParser(text)
    try:
        while (event := parser.get_event()) is not None:
            if isinstance(event, yaml.ScalarEvent):
                start, end = _span(event)
                header = _BREAK.search(text, start) if event.style in ("|", ">") else None
                yield (header.end() if header else start), end
    except yaml.YAMLError:
        return


def _span(event: Any) -> tuple[int, int]:
    return event.start_mark.index, event.end_mark.index


def _right(position: Position, columns: int) -> Position:
    return Position(position.line, position.column + columns)
