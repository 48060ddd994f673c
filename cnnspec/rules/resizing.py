"""Other sizes of the network's input, offered where its own does not fit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from cnnspec.analysis.analysis import Analysis
from cnnspec.arithmetic.shape import Shape, listed
from cnnspec.errors import Fix, UsageError

if TYPE_CHECKING:
    from cnnspec.analysis.probe import Probe

WORK = 100_000
"""How many layers may be asked for their shapes: a tenth of a second."""


def fitting_inputs(analysis: Analysis) -> tuple[Fix, ...]:
    """The nearest shapes of the input, below and above, with which nothing is wrong in the whole network."""
    from cnnspec.analysis.input_sizes import nearest

    probe = probe_of(analysis)
    return tuple(_fix(probe, sizes) for sizes in nearest(probe)) if probe is not None else ()


def fitting_rule(analysis: Analysis) -> tuple[tuple[Fix, ...], str]:
    """The same, and the rule that fitting sizes follow, empty where none is seen."""
    from cnnspec.analysis.input_sizes import around

    probe = probe_of(analysis)
    answer = around(probe) if probe is not None else None
    if probe is None or answer is None or not answer.sizes:
        return fitting_inputs(analysis), ""
    now, rank = probe.sizes[0], len(probe.sizes)
    below = [size for size in answer.sizes if size < now][-1:]
    above = [size for size in answer.sizes if size > now][:1]
    rule = "" if answer.rule.startswith("only") else answer.rule
    return tuple(_fix(probe, (size,) * rank) for size in (*below, *above)), rule


def probe_of(analysis: Analysis) -> Probe | None:
    """What to ask for other sizes; None where there are none to choose, or errors that no size mends."""
    if analysis.graph.spec.findings or not analysis.graph.complete:
        return None
    from cnnspec.analysis.probe import Probe

    try:
        return Probe(analysis.graph, WORK)
    except UsageError:
        return None


def listed_fixes(fixes: Iterable[Fix]) -> str:
    """Fixes in words: ``stride 2, or an input of [3, 6, 6]``."""
    return ", or ".join(map(_phrase, fixes))


def _fix(probe: Probe, sizes: Shape) -> Fix:
    shapes = {name: list(shape) for name, shape in probe.shapes(sizes).items()}
    return Fix(None, next(iter(shapes.values())) if len(shapes) == 1 else shapes)


def _phrase(fix: Fix) -> str:
    if isinstance(fix.value, dict):
        return f"inputs of {' and '.join(f'{name} {listed(shape)}' for name, shape in fix.value.items())}"
    if fix.option is None:
        return f"an input of {listed(tuple(fix.value))}"  # type: ignore[arg-type]
    return f"{fix.option} {'true' if fix.value is True else fix.value}"
