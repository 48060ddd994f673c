"""``cnnspec new``."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import click

from cnnspec.cli._examples import complete, content
from cnnspec.cli._files import SUFFIXES
from cnnspec.cli._writing import create, fault, replace, written
from cnnspec.errors import UsageError
from cnnspec.resources import folder
from cnnspec.source import printable


@click.command(short_help="Write a spec to start from.")
@click.argument("name")
@click.option(
    "--from", "example", metavar="EXAMPLE", shell_complete=complete, help="Start from this one; `cnnspec examples` lists them."
)
@click.option("--force", is_flag=True, help="Write over a file that is there.")
def command(name: str, example: str | None, force: bool) -> None:
    """Write NAME.yaml, a spec to start from; "-" is standard output.

    NAME may be a path: its last part is the network's name. Without --from it is a small network that shows the language;
    with it that example, its comments too, under the new name.
    """
    data = (folder("templates") / "new.yaml").read_bytes() if example is None else content(example)
    if name == "-":
        click.echo(data, nl=False)
        return
    path = _path(name)
    _write(path, _named(data.decode(), path.stem).encode(), force)
    click.echo(printable(f"wrote {path}"), err=True)
    if (shown := _in_shell(path)) == printable(shown):
        click.echo(f"next: cnnspec summary {shown}", err=True)


def _path(name: str) -> Path:
    if os.path.split(name)[1] in ("", ".", ".."):
        raise UsageError(f"{name!r} names no file: say what the network is called, as in nets/mine")
    path = Path(name)
    return path if path.suffix in SUFFIXES else path.with_name(f"{path.name}.yaml")


def _in_shell(path: Path) -> str:
    """The path as one word of a shell, no option among words."""
    return shlex.quote(f"./{path}" if str(path).startswith("-") else str(path))


def _named(text: str, name: str) -> str:
    """A spec's text with another name. What of a path is no text is shown as question marks."""
    from cnnspec.language.edits import applied, set_name

    return applied(text, set_name(text, name.encode("utf-8", "replace").decode()))


def _write(path: Path, data: bytes, force: bool) -> None:
    """Write a new file, or with ``force`` over a regular one that is there; no link is followed.

    Raises :class:`UsageError` where that cannot be done: then what is there is as it was.
    """
    with written(path):
        why = fault(path)
        if why is None and path.exists() and not force:
            why = "it is there already; --force writes over it"
        if why is not None:
            raise UsageError(f"{path} cannot be written: {why}")
        if force and path.exists():
            replace(path, data)
        else:
            create(path, data)
