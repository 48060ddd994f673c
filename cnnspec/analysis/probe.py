"""Asks a network whether it takes an input of another size, and which layer does not.

Where no option reads a size that changes, the layers of the network as it is are asked anew for their shapes, each
question once; else the file is elaborated anew. Both stop at the first layer that does not fit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from cnnspec import layers
from cnnspec.arithmetic.shape import LINES, SPATIAL, Shape, listed
from cnnspec.errors import IllegalShape, UsageError
from cnnspec.graph.elaborate import elaborate
from cnnspec.graph.graph import Graph, Node
from cnnspec.language import reader
from cnnspec.language.expression import sizes_read
from cnnspec.language.spec import Entry
from cnnspec.layers.layer import Layer

LOSS = ("fractional-stride", "CNN101")
_ELABORATION = 30
"""So many times longer it takes to elaborate a layer than to ask it for its shape."""


class Exclusion(NamedTuple):
    """Why a size is out: the first layer that does not take it or loses real input (None: the file itself is in error)."""

    layer: str | None
    rule: str
    why: str


class _Verdict(NamedTuple):
    """What a layer makes of its inputs: its output (None where it does not take them), what is wrong, and what is lost."""

    output: Shape | None
    failure: Exclusion | None = None
    loss: Exclusion | None = None


class _Step(NamedTuple):
    """A layer to ask: where its inputs stand, how many channels its output has, whether it may lose input."""

    name: str
    layer: Layer
    inputs: tuple[str, ...]
    channels: int
    may_lose: bool


class TooMuchWork(Exception):
    """More questions than were to be asked."""


class Probe:
    """A network whose spatial inputs are given other sizes, all the same.

    Raises :class:`UsageError` where there is no spatial input, one is not known, or they differ. ``work`` is how many
    layers may be asked for their shapes.
    """

    def __init__(self, graph: Graph, work: int | None = None) -> None:
        self.graph = graph
        self._left = work
        self.inputs = _known_inputs(graph)
        self.sizes = _common_sizes(self.inputs, graph.spec.source.name)
        read = frozenset.union(frozenset(), *map(_sizes_read, graph.spec.entries()))
        self.may_rerun = read <= {"channels"}
        self._channels_matter = bool(read)
        self._steps = self._plan(graph)
        self._answers = {self.sizes: _first_exclusion(graph)}
        self._verdicts: dict[tuple[int, tuple[Shape, ...]], _Verdict] = {}

    def excluded(self, sizes: Shape) -> Exclusion | None:
        """Why spatial inputs of these sizes are out; None where the network takes them and loses nothing.

        Raises :class:`TooMuchWork` where that is more than was to be done.
        """
        if sizes not in self._answers:
            shapes = self.shapes(sizes)
            self._answers[sizes] = self._elaborated(shapes) if self._steps is None else self._rerun(self._steps, shapes)
        return self._answers[sizes]

    def shapes(self, sizes: Shape) -> dict[str, Shape]:
        """The shape of every input, the spatial ones of these sizes."""
        return {name: (shape[0], *sizes) if len(shape) > 1 else shape for name, shape in self.inputs.items()}

    def _plan(self, graph: Graph) -> list[_Step] | None:
        """The layers to ask, where asking them is as good as elaborating the file; else None."""
        if not self.may_rerun or graph.findings:
            return None
        steps = []
        for node in graph.nodes:
            if node.layer is None or node.output_shape is None:
                return None
            steps.append(_Step(node.name, node.layer, node.inputs, node.output_shape[0], may_lose(node)))
        return steps

    def _rerun(self, steps: list[_Step], shapes: dict[str, Shape]) -> Exclusion | None:
        self._spend(len(steps))
        outputs = dict(shapes)
        for name, layer, inputs, channels, may_lose in steps:
            given = tuple([outputs[source] for source in inputs])
            verdict = self._verdicts.get((id(layer), given))
            if verdict is None:
                verdict = self._verdicts[id(layer), given] = _judged(layer, given, strict=self.graph.spec.lint.strict)
            output, failure, loss = verdict
            if output is None or (loss is not None and not may_lose):
                return (failure or loss or _UNKNOWN)._replace(layer=name)
            if self._channels_matter and output[0] != channels:
                return self._elaborated(shapes)
            outputs[name] = output
        return None

    def _elaborated(self, shapes: Mapping[str, Shape]) -> Exclusion | None:
        self._spend(_ELABORATION * len(self.graph.nodes))
        graph = elaborate(self.graph.spec.resized(shapes))
        self._steps = self._steps or self._plan(graph)
        return _first_exclusion(graph)

    def _spend(self, work: int) -> None:
        if self._left is not None:
            if work > self._left:
                raise TooMuchWork
            self._left -= work


_UNKNOWN = Exclusion(None, "", "")


def _known_inputs(graph: Graph) -> dict[str, Shape]:
    for name, shape in graph.inputs.items():
        if shape is None:
            raise UsageError(f"{graph.spec.source.name}: the shape of {name} is not known")
    return {name: shape for name, shape in graph.inputs.items() if shape is not None}


def _common_sizes(inputs: Mapping[str, Shape], file: str) -> Shape:
    spatial = {name: shape for name, shape in inputs.items() if len(shape) > 1}
    if not spatial:
        raise UsageError(f"{file}: no input has spatial axes, so there is no size to choose")
    first, *others = spatial
    for other in others:
        if spatial[other][1:] != spatial[first][1:]:
            both = f"{first} {listed(spatial[first])} and {other} {listed(spatial[other])}"
            raise UsageError(f"{file}: inputs {both} differ in size: what one allows depends on the other")
    return spatial[first][1:]


def _sizes_read(entry: Entry) -> frozenset[str]:
    """Which sizes the options of an entry read; with ``?`` where it cannot be told, or where weights must fit another's."""
    nodes = [*entry.options.values(), *filter(None, (entry.when, entry.repeat, entry.training_only, entry.trainable))]
    found = frozenset.union(frozenset(), *[sizes_read(text) for node in nodes for text in _texts(node)])
    if (name := entry.given_name) is not None and re.search(r"\{.*(in_|\.)", name):
        found |= {"?"}
    layer = layers.find(entry.type)
    follows = layer is not None and any(layer.options()[name].kind.names_layer for name in entry.options)
    return found | {"?"} if follows or entry.share is not None else found


def _texts(node: reader.Node) -> Iterator[str]:
    if isinstance(node.value, list):
        for item in node.value:
            yield from _texts(item)
    elif isinstance(node.value, str):
        yield node.value


def may_lose(node: Node) -> bool:
    """Whether its author means a layer to lose input: the finding is expected there. To be silent about it is not that."""
    return "findings" in node.expect and not set(LOSS).isdisjoint(node.expect["findings"].value)


def _first_exclusion(graph: Graph) -> Exclusion | None:
    for node in graph.nodes:
        if (found := _exclusion(node, strict=graph.spec.lint.strict)) is not None:
            return found._replace(layer=node.name)
    return next((Exclusion(finding.layer, finding.rule, finding.message) for finding in graph.findings), None)


def _exclusion(node: Node, *, strict: bool) -> Exclusion | None:
    if node.failure is not None:
        return _failed(node.failure)
    if node.layer is None or node.output_shape is None:
        return None
    return None if may_lose(node) else _loss(node.layer, node.input_shapes, strict=strict)


def _judged(layer: Layer, inputs: tuple[Shape, ...], *, strict: bool) -> _Verdict:
    try:
        output = layer.output(*inputs)
    except IllegalShape as failure:
        return _Verdict(None, _failed(failure))
    return _Verdict(output, None, _loss(layer, inputs, strict=strict))


def _failed(failure: IllegalShape) -> Exclusion:
    """The rule that tells of a failure bears its class's name."""
    return Exclusion(None, re.sub(r"(?<!^)(?=[A-Z])", "-", type(failure).__name__).lower(), failure.message)


def _loss(layer: Layer, inputs: tuple[Shape | None, ...], *, strict: bool) -> Exclusion | None:
    """What a layer leaves unread that it should not, along its first axis where it does."""
    windows = layer.windows(*[shape for shape in inputs if shape is not None])
    for window, size, axis in zip(windows, (inputs[0] or ())[1:], SPATIAL.get(len(windows), ()), strict=False):
        if window.loses(size):
            return Exclusion(None, LOSS[0], f"the last {window.lost(size)} of {size} {LINES[axis]} are never read")
        if strict and window.remainder(size):
            return Exclusion(None, LOSS[0], f"the stride leaves {window.remainder(size)} of the padded {LINES[axis]} over")
    return None
