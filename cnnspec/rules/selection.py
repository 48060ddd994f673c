"""Which rules are asked: names, codes and the beginnings of codes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from cnnspec import rules
from cnnspec.errors import LANGUAGE, UsageError
from cnnspec.language.spec import Spec
from cnnspec.language.suggest import did_you_mean
from cnnspec.source import quoted

if TYPE_CHECKING:
    from cnnspec.rules.rule import Rule


class Selection(NamedTuple):
    """Which rules are asked, how strictly, and whether a spec may silence them.

    What keeps figures from being known is told whatever is selected, as are the language's errors.
    """

    codes: frozenset[str] | None = None
    """The rules' codes; None for every rule."""
    strict: bool = False
    """Whether every fractional stride is an error, as ``strict: true`` in a file says."""
    trusts_spec: bool = True
    """Whether what the spec says of its own findings holds: what it silences, expects, or makes a warning."""

    def asks(self, rule: Rule) -> bool:
        """Whether a rule is asked."""
        return self.codes is None or rule.code in self.codes or not rule.can_be_silenced


def of_errors(spec: Spec) -> Selection:
    """What has to be asked to know a spec's errors: rules that find some, or every rule where the spec has a say in it."""
    if spec.lint.error or any("findings" in entry.expect for entry in spec.entries()):
        return Selection()
    return Selection(frozenset(rule.code for rule in rules.known().values() if rule.severity == "error"))


def codes_of(word: str, *, to_ignore: bool = False) -> str:
    """The code, or the beginning of codes, that ``word`` means: a rule's name, a code, or ``CNN2``.

    Raises :class:`UsageError` where no rule is called so and, ``to_ignore``, for what is always told.
    """
    named = {rule.name: rule.code for rule in rules.known().values()} | {kind.rule: kind.code for kind in LANGUAGE}
    code = named.get(word, word)
    if not code or not any(known.startswith(code) for known in named.values()):
        raise UsageError(f"no rule is called {quoted(word)}{did_you_mean(word, (*named, *named.values()))}")
    if to_ignore and not any(known.startswith(code) for known in _silenceable()):
        raise UsageError(f"{quoted(word)} cannot be ignored: what it tells of keeps figures from being known")
    return code


def chosen(select: Iterable[str] | None, ignore: Iterable[str] = (), never: tuple[str, ...] = ()) -> frozenset[str] | None:
    """The codes that ``select`` takes in (None: all), less those to ``ignore``, given as codes and beginnings of codes.

    Of the beginnings of a code the longest decides, and ``ignore`` where both are as long; ``never`` overrules both. None
    for every rule.
    """
    taken, left = ("CNN",) if select is None else tuple(select), tuple(ignore)
    if select is None and not left and not never:
        return None
    codes = (code for code in _silenceable() if not code.startswith(never))
    return frozenset(code for code in codes if _longest(code, taken) > _longest(code, left))


def _longest(code: str, beginnings: tuple[str, ...]) -> int:
    return max((len(beginning) for beginning in beginnings if code.startswith(beginning)), default=0)


def _silenceable() -> list[str]:
    return [rule.code for rule in rules.known().values() if rule.can_be_silenced]
