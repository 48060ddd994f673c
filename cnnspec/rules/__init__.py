"""Lint rules: one class in one file each. The folder is the registry."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from cnnspec.errors import INVALID_SPEC, Finding
from cnnspec.language.spec import Reference
from cnnspec.source import quoted

if TYPE_CHECKING:
    from cnnspec.analysis.analysis import Analysis
    from cnnspec.language.spec import Entry, Lint
    from cnnspec.rules.rule import Rule
    from cnnspec.rules.selection import Selection
    from cnnspec.rules.suppressions import Suppressions


@cache
def known() -> dict[str, Rule]:
    """Every rule by its name, in the order of their codes. Imports the whole folder."""
    found = [rule for stem in _files() for rule in _in(stem)]
    return {rule.name: rule for rule in sorted(found, key=lambda rule: rule.code)}


def find(word: str) -> Rule | None:
    """The rule of a name, for which its own module is imported, or of a code in any case, for which all are."""
    if word.upper().startswith("CNN"):
        return _by_words(known().values()).get(word.upper())
    stem = word.replace("-", "_")
    return next((rule for rule in _in(stem) if rule.name == word), None) if stem in _files() else None


@cache
def _files() -> frozenset[str]:
    return frozenset(path.stem for path in Path(__file__).parent.glob("[a-z]*.py"))


@cache
def _in(stem: str) -> tuple[Rule, ...]:
    """The rules of a module."""
    from cnnspec.rules.rule import Rule

    module = import_module(f"{__name__}.{stem}")
    own = [item for item in vars(module).values() if getattr(item, "__module__", "") == module.__name__]
    return tuple(item() for item in own if isinstance(item, type) and issubclass(item, Rule) and hasattr(item, "code"))


def check(analysis: Analysis, selection: Selection | None = None) -> tuple[Finding, ...]:
    """All that is wrong with a network, in the order of the file: the language's errors and what the selected rules find."""
    from cnnspec.rules.expectation_failed import ExpectationFailed
    from cnnspec.rules.rule import DesignRule, once
    from cnnspec.rules.selection import Selection
    from cnnspec.rules.suppressions import Suppressions

    selection = selection or Selection()
    lint, asked = analysis.graph.spec.lint, _by_words(known().values())
    suppressions = Suppressions(analysis, honoured=selection.trusts_spec)
    refused = (*analysis.graph.findings, *_unknown_rules(analysis, suppressions, asked))
    left = DesignRule if analysis.graph.findings else ()  # of what its author did not mean nobody can say that it is unwise
    asked = {word: rule for word, rule in asked.items() if selection.asks(rule) and not isinstance(rule, left)}
    found = [finding for rule in dict.fromkeys(asked.values()) for finding in rule.check(analysis)]
    kept, met = _expected_marked(analysis, found, selection.trusts_spec)
    if ExpectationFailed.code in asked:
        kept += ExpectationFailed().absent(analysis, met, suppressions.is_silent, asked)
    told = [_weighed(finding, lint, selection) for finding in kept if not _is_silenced(finding, suppressions)]
    unused = _unused(analysis, suppressions, [*refused, *told], asked)
    told += [_weighed(finding, lint, selection) for finding in unused if not suppressions.silences(finding)]
    return tuple(sorted((*refused, *once(told, known().values())), key=lambda finding: (finding.position, finding.code)))


def _by_words(of: Collection[Rule]) -> dict[str, Rule]:
    """Rules by what they are called: names and codes."""
    return {**{rule.name: rule for rule in of}, **{rule.code: rule for rule in of}}


def _is_silenced(finding: Finding, suppressions: Suppressions) -> bool:
    return known()[finding.rule].can_be_silenced and suppressions.silences(finding)


def _expected_marked(analysis: Analysis, found: list[Finding], trusts_spec: bool) -> tuple[list[Finding], set[tuple[str, str]]]:
    """The findings, those that a layer expects as notes; and which words of which layers came true."""
    expects = {layer.name: layer.node.expect["findings"].value for layer in analysis.layers if "findings" in layer.node.expect}
    met: set[tuple[str, str]] = set()
    kept = []
    for finding in found:
        words = {finding.rule, finding.code} & set(expects.get(finding.layer or "", ()))
        met |= {(str(finding.layer), word) for word in words}
        kept.append(finding._replace(severity="note", expected=True) if words and trusts_spec else finding)
    return kept, met


def _weighed(finding: Finding, lint: Lint, selection: Selection) -> Finding:
    """A finding with the severity that the file gives to its rule; a spec that is not trusted makes none less of an error."""
    if finding.expected:
        return finding
    words = (finding.rule, finding.code)
    if any(reference.name in words for reference in lint.error):
        return finding._replace(severity="error")
    if any(reference.name in words for reference in lint.warning) and (selection.trusts_spec or finding.severity == "note"):
        return finding._replace(severity="warning")
    return finding


def _unused(analysis: Analysis, suppressions: Suppressions, told: list[Finding], asked: dict[str, Rule]) -> Iterator[Finding]:
    """What silences nothing, of rules that could have found something: errors keep what depends on them from being known."""
    from cnnspec.rules.unused_suppression import UnusedSuppression

    if UnusedSuppression.code not in asked or analysis.graph.spec.altered:
        return
    broken = any(finding.rule not in known() or not known()[finding.rule].can_be_silenced for finding in told)
    certain = {word: rule for word, rule in asked.items() if not (broken and rule.can_be_silenced)}
    certain.pop(UnusedSuppression.name, None), certain.pop(UnusedSuppression.code, None)
    yield from UnusedSuppression().unused(analysis.graph.spec.source.text, suppressions, told, certain)


def _expected(entry: Entry) -> list[Reference]:
    """The findings that an entry expects, with their places."""
    node = entry.expect.get("findings")
    items = node.value if node is not None and isinstance(node.value, list) else []
    return [Reference(item.text, item.position) for item in items]


def _unknown_rules(analysis: Analysis, suppressions: Suppressions, words: Collection[str]) -> Iterator[Finding]:
    spec = analysis.graph.spec
    ignored = [reference for entry in spec.entries() for reference in entry.ignore]
    expected = [reference for entry in spec.entries() for reference in _expected(entry)]
    commented = [reference for comment in suppressions.comments for reference in comment.rules]
    for reference in [*spec.lint.ignore, *spec.lint.error, *spec.lint.warning, *ignored, *expected, *commented]:
        if reference.name not in words:
            from cnnspec.language.suggest import did_you_mean

            hint = did_you_mean(reference.name, words)
            yield INVALID_SPEC.at(reference.position, f"no rule is called {quoted(reference.name)}{hint}")
