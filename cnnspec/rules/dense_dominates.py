"""Networks whose parameters sit in one linear layer."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from cnnspec.analysis.analysis import Analysis, Layer
from cnnspec.analysis.paths import by_name
from cnnspec.arithmetic.shape import Shape, times
from cnnspec.errors import Finding
from cnnspec.override import override
from cnnspec.rules.percent import percent
from cnnspec.rules.rule import DesignRule

_LEAST = 1_000_000


class DenseDominates(DesignRule):
    """One linear layer over a flattened map holds most of the network's parameters.

    From a million on; a small network may have them where it likes (LeNet-5). Linear layers over features alone are left
    alone: there is nothing else to a multilayer perceptron.

    Why: it weighs every place of the map by itself, which is what convolutions are there to save. It overfits, and it
    pins the network to one input size. An average over each map leaves its channels alone.
    Arithmetic: ``C*H*W*out`` weights, after a global average ``C*out``. Below, 64·28·28·100 + 100 = 5,017,700
    params of 5,019,492 in all; then 64·100 + 100 = 6,500.

    Bad:
        input: [3, 28, 28]
        layers:
          - conv2d: {out_channels: 64, kernel_size: 3, padding: 1}
          - relu
          - flatten
          - linear: 100

    Good:
        input: [3, 28, 28]
        layers:
          - conv2d: {out_channels: 64, kernel_size: 3, padding: 1}
          - relu
          - adaptive_avg_pool2d: 1
          - flatten
          - linear: 100

    Source: Lin, Chen and Yan, Network in network (2014), 3.2, on VGG's and AlexNet's like.
    """

    code = "CNN215"
    name = "dense-dominates"
    severity = "note"

    @override
    def check(self, analysis: Analysis) -> Iterator[Finding]:
        whole = analysis.totals.params
        if whole is None or whole < _LEAST:
            return
        largest = max(analysis.layers, key=lambda layer: layer.params or 0)
        params, of_type = largest.params or 0, largest.node.layer
        if of_type is None or of_type.family != "linear" or params < _LEAST or 2 * params <= whole:
            return
        if (flattened := _flattened(analysis, largest)) is not None:
            left = params - (prod(flattened) - flattened[0]) * (largest.output_shape or (0,))[-1]
            share = f"{params:,} of {whole:,} params ({percent(params / whole)})"
            message = f"it holds {share}, as it weighs each place of a {times(flattened)} map"
            fix = f"a global average pool above it, which leaves {left:,} params"
            is_input = flattened in analysis.graph.inputs.values()
            yield self.at(largest.node, message, "convolutions above it, whose weights all places share" if is_input else fix)


def _flattened(analysis: Analysis, layer: Layer) -> Shape | None:
    """The map that is flattened for a linear layer; None where there is none."""
    named = by_name(analysis)
    features, name = (layer.input_shapes[0] or (0,))[-1], layer.node.inputs[0]
    while True:
        below = named.get(name)
        shape = below.output_shape if below is not None else analysis.graph.inputs.get(name)
        if shape is None or prod(shape) != features:
            return None
        if len(shape) > 1:
            return shape if max(shape[1:]) > 1 else None
        if below is None or len(below.node.inputs) != 1:
            return None
        name = below.node.inputs[0]
