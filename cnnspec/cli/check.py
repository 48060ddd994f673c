"""``cnnspec check``."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import click

from cnnspec.cli._options import F, changes, rules_option, write
from cnnspec.errors import SEVERITIES, FileUnreadable, Severity, UsageError
from cnnspec.source import printable

if TYPE_CHECKING:
    from cnnspec.cli._config import Config
    from cnnspec.cli._fix import Fixer
    from cnnspec.render.checked import Checked
    from cnnspec.rules.selection import Selection

_FORMATS = ("full", "concise", "json", "sarif", "github", "junit")


def _forms(command: F) -> F:
    """What to write, where, and whether in color."""
    command = click.option(
        "--color",
        type=click.Choice(["auto", "always", "never"]),
        default="auto",
        help="Whether to color text. auto: as NO_COLOR or else FORCE_COLOR says, or else on a terminal.",
    )(command)
    command = click.option("-o", "--output", metavar="FILE", help='Where to write; "-" is standard output.')(command)
    return click.option(
        "--format", "form", type=click.Choice(_FORMATS), default="full", show_default=True, help="What to write."
    )(command)


@click.command(short_help="Tell what is wrong with specs.")
@click.argument("paths", metavar="[PATH]...", nargs=-1)
@click.option("--only-specs", is_flag=True, help="Pass over files in which no line begins with `cnnspec:`, and excluded ones.")
@rules_option("--select", "Ask these rules only, in place of what pyproject.toml selects and ignores.")
@rules_option("--ignore", "Leave these rules out, beside those that pyproject.toml ignores.", to_ignore=True)
@click.option("--strict/--no-strict", default=None, help="Whether every fractional stride is an error, harmless ones too.")
@click.option(
    "--severity", type=click.Choice(SEVERITIES), help="The least severe finding that makes the exit code 1.  [default: error]"
)
@click.option("--fix", is_flag=True, help="Edit away what can be without changing what a network computes; tell what remains.")
@click.option("--diff", is_flag=True, help="Print what --fix would change, and nothing else. Exit 1 where it would.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 whatever is found.")
@_forms
@click.option("--isolated", is_flag=True, help="Read no pyproject.toml.")
@click.option(
    "--no-ignore-comments",
    "trusts_spec",
    is_flag=True,
    flag_value=False,
    default=True,
    help="For strangers' pull requests: what a spec silences in itself is told all the same, be it by a comment, a layer's "
    "`ignore` or the file's `lint: ignore`; and what it expects or makes a warning is as severe as elsewhere.",
)
@changes
def command(**given: Any) -> None:
    """Tell what is wrong with specs: files, the specs in folders, or "-" for standard input. Without a PATH, with those in
    the current folder.

    A file that is named is a spec. In folders, YAML files are specs in which a line begins with `cnnspec:`.

    RULES are names (even-kernel), codes (CNN201) or beginnings of codes (CNN2), joined by commas. What keeps figures from
    being known is told in any case.

    `# cnnspec: ignore[RULE]` at the end of a line silences a rule there. A project's choices stand in pyproject.toml, in
    [tool.cnnspec]: select, ignore, per-file-ignores, exclude, strict, severity.

    Exits with 0 where nothing is found, 1 where something is (at least an error, or what --severity says), and 2 for wrong
    usage and files that cannot be read.
    """
    sys.exit(_Check(**given).run())


class _Check(NamedTuple):
    """One run, as asked for on the command line."""

    paths: tuple[str, ...]
    only_specs: bool
    select: tuple[str, ...] | None
    ignore: tuple[str, ...] | None
    strict: bool | None
    severity: Severity | None
    fix: bool
    diff: bool
    exit_zero: bool
    form: str
    output: str | None
    color: Literal["auto", "always", "never"]
    isolated: bool
    trusts_spec: bool
    vars: dict[str, Any]
    inputs: dict[str, list[int]]

    def run(self) -> int:
        """Check all that is asked for, and tell it; the exit code."""
        unread: list[str] = []
        fixer = self._fixer()
        checked = list(self._checked(unread, fixer))
        for message in unread:
            click.echo(f"cnnspec: {printable(message)}", err=True)
        if fixer is not None and fixer.count:
            click.echo(fixer.summary(), err=True)
        if fixer is not None and fixer.only_shows:
            failed = fixer.count > 0
        else:
            self._write(checked)
            click.echo(_summary(checked, len(unread), offers_fixes=fixer is None), err=True)
            failed = any(each.fails(finding) for each in checked for finding in each.findings)
        return 2 if unread or (fixer is not None and fixer.failed) else int(failed and not self.exit_zero)

    def _fixer(self) -> Fixer | None:
        if not (self.fix or self.diff):
            return None
        if self.vars or self.inputs:
            raise UsageError("--fix and --diff are of a spec as it is written: leave out --set and --input")
        from cnnspec.cli._fix import Fixer

        return Fixer(only_shows=self.diff)

    def _checked(self, unread: list[str], fixer: Fixer | None) -> Iterator[Checked]:
        """Each spec with what is found in it; why another could not be read is added to ``unread``."""
        from cnnspec.api import analyze, content
        from cnnspec.cli._config import Configs
        from cnnspec.cli._files import candidates, is_spec
        from cnnspec.language.checker import parse
        from cnnspec.render.checked import Checked

        configs = Configs(isolated=self.isolated)
        paths = self.paths or (os.curdir,)
        for path, folder in candidates(paths, lambda path: configs.of(path).excludes(path), unread.append):
            config, certain = configs.of(path), folder is None and not self.only_specs
            try:
                data = content(path) if certain or not config.excludes(path) else b""
                if certain or is_spec(data):
                    spec = parse(data, "<stdin>" if path == "-" else path)
                    selection = self._selection(config, path)
                    result = analyze(spec, vars=self.vars, inputs=self.inputs, selection=selection)
                    checked = Checked(spec.source, result.findings, self.severity or config.severity)
                    yield checked if fixer is None else fixer.fix(data, checked, selection, folder)
                elif fixer is not None:
                    fixer.pass_by(path, data)
            except (FileUnreadable, UsageError) as error:
                unread.append(str(error))

    def _selection(self, config: Config, path: str) -> Selection:
        """The rules to ask of a file: those of the command line, or else of its project."""
        from cnnspec.rules.selection import Selection, chosen

        ignore = (*(config.ignore if self.select is None else ()), *(self.ignore or ()))
        codes = chosen(config.select if self.select is None else self.select, ignore, config.ignored_in(path))
        return Selection(codes, config.strict if self.strict is None else self.strict, self.trusts_spec)

    def _write(self, checked: list[Checked]) -> None:
        text = self._text(checked)
        if self.output is not None and self.output != "-":
            write(self.output, text)
        elif text:
            click.echo(text, color=self._is_colored, err=self.fix and "-" in self.paths)

    def _text(self, checked: list[Checked]) -> str:
        """The findings in the form asked for."""
        if self.form == "json":
            from cnnspec.render.json import findings

            return findings(checked)
        if self.form == "junit":
            from cnnspec.render.junit import suite

            return suite(checked)
        if self.form in ("sarif", "github"):
            from cnnspec.cli._files import repository

            root = repository(each.source.name for each in checked if each.source.name != "<stdin>")
            if self.form == "github":
                from cnnspec.render.github import commands

                return commands(checked, root)
            from cnnspec.render.sarif import log
            from cnnspec.version import __version__

            return log(checked, root, __version__)
        from cnnspec.render.concise import report

        return report(checked, frames=self.form == "full", colored=self._is_colored)

    @property
    def _is_colored(self) -> bool:
        if self.color != "auto":
            return self.color == "always"
        if os.environ.get("NO_COLOR"):
            return False
        return bool(os.environ.get("FORCE_COLOR")) or (self.output in (None, "-") and sys.stdout.isatty())


def _summary(checked: list[Checked], unread: int, *, offers_fixes: bool) -> str:
    from cnnspec.render.concise import tally
    from cnnspec.rules.fixing import is_fixable

    found = [finding for each in checked for finding in each.findings]
    fixable = sum(map(is_fixable, found))
    hint = f" ({fixable} fixable with --fix)" if fixable and offers_fixes else ""
    parts = [f"{tally(found)} in {len(checked)} spec{'s' * (len(checked) > 1)}{hint}"] if checked else []
    parts += [f"{unread} not read"] * (unread > 0)
    return ", ".join(parts) or "no specs found"
