"""A page of the manual, as Markdown and for the terminal."""

from __future__ import annotations

import re
from collections.abc import Sequence
from textwrap import indent, wrap

from cnnspec.language.keys import ENTRY
from cnnspec.layers.page import Page
from cnnspec.source import width

_NARROWEST = 30
_CODE = re.compile("`.*?`")
_COMMON = f"`{'`, `'.join(ENTRY)}`"


def markdown(page: Page) -> str:
    """The page as GitHub's Markdown."""
    parts = [f"# {', '.join(page.names)}", page.summary, *page.paragraphs, f"```yaml\n{page.example}\n```"]
    if page.options:
        rows = [(f"`{option.name}`", option.default, option.takes) for option in page.options]
        parts.append(table(("option", "default", "takes"), rows))
    first = "The main option stands first. " * bool(page.options)
    parts.append(f"{first}Every entry also takes [{_COMMON}](../language.md#a-layer-entry).")
    facts = {**page.sections, "Source": page.source}
    parts.append("\n".join(f"- **{label}:** {text}" for label, text in facts.items() if text))
    return "\n\n".join(parts) + "\n"


def text(page: Page, columns: int) -> str:
    """The page as it reads well in a terminal of so many columns."""
    parts = [f"# {', '.join(page.names)}", *(wrapped(text, columns) for text in (page.summary, *page.paragraphs))]
    if page.options:
        parts += ["Options, the main one first:", indent(aligned(page.options, columns - 2), "  ")]
    parts.append(wrapped(f"Every entry also takes {_COMMON}.", columns))
    facts = {**page.sections, "Source": page.source}
    parts.append(aligned([item for item in facts.items() if item[1]], columns))
    parts += ["Example:", indent(page.example, "  ")]
    return "\n\n".join(parts)


def listing(pages: Sequence[Page]) -> str:
    """A line each: types and summary."""
    return aligned([(", ".join(page.families), page.summary) for page in pages])


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *([cell.replace("|", r"\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def aligned(rows: Sequence[Sequence[str]], columns: int | None = None) -> str:
    """Rows of cells one below the other, the last one wrapped where all is to fit into so many columns."""
    sizes = [max(map(width, column)) for column in zip(*(row[:-1] for row in rows), strict=True)]
    lines = []
    for *cells, last in rows:
        before = "".join(f"{cell}{' ' * (size - width(cell) + 2)}" for cell, size in zip(cells, sizes, strict=True))
        text = last if columns is None else wrapped(last, columns - width(before))
        lines.append(before + text.replace("\n", "\n" + " " * width(before)))
    return "\n".join(lines)


def wrapped(text: str, columns: int) -> str:
    """``text`` in lines of so many columns, no code broken, a list's items indented."""
    whole = _CODE.sub(lambda code: code[0].replace(" ", "\xa0"), text)
    lines = [line for item in whole.split("\n") for line in _lines(item, max(columns, _NARROWEST))]
    return "\n".join(lines).replace("\xa0", " ")


def _lines(text: str, columns: int) -> list[str]:
    indented = "  " if text.startswith("- ") else ""
    return wrap(text, columns, subsequent_indent=indented, break_long_words=False, break_on_hyphens=False)
