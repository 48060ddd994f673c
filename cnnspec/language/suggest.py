"""The nearest known word, for messages about unknown ones."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word most like ``word``, None where none is near."""
    from difflib import get_close_matches

    found = get_close_matches(word[:100], list(known), n=1, cutoff=0.6)
    return found[0] if found else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``: did you mean `kernel_size`?``, or nothing where no known word is near."""
    found = nearest(word, known)
    return f": did you mean `{found}`?" if found else ""
