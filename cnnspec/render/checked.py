"""What ``check`` renders: each file with what was found in it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from cnnspec.errors import SEVERITIES, Finding, Severity
from cnnspec.source import Source


class Checked(NamedTuple):
    """A file, what was found in it, and how severe a finding must be to fail it."""

    source: Source
    findings: tuple[Finding, ...]
    threshold: Severity = "error"

    def fails(self, finding: Finding) -> bool:
        """Whether a finding fails the file: it is severe enough, and its author does not expect it."""
        return SEVERITIES.index(finding.severity) <= SEVERITIES.index(self.threshold) and not finding.expected

    def path_in(self, folder: Path) -> str | None:
        """The file's path below ``folder``, with slashes; None where it is not below it."""
        path = absolute(self.source.name)
        return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else None


def absolute(path: str | Path) -> Path:
    """``path`` from the root, without ``..``; links are not followed, as a file is known by the name that it was given."""
    return Path(os.path.abspath(path))  # noqa: PTH100
