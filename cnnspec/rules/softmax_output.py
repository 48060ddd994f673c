"""Probabilities put out where losses want logits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cnnspec.analysis.analysis import Analysis, Layer
from cnnspec.analysis.paths import by_name
from cnnspec.errors import Finding
from cnnspec.override import override
from cnnspec.rules.rule import DesignRule


class SoftmaxOutput(DesignRule):
    """The network puts out a softmax, but losses want what is below it: logits.

    Also where only ``flatten`` and the like follow it, and in ``training_only`` heads, which the loss reads. A network
    that puts out the logits as well is left alone, and so is ``log_softmax``: it makes one loss, ``NLLLoss``, and that
    with the same precision. A softmax along an axis of space is no classifier's.

    Why: ``CrossEntropyLoss`` takes the softmax itself. Of a softmax's output it takes a second one: the network trains,
    badly, and nothing says so.
    Arithmetic: of C classes the second softmax gives no more than ``e/(e + C - 1)``. Below, e/(e + 9) = 0.23: the loss
    of a network that is certain and right does not fall below -ln 0.23 = 1.46.

    Bad:
        input: [784]
        layers:
          - linear: 10
          - softmax

    Good:
        input: [784]
        layers:
          - linear: 10

    Source: ``torch.nn.CrossEntropyLoss``, ``torch.nn.NLLLoss``.
    """

    code = "CNN205"
    name = "softmax-output"

    @override
    def check(self, analysis: Analysis) -> Iterator[Finding]:
        named, told = by_name(analysis), set[str]()
        for layer in analysis.layers:
            if not _is_read_by_a_loss(layer, analysis):
                continue
            found = _moved_only(layer, named)
            below = found.node.inputs[0] if found is not None and found.node.inputs else ""
            if found is not None and _is_classifier(found) and below not in analysis.graph.ends and found.name not in told:
                told.add(found.name)
                what = "it is the network's output" if found is layer else f"{layer.name}, the network's output, hands it on"
                message = f"{what}, but torch.nn.CrossEntropyLoss takes the softmax of what it is given: it wants logits"
                fix = f"put out {below}, and take the softmax where probabilities are wanted"
                yield self.at(found.node, message, fix)


def _is_read_by_a_loss(layer: Layer, analysis: Analysis) -> bool:
    return layer.name in analysis.graph.ends or (layer.node.training_only and layer.name not in analysis.readers)


def _moved_only(layer: Layer, named: Mapping[str, Layer]) -> Layer | None:
    """The layer whose numbers a layer puts out: its own, or those that it only moves; None where that is an input."""
    found: Layer | None = layer
    while found is not None and found.node.layer is not None and found.node.layer.family == "shape":
        found = named.get(found.node.inputs[0]) if found.node.inputs and not found.params else None
    return found


def _is_classifier(layer: Layer) -> bool:
    """Whether it is a softmax over the channels, or over what a linear layer put out."""
    if layer.node.layer is None or layer.output_shape is None or layer.node.layer.meant.type != "softmax":
        return False
    dim = getattr(layer.node.layer.meant, "dim", 0)
    return len(layer.output_shape) < 3 or dim % len(layer.output_shape) == 0
