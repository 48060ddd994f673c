"""One class per layer type. The folder is the registry: a type, less its dimension, names its file.

Only the modules that a spec mentions are imported; the whole folder is walked to suggest a near word, to write
the JSON Schema and in tests.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cnnspec.layers.layer import Layer

_SHARED = "elementwise"


@cache
def find(type: str) -> type[Layer] | None:
    """The class of a layer type as a spec names it (``conv2d``); None where there is no such type."""
    stem = type[:-2] if type[-2:] in ("1d", "2d", "3d") else type
    return _module(stem if stem in _files() else _SHARED).get(type)


@cache
def known() -> dict[str, type[Layer]]:
    """Every layer type with its class, in alphabetical order. Imports the whole folder."""
    found = {name: layer for stem in sorted(_files()) for name, layer in _module(stem).items()}
    return dict(sorted(found.items()))


@cache
def _files() -> frozenset[str]:
    return frozenset(path.stem for path in Path(__file__).parent.glob("[a-z]*.py"))


@cache
def _module(stem: str) -> dict[str, type[Layer]]:
    module = import_module(f"{__name__}.{stem}")
    classes = [item for item in vars(module).values() if getattr(item, "__module__", "") == module.__name__]
    return {name: item for item in classes for name in getattr(item, "types", ())}
