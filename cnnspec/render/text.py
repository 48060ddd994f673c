"""The summary in the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from cnnspec.analysis.analysis import Analysis
from cnnspec.errors import Finding
from cnnspec.render import table
from cnnspec.render.concise import tally
from cnnspec.source import printable, width

_HIDDEN = ("Options",)


def summary(analysis: Analysis, findings: Sequence[Finding]) -> str:
    """The layer table, the totals and how many findings there are."""
    graph = analysis.graph
    shown = [index for index, column in enumerate(table.COLUMNS) if column.title not in _HIDDEN]
    header = tuple(table.COLUMNS[index].title for index in shown)
    lines = [header, *(tuple(printable(row[index]) for index in shown) for row in table.rows(analysis))]
    widths = [max(map(width, column)) for column in zip(*lines, strict=True)]
    rule = "─" * (sum(widths) + 2 * len(widths) - 2)
    body = [_line(line, widths, [table.COLUMNS[index].numeric for index in shown]) for line in lines]
    inputs, outputs = table.shapes(list(graph.inputs.items())), table.shapes(list(graph.outputs.items()))
    label = max(len(name) for name, _ in table.totals(analysis))
    return "\n".join(
        [
            printable(f"{graph.spec.name}: {inputs} → {outputs}, {graph.spec.dtype}"),
            rule,
            body[0],
            rule,
            *body[1:],
            rule,
            *(f"{name.ljust(label)}  {value}" for name, value in table.totals(analysis)),
            f"{'Findings'.ljust(label)}  {tally(findings)}",
        ]
    )


def _line(cells: tuple[str, ...], widths: list[int], numeric: list[bool]) -> str:
    padded = (
        " " * (size - width(cell)) + cell if right else cell + " " * (size - width(cell))
        for cell, size, right in zip(cells, widths, numeric, strict=True)
    )
    return "  ".join(padded).rstrip()
