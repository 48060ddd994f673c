"""Totals above the limits that the file sets."""

from __future__ import annotations

from collections.abc import Iterator

from cnnspec.analysis.analysis import Analysis
from cnnspec.errors import Finding
from cnnspec.language.figure import Figure
from cnnspec.override import override
from cnnspec.rules.rule import Rule


class BudgetExceeded(Rule):
    """A total is above the limit that the file sets.

    ``budget:`` holds upper limits of the totals; a limit is broken by more than it, not by as much.

    Why: a phone's memory or a deadline is a number, and a network grows past it one layer at a time.
    Arithmetic: units are k, M, G and T, powers of 1000. The network below has 64·10 + 10 = 650 params.

    Bad:
        input: [64]
        budget: {params: 0.5k}
        layers:
          - linear: 10

    Good:
        input: [64]
        budget: {params: 0.65k}
        layers:
          - linear: 10

    Source: Howard et al., MobileNets: Efficient Convolutional Neural Networks for Mobile Vision Applications (2017).
    """

    code = "CNN108"
    name = "budget-exceeded"

    @override
    def check(self, analysis: Analysis) -> Iterator[Finding]:
        for name, limit in analysis.graph.budget.items():
            actual = getattr(analysis.totals, name)
            if actual is not None and isinstance(limit.value, Figure) and actual > limit.value.value:
                over = actual - limit.value.value
                message = f"{name} are {actual:,}, {int(-(-over // 1)):,} more than the budget of {limit.value.text}"
                yield self.finding(limit.position, None, message, f"allow `{name}: {actual:_}`, or make the network smaller")
