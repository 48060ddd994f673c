"""The report as Markdown, for pull requests and READMEs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from jinja2 import Environment
from markupsafe import Markup

from cnnspec.analysis.analysis import Analysis
from cnnspec.errors import Finding
from cnnspec.render import table
from cnnspec.render.template import environment
from cnnspec.source import printable

# Entities stand where not every dialect takes a backslash: in a cell, and for what would begin a tag.
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "|": "&#124;"})
_SPECIAL = re.compile(r"[\\`*\[\]~$]")
# Inside a word an underscore is one; beside its edge it would begin or end emphasis.
_UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
_BARE_LINK = re.compile(r":(?=//)|@|(?<=www)\.", re.IGNORECASE)
_LINE_START = re.compile(r"^(?:(?=[-+=#])|(\d+)(?=[.)](?:\s|$)))")


def markdown(analysis: Analysis, findings: Sequence[Finding], version: str) -> str:
    """Title, totals, findings and layers, as GitHub's Markdown."""
    return _environment().get_template("report.md.j2").render(table.context(analysis, findings, version))


@cache
def _environment() -> Environment:
    # What finalize hands on is marked as safe; whatever escapes it would be escaped as HTML, not let through.
    return environment(_escaped, verbatim=_verbatim)


def _escaped(value: object) -> object:
    """Every text on its way into the document, so that it means itself: no link, picture, tag, emphasis or new cell."""
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    text = _SPECIAL.sub(r"\\\g<0>", printable(value).strip())
    text = _UNDERSCORE.sub(r"\\_", text).translate(_ENTITIES)
    text = _BARE_LINK.sub(r"\\\g<0>", text)
    return Markup(_LINE_START.sub(r"\g<1>\\", text))  # noqa: S704


def _verbatim(line: str) -> Markup:
    """A line of code: indented in the template, it means nothing to Markdown."""
    return Markup(printable(line))  # noqa: S704
