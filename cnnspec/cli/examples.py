"""``cnnspec examples``."""

from __future__ import annotations

import sys
from shutil import get_terminal_size
from typing import TYPE_CHECKING

import click

from cnnspec.cli._examples import complete, content, paths
from cnnspec.errors import UsageError

if TYPE_CHECKING:
    from cnnspec.analysis.analysis import Analysis


@click.command(short_help="List the networks that ship with cnnspec.")
@click.argument("name", required=False, shell_complete=complete)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="What to print.")
def command(name: str | None, form: str) -> None:
    """List the networks that ship with cnnspec: their figures, and the vars that --set takes. With NAME, print that one's spec
    as it is.
    """
    if name is not None:
        if form == "json":
            raise UsageError("--format goes with the list: leave out --format, or NAME")
        click.echo(content(name), nl=False)
        return
    from cnnspec.render.examples import text, to_json

    columns = get_terminal_size().columns if sys.stdout.isatty() else None
    click.echo(text(_analyses(), columns) if form == "text" else to_json(_analyses()))
    if form == "text":
        click.echo("Start from one: cnnspec new mine --from resnet50", err=True)


def _analyses() -> dict[str, Analysis]:
    """Each example's figures. No rule is asked, and none imported."""
    from cnnspec.analysis.analysis import analyse
    from cnnspec.graph.elaborate import elaborate
    from cnnspec.language.checker import parse

    return {name: analyse(elaborate(parse(path.read_bytes(), str(path)))) for name, path in paths().items()}
