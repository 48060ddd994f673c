"""The command line. The folder is the registry: a command is one thin file with a ``command`` in it."""

from __future__ import annotations

import gc
import os
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import NoReturn

import click

from cnnspec.errors import FileUnreadable, UsageError
from cnnspec.override import override
from cnnspec.version import __version__


class _Folder(click.Group):
    """A group whose commands are this folder's modules, imported when one runs."""

    @override
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(path.stem for path in Path(__file__).parent.glob("[a-z]*.py"))

    @override
    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = import_module(f"{__name__}.{cmd_name}").command
        return command

    @override
    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self.list_commands(ctx):
            from cnnspec.language.suggest import did_you_mean

            ctx.fail(f"no such command {args[0]!r}{did_you_mean(args[0], self.list_commands(ctx))}")
        return super().resolve_command(ctx, args)


@click.group(cls=_Folder, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, "-V", "--version", message="cnnspec %(version)s")
def group() -> None:
    """What a convolutional network is, what is wrong with it and what it will cost, from its spec alone."""


def main() -> None:
    """Run the command line. Exit 0: clean, 1: a spec has errors, 2: usage, a missing file or an error of ours."""
    # Starting makes tens of thousands of objects, none of them garbage: looking for some takes a fortieth of the time.
    gc.set_threshold(100_000)
    if sys.stdout is None:  # it is closed: nobody wants to read anything
        sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        group.main(prog_name="cnnspec")
    except (FileUnreadable, UsageError) as error:
        _fail(str(error))
    except Exception as error:  # noqa: BLE001 - no traceback ever reaches a user
        # A file that is not opened has a name. What has none is a stream; that of input is a file that is not read.
        if isinstance(error, OSError) and error.filename is None:
            _fail(f"the output cannot be written: {(error.strerror or str(error)).lower()}")
        _fail(f"internal error, please report it: {type(error).__name__}: {error}")


def _fail(message: str) -> NoReturn:
    from cnnspec.source import printable

    with suppress(OSError):
        click.echo(f"cnnspec: {printable(message)}", err=True)
    sys.exit(2)
