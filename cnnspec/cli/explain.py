"""``cnnspec explain``."""

from __future__ import annotations

from shutil import get_terminal_size

import click

from cnnspec.errors import UsageError

_WIDEST = 100


@click.command(short_help="Print the page of a layer type or a rule.")
@click.argument("name", required=False)
def command(name: str | None) -> None:
    """Print the page of a layer type (options, shape, costs, an example), or of a rule, by its name or its code (why, the
    arithmetic, what is bad and what is good). With no NAME, list all.
    """
    click.echo(_list() if name is None else _page(name, min(get_terminal_size().columns, _WIDEST)))


def _page(name: str, columns: int) -> str:
    from cnnspec.language import manual
    from cnnspec.render import page, rule_page
    from cnnspec.rules.page import find

    if (rule := find(name)) is not None:
        return rule_page.text(rule, columns)
    if (layer := manual.find(name)) is not None:
        return page.text(layer, columns)
    raise UsageError(f"there is no layer type and no rule {name!r}{_near(name)}")


def _list() -> str:
    from cnnspec.language import manual
    from cnnspec.render import page, rule_page
    from cnnspec.rules.page import errors, every

    layers, rules = page.listing(manual.layer_types() + manual.containers()), rule_page.listing(errors() + every())
    return f"{layers}\n\n{rules}"


def _near(name: str) -> str:
    from cnnspec.language.signature import known_types
    from cnnspec.language.suggest import did_you_mean
    from cnnspec.rules.page import errors, every

    rules = [word for rule in errors() + every() for word in (rule.name, rule.code)]
    return did_you_mean(name, [*known_types({}), *rules]) or ": `cnnspec explain` lists all"
