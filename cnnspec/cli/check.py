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

    worst, unread = 0, 0
    findings: list[Finding] = []
    for result in results(specs, vars, inputs):
        worst = max(worst, exit_code(result))
        unread += result is None
        if result is not None and result.findings:
            click.echo(full(result.findings, result.spec.source))
            findings += result.findings
    read = len(specs) - unread
    parts = [f"{tally(findings)} in {read} spec{'s' if read > 1 else ''}"] if read else []
    click.echo(", ".join(parts + [f"{unread} not read"] * (unread > 0)), err=True)
    sys.exit(worst)
