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
    arithmetic, what is bad and what is good). Case, `_` and `-` do not matter. With no NAME, list all.
    """
    click.echo(_list() if name is None else _page(name, min(get_terminal_size().columns, _WIDEST)))


def _page(name: str, columns: int) -> str:
    found = _found(name, columns) or next(filter(None, (_found(other, columns) for other in _alike(name))), None)
    if found is None:
        raise UsageError(f"there is no layer type and no rule {name!r}{_near(name)}")
    return found


def _found(name: str, columns: int) -> str | None:
    from cnnspec.language import manual
    from cnnspec.render import page, rule_page
    from cnnspec.rules.page import find

    if (rule := find(name)) is not None:
        return rule_page.text(rule, columns)
    return page.text(layer, columns) if (layer := manual.find(name)) is not None else None


def _alike(name: str) -> list[str]:
    """What is named so but for case, ``_`` and ``-``: ``max_pool2d`` for ``MaxPool2d``."""
    known = _known()
    families = [f"{type[:-2]}{end}" for type in known if type[-2:] == "2d" for end in ("", "Nd")]
    return [other for other in (*known, *families) if _bare(other) == _bare(name)]


def _bare(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")


def _list() -> str:
    from cnnspec.language import manual
    from cnnspec.render import page, rule_page
    from cnnspec.rules.page import errors, every

    layers, rules = page.listing(manual.layer_types() + manual.containers()), rule_page.listing(errors() + every())
    return f"{layers}\n\n{rules}"


def _near(name: str) -> str:
    from cnnspec.language.suggest import did_you_mean

    return did_you_mean(name, _known()) or ": `cnnspec explain` lists all"


def _known() -> list[str]:
    from cnnspec.language.signature import known_types
    from cnnspec.rules.page import errors, every

    return [*known_types({}), *(word for rule in errors() + every() for word in (rule.name, rule.code))]
