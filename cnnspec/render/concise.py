"""Findings a line each, as compilers write them, with the line of the file and a caret."""

from __future__ import annotations

from collections.abc import Sequence

from cnnspec.errors import SEVERITIES, Finding
from cnnspec.render.checked import Checked
from cnnspec.source import Source, printable

_COLORS = {"error": "1;31", "warning": "1;33", "note": "1;36"}


def what(finding: Finding) -> str:
    """``layer: what. Fix: …``: what is wrong and what would be right."""
    layer = f"{finding.layer}: " if finding.layer else ""
    fix = f". Fix: {finding.fix}" if finding.fix and not finding.expected else ""
    return f"{layer}{finding.message}{fix}"


def line(finding: Finding, source: Source, *, colored: bool = False) -> str:
    """``file:line:column: CODE severity: layer: what. Fix: …`` on one line, safe for a terminal."""
    severity = _painted(f"{finding.severity} (expected)" if finding.expected else finding.severity, finding, colored)
    place = f"{source.name}:{finding.position.line}:{finding.position.column}"
    return f"{printable(place)}: {finding.code} {severity}: {printable(what(finding))}"


def full(findings: Sequence[Finding], source: Source, *, colored: bool = False) -> str:
    """Every finding with its code frame; empty where there is none."""
    parts = []
    for finding in findings:
        parts.append(line(finding, source, colored=colored))
        if frame := source.frame(finding.position):
            shown, _, caret = frame.removesuffix("^").partition("\n")
            parts.append(f"  {shown}\n  {caret}{_painted('^', finding, colored)}")
    return "\n".join(parts)


def report(checked: Sequence[Checked], *, frames: bool, colored: bool = False) -> str:
    """The findings of all files, each with its code frame or a line only."""
    if frames:
        return "\n".join(full(each.findings, each.source, colored=colored) for each in checked if each.findings)
    return "\n".join(line(finding, each.source, colored=colored) for each in checked for finding in each.findings)


def tally(findings: Sequence[Finding]) -> str:
    """``1 error, 2 notes``."""
    counts = {severity: sum(finding.severity == severity for finding in findings) for severity in SEVERITIES}
    shown = [f"{count} {severity}{'s' if count > 1 else ''}" for severity, count in counts.items() if count]
    return ", ".join(shown) or "no findings"


def _painted(text: str, finding: Finding, colored: bool) -> str:
    """``text`` in its finding's color, as terminals show it; a terminal's own escapes are all that is added."""
    return f"\x1b[{_COLORS[finding.severity]}m{text}\x1b[0m" if colored else text
