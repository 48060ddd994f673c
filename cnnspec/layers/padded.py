"""Padding as PyTorch says it.

Its convolutions and pools pad both sides of an axis alike. They know no mirror that repeats the edge, and no ``same`` where
windows stride; pools know none at all.
"""

from __future__ import annotations

from cnnspec.arithmetic.window import Window
from cnnspec.layers.call import Call

NAMES = {"zeros": "Zero", "reflect": "Reflection", "replicate": "Replication", "circular": "Circular"}
"""What PyTorch calls the modules that pad so; for other modes it has none."""


def rows(windows: tuple[Window, ...]) -> tuple[int, ...]:
    """The padding as PyTorch lists it: before and after, the last axis first."""
    return tuple(amount for window in reversed(windows) for amount in (window.before, window.after))


def is_even(windows: tuple[Window, ...]) -> bool:
    """Whether both sides of each axis are padded alike."""
    return all(window.before == window.after for window in windows)


def depends_on_size(padding: object, windows: tuple[Window, ...]) -> bool:
    """Whether the input's size decides how much is padded: by ``same``, where windows stride and read several rows."""
    strides = any(window.stride > 1 for window in windows)
    return padding == "same" and strides and any(window.extent > 1 for window in windows)


def pad(mode: str, windows: tuple[Window, ...]) -> Call:
    """The module that pads for these windows."""
    amounts = rows(windows)
    name = f"nn.{NAMES[mode]}Pad{len(windows)}d" if mode in NAMES else "SymmetricPad"
    return Call(name, (amounts[0] if len(set(amounts)) == 1 else amounts,))
