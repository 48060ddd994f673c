"""What every lint rule says of itself."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import ClassVar

from cnnspec.analysis.analysis import Analysis
from cnnspec.errors import Finding, Fix, IllegalShape, Position, Severity, used
from cnnspec.graph.graph import Node
from cnnspec.override import override


class Rule(ABC):
    """One thing that can be wrong with a network. Its docstring is its page."""

    code: ClassVar[str]
    name: ClassVar[str]
    severity: ClassVar[Severity] = "error"
    summary: ClassVar[str]
    can_be_silenced: ClassVar[bool] = True
    """Whether a file may ignore it; what keeps figures from being known is always told."""

    @abstractmethod
    def check(self, analysis: Analysis) -> Iterator[Finding]:
        """What this rule finds in a network."""

    def finding(
        self,
        position: Position,
        layer: str | None,
        message: str,
        fix: str = "",
        fixes: tuple[Fix, ...] = (),
        severity: Severity | None = None,
    ) -> Finding:
        """A finding of this rule, of its own severity where no other is given."""
        return Finding(self.code, self.name, severity or self.severity, position, layer, message, fix, fixes)

    def at(
        self, node: Node, message: str, fix: str = "", fixes: tuple[Fix, ...] = (), severity: Severity | None = None
    ) -> Finding:
        """A finding about one layer, where it is written."""
        return self.finding(node.position, node.name, message + used(node.uses), fix, fixes, severity)


class FailureRule(Rule):
    """A rule that tells of layers whose shape rule failed in one way."""

    failure: ClassVar[type[IllegalShape]]
    can_be_silenced = False

    @override
    def check(self, analysis: Analysis) -> Iterator[Finding]:
        for layer in analysis.layers:
            failure = layer.node.failure
            if isinstance(failure, self.failure):
                yield self.at(layer.node, failure.message, failure.fix, failure.fixes)
