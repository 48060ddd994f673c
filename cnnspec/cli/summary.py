"""``cnnspec summary``."""

from __future__ import annotations

import sys
from typing import Any

import click

from cnnspec.cli._options import exit_code, results, tell_errors
from cnnspec.cli._options import specs as specs_argument


@click.command(short_help="Print layer tables and totals.")
@specs_argument
@click.option("--depth", type=click.IntRange(0), metavar="N", help="Open scopes N deep; all where it is left out.")
def command(specs: tuple[str, ...], depth: int | None, vars: dict[str, Any], inputs: dict[str, list[int]]) -> None:
    """Print the layer table and the totals of each SPEC ("-": standard input)."""
    from cnnspec.render.text import summary

    worst = 0
    for number, result in enumerate(results(specs, vars, inputs)):
        worst = max(worst, exit_code(result))
        if result is None:
            continue
        click.echo(f"{chr(10) if number else ''}{summary(result.analysis, result.findings, depth)}")
        tell_errors(result)
    sys.exit(worst)
