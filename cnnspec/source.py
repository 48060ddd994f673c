"""A text with a name, and how places in it are shown to people."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from cnnspec.errors import Position

BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
"""What ends a line, as YAML's parser counts them."""
_COMMAND = re.compile(r"##(?=(?:vso)?\[)", re.IGNORECASE)
"""What build servers take for a command of their own anywhere in a line."""
_WIDTH = 120
_QUOTED = 60


@dataclass(frozen=True, slots=True)
class Source:
    """A spec's text and the name to call it by: its path, or ``<stdin>``."""

    name: str
    text: str

    def frame(self, position: Position) -> str:
        """The line at ``position`` with a caret under the column; empty where the text has no such line."""
        lines = lines_of(self.text)
        if position.line > len(lines) or not lines[position.line - 1].strip():
            return ""
        line = lines[position.line - 1].replace("\t", " ")
        start = max(0, position.column - 1 - _WIDTH // 2) if len(line) > _WIDTH else 0
        shown, before = printable(line[start : start + _WIDTH]), printable(line[start : position.column - 1])
        margin = f"{position.line} | "
        return f"{margin}{shown}\n{'| '.rjust(len(margin))}{' ' * width(before)}^"


@lru_cache(maxsize=4)
def lines_of(text: str) -> tuple[str, ...]:
    """The lines of ``text`` as YAML's parser counts them. Kept, as every finding of a file asks for one."""
    return tuple(BREAK.split(text))


def quoted(text: str) -> str:
    """``text`` in backticks for a message, cut where it is long: a message never grows with what a file holds."""
    return f"`{text}`" if len(text) <= _QUOTED else f"`{text[:_QUOTED]}…`"


def printable(text: str) -> str:
    """``text`` with control, format (bidirectional) and separator characters as escapes: safe for a terminal or a log.

    So is what a build server would take for a command: ``##[error]`` is shown as ``#\\x23[error]``.
    """
    if "##" in text:
        text = _COMMAND.sub(r"#\\x23", text)
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(character) for character in text)


def width(text: str) -> int:
    """How many columns a terminal gives ``text``: two for wide characters, none for combining ones."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _shown(character: str) -> str:
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 65536 else f"\\U{code:08x}"
