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
    return None if len(word) > _LONGEST else _nearest(word, tuple(islice(known, _KNOWN)))


@lru_cache(maxsize=1024)
def _nearest(word: str, known: tuple[str, ...]) -> str | None:
    """The nearest word; a mistake in a block is found again in each of its copies, with the same words around it."""
    from difflib import SequenceMatcher

    pairs = _pairs(word)
    best, most = None, 0.0
    for candidate in known:
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
