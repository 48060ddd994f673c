"""Inputs of a size that the network's strides do not divide."""

from __future__ import annotations

from collections.abc import Iterator

from cnnspec.analysis.analysis import Analysis, Layer
from cnnspec.analysis.probe import may_lose
from cnnspec.arithmetic.shape import times
from cnnspec.errors import Finding, ShapeMismatch
from cnnspec.override import override
from cnnspec.rules.fractional_stride import FractionalStride
from cnnspec.rules.resizing import fitting_rule, listed_fixes, probe_of
from cnnspec.rules.rule import DesignRule
from cnnspec.rules.suppressions import Suppressions

_RULES = ("fractional-stride", "shape-mismatch")


class IndivisibleInput(DesignRule):
    """The input is of a size of which some is lost on the way, or with which paths do not fit together again.

    It is told at the input, with the rule that fitting sizes follow, where ``fractional-stride`` tells of a layer that
    loses real input, or a merge joins maps of different sizes. Sizes are asked for one by one: ``cnnspec sizes`` lists
    them and says which layers exclude the others.

    Why: where each layer halves the map, one size in 32 goes through five of them whole. Images are resized anyway.
    Arithmetic: below, 50/2 = 25, and (25 - 2)/2 + 1 = 12.5: a multiple of 4 would do. 48/4 = 12.

    Bad:
        input: [3, 50, 50]
        lint: {warning: [fractional-stride]}
        layers:
          - max_pool2d: 2
          - max_pool2d: 2

    Good:
        input: [3, 48, 48]
        layers:
          - max_pool2d: 2
          - max_pool2d: 2

    Source: Dumoulin and Visin, A guide to convolution arithmetic for deep learning (2016); Ronneberger, Fischer and Brox,
    U-Net: Convolutional networks for biomedical image segmentation (2015), on the size of its tiles.
    """

    code = "CNN216"
    name = "indivisible-input"
    severity = "note"

    @override
    def check(self, analysis: Analysis) -> Iterator[Finding]:
        indivisible = [layer for layer in analysis.layers if _is_indivisible(layer)]
        if not indivisible or _all_silent(analysis, indivisible) or (probe := probe_of(analysis)) is None:
            return
        excluded = probe.excluded(probe.sizes)
        if excluded is None or excluded.rule not in _RULES:
            return
        fixes, rule = fitting_rule(analysis)
        if fixes:
            name = next(name for name, shape in probe.inputs.items() if len(shape) > 1)
            said = f": {rule} fits" if rule else ""
            message = f"{times(probe.sizes)} does not go through {excluded.layer} whole{said}"
            yield self.finding(analysis.graph.spec.inputs[name].position, None, message, listed_fixes(fixes), fixes)


def _all_silent(analysis: Analysis, indivisible: list[Layer]) -> bool:
    """Whether the file is silent about all that these layers lose: then it is not to be told at the input instead."""
    suppressions, rule = Suppressions(analysis), FractionalStride()
    return all(layer.costs is not None and suppressions.silences(rule.at(layer.node, "")) for layer in indivisible)


def _is_indivisible(layer: Layer) -> bool:
    """Whether a layer loses real input that it is not expected to lose, or joins what differs in size."""
    if layer.costs is None:
        failure = layer.node.failure
        return isinstance(failure, ShapeMismatch) and bool(failure.axis)
    if layer.costs.coverage == 1 or layer.node.layer is None or may_lose(layer.node):
        return False
    shapes = [shape for shape in layer.input_shapes if shape is not None]
    windows = layer.node.layer.windows(*shapes)
    return any(window.loses(size) for window, size in zip(windows, shapes[0][1:], strict=False))
