"""``cnnspec generate``."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Any

import click

from cnnspec.cli._options import changes
from cnnspec.cli._writing import create, fault, replace, written
from cnnspec.errors import SpecError, UsageError
from cnnspec.source import printable


@click.command(short_help="Write PyTorch code.")
@click.argument("spec")
@click.option("-o", "--output", metavar="FILE", help='Where to write; "-", and where it is left out, standard output.')
@click.option("--class-name", metavar="NAME", help="What the network's class is called; as the spec is where it is left out.")
@click.option("--with-main", is_flag=True, help="Let the module be run: it tries the network on a batch.")
@click.option("--check", "checks", is_flag=True, help="Write nothing. Exit 1 where FILE is not what SPEC generates now.")
@click.option("--force", is_flag=True, help="Write over a file that cnnspec did not write.")
@changes
def command(
    spec: str,
    vars: dict[str, Any],
    inputs: dict[str, list[int]],
    output: str | None,
    class_name: str | None,
    with_main: bool,
    checks: bool,
    force: bool,
) -> None:
    """Write the network of SPEC ("-": standard input) as PyTorch code: a Python module that depends on torch alone.

    Exit 1 where the spec has errors: they are told, and nothing is written.
    """
    path = None if output in (None, "-") else Path(str(output))
    if checks and path is None:
        raise UsageError("--check asks of a file: say which with -o")
    from cnnspec.api import generate

    try:
        text = generate(spec, class_name=class_name, with_main=with_main, vars=vars, inputs=inputs)
    except SpecError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    if path is None:
        click.echo(text.encode(), nl=False)
    elif checks:
        _check(path, text)
    else:
        _write(path, text, spec, force)


def _check(path: Path, text: str) -> None:
    """Tell of a file that is not this text, and exit. Whether its lines end as on Windows makes no difference."""
    found = _found(path)
    if found is None or found.replace(b"\r\n", b"\n") != text.encode():
        renewing = shlex.join(["cnnspec", *(word for word in sys.argv[1:] if word != "--check")])
        what = "is missing" if found is None else "is not what its spec generates now"
        click.echo(printable(f"{path} {what}: {renewing}"), err=True)
        sys.exit(1)


def _write(path: Path, text: str, spec: str, force: bool) -> None:
    """Write a file, in place of one that cnnspec wrote or with ``force`` of any but the spec."""
    from cnnspec.codegen.prose import MARK

    found = _found(path)
    if found is not None and spec != "-" and path.samefile(spec):
        raise UsageError(f"{path} cannot be written: it is the spec")
    if found is not None and not force and not found.startswith(MARK.encode()):
        raise UsageError(f"{path} cannot be written: it is there already, and not by cnnspec; --force writes over it")
    with written(path):
        if found is None:
            create(path, text.encode())
        else:
            replace(path, text.encode())
    click.echo(printable(f"wrote {path}"), err=True)


def _found(path: Path) -> bytes | None:
    """What a file holds, None where there is none. Raises :class:`UsageError` for what is no file."""
    with written(path):
        why = fault(path)
        if why is not None:
            raise UsageError(f"{path} cannot be written: {why}")
        return path.read_bytes() if path.exists() else None
