"""Findings a line each, as compilers write them, with the line of the file and a caret."""

from __future__ import annotations

from collections.abc import Sequence

from cnnspec.errors import Finding
from cnnspec.source import Source, printable


def line(finding: Finding, source: Source) -> str:
    """``file:line:column: CODE severity: layer: what. Fix: …`` on one line, safe for a terminal."""
    severity = f"{finding.severity} (expected)" if finding.expected else finding.severity
    layer = f"{finding.layer}: " if finding.layer else ""
    fix = f". Fix: {finding.fix}" if finding.fix and not finding.expected else ""
    place = f"{source.name}:{finding.position.line}:{finding.position.column}"
    return printable(f"{place}: {finding.code} {severity}: {layer}{finding.message}{fix}")


def full(findings: Sequence[Finding], source: Source) -> str:
    """Every finding with its code frame; empty where there is none."""
    parts = []
    for finding in findings:
        parts.append(line(finding, source))
        if frame := source.frame(finding.position):
            parts.append("\n".join("  " + part for part in frame.split("\n")))
    return "\n".join(parts)


def tally(findings: Sequence[Finding]) -> str:
    """``1 error, 2 notes``."""
    counts = {severity: sum(finding.severity == severity for finding in findings) for severity in ("error", "warning", "note")}
    shown = [f"{count} {severity}{'s' if count > 1 else ''}" for severity, count in counts.items() if count]
    return ", ".join(shown) or "no findings"
