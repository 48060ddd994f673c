"""Arguments that several commands take."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from cnnspec.cli._writing import written
from cnnspec.errors import FileUnreadable, UsageError
from cnnspec.source import printable

if TYPE_CHECKING:
    from cnnspec.api import Result

F = TypeVar("F", bound=Callable[..., Any])

_SIZES = re.compile(r"[0-9]{1,18}(?:[x×,][0-9]{1,18}){0,3}")


def _variable(ctx: click.Context, param: click.Parameter, given: tuple[str, ...]) -> dict[str, Any]:
    return dict(_setting(text) for text in given)


def _setting(text: str) -> tuple[str, Any]:
    from cnnspec.language.checker import constant

    name, equals, value = text.partition("=")
    if not equals or not name:
        raise click.BadParameter(f"{text!r} is not NAME=VALUE")
    try:
        return name, constant(value)
    except ValueError as error:
        raise click.BadParameter(f"{text!r}: {error}") from None


def _shape(ctx: click.Context, param: click.Parameter, given: tuple[str, ...]) -> dict[str, list[int]]:
    shapes = {}
    for text in given:
        name, _, sizes = text.rpartition("=")
        if not _SIZES.fullmatch(sizes):
            raise click.BadParameter(f"{sizes!r} is not a shape: channels and sizes joined by x, as in 3x224x224")
        shapes[name] = [int(size) for size in re.split("[x×,]", sizes)]
    return shapes


def specs(command: F) -> F:
    """The specs to read, and what to change in them."""
    return click.argument("specs", metavar="SPEC...", nargs=-1, required=True)(changes(command))


def changes(command: F) -> F:
    """What to change in the specs."""
    command = click.option(
        "--set",
        "vars",
        metavar="NAME=VALUE",
        multiple=True,
        callback=_variable,
        help="Another value for one of the spec's vars.",
    )(command)
    return click.option(
        "--input",
        "inputs",
        metavar="SHAPE",
        multiple=True,
        callback=_shape,
        help="Another input shape, as in 3x224x224; NAME=SHAPE where there are several inputs.",
    )(command)


def rules_option(name: str, help: str, *, to_ignore: bool = False) -> Callable[[F], F]:
    """An option that takes rules, joined by commas or given one by one; None where it is left out."""

    def codes(ctx: click.Context, param: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...] | None:
        if not given:
            return None
        from cnnspec.rules.selection import codes_of

        try:
            return tuple(codes_of(word.strip(), to_ignore=to_ignore) for words in given for word in words.split(","))
        except UsageError as error:
            raise click.BadParameter(printable(str(error))) from None

    return click.option(name, metavar="RULES", multiple=True, callback=codes, help=help)


def results(specs: tuple[str, ...], vars: dict[str, Any], inputs: dict[str, list[int]]) -> Iterator[Result | None]:
    """The result of each spec; None, with the reason on standard error, for one that cannot be read."""
    from cnnspec.api import analyze

    for spec in specs:
        try:
            yield analyze(spec, vars=vars, inputs=inputs)
        except (FileUnreadable, UsageError) as error:
            click.echo(f"cnnspec: {printable(str(error))}", err=True)
            yield None


def write(path: str, text: str) -> None:
    """Write a text and the end of its last line to a file. Raises :class:`UsageError` where that cannot be done."""
    with written(path):
        Path(path).write_text(text.rstrip("\n") + "\n", "utf-8")


def tell_errors(result: Result) -> None:
    """Print a result's errors on standard error, with their code frames."""
    from cnnspec.render.concise import full

    if errors := [finding for finding in result.findings if finding.severity == "error"]:
        click.echo(full(errors, result.spec.source), err=True)


def exit_code(result: Result | None) -> int:
    """0 clean, 1 the spec has errors, 2 it could not be read."""
    return 2 if result is None else int(result.has_errors)
