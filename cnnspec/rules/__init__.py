"""Lint rules: one class in one file each. The folder is the registry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
    from cnnspec.rules.expectation_failed import ExpectationFailed
    from cnnspec.rules.rule import once

    lint = analysis.graph.spec.lint
    silent = dict(_silent(analysis.root, frozenset(reference.name for reference in lint.ignore)))
    found = [finding for rule in known().values() for finding in rule.check(analysis)]
    kept, met = _expected_marked(analysis, found)
    missing = ExpectationFailed().absent(analysis, met, silent, _words())
    weighed = [_weighed(finding, lint) for finding in (*kept, *missing) if not _is_silenced(finding, lint, silent)]
    told = (*analysis.graph.findings, *_unknown_rules(analysis), *once(weighed, known().values()))
    return tuple(sorted(told, key=lambda finding: (finding.position, finding.code)))


def _is_silenced(finding: Finding, lint: Lint, silent: Mapping[str, frozenset[str]]) -> bool:
    words = silent.get(finding.layer or "", {reference.name for reference in lint.ignore})
    return known()[finding.rule].can_be_silenced and not words.isdisjoint((finding.rule, finding.code))


def _expected_marked(analysis: Analysis, found: list[Finding]) -> tuple[list[Finding], set[tuple[str, str]]]:
    """The findings, those that a layer expects as notes; and which words of which layers came true."""
    expects = {layer.name: layer.node.expect["findings"].value for layer in analysis.layers if "findings" in layer.node.expect}
    met: set[tuple[str, str]] = set()
    kept = []
    for finding in found:
        words = {finding.rule, finding.code} & set(expects.get(finding.layer or "", ()))
        met |= {(str(finding.layer), word) for word in words}
        kept.append(finding._replace(severity="note", expected=True) if words else finding)
    return kept, met


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
    if finding.expected:
        return finding
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
    words = _words()
    expected = [reference for entry in spec.entries() for reference in _expected(entry)]
    for reference in [*spec.lint.ignore, *spec.lint.error, *spec.lint.warning, *entries, *expected]:
        if reference.name not in words:
            from cnnspec.language.suggest import did_you_mean

            hint = did_you_mean(reference.name, words)
            yield INVALID_SPEC.at(reference.position, f"no rule is called `{reference.name}`{hint}")
