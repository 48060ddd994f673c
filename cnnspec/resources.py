"""Where the files lie that ship with cnnspec and are no code: examples, schemas and templates.

In a wheel they lie inside the package; in a checkout, editable or not installed at all, beside it.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent


def folder(name: str) -> Path:
    """The folder ``examples``, ``schemas`` or ``templates``: the package's own if it is there, else its neighbour."""
    inside = _PACKAGE / name
    return inside if inside.is_dir() else _PACKAGE.parent / name
