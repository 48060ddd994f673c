"""What ``check --fix`` writes, and ``--diff`` shows."""

from __future__ import annotations

import os
import shutil
import stat
import sys
from pathlib import Path

import click

from cnnspec.api import analyze
from cnnspec.cli._writing import replace, written
from cnnspec.errors import Finding, UsageError
from cnnspec.language.checker import parse
from cnnspec.language.reader import MAX_BYTES
from cnnspec.render.checked import Checked
from cnnspec.render.concise import what
from cnnspec.rules.fixing import Fixed, fixed, is_fixable
from cnnspec.rules.selection import Selection
from cnnspec.source import Source, printable


class Fixer:
    """Edits specs, or where it ``only_shows`` prints what it would edit, and counts what it did."""

    def __init__(self, *, only_shows: bool) -> None:
        self.only_shows = only_shows
        self.count = 0
        self.specs = 0
        self.failed = False

    def fix(self, data: bytes, checked: Checked, selection: Selection, folder: Path | None = None) -> Checked:
        """What is left of a file's findings. Of a file that cannot be written it is all, and that is told.

        A file that was found in a ``folder`` is not edited through a link that leads out of it.
        """
        source = checked.source
        done = _fixed(source, checked.findings, selection)
        mark = data[: len(data) - len(source.text.encode())]
        try:
            if done.made and folder is not None:
                _stays_in(folder, Path(source.name))
            self._hand_on(source.name, data, mark + done.text.encode() if done.made else data)
        except UsageError as error:
            self.failed = True
            click.echo(f"cnnspec: {printable(str(error))}", err=True)
            return checked
        if done.text == source.text:
            return checked
        self.count += done.made
        self.specs += 1
        return checked._replace(source=Source(source.name, done.text), findings=_found(source.name, done.text, selection))

    def pass_by(self, path: str, data: bytes) -> None:
        """What becomes of a file that is no spec: standard input is printed as it is."""
        if path == "-" and not self.only_shows:
            _print(data)

    def summary(self) -> str:
        """``fixed 2 findings in 1 spec``, empty where nothing was."""
        found, where = f"{self.count} finding{'s' * (self.count > 1)}", f"{self.specs} spec{'s' * (self.specs > 1)}"
        return f"{'would fix' if self.only_shows else 'fixed'} {found} in {where}" if self.count else ""

    def _hand_on(self, name: str, before: bytes, after: bytes) -> None:
        if self.only_shows:
            from cnnspec.render.diff import diff

            click.echo(diff(name, before.decode(), after.decode()).encode() if before != after else b"", nl=False)
        elif name == "<stdin>":
            _print(after)
        elif before != after:
            _replace(Path(name), before, after)


def _print(data: bytes) -> None:
    """Print what standard input held, and what is still in it where it is longer than any spec."""
    click.echo(data, nl=False)
    if len(data) > MAX_BYTES:
        shutil.copyfileobj(sys.stdin.buffer, sys.stdout.buffer)


def _fixed(source: Source, findings: tuple[Finding, ...], selection: Selection) -> Fixed:
    """A spec's text after its edits. It is told which are not made."""
    if not any(map(is_fixable, findings)):
        return Fixed(source.text)
    done = fixed(
        source.text,
        lambda text: _found(source.name, text, selection),
        lambda text: _found(source.name, text, Selection()),
    )
    if done.hidden is not None:
        _tell(source, done.hidden, f"nothing is fixed in this spec before this: {_said(done.hidden)}")
    for finding, harm in done.refused:
        why = f", as this would be told then: {_said(harm)}" if harm is not None else ": not tried, after too many that do harm"
        _tell(source, finding, f"{finding.code} is not fixed{why}")
    return done


def _tell(source: Source, finding: Finding, why: str) -> None:
    click.echo(printable(f"{source.name}:{finding.position.line}:{finding.position.column}: {why}"), err=True)


def _said(finding: Finding) -> str:
    return f"{finding.code} {finding.severity}: {what(finding._replace(fix=''))}"


def _found(name: str, text: str, selection: Selection) -> tuple[Finding, ...]:
    return analyze(parse(text, name), selection=selection).findings


def _stays_in(folder: Path, path: Path) -> None:
    """Raises :class:`UsageError` for a link that leads out of the folder: nobody asked for what lies elsewhere."""
    target = Path(os.path.realpath(path))
    if not target.is_relative_to(os.path.realpath(folder)):
        raise UsageError(f"{path} is a link to {target}, which is not in {folder}: it is left as it is")


def _replace(path: Path, before: bytes, after: bytes) -> None:
    """Put other contents in a file's place; what a link leads to is replaced, and it stays one.

    Raises :class:`UsageError` where that cannot be done, and where the file is no longer what was read.
    """
    with written(path):
        target = path.resolve(strict=True)
        if not stat.S_ISREG(target.stat().st_mode) or target.read_bytes() != before:
            raise UsageError(f"{path} changed while it was checked: it is left as it is")
        replace(target, after)
