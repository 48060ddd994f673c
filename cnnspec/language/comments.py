"""Comments that silence rules: ``# cnnspec: ignore[rule, CNN202] why`` at the end of a line."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any, NamedTuple

import yaml
from yaml._yaml import CParser

from cnnspec.errors import Edit, Position
from cnnspec.language.spec import Reference
from cnnspec.source import BREAK, lines_of

_DIRECTIVE = re.compile(r"#[ \t]*cnnspec:[ \t]*ignore(?![\w-])(?:[ \t]*\[(?P<rules>[^][#\n\r\x85\u2028\u2029]*)\])?")
_WORD = re.compile(r"[^,\s]+(?:[ \t]+[^,\s]+)*")
_ANOTHER = re.compile("[ \t]#")


class Comment(NamedTuple):
    """One comment: where it begins and ends, its reason included, and what it names, each with its place."""

    position: Position
    end: Position
    rules: tuple[Reference, ...]
    alone: bool
    """Whether there is nothing but comments on its line."""

    def without(self, unused: Iterable[Reference], text: str) -> Edit:
        """The edit of ``text`` that takes ``unused`` out of the comment, and the comment away where no rule is left."""
        lines, out = lines_of(text), frozenset(unused)
        number, line = self.position.line, lines[self.position.line - 1]
        if kept := [rule.name for rule in self.rules if rule not in out]:
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
    """Each comment; no stretch of the text is looked at twice, as a line may hold thousands."""
    scalars = list(_scalars(text))
    breaks = [found.end() for found in BREAK.finditer(text)]
    directives = (found for found in _DIRECTIVE.finditer(text) if not _is_inside(found.start(), scalars, len(text)))
    for line, of_line in groupby(directives, key=lambda found: bisect_right(breaks, found.start())):
        start = breaks[line - 1] if line else 0
        end = BREAK.search(text, start)
        alone = text[start : end.start() if end else None].lstrip()[0] == "#"
        found = list(of_line)
        for each, until in zip(
            found, [*(other.start() for other in found[1:]), end.start() if end else len(text)], strict=True
        ):
            another = _ANOTHER.search(text, each.end(), until)
            at = Position(line + 1, each.start() - start + 1)
            stop = Position(line + 1, (another.start() + 1 if another else until) - start + 1)
            inside = _right(at, each.start("rules") - each.start())
            words = _WORD.finditer(each["rules"] or "")
            yield Comment(at, stop, tuple(Reference(word.group(), _right(inside, word.start())) for word in words), alone)


def _is_inside(at: int, spans: list[tuple[int, int]], end: int) -> bool:
    """Whether a place lies in one of the spans, which follow one another; ``end`` is none of their places."""
    before = bisect_right(spans, (at, end)) - 1
    return before >= 0 and at < spans[before][1]


def _scalars(text: str) -> Iterator[tuple[int, int]]:
    """Where each scalar begins and ends; a block scalar below the line of its ``|`` or ``>``, where a comment may stand."""
    parser = CParser(text)
    try:
        while (event := parser.get_event()) is not None:
            if isinstance(event, yaml.ScalarEvent):
                start, end = _span(event)
                header = BREAK.search(text, start) if event.style in ("|", ">") else None
                yield (header.end() if header else start), end
    except yaml.YAMLError:
        return


def _span(event: Any) -> tuple[int, int]:
    return event.start_mark.index, event.end_mark.index


def _right(position: Position, columns: int) -> Position:
    return Position(position.line, position.column + columns)
