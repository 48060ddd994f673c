"""The list of examples as text for people and as JSON for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cnnspec.analysis.analysis import Analysis
from cnnspec.render import figures, json, table
from cnnspec.render.page import aligned
from cnnspec.render.text import ruled
from cnnspec.source import printable

_COLUMNS = {"Example": False, "Network": False, "Input": True, "Params": True, "MACs": True, "Field": True, "Vars": False}
"""Each title, and whether what stands below it is aligned to the right."""
SUMS = "Sums from lectures"
"""What stands above them."""


def is_sum(name: str) -> bool:
    """Whether an example is a sum from a lecture, and no network that anybody uses."""
    return name.startswith("slides_")


def text(examples: Mapping[str, Analysis], columns: int | None = None) -> str:
    """A table with a row for each network, and the sums from lectures; all of it, or what fits into so many columns."""
    networks = [_row(name, analysis) for name, analysis in examples.items() if not is_sum(name)]
    specs = {name: analysis.graph.spec for name, analysis in examples.items() if is_sum(name)}
    sums = [(name, printable(figures.one_line(spec.description))) for name, spec in specs.items()]
    return "\n\n".join([_table(networks, columns), *([f"{SUMS}:\n\n{aligned(sums, columns)}"] if sums else [])])


def _table(rows: Sequence[tuple[str, ...]], columns: int | None) -> str:
    """The rows; of a table that is too wide, less the last columns, which are named below it."""
    titles, numeric = list(_COLUMNS), list(_COLUMNS.values())
    lines = ruled(titles, rows, numeric)
    count = len(titles)
    while columns is not None and count > 1 and len(lines[0]) > columns:
        count -= 1
        lines = ruled(titles[:count], [row[:count] for row in rows], numeric[:count])
    left_out = [f"Left out, as the terminal is narrow: {', '.join(titles[count:])}."] * (count < len(titles))
    return "\n".join([*lines, *left_out])


def to_json(examples: Mapping[str, Analysis]) -> str:
    """A list of objects, whose keys and values are those of the JSON result."""
    return json.to_json([_plain(name, analysis) for name, analysis in examples.items()])


def _row(name: str, analysis: Analysis) -> tuple[str, ...]:
    spec, totals = analysis.graph.spec, {total.name: total for total in table.totals(analysis)}
    return (
        name,
        figures.one_line(spec.name),
        ", ".join(map(figures.shape, analysis.graph.inputs.values())),
        *(totals[figure].also or totals[figure].figure for figure in ("Params", "MACs", "Receptive field")),
        ", ".join(spec.vars),
    )


def _plain(name: str, analysis: Analysis) -> dict[str, Any]:
    spec, totals = analysis.graph.spec, json.totals(analysis)
    return {
        "name": name,
        "title": spec.name,
        "description": spec.description,
        "reference": spec.reference,
        "inputs": json.inputs(analysis),
        "vars": json.constants(spec),
        **{figure: totals[figure] for figure in ("params", "macs", "receptive_field")},
    }
