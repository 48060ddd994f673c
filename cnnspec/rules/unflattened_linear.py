"""Linear layers over the width of an image."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from cnnspec.analysis.analysis import Analysis
from cnnspec.analysis.last_axis import ends_in_space
from cnnspec.arithmetic.shape import AXES, LINES, listed
from cnnspec.errors import Finding
from cnnspec.override import override
from cnnspec.rules.rule import DesignRule


class UnflattenedLinear(DesignRule):
    """A linear layer reads the last axis only, and that is still one of space.

    Silent where an axis was put last on purpose: after ``permute``, ``reshape``, ``unflatten``, a ``flatten`` of the
    positions alone, a ``layer_norm`` over the last axis, another linear layer; and for rows of features, an input of two
    axes that no convolution or pool has read.

    Why: a linear layer after a map is meant to see all of it. This one sees a row at a time, the same weights for each,
    and in PyTorch that is no error: the shape of what comes out is.
    Arithmetic: of C×H×W it has ``W*out_features`` weights and C·H rows; flattened, ``C*H*W*out_features``. Below, 28·10
    weights, not 784·10.

    Bad:
        input: [1, 28, 28]
        layers:
          - linear: 10

    Good:
        input: [1, 28, 28]
        layers:
          - flatten
          - linear: 10

    Source: ``torch.nn.Linear``, ``torch.nn.Flatten``.
    """

    code = "CNN209"
    name = "unflattened-linear"

    @override
    def check(self, analysis: Analysis) -> Iterator[Finding]:
        found = [
            layer
            for layer in analysis.layers
            if layer.node.layer is not None and layer.node.layer.family == "linear" and len(layer.output_shape or ()) > 1
        ]
        in_space = ends_in_space(analysis.graph) if found else frozenset()
        for layer in found:
            shape = layer.input_shapes[0]
            if shape is None or layer.node.inputs[0] not in in_space:
                continue
            axis = AXES[len(shape)][-1] if len(shape) in AXES else ""
            lines = LINES.get(axis, "elements") if shape[-1] > 1 else LINES.get(axis, "elements").removesuffix("s")
            message = f"it reads the last axis alone, the {shape[-1]} {lines} of {listed(shape)}"
            fix = f"flatten above it: then it reads all {prod(shape):,}"
            yield self.at(layer.node, message, fix)
