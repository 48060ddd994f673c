"""A class's docstring, taken apart: paragraphs, then sections, each a label at the beginning of a line and its text up to
the next label::

    Flops: 2 an element: a comparison and a product.

A label alone on its line begins code, on indented lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from inspect import cleandoc
from textwrap import dedent


def split(docstring: str | None, labels: Iterable[str]) -> tuple[list[str], dict[str, str]]:
    """The paragraphs of a docstring, and its sections by their labels."""
    label = re.compile(rf"^({'|'.join(labels)}):(?: |$)", re.MULTILINE)
    opening, *labelled = label.split(cleandoc(docstring or ""))
    sections = zip(labelled[::2], labelled[1::2], strict=True)
    return [_joined(text) for text in opening.strip().split("\n\n")], {
        label: dedent(text).strip() if text.startswith("\n") else _joined(text) for label, text in sections
    }


def _joined(text: str) -> str:
    """``text`` in one line, a list in one for each item; code in single backticks."""
    return "\n".join(" ".join(item.split()) for item in re.split(r"\n(?=- )", text.replace("``", "`")))
