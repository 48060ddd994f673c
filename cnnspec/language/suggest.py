"""The nearest known word, for messages about unknown ones."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import islice

_LONGEST = 100
_KNOWN = 200
_NEAR = 0.6


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word most like ``word``, None where none is near.

    Only one candidate is compared at length, chosen by the pairs of letters that it shares: a file may hold
    thousands of unknown words. Of a long list the first 200 are looked at.
    """
    from difflib import SequenceMatcher

    if len(word) > _LONGEST:
        return None
    pairs = _pairs(word)
    best, most = None, 0.0
    for candidate in islice(known, _KNOWN):
        others = _pairs(candidate)
        if pairs.isdisjoint(others):
            continue
        likeness = len(pairs & others) / (len(pairs) + len(others))
        if likeness > most:
            best, most = candidate, likeness
    if best is None or SequenceMatcher(None, word.lower(), best.lower()).ratio() < _NEAR:
        return None
    return best


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``: did you mean `kernel_size`?``, or nothing where no known word is near."""
    found = nearest(word, known)
    return f": did you mean `{found}`?" if found else ""


@lru_cache(maxsize=1024)
def _pairs(word: str) -> frozenset[str]:
    """Neighbouring letters, and the first and the last with the word's border."""
    letters = f" {word[:_LONGEST].lower()} "
    return frozenset(map(str.__add__, letters, letters[1:]))
