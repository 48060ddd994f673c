"""Shapes: sizes of axes, channels first, the batch left out."""

from __future__ import annotations

from math import prod

Shape = tuple[int, ...]

AXES = {2: ("channels", "length"), 3: ("channels", "height", "width"), 4: ("channels", "depth", "height", "width")}
SPATIAL = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}
LINES = {"length": "positions", "depth": "slices", "height": "rows", "width": "columns"}


def elements(shape: Shape) -> int:
    """How many numbers a tensor of this shape holds."""
    return prod(shape)


def times(sizes: Shape) -> str:
    """Sizes as people write them: ``28×28``."""
    return "×".join(map(str, sizes))


def listed(shape: Shape) -> str:
    """A shape as a spec writes it: ``[6, 28, 28]``."""
    return f"[{', '.join(map(str, shape))}]"
