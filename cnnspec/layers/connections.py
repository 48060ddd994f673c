"""Connection tables: which input channels each output channel of a convolution reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnspec.arithmetic.shape import Shape
from cnnspec.errors import IllegalValue, ShapeMismatch
from cnnspec.layers.layer import IllegalOption
from cnnspec.layers.options import EXPRESSION, Kind, shown, whole
from cnnspec.override import override

if TYPE_CHECKING:
    from cnnspec.layers.conv import Conv

Table = tuple[tuple[int, ...], ...]
"""For each output channel the input channels that it reads."""


class Connections(Kind):
    """For each output channel the list of the input channels that it reads: ``[[0, 1, 2], [1, 2, 3]]``."""

    @property
    @override
    def takes(self) -> str:
        return "for each output channel the list of the input channels that it reads, counted from 0"

    @override
    def accept(self, value: object, ndim: int) -> Table:
        if not isinstance(value, list) or not value:
            raise IllegalValue(f"{shown(value)} is not a list of lists, one for each output channel")
        return tuple(self._row(place, row) for place, row in enumerate(value))

    def _row(self, place: int, row: object) -> tuple[int, ...]:
        if not isinstance(row, list):
            raise IllegalValue(f"output channel {place} reads {shown(row)}, which is not a list of input channels")
        if not row:
            raise IllegalValue(f"output channel {place} reads no input channel")
        read = tuple(whole(item, 0, "an input channel") for item in row)
        if len(set(read)) < len(read):
            twice = next(channel for channel in read if read.count(channel) > 1)
            raise IllegalValue(f"output channel {place} reads input channel {twice} twice")
        return read

    @override
    def brief(self, value: object) -> str | None:
        return str(sum(map(len, value))) if isinstance(value, tuple) else None

    @override
    def schema(self, ndim: int) -> dict[str, Any]:
        channel = {"anyOf": [{"type": "integer", "minimum": 0}, EXPRESSION]}
        row = {"anyOf": [{"type": "array", "items": channel, "minItems": 1, "uniqueItems": True}, EXPRESSION]}
        return {"anyOf": [{"type": "array", "items": row, "minItems": 1}, EXPRESSION]}


def check_table(conv: Conv) -> None:
    """Raise :class:`IllegalOption` where the table of ``conv`` contradicts its other options."""
    if conv.connections is None:
        return
    if conv.weight is not None:
        raise IllegalOption("connections", "a table stands beside `weight`: write one of them")
    if conv.groups > 1:
        raise IllegalOption("connections", f"a table stands beside groups {conv.groups}: write one of them")
    if len(conv.connections) != conv.out_channels:
        lists = f"{len(conv.connections)} list{'s' * (len(conv.connections) > 1)}"
        raise IllegalOption("connections", f"{lists}, one for each output channel, but out_channels is {conv.out_channels}")


def check_connections(table: Table, shape: Shape) -> None:
    """Raise :class:`ShapeMismatch` where the table reads channels that an input of this shape does not have."""
    channels = shape[0]
    for place, row in enumerate(table):
        if max(row) >= channels:
            raise ShapeMismatch(
                f"output channel {place} reads input channel {max(row)}, but there are {channels}: 0 to {channels - 1}"
            )
