"""Lint rules: one class in one file each. The folder is the registry."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from cnnspec.analysis.analysis import Scope
from cnnspec.errors import INVALID_SPEC, Finding
from cnnspec.language.spec import Reference

if TYPE_CHECKING:
    from cnnspec.analysis.analysis import Analysis
    from cnnspec.language.spec import Entry, Lint
    from cnnspec.rules.rule import Rule


@cache
def known() -> dict[str, Rule]:
    """Every rule by its name, in the order of their codes."""
    from cnnspec.rules.rule import Rule

    found = []
    for path in Path(__file__).parent.glob("[a-z]*.py"):
        module = import_module(f"{__name__}.{path.stem}")
        found += [item() for item in vars(module).values() if _is_rule(item, Rule) and item.__module__ == module.__name__]
    return {rule.name: rule for rule in sorted(found, key=lambda rule: rule.code)}


def _is_rule(item: object, base: type) -> bool:
    return isinstance(item, type) and issubclass(item, base) and hasattr(item, "code")


def check(analysis: Analysis) -> tuple[Finding, ...]:
    """All that is wrong with a network, in the order of the file: the language's errors and the rules' findings."""
    spec = analysis.graph.spec
    found = [*analysis.graph.findings, *_unknown_rules(analysis)]
    ignored = {reference.name for reference in spec.lint.ignore}
    for rule in known().values():
        if rule.name not in ignored and rule.code not in ignored:
            found += [_weighed(finding, spec.lint) for finding in rule.check(analysis)]
    return tuple(sorted(_kept(analysis, found), key=lambda finding: (finding.position, finding.code)))


def _kept(analysis: Analysis, found: list[Finding]) -> Iterator[Finding]:
    """Findings that no layer silences, those that a layer expects marked; and what was expected and did not come."""
    from cnnspec.rules.expectation_failed import ExpectationFailed

    layers = {layer.name: layer.node for layer in analysis.layers}
    silent = dict(_silent(analysis.root, frozenset()))
    met: set[tuple[str, str]] = set()
    for finding in found:
        node = layers.get(finding.layer or "") if finding.rule in known() else None
        if node is None:
            yield finding
            continue
        words = {finding.rule, finding.code}
        if words & silent[node.name]:
            continue
        expected = words & set(node.expect["findings"].value) if "findings" in node.expect else set()
        met |= {(node.name, word) for word in expected}
        yield finding._replace(severity="note", expected=True) if expected else finding
    yield from ExpectationFailed().absent(analysis, met, _words())


def _silent(scope: Scope, around: frozenset[str]) -> Iterator[tuple[str, frozenset[str]]]:
    """Each layer's name with the rules that it, or a scope around it, silences."""
    for child in scope.children:
        entry = child.scope.entry if isinstance(child, Scope) else child.node.entry
        words = around | {reference.name for reference in entry.ignore} if entry is not None and entry.ignore else around
        if isinstance(child, Scope):
            yield from _silent(child, words)
        else:
            yield child.name, words


def _expected(entry: Entry) -> list[Reference]:
    """The findings that an entry expects, with their places."""
    node = entry.expect.get("findings")
    items = node.value if node is not None and isinstance(node.value, list) else []
    return [Reference(item.text, item.position) for item in items]


def _weighed(finding: Finding, lint: Lint) -> Finding:
    words = (finding.rule, finding.code)
    if any(reference.name in words for reference in lint.error):
        return finding._replace(severity="error")
    if any(reference.name in words for reference in lint.warning):
        return finding._replace(severity="warning")
    return finding


def _words() -> set[str]:
    """What rules are called: by name and by code."""
    return {*known(), *(rule.code for rule in known().values())}


def _unknown_rules(analysis: Analysis) -> Iterator[Finding]:
    spec = analysis.graph.spec
    entries: list[Reference] = [reference for entry in spec.entries() for reference in entry.ignore]
    words = {*known(), *(rule.code for rule in known().values())}
    expected = [reference for entry in spec.entries() for reference in _expected(entry)]
    for reference in [*spec.lint.ignore, *spec.lint.error, *spec.lint.warning, *entries, *expected]:
        if reference.name not in words:
            from cnnspec.language.suggest import did_you_mean

            hint = did_you_mean(reference.name, words)
            yield INVALID_SPEC.at(reference.position, f"no rule is called `{reference.name}`{hint}")
