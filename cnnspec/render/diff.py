"""What would change in a file, as ``diff -u`` writes it and ``patch`` reads it."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import unified_diff

from cnnspec.source import printable


def diff(name: str, before: str, after: str) -> str:
    """The unified diff of two texts of the file called ``name``; empty where they are the same.

    Its lines are parted by line feeds alone, as ``patch`` parts them, and are otherwise the file's as they stand.
    """
    shown = printable(name) + "\t" * (" " in name)
    return "".join(_ended(unified_diff(_lines(before), _lines(after), shown, shown)))


def _lines(text: str) -> list[str]:
    *whole, last = text.split("\n")
    return [f"{line}\n" for line in whole] + [last] * bool(last)


def _ended(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
