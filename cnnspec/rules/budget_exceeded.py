"""Totals above the limits that the file sets."""

from __future__ import annotations

from collections.abc import Iterator

from cnnspec.analysis.analysis import Analysis
from cnnspec.errors import Finding
from cnnspec.language.figure import Figure
from cnnspec.override import override
from cnnspec.rules.rule import Rule


class BudgetExceeded(Rule):
    """``budget:`` holds upper limits of the totals; a limit is broken by more than it, not by as much.

    Units are k, M, G and T, powers of 1000.
    """

    code = "CNN108"
    name = "budget-exceeded"
    summary = "A total is above the limit that the file sets."

    @override
    def check(self, analysis: Analysis) -> Iterator[Finding]:
        for name, limit in analysis.graph.budget.items():
            actual = getattr(analysis.totals, name)
            if actual is not None and isinstance(limit.value, Figure) and actual > limit.value.value:
                over = actual - limit.value.value
                message = f"{name} are {actual:,}, {int(-(-over // 1)):,} more than the budget of {limit.value.text}"
                yield self.finding(limit.position, None, message)
