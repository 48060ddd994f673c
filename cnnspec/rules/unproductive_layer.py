"""Spatial convolutions that have nothing new to see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cnnspec.analysis.analysis import Analysis, Layer
from cnnspec.analysis.receptive_field import Sights, receptive_fields, shortest
from cnnspec.arithmetic.shape import Shape, times
from cnnspec.arithmetic.window import Window
from cnnspec.errors import Finding
from cnnspec.layers.layer import Windows
from cnnspec.override import override
from cnnspec.rules.rule import DesignRule

_ANY = 10**18
"""More than any size."""


class UnproductiveLayer(DesignRule):
    """A spatial convolution's input already sees more than the whole of the network's input.

    What counts is the shortest path: a skip connection keeps the field small, so that a residual network has no such
    layers. Layers above which something is upsampled are left alone: they draw what others have seen. So are frozen
    kernels whose weights are given (a blur): like pools, they learn nothing.

    Why: such layers were found to add nothing to a classifier's accuracy; their weights and operations are spent for
    nothing. A larger input, fewer strides above them, or fewer layers put them to use.
    Arithmetic: the field of each unit grows by ``(k - 1)`` jumps in a layer, the jump by the stride. Below, four strides
    of 2: 3, 7, 15 and 31 rows; the jump is then 16, so two more layers see 63 and 95. The input of the last sees 63 > 32.

    Bad:
        input: [3, 32, 32]
        vars: {widths: [16, 32, 64, 128]}
        layers:
          - inline:
              repeat: 4
              layers: [{conv2d: {out_channels: "widths[index]", kernel_size: 3, stride: 2, padding: 1}}, relu]
          - conv2d: {out_channels: 128, kernel_size: 3, padding: 1}
          - relu
          - conv2d: {out_channels: 128, kernel_size: 3, padding: 1}

    Good:
        input: [3, 64, 64]
        vars: {widths: [16, 32, 64, 128]}
        layers:
          - inline:
              repeat: 4
              layers: [{conv2d: {out_channels: "widths[index]", kernel_size: 3, stride: 2, padding: 1}}, relu]
          - conv2d: {out_channels: 128, kernel_size: 3, padding: 1}
          - relu
          - conv2d: {out_channels: 128, kernel_size: 3, padding: 1}

    Source: Richter, Byttner, Krumnack, Wiedenroth, Schallner and Shenk, (Input) Size Matters for CNN Classifiers (2021);
    Richter, Schöning, Wiedenroth and Krumnack, Should you go deeper? Optimizing convolutional neural network
    architectures without training (2021).
    """

    code = "CNN213"
    name = "unproductive-layer"
    severity = "note"

    @override
    def check(self, analysis: Analysis) -> Iterator[Finding]:
        inputs = {name: shape[1:] for name, shape in analysis.graph.inputs.items() if shape is not None}
        below = {layer.name: layer for layer in analysis.layers}
        skips = _Skips(below)
        candidates = [
            layer
            for layer in filter(_is_spatial, analysis.layers)
            if (above := below.get(layer.node.inputs[0])) is not None
            and (seen := _beyond(above.receptive_field, inputs)) is not None
            and skips.size(above.name) > inputs[seen[0]][0]
        ]
        fields = receptive_fields(analysis.graph, shortest) if candidates else []
        least = {layer.name: sights for layer, sights in zip(analysis.layers, fields, strict=False)}
        for layer in candidates:
            seen = _beyond(least.get(layer.node.inputs[0]), inputs)
            if seen is not None and None not in seen[1]:
                name, sizes = seen
                shown = times(tuple(size for size in sizes if size is not None))
                message = f"the units of its input see {shown} already, more than all of {name}'s {times(inputs[name])}"
                yield self.at(layer.node, message, "leave it out, give it kernel_size 1, or give the network a larger input")


class _Skips:
    """How much is seen along the path that at each merge takes the input that sees least: a quick bound of the shortest."""

    def __init__(self, named: Mapping[str, Layer]) -> None:
        self.named = named
        self._known: dict[str, tuple[int, int]] = {}
        self._windows: dict[tuple[int, tuple[Shape | None, ...]], Window | None] = {}

    def size(self, name: str) -> int:
        """What a unit of this layer sees along its first spatial axis."""
        way = []
        start = name
        while name in self.named and name not in self._known:
            way.append(self.named[name])
            inputs = self.named[name].node.inputs
            name = min(inputs, key=self._seen) if len(inputs) > 1 else inputs[0]
        size, jump = self._known.get(name, (1, 1))
        for layer in reversed(way):
            alike = (id(layer.node.layer), layer.input_shapes)
            if alike not in self._windows:
                self._windows[alike] = _window(layer)
            if window := self._windows[alike]:
                size, jump = size + (window.extent - 1) * jump, jump * window.stride
            self._known[layer.name] = size, jump
        return self._known[start][0]

    def _seen(self, name: str) -> int:
        sights = (self.named[name].receptive_field or {}) if name in self.named else {}
        fields = [axes[0].field for axes in sights.values() if axes]
        return max((_ANY if field is None or field.is_global else field.size for field in fields), default=0)


def _window(layer: Layer) -> Window | None:
    """What slides along the first spatial axis; so does what makes pixels channels."""
    of_type, shapes = layer.node.layer, [shape for shape in layer.input_shapes if shape is not None]
    if of_type is None or layer.output_shape is None or len(shapes[0]) < 2:
        return None
    reading = of_type.axes(*shapes)[0][1].reading
    return reading.window if isinstance(reading, Windows) else None


def _is_spatial(layer: Layer) -> bool:
    """Whether it is a convolution whose kernel spans more than one element: none that upsamples, nor one given and frozen."""
    of_type = layer.node.layer
    if of_type is None or of_type.family != "convolution" or layer.output_shape is None:
        return False
    learns = layer.node.trainable or getattr(of_type, "weight", None) is None
    if of_type.type.startswith("conv_transpose") or not learns:
        return False
    return max(getattr(of_type, "kernel_size", None) or (1,)) > 1


def _beyond(sights: Sights | None, inputs: Mapping[str, Shape]) -> tuple[str, list[int | None]] | None:
    """An input of which units see more than there is along every axis, as they do of all others; None where they do not.

    A size is None where the axis is read whole. What is upsampled has units of several phases: it does not count.
    """
    found = None
    for name, axes in (sights or {}).items():
        for sight, size in zip(axes, inputs[name], strict=True):
            field = sight.field
            if field is None or len(field.lows) > 1 or not (field.is_global or field.size > size):
                return None
        if axes:
            sizes = [None if sight.field is None or sight.field.is_global else sight.field.size for sight in axes]
            found = found or (name, sizes)
    return found
