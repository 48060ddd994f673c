"""``cnnspec schema``."""

from __future__ import annotations

import click

from cnnspec.resources import folder


@click.command(short_help="Print the JSON Schema of specs or results.")
@click.argument("what", type=click.Choice(["spec", "result"]), default="spec")
def command(what: str) -> None:
    """Print the JSON Schema of spec files, for editors, or that of the JSON result."""
    click.echo((folder("schemas") / f"{what}.schema.json").read_text("utf-8"), nl=False)
