"""``cnnspec new``."""

from __future__ import annotations

import os
import shlex
import stat
from pathlib import Path

import click

from cnnspec.cli._examples import complete, content
from cnnspec.cli._files import SUFFIXES
from cnnspec.cli._writing import create, replace, written
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
        if (fault := _fault(path, force)) is not None:
            raise UsageError(f"{path} cannot be written: {fault}")
        if force and path.exists():
            replace(path, data)
        else:
            create(path, data)


def _fault(path: Path, force: bool) -> str | None:
    """What keeps a path from being written to, before it is tried."""
    if not path.parent.is_dir():
        return f"there is no folder {path.parent}"
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return None
    if stat.S_ISREG(mode):
        return None if force else "it is there already; --force writes over it"
    return f"it is {'a link' if stat.S_ISLNK(mode) else 'a folder' if stat.S_ISDIR(mode) else 'no regular file'}"
