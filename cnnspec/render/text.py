"""The summary in the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cnnspec.analysis.analysis import Analysis
from cnnspec.errors import Finding
from cnnspec.render import figures, table
from cnnspec.render.concise import tally
from cnnspec.source import printable, width

# A terminal is narrow: the rest is in the reports.
_SHOWN = ("Layer", "Type", "Output", "Params", "MACs", "FLOPs", "Field", "Jump")
_HIDDEN_IF_NONE = ("Frozen params", "Buffers")


def summary(analysis: Analysis, findings: Sequence[Finding], depth: int | None = None) -> str:
    """The layer table, scopes opened ``depth`` deep, the totals and how many findings there are."""
    graph = analysis.graph
    layers = table.layers(analysis, depth).only(_SHOWN)
    columns, rows = layers
    lines = ruled([column.title for column in columns], list(_cells(rows)), [column.numeric for column in columns])
    totals = [total for total in table.totals(analysis) if total.name not in _HIDDEN_IF_NONE or total.figure != "0"]
    label = max(len(total.name) for total in totals)
    ends = f"{table.shapes(graph.inputs)} → {table.shapes(graph.outputs)}"
    return "\n".join(
        [
            printable(f"{figures.title(graph.spec)}: {ends}, {graph.spec.dtype}"),
            *lines,
            lines[0],
            *(f"{total.name.ljust(label)}  {printable(total.figure)}" for total in totals),
            f"{'Findings'.ljust(label)}  {tally(findings)}",
            *([layers.key] if layers.key else []),
        ]
    )


def ruled(titles: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[bool]) -> list[str]:
    """The lines of a table: its titles between rules, and its rows, numeric columns aligned to the right."""
    lines = [[printable(cell) for cell in line] for line in (titles, *rows)]
    widths = [max(map(width, column)) for column in zip(*lines, strict=True)]
    rule = "─" * (sum(widths) + 2 * len(widths) - 2)
    head, *body = (_line(line, widths, numeric) for line in lines)
    return [rule, head, rule, *body]


def _cells(rows: Sequence[table.Row]) -> Iterator[tuple[str, ...]]:
    """Each row's cells; where something for training only begins, its type says so."""
    around: int | None = None
    for row in rows:
        _, type, *figures = row.cells
        if around is None or row.level <= around:
            around = row.level if row.item.training_only else None
            type += f" ({table.TRAINING_ONLY})" if row.item.training_only else ""
        yield ("  " * row.level + row.label, type, *figures)


def _line(cells: Sequence[str], widths: Sequence[int], numeric: Sequence[bool]) -> str:
    padded = (
        " " * (size - width(cell)) + cell if right else cell + " " * (size - width(cell))
        for cell, size, right in zip(cells, widths, numeric, strict=True)
    )
    return "  ".join(padded).rstrip()
