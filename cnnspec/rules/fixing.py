"""Make the edits that findings offer, as long as nothing new is wrong afterwards."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import NamedTuple

from cnnspec import rules
from cnnspec.errors import LANGUAGE, Finding
from cnnspec.language.edits import applied, offset

Look = Callable[[str], Sequence[Finding]]
"""What is found in a text."""

_ROUNDS = 10
_FEW, _MANY, _CHARACTERS = 20, 200, 400_000
"""How often a text is looked at anew before what was not tried is left as it is: as often as makes so many characters."""
_UNKNOWING = frozenset(kind.code for kind in LANGUAGE)


class Refused(NamedTuple):
    """A finding whose edits are not made, and one that there would be then; None where that was not tried."""

    finding: Finding
    harm: Finding | None


class Fixed(NamedTuple):
    """A text after its edits, how many findings they were of, and which were not made."""

    text: str
    made: int = 0
    refused: tuple[Refused, ...] = ()
    hidden: Finding | None = None
    """An error that keeps figures from being known: nobody can tell what edits would do to them, and none is made."""


def is_fixable(finding: Finding) -> bool:
    """Whether a finding has edits, and is not what the author expects."""
    return bool(finding.edits) and not finding.expected


def fixed(text: str, asked: Look, guard: Look) -> Fixed:
    """``text`` with the edits of the findings that are ``asked`` for, made again until none is left.

    Edits are left out where ``guard`` finds an error or a warning more than before: an expectation that counted the bias,
    say.
    """
    done = Fixed(text)
    for _ in range(_ROUNDS):
        step = _round(done.text, asked(done.text), guard)
        done = step._replace(made=done.made + step.made)
        if not step.made:
            break
    return done


def _round(text: str, findings: Sequence[Finding], guard: Look) -> Fixed:
    """One edit at the most for each stretch of ``text``: what overlaps waits for the next round."""
    chosen = _apart(text, filter(is_fixable, findings))
    if not chosen:
        return Fixed(text)
    before = guard(text)
    if hidden := next(filter(_hides_figures, before), None):
        return Fixed(text, hidden=hidden)
    trial = _Trial(text, before, guard)
    made = trial.accepted((), chosen)
    return Fixed(_edited(text, made), len(made), tuple(trial.refused))


class _Trial:
    """Which edits of a text do no harm: all but those whose own layers it is done to, else those of each half, and so on."""

    def __init__(self, text: str, before: Sequence[Finding], guard: Look) -> None:
        self.text = text
        self.guard = guard
        self.known = Counter(map(_alike, before))
        self.messages = {finding.message for finding in before}
        self.left = min(max(_FEW, _CHARACTERS // max(1, len(text))), _MANY)
        self.refused: list[Refused] = []

    def accepted(self, made: tuple[Finding, ...], others: tuple[Finding, ...]) -> tuple[Finding, ...]:
        """Those of ``made``, whose edits are accepted, and of ``others`` that together do no harm."""
        if not others or self.left <= 0:
            self.refused += [Refused(finding, None) for finding in others]
            return made
        harms = self._harms((*made, *others))
        if not harms:
            return (*made, *others)
        if len(others) == 1:
            self.refused.append(Refused(others[0], harms[0]))
            return made
        of_layer = {harm.layer: harm for harm in reversed(harms) if harm.layer is not None}
        aside = [Refused(finding, of_layer[finding.layer]) for finding in others if finding.layer in of_layer]
        if aside:
            self.refused += aside
            return self.accepted(made, tuple(finding for finding in others if finding.layer not in of_layer))
        half = len(others) // 2
        return self.accepted(self.accepted(made, others[:half]), others[half:])

    def _harms(self, edited: tuple[Finding, ...]) -> list[Finding]:
        """Errors and warnings of which there are more in their layer, or in the file, after these edits; new words first."""
        self.left -= 1
        found = [finding for finding in self.guard(_edited(self.text, edited)) if finding.severity != "note"]
        more = Counter(map(_alike, found)) - self.known
        return sorted((each for each in found if _alike(each) in more), key=lambda harm: harm.message in self.messages)


def _edited(text: str, findings: Iterable[Finding]) -> str:
    return applied(text, chain.from_iterable(finding.edits for finding in findings))


def _hides_figures(finding: Finding) -> bool:
    rule = rules.known().get(finding.rule)
    return finding.code in _UNKNOWING or (rule is not None and not rule.can_be_silenced)


def _alike(finding: Finding) -> tuple[str, str | None, str]:
    """What stays where a text is edited: the place and the numbers may not."""
    return finding.code, finding.layer, finding.severity


def _apart(text: str, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings none of whose edits touch another's; of two that do the first."""
    taken: list[tuple[int, int]] = []
    found = []
    for finding in findings:
        spans = [(offset(text, edit.start), offset(text, edit.end)) for edit in finding.edits]
        if all(_is_free(taken, span) for span in spans):
            found.append(finding)
            for span in spans:
                insort(taken, span)
    return tuple(found)


def _is_free(taken: list[tuple[int, int]], span: tuple[int, int]) -> bool:
    """Whether a stretch meets none of those ``taken``, in their order. Two insertions at one place do meet."""
    at = bisect_left(taken, span)
    is_after = at == 0 or (taken[at - 1][1] <= span[0] and taken[at - 1][0] < span[0])
    return is_after and (at == len(taken) or (span[1] <= taken[at][0] and span[0] < taken[at][0]))
