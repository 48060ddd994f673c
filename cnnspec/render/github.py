"""Findings as GitHub's workflow commands: annotations on the lines of a pull request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from cnnspec.errors import SEVERITIES
from cnnspec.render.checked import Checked
from cnnspec.render.concise import what
from cnnspec.source import printable

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}
_OF_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_OF_PROPERTIES = {**_OF_DATA, ":": "%3A", ",": "%2C"}


def commands(checked: Sequence[Checked], root: Path) -> str:
    """``::error file=…,line=…,col=…,title=…::what``, the errors first: of each kind only ten are shown.

    Files are named as they lie below ``root``, the repository. What a spec expects is no news, and left out.
    """
    found = [(each, finding) for each in checked for finding in each.findings if not finding.expected]
    found.sort(key=lambda pair: SEVERITIES.index(pair[1].severity))
    lines = []
    for each, finding in found:
        properties = {
            "file": each.path_in(root) or each.source.name,
            "line": str(finding.position.line),
            "col": str(finding.position.column),
            "title": f"{finding.code} {finding.rule}",
        }
        given = ",".join(f"{name}={printable(_escaped(value, _OF_PROPERTIES))}" for name, value in properties.items())
        lines.append(f"::{_COMMANDS[finding.severity]} {given}::{_escaped(printable(what(finding)), _OF_DATA)}")
    return "\n".join(lines)


def _escaped(text: str, escapes: Mapping[str, str]) -> str:
    """``text`` as GitHub's toolkit writes it, so that nothing in it ends the command or begins another."""
    return text.translate({ord(character): escape for character, escape in escapes.items()})
