"""A docstring as a page: a first line, paragraphs, and sections under labels."""

from __future__ import annotations

import re
from inspect import cleandoc

_LABEL = re.compile(r"(Why|Arithmetic|Bad|Good|Source):\s*(.*)")


def sections(docstring: str) -> dict[str, str]:
    """The text under each label; what stands before the first, or after a blank line, is the text under ``""``.

    A section ends with the next label or a blank line.
    """
    found: dict[str, list[str]] = {"": []}
    label = ""
    for line in cleandoc(docstring).split("\n"):
        if (match := _LABEL.fullmatch(line)) is not None:
            label = match[1]
            found[label] = [match[2]] if match[2] else []
        else:
            label = label if line else ""
            found[label].append(line)
    return {label: cleandoc("\n".join(lines)) for label, lines in found.items()}
