"""The inputs lack axes or sizes that the layer reads."""

from __future__ import annotations

from collections.abc import Iterator

from cnnspec.analysis.analysis import Analysis, Layer
from cnnspec.analysis.divergence import Change, parting
from cnnspec.errors import Finding
from cnnspec.errors import ShapeMismatch as Failure
from cnnspec.override import override
from cnnspec.rules.resizing import fitting_rule, listed_fixes
from cnnspec.rules.rule import Rule

_TRACED = 20
"""So many merges are followed up to where their paths part."""
_STEPS = 4
_NUMBERS = ("first", "second", "third", "fourth")


class ShapeMismatch(Rule):
    """The inputs lack axes or sizes that the layer reads.

    A layer reads a number of axes that its input does not have, or a merge joins inputs of different sizes.

    Why: the network does not run. Where two paths meet, the mistake stands where they diverged, often far above.
    Arithmetic: an addition's inputs are equal along every axis (or 1 long there), a concatenation's along every other.
    Below, 8 - 3 + 1 = 6 beside 8.

    Bad:
        input: [3, 8, 8]
        layers:
          - conv2d: {name: a, out_channels: 3, kernel_size: 3}
          - add: [a, input]

    Good:
        input: [3, 8, 8]
        layers:
          - conv2d: {name: a, out_channels: 3, kernel_size: 3, padding: 1}
          - add: [a, input]

    Source: ``torch.add``, ``torch.cat``; He et al., Deep residual learning for image recognition (2015).
    """

    code = "CNN105"
    name = "shape-mismatch"
    can_be_silenced = False

    @override
    def check(self, analysis: Analysis) -> Iterator[Finding]:
        failing = [(layer, layer.node.failure) for layer in analysis.layers]
        told = [(layer, failure) for layer, failure in failing if isinstance(failure, Failure)]
        inputs, rule = fitting_rule(analysis) if any(failure.axis for _, failure in told) else ((), "")
        words = listed_fixes(inputs) + (f" ({rule} fits)" if rule else "")
        for number, (layer, failure) in enumerate(told):
            if failure.axis is None:
                yield self.at(layer.node, failure.message, failure.fix, failure.fixes)
                continue
            where = _where(analysis, layer, failure.axis) if number < _TRACED else ""
            offer = (words, inputs) if failure.axis else ("", ())
            yield self.at(layer.node, failure.message + where, *offer)


def _where(analysis: Analysis, layer: Layer, axis: int) -> str:
    """Where the paths to two inputs of different size part, and what each does to the axis since."""
    sizes = {place: shape[axis] for place, shape in enumerate(layer.input_shapes) if shape is not None}
    repeated = {place: size for place, size in sizes.items() if size > 1}
    sizes = repeated if len(set(repeated.values())) > 1 else sizes
    one, *others = sizes
    two = next(place for place in others if sizes[place] != sizes[one])
    found = parting(analysis.graph, layer.node.inputs[one], layer.node.inputs[two], axis)
    if found is None:
        return ""
    ways = zip((one, two), found.ways, strict=True)
    return f"; their paths part at {found.at}: {', '.join(_way(place, way, sizes[place]) for place, way in ways)}"


def _way(place: int, changes: tuple[Change, ...], size: int) -> str:
    number = f"the {_NUMBERS[place]}" if place < len(_NUMBERS) else f"input {place + 1}"
    if not changes:
        return f"{number} stays {size}"
    steps = [_step(change) for change in changes]
    if len(steps) > _STEPS:
        steps = [*steps[: _STEPS // 2], f"… {len(steps) - _STEPS} more …", *steps[-_STEPS // 2 :]]
    return f"{number} goes {', '.join(steps)}"


def _step(change: Change) -> str:
    moved = f"{change.before} → {change.after}" if change.before is not None else f"to {change.after}"
    return f"{moved} by {change.node.name}{f' ({change.detail})' if change.detail else ''}"
