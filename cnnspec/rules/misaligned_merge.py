"""Merges of what does not lie in one place."""

from __future__ import annotations

from collections.abc import Iterator

from cnnspec.analysis.alignment import Alignment, Apart
from cnnspec.analysis.analysis import Analysis, Layer
from cnnspec.arithmetic.shape import LINES, SPATIAL
from cnnspec.errors import Finding
from cnnspec.override import override
from cnnspec.rules.rule import DesignRule


class MisalignedMerge(DesignRule):
    """A merge joins paths whose units see different places of the input.

    Either their jumps differ, so that they drift apart by more than a jump over the axis, or one path lies beside the
    other: neither interval holds the other and their middles are more than half a jump apart, or one path sees only what
    comes after the other, by a jump or more.

    So a shortcut that sees less of the same place is none (1×1/2 beside 3×3/2, ResNet-D's 2×2 average, Inception's
    branches, U-Net's centred crops, what is upsampled from below), nor is a causal convolution beside its input, nor the
    half jump of a factorized reduction. Silent where a path sees the whole axis or nobody knows what, and along the axis
    of a ``concat``.

    Why: what is added is not of one place of the image; shapes agree by chance, so nothing says so.
    Arithmetic: unit i of a path sees ``[a + i*j, b + i*j]`` of the input, with jump j and middle ``(a + b)/2 + i*j``.
    Below, both have 4 units: by conv1 [i, i + 4], by pool1 [2i, 2i + 1]: unit 0 sees 0 to 4 and 0 to 1, unit 3 sees
    3 to 7 and 6 to 7.

    Bad:
        input: [4, 8, 8]
        layers:
          - conv2d: {name: conv1, out_channels: 4, kernel_size: 5}
          - max_pool2d: {name: pool1, from: input, kernel_size: 2}
          - add: [conv1, pool1]

    Good:
        input: [4, 8, 8]
        layers:
          - conv2d: {name: conv1, out_channels: 4, kernel_size: 5, padding: 2, stride: 2}
          - max_pool2d: {name: pool1, from: input, kernel_size: 2}
          - add: [conv1, pool1]

    Source: Araujo, Norris and Sim, Computing receptive fields of convolutional neural networks (2019), alignment.
    """

    code = "CNN207"
    name = "misaligned-merge"

    @override
    def check(self, analysis: Analysis) -> Iterator[Finding]:
        merges = [layer for layer in analysis.layers if layer.node.layer is not None and layer.node.layer.merges]
        alignment = Alignment(analysis) if merges else None
        for layer in merges:
            if alignment is not None and (apart := alignment.apart(layer)):
                yield self._told(layer, apart, analysis)

    def _told(self, layer: Layer, found: list[Apart], analysis: Analysis) -> Finding:
        first = found[0]
        alike = [apart for apart in found if apart._replace(axis=first.axis) == first]
        words = SPATIAL[len(analysis.graph.inputs[first.of_input] or ()) - 1]
        lines = " and ".join(LINES[words[apart.axis]] for apart in alike)
        one, other = first.through
        of = f" of {first.of_input}" if len(analysis.graph.inputs) > 1 else ""
        places = " and ".join(
            f"{low} to {high} through {name}" for (low, high), name in zip(first.sees, first.through, strict=True)
        )
        message = f"unit {first.unit} sees {lines} {places}{of}"
        if first.jumps[0] == first.jumps[1]:
            return self.at(layer.node, message, "padding, or a crop, that puts both on one place")
        jumps = f"a unit of {one} lies {first.jumps[0]} from the next, one of {other} {first.jumps[1]}"
        return self.at(layer.node, f"{message}: {jumps}", "the same strides on both paths")
