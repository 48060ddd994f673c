"""The list of examples as text for people and as JSON for programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cnnspec.analysis.analysis import Analysis
from cnnspec.render import figures, json, table
from cnnspec.render.text import ruled

_COLUMNS = {"Example": False, "Network": False, "Input": True, "Params": True, "MACs": True, "Field": True, "Vars": False}
"""Each title, and whether what stands below it is aligned to the right."""


def text(examples: Mapping[str, Analysis]) -> str:
    """A table with a row for each."""
    rows = [_row(name, analysis) for name, analysis in examples.items()]
    return "\n".join(ruled(list(_COLUMNS), rows, list(_COLUMNS.values())))


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
