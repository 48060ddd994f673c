"""The examples that ship with cnnspec, by their names."""

from __future__ import annotations

from pathlib import Path

import click

from cnnspec.errors import UsageError
from cnnspec.resources import folder


def paths() -> dict[str, Path]:
    """Where each lies."""
    return {path.stem: path for path in sorted(folder("examples").glob("*.yaml"))}


def content(name: str) -> bytes:
    """What an example's file holds. Raises :class:`UsageError`, naming the nearest, where there is none of this name."""
    known = paths()
    if name not in known:
        from cnnspec.language.suggest import did_you_mean

        raise UsageError(f"there is no example {name!r}{did_you_mean(name, known) or ': `cnnspec examples` lists all'}")
    return known[name].read_bytes()


def complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """The names that a shell offers after what is typed."""
    return [name for name in paths() if name.startswith(incomplete)]
