"""Entries to layers: options evaluated, shapes asked for."""

from __future__ import annotations

from cnnspec import layers
from cnnspec.arithmetic.shape import Shape, listed
from cnnspec.errors import INVALID_SPEC, UNKNOWN_NAME, IllegalShape, ShapeMismatch
from cnnspec.graph.graph import Node as Twin
from cnnspec.graph.names import Place
from cnnspec.graph.values import Told, Unknown, Values
from cnnspec.language.reader import Node
from cnnspec.language.spec import Entry
from cnnspec.language.suggest import did_you_mean
from cnnspec.layers.layer import IllegalOption, Layer, dimension
from cnnspec.source import quoted

_MOST = 10**100
"""No axis has as many units: flattening three of the largest that may be written makes 54 digits."""


class Builder:
    """Makes layers of entries and asks for their outputs; what is the same for many copies is made once."""

    def __init__(self, told: Told, values: Values) -> None:
        self.told = told
        self.values = values
        self.built: dict[tuple[int, int], Layer] = {}
        self.interned: dict[tuple[object, ...], Layer] = {}
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
                kind = found.options()[name].kind
                values[name] = self._sizes(node, place) if kind.names_layer else self.values.plain(node, kind.words, place)
            except Unknown:
                continue
        if len(values) < len(entry.options) or (
            ndim < 0 and any(option.kind.counts_axes for option in found.options().values())
        ):
            return None
        same = (entry.type, ndim, *values, *map(frozen, values.values()))
        try:
            layer = self.interned.get(same) or found.build(entry.type, values, ndim)
        except IllegalOption as illegal:
            self.told(INVALID_SPEC, entry.options[illegal.option].position, f"{illegal.option}: {illegal}", place)
            return None
        self.interned[same] = layer
        if not any(node.holds_text for node in entry.options.values()):
            self.built[key] = layer
        return layer

    def _sizes(self, node: Node, place: Place) -> list[int]:
        """The spatial sizes of the layer that is named at ``node``."""
        binding = place.scope.find(node.text)
        if binding is None:
            what = f"no layer or input above is called {quoted(node.text)}{did_you_mean(node.text, place.scope.known())}"
            self.told(UNKNOWN_NAME, node.position, what, place)
        if binding is None or binding.shape is None:
            raise Unknown
        return list(binding.shape[1:])

    def output(self, layer: Layer | None, shapes: tuple[Shape | None, ...]) -> tuple[Shape | None, IllegalShape | None]:
        """The layer's output shape, or why it has none; neither where an input is not known."""
        if layer is None or None in shapes:
            return None, None
        key = (id(layer), shapes)
        if key not in self.shapes:
            try:
                found = layer.output(*(shape for shape in shapes if shape is not None))
                self.shapes[key] = (
                    found if max(found) < _MOST else ShapeMismatch("an axis of the output has more than 100 digits")
                )
            except IllegalShape as failure:
                self.shapes[key] = failure
        output = self.shapes[key]
        return (None, output) if isinstance(output, IllegalShape) else (output, None)

    def weights_differ(
        self, layer: Layer, shapes: tuple[Shape | None, ...], name: str, twin: Twin | None
    ) -> ShapeMismatch | None:
        """What keeps ``layer`` from using the weights of ``twin``, called ``name``, on its own inputs."""
        mine = layer.parameters(*(shape for shape in shapes if shape is not None))
        if twin is None:
            return ShapeMismatch(f"it would share its weights with {name}, but there is no such layer") if mine else None
        if twin.layer is None or None in twin.input_shapes:
            return None
        theirs = twin.layer.parameters(*(shape for shape in twin.input_shapes if shape is not None))
        for name, shape in mine.items():
            if theirs.get(name) != shape:
                other = listed(theirs[name]) if name in theirs else "nothing"
                return ShapeMismatch(
                    f"it would share {name} with {twin.name}, where that is {other}; here it is {listed(shape)}"
                )
        return None


def frozen(value: object) -> object:
    """A value to look things up by: 1, 1.0 and true are equal and not the same."""
    return tuple(map(frozen, value)) if isinstance(value, list | tuple) else (type(value), value)
