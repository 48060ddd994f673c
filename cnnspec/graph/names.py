"""What names mean at a place in the file, and how nameless layers are called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cnnspec.arithmetic.shape import SPATIAL, Shape
from cnnspec.language.expression import ABSENT, Names
from cnnspec.override import override


@dataclass(frozen=True, slots=True)
class Binding:
    """What a name stands for: a layer's output or an input. Its shape is None where it is not known."""

    node: str
    shape: Shape | None
    training_only: bool = False


def sizes(shape: Shape | None) -> Any:
    """The sizes of an output by word: channels first, features last, spatial words from the end."""
    if shape is None:
        return ABSENT
    spatial = dict(zip(SPATIAL[len(shape) - 1], shape[1:], strict=True)) if 1 < len(shape) < 5 else {}
    return {"channels": shape[0], "features": shape[-1], **spatial, "shape": list(shape)}


_UNKNOWN = {f"in_{word}": ABSENT for word in ("channels", "features", "length", "height", "width", "depth")}


class Place(Names):
    """The names that an expression may use in an entry whose first input has the shape ``first``.

    Made for every copy of every entry, and asked by few: what names mean is worked out when one is read.
    """

    def __init__(
        self, vars: Mapping[str, Any], visible: Mapping[str, Binding], first: Shape | None, index: int | None = None
    ) -> None:
        self.vars = vars
        self.visible = visible
        self.first = first
        self.index = index

    @property
    @override
    def values(self) -> Mapping[str, Any]:
        known = sizes(self.first)
        inputs = _UNKNOWN if known is ABSENT else {f"in_{word}": size for word, size in known.items() if word != "shape"}
        return {**self.vars, **inputs} if self.index is None else {**self.vars, **inputs, "index": self.index}

    @override
    def layer(self, name: str) -> Any:
        return sizes(self.visible[name].shape) if name in self.visible else None


class Namer:
    """Names a scope's layers: nameless ones by type and count, never like one that is given."""

    def __init__(self, given: set[str]) -> None:
        self.given = given
        self.counts: dict[str, int] = {}

    def nameless(self, type: str) -> str:
        """``conv1`` for the first nameless ``conv2d``, ``relu6_1`` for the first ``relu6``."""
        stem = type[:-2] if type[-2:] in ("1d", "2d", "3d") else type
        while True:
            count = self.counts[stem] = self.counts.get(stem, 0) + 1
            name = f"{stem}{'_' if stem[-1].isdigit() else ''}{count}"
            if name not in self.given:
                return name
