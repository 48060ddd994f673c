"""The nearest known word, for messages about unknown ones."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import islice

_LONGEST = 100
_KNOWN = 200
_NEAR = 0.6
_SYNONYMS = {
    "axis": "dim",
    "batchnorm": "batch_norm2d",
    "bn": "batch_norm2d",
    "dense": "linear",
    "depth_to_space": "pixel_shuffle",
    "end": "stop",
    "fc": "linear",
    "filters": "out_channels",
    "interpolate": "upsample",
    "maxpool": "max_pool2d",
    "out_channels": "out_features",
    "out_features": "out_channels",
    "pool_size": "kernel_size",
    "rate": "p",
    "space_to_depth": "pixel_unshuffle",
    "swish": "silu",
    "transpose": "permute",
    "unflattened_size": "sizes",
    "units": "out_features",
    "view": "reshape",
}
"""What other libraries call a type, a function or an option, in small letters."""


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that other libraries call ``word``, or the one most like it; None where none is near.

    Only one candidate is compared at length, chosen by the pairs of letters that it shares: a file may hold
    thousands of unknown words. Of a long list the first 200 are looked at.
    """
    if len(word) > _LONGEST:
        return None
    looked_at = tuple(islice(known, _KNOWN))
    return synonym(word, looked_at) or _nearest(word, looked_at)


def synonym(word: str, known: Iterable[str]) -> str | None:
    """The known word that other libraries call ``word``."""
    meant = _SYNONYMS.get(word.lower())
    return next((word for word in known if word == meant), None)


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
