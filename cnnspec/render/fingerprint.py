"""Fingerprints of lines, by which GitHub knows a finding again after lines above it have come or gone.

The hash is CodeQL's ``primaryLocationLineHash``, the one that GitHub compares: over the line's beginning and what
follows, spaces and tabs left out, to a hundred UTF-16 units; and how many lines so far have the same.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection

_UNITS = 100
_BASE = 37
_END = "\uffff"


def fingerprints(text: str, lines: Collection[int]) -> dict[int, str]:
    """Of each of the ``lines`` (counted from 1) its hash and which of those alike it is."""
    if not lines:
        return {}
    text = re.sub("[ \t]", "", re.sub("\r\n?", "\n", text)) + _END
    units = text.encode("utf-16-le", "surrogatepass")
    starts = [0, *(found.end() for found in re.finditer(b"\n\0", units) if found.start() % 2 == 0)]
    counts: Counter[bytes] = Counter()
    found = {}
    for number, start in enumerate(starts[: max(lines)], 1):
        window = units[start : start + 2 * _UNITS]
        counts[window] += 1
        if number in lines:
            found[number] = f"{_hash(window):x}:{counts[window]}"
    return found


def _hash(window: bytes) -> int:
    value = 0
    for at in range(0, 2 * _UNITS, 2):
        value = (value * _BASE + int.from_bytes(window[at : at + 2], "little")) % 2**64
    return value
