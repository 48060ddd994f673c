"""The report as HTML: a page that stands alone, and its body for notebooks."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from jinja2 import Environment
from markupsafe import Markup

from cnnspec.analysis.analysis import Analysis
from cnnspec.errors import Finding
from cnnspec.render import table
from cnnspec.render.template import environment
from cnnspec.source import printable


def html(analysis: Analysis, findings: Sequence[Finding], version: str) -> str:
    """One page with nothing outside itself: no script, no picture, no font."""
    return _rendered("report.html.j2", analysis, findings, version)


def fragment(analysis: Analysis, findings: Sequence[Finding], version: str) -> str:
    """The page's body with its style, which touches nothing else of the document around it."""
    return _rendered("fragment.html.j2", analysis, findings, version)


def _rendered(template: str, analysis: Analysis, findings: Sequence[Finding], version: str) -> str:
    return _environment().get_template(template).render(table.context(analysis, findings, version))


@cache
def _environment() -> Environment:
    return environment(_printable, quoted=_quoted)


def _printable(value: object) -> object:
    """Every text on its way into the page, before it is escaped: no control or bidirectional character gets through.

    Line breaks are none of its business: templates hand it a line at a time.
    """
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _quoted(message: str) -> list[tuple[str, bool]]:
    """The parts of a message, and of each whether it stands between backticks: what its author wrote in the file."""
    parts = message.split("`")
    if len(parts) % 2 == 0:
        return [(message, False)]
    return [(part, index % 2 == 1) for index, part in enumerate(parts)]
