"""What an entry's type takes: a layer's options, a container's body, a block's parameters."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from cnnspec import layers
from cnnspec.layers.layer import Layer

CONTAINERS = ("sequential", "inline", "branches")


class Signature(NamedTuple):
    """The options that a type takes of its own, those it requires, the one that may stand alone, those where null
    has a meaning of its own, and the required ones that may be left out beside another, each with that."""

    options: tuple[str, ...]
    required: frozenset[str]
    main: str | None
    nullable: frozenset[str] = frozenset()
    unless: Mapping[str, str] = MappingProxyType({})

    def missing(self, given: Collection[str | None]) -> list[str]:
        """What is required and not among the options given, nor follows from them."""
        return [
            name for name in self.options if name in self.required and name not in given and self.unless.get(name) not in given
        ]


Blocks = Mapping[str, Signature]
"""The file's blocks, each by its parameters."""


def signature(type: str, blocks: Blocks) -> Signature | None:
    """What ``type`` takes; None where there is no such type."""
    if type in blocks:
        return blocks[type]
    if type in ("sequential", "inline"):
        return Signature(("layers",), frozenset(("layers",)), "layers")
    if type == "branches":
        return Signature(("paths", "merge"), frozenset(("paths",)), "paths")
    layer = layers.find(type)
    return None if layer is None else _of_layer(layer)


def is_merge(type: str) -> bool:
    """Whether it is a type that joins several inputs."""
    layer = layers.find(type)
    return layer is not None and layer.merges


def merge_types() -> list[str]:
    """The types that join several inputs. Imports every layer module."""
    return [name for name, layer in layers.known().items() if layer.merges]


def known_types(blocks: Blocks) -> list[str]:
    """Everything that may stand for a type. Imports every layer module."""
    return [*blocks, *CONTAINERS, *layers.known()]


@cache
def known_options() -> frozenset[str]:
    """The options of all layer types. Imports every layer module."""
    return frozenset(name for layer in layers.known().values() for name in layer.options())


def _of_layer(layer: type[Layer]) -> Signature:
    options = layer.options()
    required = frozenset(name for name, option in options.items() if option.required)
    nullable = frozenset(name for name, option in options.items() if option.nullable)
    unless = {name: option.unless for name, option in options.items() if option.unless is not None}
    return Signature(tuple(options), required, "from" if layer.merges else next(iter(options), None), nullable, unless)
