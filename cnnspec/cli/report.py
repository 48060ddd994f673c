"""``cnnspec report``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cnnspec.cli._options import exit_code, results, tell_errors, write
from cnnspec.cli._options import specs as specs_argument
from cnnspec.errors import UsageError
from cnnspec.source import printable

if TYPE_CHECKING:
    from cnnspec.api import Result


@click.command(short_help="Write reports: HTML, Markdown or JSON.")
@specs_argument
@click.option(
    "--format", "form", type=click.Choice(["html", "md", "json"]), default="html", show_default=True, help="What to write."
)
@click.option(
    "-o",
    "--output",
    metavar="PATH",
    help='Where to write; "-" is standard output. Default: SPEC.report.html here for html, standard output for the others.',
)
def command(specs: tuple[str, ...], vars: dict[str, Any], inputs: dict[str, list[int]], form: str, output: str | None) -> None:
    """Write a report of each SPEC ("-": standard input): totals, findings and every layer.

    A spec with errors gets its report too. Of several specs, HTML is a page each and JSON a line each.
    """
    paths = _paths(specs, form, output)
    texts: dict[str, list[str]] = {}
    worst = 0
    for spec, result in zip(specs, results(specs, vars, inputs), strict=True):
        worst = max(worst, exit_code(result))
        if result is not None:
            tell_errors(result)
            texts.setdefault(paths[spec], []).append(_text(result, form, alone=len(specs) == 1))
    for path, parts in texts.items():
        _write(path, "\n".join(parts))
    sys.exit(worst)


def _paths(specs: tuple[str, ...], form: str, output: str | None) -> dict[str, str]:
    """Where each spec's report goes. Raises :class:`UsageError` where two pages would be written to one path."""
    if form != "html" or output == "-":
        if form == "html" and len(specs) > 1:
            raise UsageError("several HTML pages do not fit one standard output: leave out -o")
        return dict.fromkeys(specs, output or "-")
    paths: dict[str, str] = {}
    for spec in specs:
        path = output or f"{Path(spec).stem if spec != '-' else 'stdin'}.report.html"
        if path in paths.values():
            other = next(name for name, taken in paths.items() if taken == path)
            raise UsageError(f"the reports of {other} and {spec} would both be written to {path}")
        paths[spec] = path
    return paths


def _text(result: Result, form: str, alone: bool) -> str:
    if form == "html":
        return result.to_html()
    if form == "md":
        return result.to_markdown()
    from cnnspec.render.json import to_json

    return to_json(result.to_dict(), indent=2 if alone else None)


def _write(path: str, text: str) -> None:
    if path == "-":
        click.echo(text.rstrip("\n"))
        return
    write(path, text)
    click.echo(printable(f"wrote {path}"), err=True)
