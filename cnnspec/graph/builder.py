"""Entries to layers: options evaluated, shapes asked for."""

from __future__ import annotations

from cnnspec import layers
from cnnspec.arithmetic.shape import Shape
from cnnspec.errors import INVALID_SPEC, IllegalShape
from cnnspec.graph.names import Place
from cnnspec.graph.values import Told, Unknown, Values
from cnnspec.language.reader import Node
from cnnspec.language.spec import Entry
from cnnspec.layers.layer import IllegalOption, Layer, dimension


class Builder:
    """Makes layers of entries and asks for their outputs; what is the same for many copies is made once."""

    def __init__(self, told: Told, values: Values) -> None:
        self.told = told
        self.values = values
        self.built: dict[tuple[int, int], Layer] = {}
        self.shapes: dict[tuple[int, tuple[Shape | None, ...]], Shape | IllegalShape | None] = {}

    def layer(self, entry: Entry, first: Shape | None, place: Place) -> Layer | None:
        """The entry's layer with its options evaluated; None, and told why, where one is in error."""
        ndim = dimension(entry.type) or (len(first) - 1 if first is not None else -1)
        key = (id(entry), ndim)
        if key in self.built:
            return self.built[key]
        found = layers.find(entry.type)
        if found is None:
            return None
        values = {}
        for name, node in entry.options.items():
            try:
                values[name] = self.values.plain(node, found.options()[name].kind.words, place)
            except Unknown:
                continue
        if len(values) < len(entry.options) or (ndim < 0 and found.counts_axes):
            return None
        try:
            layer = found.build(entry.type, values, ndim)
        except IllegalOption as illegal:
            self.told(INVALID_SPEC, entry.options[illegal.option].position, f"{illegal.option}: {illegal}", place)
            return None
        if not any(map(_is_text, entry.options.values())):
            self.built[key] = layer
        return layer

    def output(self, layer: Layer | None, shapes: tuple[Shape | None, ...]) -> tuple[Shape | None, IllegalShape | None]:
        """The layer's output shape, or why it has none; neither where an input is not known."""
        if layer is None or None in shapes:
            return None, None
        key = (id(layer), shapes)
        if key not in self.shapes:
            try:
                self.shapes[key] = layer.output(*(shape for shape in shapes if shape is not None))
            except IllegalShape as failure:
                self.shapes[key] = failure
        output = self.shapes[key]
        return (None, output) if isinstance(output, IllegalShape) else (output, None)


def _is_text(node: Node) -> bool:
    return any(map(_is_text, node.value)) if isinstance(node.value, list) else isinstance(node.value, str)
