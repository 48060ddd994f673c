"""Numbers of a range said in a few words: ``every multiple of 32``, ``188 + 16·k``."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

_MOST_RESIDUES = 6
_MOST_RUNS = 6
_MOST_EXCEPTIONS = 2


def described(numbers: Sequence[int], low: int, high: int) -> str:
    """The ascending ``numbers``, of those from ``low`` to ``high``, in words that hold for each number of the range.

    A period is claimed where the range holds it twice or more.
    """
    if not numbers:
        return "none"
    for skipped in range(min(_MOST_EXCEPTIONS, len(numbers) - 1) + 1):
        exceptions = list(map(str, numbers[:skipped]))
        words = _regular(numbers[skipped:], numbers[skipped - 1] + 1 if skipped else low, high)
        if words:
            return f"{', '.join(exceptions)} and {words}" if exceptions else words
    return f"only {_runs(numbers)}"


def _regular(numbers: Sequence[int], low: int, high: int) -> str:
    """Numbers that are all there are from the first on, or repeat themselves, in words; empty for others."""
    first = numbers[0]
    since = f" from {first}" if first > low else ""
    if len(numbers) == high - first + 1:
        return f"every size{since}" if len(numbers) > 1 else ""
    period = _period(numbers, first, high)
    residues = sorted({number % period for number in numbers}) if period else []
    if not period or len(residues) > _MOST_RESIDUES:
        return ""
    since = since if any(number % period in residues for number in range(low, first)) else ""
    if len(residues) > 1:
        return f"every size that leaves {_or(residues)} when divided by {period}{since}"
    if period == 2:
        return f"every {'odd' if first % 2 else 'even'} size{since}"
    return f"{first} + {period}·k" if first % period else f"every multiple of {period}{since}"


def _period(numbers: Sequence[int], first: int, high: int) -> int:
    """The least distance by which the numbers from ``first`` to ``high`` repeat themselves; 0 where there is none."""
    known = set(numbers)
    held = bytes(number in known for number in range(first, high + 1))
    return next((period for period in range(2, len(held) // 2 + 1) if held[period:] == held[:-period]), 0)


def _runs(numbers: Sequence[int]) -> str:
    runs = [[number for _, number in run] for _, run in groupby(enumerate(numbers), lambda pair: pair[1] - pair[0])]
    shown = [str(run[0]) if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in runs]
    if len(shown) > _MOST_RUNS:
        return f"{', '.join(shown[:_MOST_RUNS])} and {len(numbers) - sum(map(len, runs[:_MOST_RUNS]))} more"
    return " and ".join((", ".join(shown[:-1]), shown[-1])) if len(shown) > 1 else shown[0]


def _or(numbers: Sequence[int]) -> str:
    return f"{', '.join(map(str, numbers[:-1]))} or {numbers[-1]}"
