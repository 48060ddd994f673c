"""What an option may hold: each kind accepts a plain value or says what is wrong with it, and knows its JSON Schema.

A layer declares an option once, as a field of its class::

    kernel_size: tuple[int, ...] = option(Sizes(1))

From that the reader checks keys and values, expressions are evaluated to the kind asked for, and editors get
their schema.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import MISSING, field
from typing import Any

from cnnspec.arithmetic.shape import AXES, listed
from cnnspec.errors import IllegalValue
from cnnspec.override import override

_ITEMS, _LETTERS, _DEPTH = 8, 60, 2
"""How much of a value a message shows: it never grows with what a file holds."""
EXPRESSION = {"$ref": "#/$defs/expression"}


def shown(value: object, depth: int = _DEPTH) -> str:
    """A value as its author wrote it, lists in lists ``depth`` deep: ``true`` and not ``True``."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "nothing"
    if isinstance(value, list | tuple):
        items = [shown(item, depth - 1) for item in value[:_ITEMS]] if depth else ["…"]
        return f"[{', '.join(items)}{', …' * (len(value) > _ITEMS and depth > 0)}]"
    return f"'{value[:_LETTERS]}{'…' * (len(value) > _LETTERS)}'" if isinstance(value, str) else str(value)


class Kind(ABC):
    """The kind of an option. ``words`` are values that win over names of variables."""

    words: tuple[str, ...] = ()
    counts_axes: bool = False
    """Whether what it accepts depends on how many axes the input has."""
    names_layer: bool = False
    """Whether it holds the name of a layer, and is given that layer's spatial sizes."""
    spreads: bool = False
    """Whether one number stands for one a spatial axis, as in PyTorch."""

    @property
    @abstractmethod
    def takes(self) -> str:
        """What a file may say here, in words: ``a whole number from 1``."""

    @abstractmethod
    def accept(self, value: object, ndim: int) -> Any:
        """``value`` as the layer wants it, for a layer over ``ndim`` spatial axes.

        Raises :class:`IllegalValue`, saying what was given and what would be right.
        """

    def brief(self, value: object) -> str | None:
        """What it accepted in few words, for a table; None where the value itself is short."""
        return None

    @abstractmethod
    def schema(self, ndim: int) -> dict[str, Any]:
        """JSON Schema of what a file may say here."""


def whole(value: object, minimum: int, what: str = "a whole number") -> int:
    """``value`` as an integer of at least ``minimum``; a whole fraction is one, a boolean is not."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        hint = ": write // or round()" if isinstance(value, float) else ""
        raise IllegalValue(f"{shown(value)} is not {what}{hint}")
    if value < minimum:
        raise IllegalValue(f"{value} is less than {minimum}")
    return value


class Int(Kind):
    """One whole number of at least ``minimum``."""

    def __init__(self, minimum: int) -> None:
        self.minimum = minimum

    @property
    @override
    def takes(self) -> str:
        return f"a whole number from {self.minimum}"

    @override
    def accept(self, value: object, ndim: int) -> int:
        return whole(value, self.minimum)

    @override
    def schema(self, ndim: int) -> dict[str, Any]:
        return {"anyOf": [{"type": "integer", "minimum": self.minimum}, EXPRESSION]}


class Float(Kind):
    """One number between ``low`` and ``high``, both allowed."""

    def __init__(self, low: float = float("-inf"), high: float = float("inf")) -> None:
        self.low, self.high = low, high

    @property
    @override
    def takes(self) -> str:
        bounds = (f"from {self.low:g}" * (self.low > float("-inf")), f"to {self.high:g}" * (self.high < float("inf")))
        return " ".join(filter(None, ("a number", *bounds)))

    @override
    def accept(self, value: object, ndim: int) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise IllegalValue(f"{shown(value)} is not a number")
        if not self.low <= value <= self.high:
            bounds = f"less than {self.low:g}" if value < self.low else f"more than {self.high:g}"
            raise IllegalValue(f"{value} is {bounds}")
        return value

    @override
    def schema(self, ndim: int) -> dict[str, Any]:
        number: dict[str, Any] = {"type": "number"}
        if self.low > float("-inf"):
            number["minimum"] = self.low
        if self.high < float("inf"):
            number["maximum"] = self.high
        return {"anyOf": [number, EXPRESSION]}


class Bool(Kind):
    """``true`` or ``false``; numbers are not booleans, and ``yes`` is a word."""

    @property
    @override
    def takes(self) -> str:
        return "true or false"

    @override
    def accept(self, value: object, ndim: int) -> bool:
        if not isinstance(value, bool):
            raise IllegalValue(f"{shown(value)} is not true or false")
        return value

    @override
    def schema(self, ndim: int) -> dict[str, Any]:
        return {"anyOf": [{"type": "boolean"}, EXPRESSION]}


class Word(Kind):
    """One of the given words."""

    def __init__(self, *words: str) -> None:
        self.words = words

    @property
    @override
    def takes(self) -> str:
        return ", ".join(f"`{word}`" for word in self.words)

    @override
    def accept(self, value: object, ndim: int) -> str:
        if value not in self.words:
            raise IllegalValue(f"{shown(value)} is not one of {', '.join(self.words)}")
        return str(value)

    @override
    def schema(self, ndim: int) -> dict[str, Any]:
        return {"anyOf": [{"enum": list(self.words)}, EXPRESSION]}


class Sizes(Kind):
    """A number a spatial axis, or one for all of them."""

    counts_axes = True
    spreads = True

    def __init__(self, minimum: int) -> None:
        self.minimum = minimum

    @property
    @override
    def takes(self) -> str:
        return f"a whole number from {self.minimum}, or one for each spatial axis"

    @override
    def accept(self, value: object, ndim: int) -> tuple[int, ...]:
        if not isinstance(value, list):
            return (whole(value, self.minimum),) * ndim
        if len(value) != ndim:
            raise IllegalValue(f"{shown(value)} has {len(value)} number{'s' * (len(value) != 1)} where {_axes(ndim)}")
        return tuple(whole(item, self.minimum) for item in value)

    @override
    def schema(self, ndim: int) -> dict[str, Any]:
        number = {"anyOf": [{"type": "integer", "minimum": self.minimum}, EXPRESSION]}
        return {"anyOf": [*number["anyOf"], _tuple(number, ndim)]}


class Extents(Kind):
    """Sizes of axes: a list of at least one, or a number alone. Where one may be ``inferred`` it is −1."""

    def __init__(self, *, inferred: bool = False) -> None:
        self.inferred = inferred

    @property
    @override
    def takes(self) -> str:
        return "the sizes of axes, from 1" + ", one of which may be −1: it follows from the others" * self.inferred

    @override
    def accept(self, value: object, ndim: int) -> tuple[int, ...]:
        sizes = tuple(self._size(item) for item in (value if isinstance(value, list) else [value]))
        if not sizes:
            raise IllegalValue("no sizes are given")
        if sizes.count(-1) > 1:
            raise IllegalValue(f"{shown(value)} has {sizes.count(-1)} sizes of -1: only one can follow from the others")
        return sizes

    def _size(self, value: object) -> int:
        return -1 if self.inferred and type(value) is int and value == -1 else whole(value, 1)

    @override
    def brief(self, value: object) -> str | None:
        return listed(value) if isinstance(value, tuple) else None

    @override
    def schema(self, ndim: int) -> dict[str, Any]:
        sizes = [{"type": "integer", "minimum": 1}, *([{"const": -1}] if self.inferred else []), EXPRESSION]
        return {"anyOf": [*sizes, {"type": "array", "items": {"anyOf": sizes}, "minItems": 1}]}


class SizeOf(Kind):
    """The name of a layer or input above, standing for its spatial sizes."""

    counts_axes = True

    names_layer = True

    @property
    @override
    def takes(self) -> str:
        return "the name of a layer or input above"

    @override
    def accept(self, value: object, ndim: int) -> tuple[int, ...]:
        return tuple(value) if isinstance(value, list) else ()

    @override
    def schema(self, ndim: int) -> dict[str, Any]:
        return {"type": "string"}


class Padding(Kind):
    """Rows before and after, an axis each: ``2``, ``[1, 2]``, ``[[1, 2], [0, 0]]``, ``valid`` or ``same``."""

    counts_axes = True
    spreads = True

    def __init__(self, *words: str) -> None:
        self.words = words or ("same", "valid")

    @property
    @override
    def takes(self) -> str:
        words = " or ".join(f"`{word}`" for word in self.words)
        return f"rows on each side, one number for each axis, or a pair (before, after) for each; {words}"

    @override
    def accept(self, value: object, ndim: int) -> tuple[tuple[int, int], ...] | str:
        if value in self.words and value != "valid":
            return str(value)
        if value == "valid":
            value = 0
        if not isinstance(value, list):
            return ((whole(value, 0),) * 2,) * ndim
        if len(value) != ndim:
            hint = " (before and after: [[1, 2]])" if ndim == 1 and len(value) == 2 else ""
            entries = "1 entry" if len(value) == 1 else f"{len(value)} entries"
            raise IllegalValue(f"{shown(value)} has {entries} where {_axes(ndim)}{hint}")
        return tuple(self._pair(item) for item in value)

    def _pair(self, item: object) -> tuple[int, int]:
        if not isinstance(item, list):
            return (whole(item, 0),) * 2
        if len(item) != 2:
            raise IllegalValue(f"{shown(item)} is not a pair: padding before and padding after")
        before, after = item
        return whole(before, 0), whole(after, 0)

    @override
    def schema(self, ndim: int) -> dict[str, Any]:
        number = {"anyOf": [{"type": "integer", "minimum": 0}, EXPRESSION]}
        side = {"anyOf": [*number["anyOf"], _tuple(number, 2)]}
        return {"anyOf": [{"enum": list(self.words)}, *number["anyOf"], _tuple(side, ndim)]}


class Dim(Kind):
    """An axis, counted without the batch (0 is channels, −1 the last) or by its word."""

    counts_axes = True

    words = tuple(dict.fromkeys(word for axes in AXES.values() for word in axes))

    @property
    @override
    def takes(self) -> str:
        return "an axis without the batch: 0 is channels, −1 the last; or its word"

    @override
    def accept(self, value: object, ndim: int) -> int:
        if value == "channels":
            return 0
        axes = AXES.get(ndim + 1, ())
        if isinstance(value, str):
            if value not in axes:
                raise IllegalValue(f"{shown(value)} is not an axis here; there {_are(axes)}")
            return axes.index(value)
        return whole(value, -64, "an axis")

    @override
    def schema(self, ndim: int) -> dict[str, Any]:
        return {"anyOf": [{"type": "integer"}, {"enum": list(self.words)}, EXPRESSION]}


def option(
    kind: Kind, default: object = MISSING, *, like: str | None = None, unless: str | None = None, nullable: bool = False
) -> Any:
    """An option of a layer: its kind and its default, required where there is none.

    ``like`` names another option whose value is the default (a pool's stride is its kernel size). ``unless`` names an
    option from which this one, required otherwise, follows (a convolution's kernel size from given kernels); the class
    sees to that. ``nullable`` says that null has a meaning of its own.
    """
    if like is not None or unless is not None:
        default = None
    metadata = {"kind": kind, "like": like, "unless": unless, "nullable": nullable}
    return field(default=default, kw_only=True, metadata=metadata)


def _axes(ndim: int) -> str:
    return f"there {'is one axis' if ndim == 1 else f'are {ndim} axes'}"


def _are(axes: Sequence[str]) -> str:
    return f"are {', '.join(axes)}" if axes else "is only channels"


def _tuple(item: dict[str, Any], length: int) -> dict[str, Any]:
    if length == 0:
        return {"type": "array", "items": item}
    return {"type": "array", "prefixItems": [item] * length, "minItems": length, "maxItems": length, "items": False}
