"""Text that may be broken into lines: what stands together in one line if it fits, and where it breaks if it does not."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

WIDTH, WIDEST = 88, 100
"""The columns that a line may have; and those up to which a list is broken so that it stays as it is at either."""

INDENT = "    "


@dataclass(frozen=True, slots=True)
class Line:
    """The end of a line, where what it stands in is broken; else what is written instead."""

    flat: str = " "


@dataclass(frozen=True, slots=True)
class Broken:
    """Text that is written where what it stands in is broken."""

    text: str


@dataclass(frozen=True, slots=True)
class Indented:
    """What is indented, where it has lines."""

    content: Document


@dataclass(frozen=True, slots=True)
class Group:
    """What stands in one line if it fits there; else it is broken, at each of its own ends of lines."""

    content: Document


@dataclass(frozen=True, slots=True)
class Items(Group):
    """The items between brackets: they have a line of their own, or one each and a comma that keeps it so."""


@dataclass(frozen=True, slots=True)
class Brackets:
    """What stands between brackets; ``eager`` breaks wherever its surroundings do."""

    opening: str
    content: Document
    closing: str
    eager: bool = False

    def parts(self, content: Document) -> Document:
        """The brackets around ``content``."""
        return (self.opening, Indented((Line(""), content)), Line(""), self.closing)


Document = str | Line | Broken | Indented | Group | Brackets | tuple["Document", ...]

_Queue = list[tuple[str, bool, Document]]
"""What is still to be written, the next last: how far it is indented, whether it is broken."""


def width(text: str) -> int:
    """The columns that a text takes."""
    if text.isascii():
        return len(text)
    wide = {"W": 2, "F": 2}
    return sum(0 if unicodedata.combining(letter) else wide.get(unicodedata.east_asian_width(letter), 1) for letter in text)


def flat(document: Document) -> str:
    """All in one line."""
    match document:
        case str():
            return document
        case tuple():
            return "".join(map(flat, document))
        case Line(flat=text):
            return text
        case Brackets(opening=opening, content=content, closing=closing):
            return f"{opening}{flat(content)}{closing}"
        case Group(content=content) | Indented(content=content):
            return flat(content)
    return ""


def stiff(document: Document) -> Document:
    """What may stand outside of brackets: it breaks only within its own."""
    match document:
        case tuple():
            return tuple(map(stiff, document))
        case Group(content=content) | Indented(content=content):
            return stiff(content)
        case Line(flat=text):
            return text
        case Broken():
            return ""
    return document


def printed(document: Document, indent: str, *, exploded: bool = False) -> list[str]:
    """Its lines, as few as fit; ``exploded``, as many as there can be."""
    found = [indent]
    queue: _Queue = [(indent, True, document)]
    while queue:
        margin, broken, part = queue.pop()
        match part:
            case str():
                found[-1] += part
            case tuple():
                queue += [(margin, broken, inner) for inner in reversed(part)]
            case Line():
                if broken:
                    found.append(margin)
                else:
                    found[-1] += part.flat
            case Broken():
                found[-1] += part.text * broken
            case Indented():
                queue.append((margin + INDENT, broken, part.content))
            case Group():
                breaks = broken and (exploded or not _fits(found[-1], WIDTH, part, queue))
                queue.append((margin, breaks, part.content))
            case Brackets(content=content):
                breaks = broken and (exploded or part.eager or not _fits(found[-1], WIDTH, part, queue))
                if breaks and isinstance(content, Items) and _fits(found[-1], WIDEST, part, queue):
                    content = content.content
                queue.append((margin, breaks, part.parts(content)))
    return found


def _fits(line: str, room: int, part: Document, rest: _Queue) -> bool:
    """Whether a part fits in a line unbroken, with what follows up to where that can break."""
    room -= width(line)
    todo: _Queue = [("", False, part)]
    following = reversed(rest)
    while room >= 0 and (found := todo.pop() if todo else next(following, None)):
        margin, broken, part = found
        match part:
            case str():
                room -= width(part)
            case tuple():
                todo += [(margin, broken, inner) for inner in reversed(part)]
            case Line():
                if broken:
                    return True
                room -= len(part.flat)
            case Broken():
                room -= len(part.text) * broken
            case Brackets():
                todo.append((margin, broken, part.parts(part.content)))
            case Group() | Indented():
                todo.append((margin, broken, part.content))
    return room >= 0
