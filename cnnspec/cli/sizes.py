"""``cnnspec sizes``."""

from __future__ import annotations

import sys
from typing import Any

import click

from cnnspec.cli._options import specs as specs_argument
from cnnspec.errors import FileUnreadable, SpecError, UsageError
from cnnspec.source import printable

_MOST = 65_536


@click.command(short_help="Tell which input sizes fit.")
@specs_argument
@click.option("--from", "low", type=click.IntRange(1, _MOST), default=32, show_default=True, help="The smallest size to try.")
@click.option("--to", "high", type=click.IntRange(1, _MOST), default=512, show_default=True, help="The largest size to try.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="What to print.")
def command(specs: tuple[str, ...], low: int, high: int, form: str, vars: dict[str, Any], inputs: dict[str, list[int]]) -> None:
    """Tell which input sizes each SPEC ("-": standard input) takes without losing any of its input.

    The rule that the sizes follow, the sizes themselves, and which layers exclude the others. All spatial axes are of one
    size where the file's input is square; else each is tried by itself. Exit 1 where no size fits.
    """
    if low > high:
        raise UsageError(f"--from {low} is larger than --to {high}")
    from cnnspec.api import input_sizes, read, with_vars
    from cnnspec.render.sizes import text, to_json

    worst = 0
    for path in specs:
        try:
            spec = with_vars(read(path), vars) if vars else read(path)
            answers = input_sizes(spec, low, high, inputs=inputs)
        except (FileUnreadable, UsageError, SpecError) as error:
            is_spec = isinstance(error, SpecError)
            click.echo(str(error) if is_spec else f"cnnspec: {printable(str(error))}", err=True)
            worst = max(worst, 1 if is_spec else 2)
            continue
        indent = 2 if len(specs) == 1 else None
        click.echo(text(spec, answers) if form == "text" else to_json(spec, answers, indent))
        worst = max(worst, int(not all(answer.sizes for answer in answers)))
    sys.exit(worst)
