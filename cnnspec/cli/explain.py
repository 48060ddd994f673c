"""``cnnspec explain``."""

from __future__ import annotations

from shutil import get_terminal_size

import click

from cnnspec.errors import UsageError

_WIDEST = 100


@click.command(short_help="Print the page of a layer type.")
@click.argument("name", required=False)
def command(name: str | None) -> None:
    """Print the page of a layer type: options, shape, costs, receptive field, an example. With no NAME, list all types."""
    from cnnspec.language import manual
    from cnnspec.language.signature import known_types
    from cnnspec.language.suggest import did_you_mean
    from cnnspec.render.page import listing, text

    if name is None:
        click.echo(listing(manual.containers() + manual.layer_types()))
        return
    page = manual.find(name)
    if page is None:
        hint = did_you_mean(name, known_types({})) or ": `cnnspec explain` lists all"
        raise UsageError(f"there is no layer type {name!r}{hint}")
    click.echo(text(page, min(get_terminal_size().columns, _WIDEST)))
