"""The page of a rule: its class's docstring, and what the class says of itself. The language's errors have short ones.

A docstring begins with one sentence and may go on with paragraphs; sections follow (:mod:`cnnspec.layers.docstring`).
``Bad`` is a whole spec in which the rule finds something, ``Good`` the same made right.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from cnnspec import rules
from cnnspec.errors import LANGUAGE, Kind, Severity
from cnnspec.layers.docstring import split

if TYPE_CHECKING:
    from cnnspec.rules.rule import Rule

_SECTIONS = ("Why", "Arithmetic", "Source")
_EXAMPLES = ("Bad", "Good")


class RulePage(NamedTuple):
    """All there is to say of a rule. Text is Markdown, the examples YAML."""

    code: str
    name: str
    severity: Severity
    can_be_silenced: bool
    can_be_fixed: bool
    summary: str
    paragraphs: tuple[str, ...] = ()
    sections: Mapping[str, str] = {}
    examples: Mapping[str, str] = {}


def page(rule: Rule) -> RulePage:
    """The page of a rule."""
    (summary, *paragraphs), found = split(type(rule).__doc__, (*_SECTIONS, *_EXAMPLES))
    sections, examples = ({label: found[label] for label in of if label in found} for of in (_SECTIONS, _EXAMPLES))
    about = (rule.code, rule.name, rule.severity, rule.can_be_silenced, rule.can_be_fixed)
    return RulePage(*about, summary, tuple(paragraphs), sections, examples)


def find(word: str) -> RulePage | None:
    """The page of a rule or an error of the language, by its name or its code."""
    kind = next((kind for kind in LANGUAGE if word == kind.rule or word.upper() == kind.code), None)
    if kind is not None:
        return _error(kind)
    rule = rules.find(word)
    return None if rule is None else page(rule)


def every() -> list[RulePage]:
    """The pages of all rules in the order of their codes. Imports the whole folder."""
    return [page(rule) for rule in rules.known().values()]


def errors() -> list[RulePage]:
    """The pages of the language's errors."""
    return [_error(kind) for kind in LANGUAGE]


def _error(kind: Kind) -> RulePage:
    return RulePage(kind.code, kind.rule, "error", can_be_silenced=False, can_be_fixed=False, summary=kind.summary)
