"""What every lint rule says of itself."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from typing import ClassVar

from cnnspec.analysis.analysis import Analysis, Layer
from cnnspec.errors import Edit, Finding, Fix, IllegalShape, Position, Severity, used
from cnnspec.graph.graph import Node
from cnnspec.override import override
from cnnspec.rules.resizing import listed_fixes


class Rule(ABC):
    """One thing that can be wrong with a network. Its docstring is its page."""

    code: ClassVar[str]
    name: ClassVar[str]
    severity: ClassVar[Severity] = "error"
    """That of its findings, or of the gravest of them."""
    can_be_silenced: ClassVar[bool] = True
    """Whether a file may ignore it; what keeps figures from being known is always told."""
    can_be_fixed: ClassVar[bool] = False
    """Whether there are safe edits for what it finds, or for some of it."""
    tells_once: ClassVar[bool] = False
    """Whether the first of an entry's copies stands for all."""

    @abstractmethod
    def check(self, analysis: Analysis) -> Iterator[Finding]:
        """What this rule finds in a network: of every layer, copies too."""

    def finding(
        self,
        position: Position,
        layer: str | None,
        message: str,
        fix: str = "",
        fixes: tuple[Fix, ...] = (),
        severity: Severity | None = None,
        edits: tuple[Edit, ...] = (),
    ) -> Finding:
        """A finding of this rule, of its own severity where no other is given."""
        return Finding(self.code, self.name, severity or self.severity, position, layer, message, fix, fixes, edits=edits)

    def at(
        self,
        node: Node,
        message: str,
        fix: str = "",
        fixes: tuple[Fix, ...] = (),
        severity: Severity | None = None,
        edits: tuple[Edit, ...] = (),
    ) -> Finding:
        """A finding about one layer, where it is written."""
        return self.finding(node.position, node.name, message + used(node.uses), fix, fixes, severity, edits)


class FailureRule(Rule):
    """A rule that tells of layers whose shape rule failed in one way."""

    failure: ClassVar[type[IllegalShape]]
    can_be_silenced = False

    @override
    def check(self, analysis: Analysis) -> Iterator[Finding]:
        failing = [(layer, layer.node.failure) for layer in analysis.layers]
        told = [(layer, failure) for layer, failure in failing if isinstance(failure, self.failure)]
        inputs = self.inputs(analysis) if told else ()
        for layer, failure in told:
            fix = ", or ".join(filter(None, (failure.fix, listed_fixes(inputs))))
            yield self.at(layer.node, failure.message, fix, (*failure.fixes, *inputs))

    def inputs(self, analysis: Analysis) -> tuple[Fix, ...]:
        """Shapes of the network's input with which the layers would not fail, where that is a question of its size."""
        return ()


class DesignRule(Rule):
    """A rule about what is legal and yet unwise. Of an entry's copies the first is told, and how many are like it."""

    severity: ClassVar[Severity] = "warning"
    tells_once = True


def once(findings: Iterable[Finding], rules: Iterable[Rule]) -> Iterator[Finding]:
    """The findings, those of rules that tell once by the first at each place, with the count of the others."""
    telling_once = {rule.name for rule in rules if rule.tells_once}
    grouped: dict[tuple[object, ...], list[Finding]] = {}
    for number, finding in enumerate(findings):
        alike = (finding.rule, finding.position, finding.severity, finding.expected)
        grouped.setdefault(alike if finding.rule in telling_once else (number,), []).append(finding)
    for first, *others in grouped.values():
        more = f"; {len(others)} more like it" if others else ""
        yield first._replace(message=first.message + more)


def by_entry(analysis: Analysis) -> Iterator[tuple[Layer, ...]]:
    """The layers, those together that one entry makes: what is edited there changes all of them."""
    found: dict[int, list[Layer]] = {}
    for layer in analysis.layers:
        found.setdefault(id(layer.node.entry), []).append(layer)
    yield from map(tuple, found.values())
