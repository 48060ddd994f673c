"""``cnnspec check``."""

from __future__ import annotations

import sys
from typing import Any

import click

from cnnspec.cli._options import exit_code, results
from cnnspec.cli._options import specs as specs_argument
from cnnspec.errors import Finding


@click.command(short_help="Tell what is wrong with specs.")
@specs_argument
def command(specs: tuple[str, ...], vars: dict[str, Any], inputs: dict[str, list[int]]) -> None:
    """Tell what is wrong with each SPEC ("-": standard input), a line and a code frame each."""
    from cnnspec.render.concise import full, tally

    worst = 0
    findings: list[Finding] = []
    for result in results(specs, vars, inputs):
        worst = max(worst, exit_code(result))
        if result is not None and result.findings:
            click.echo(full(result.findings, result.spec.source))
            findings += result.findings
    click.echo(f"{tally(findings)} in {len(specs)} spec{'s' if len(specs) > 1 else ''}", err=True)
    sys.exit(worst)
