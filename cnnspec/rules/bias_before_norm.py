"""Biases that the norm above them takes away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

from cnnspec.analysis.analysis import Analysis, Layer
from cnnspec.analysis.paths import sole_reader
from cnnspec.arithmetic.shape import elements
from cnnspec.errors import Edit, Finding, Fix, Position
from cnnspec.language.edits import set_option
from cnnspec.language.reader import Node
from cnnspec.language.spec import Entry, Spec
from cnnspec.override import override
from cnnspec.rules.rule import DesignRule


class BiasBeforeNorm(DesignRule):
    """A norm that subtracts each channel's mean subtracts the bias below it too.

    Batch norm and instance norm do, if nothing else reads the layer, and a group norm of as many groups as channels;
    other group norms and layer norms subtract a mean over several channels, which leaves a bias a channel. After a linear
    layer with rows (several axes) batch norm's channels are not the layer's features. Frozen layers are left alone: their
    weights come from elsewhere.

    ``check --fix`` writes ``bias: false`` where nothing else hangs on it: the norm is written right below, without a
    ``when``, and all that the entry makes, and all that shares its weights, is before such a norm. How often a layer is
    repeated, when it is present and whether it is trained must not hang on ``vars``.

    Why: its gradient is zero: it is carried along, stored and loaded for nothing.
    Arithmetic: ``(x + b) - mean(x + b) = x - mean(x)``. Below, 8 of 8·27 + 8 + 16 parameters do nothing.

    Bad:
        input: [3, 32, 32]
        layers:
          - conv2d: {out_channels: 8, kernel_size: 3}
          - batch_norm2d

    Good:
        input: [3, 32, 32]
        layers:
          - conv2d: {out_channels: 8, kernel_size: 3, bias: false}
          - batch_norm2d

    Source: Ioffe and Szegedy, Batch normalization (2015), section 3.2.
    """

    code = "CNN203"
    name = "bias-before-norm"
    can_be_fixed = True

    @override
    def check(self, analysis: Analysis) -> Iterator[Finding]:
        norms = {layer.name: norm for layer in analysis.layers if (norm := _norm_after(layer, analysis)) is not None}
        if not norms:
            return
        needed = {_owner(layer) for layer in analysis.layers if layer.name not in norms}
        kept = {layer.node.position for layer in analysis.layers if _owner(layer) in needed}
        below = _below(analysis.graph.spec)
        edits: dict[Position, tuple[Edit, ...]] = {}
        for layer in analysis.layers:
            place, node = layer.node.position, layer.node
            if layer.name not in norms or layer.name in needed or node.shares is not None:
                continue
            if place not in edits:
                edits[place] = () if place in kept else _edits(analysis, below, layer, norms[layer.name])
            count = _biases(layer)
            idle = f"{count:,} parameters do nothing" if count > 1 else "1 parameter does nothing"
            message = f"{norms[layer.name].name} subtracts the mean of each channel, and with it the bias: {idle}"
            fix = f"bias: false, which saves {count:,} parameter{'s' if count > 1 else ''}"
            yield self.at(node, message, fix, (Fix("bias", False),), edits=edits[place])


def _owner(layer: Layer) -> str:
    """The layer whose weights a layer uses."""
    return layer.node.shares or layer.name


def _norm_after(layer: Layer, analysis: Analysis) -> Layer | None:
    """The norm that takes a layer's bias away; None where it has none, or it is of use."""
    of_type = layer.node.layer
    if of_type is None or layer.output_shape is None or getattr(of_type, "bias", None) is not True or not _biases(layer):
        return None
    if not layer.node.trainable or (of_type.family == "linear" and len(layer.output_shape) > 1):
        return None
    norm = sole_reader(analysis, layer)
    above = norm.node.layer if norm is not None else None
    if norm is None or above is None or not norm.node.trainable or norm.output_shape is None:
        return None
    alone = above.type == "group_norm" and getattr(above, "num_groups", 0) == norm.output_shape[0]
    return norm if alone or above.type[:-2] in ("batch_norm", "instance_norm") else None


def _biases(layer: Layer) -> int:
    """How many biases a convolution or linear layer has, one a channel; 0 for what has others."""
    of_type = layer.node.layer
    if of_type is None or of_type.family not in ("convolution", "linear") or layer.output_shape is None:
        return 0
    shapes = tuple(shape for shape in layer.input_shapes if shape is not None)
    biases = [shape for name, shape in of_type.parameters(*shapes).items() if name.rpartition(".")[2] == "bias"]
    return elements(biases[0]) if biases == [layer.output_shape[:1]] else 0


def _edits(analysis: Analysis, below: Mapping[int, Entry], layer: Layer, norm: Layer) -> tuple[Edit, ...]:
    """The edits of a layer's entry; none where it would mean something else with other ``vars``."""
    spec, own, above = analysis.graph.spec, layer.node.entry, norm.node.entry
    if spec.altered or below.get(id(own)) is not above or _hangs_on_vars(own.repeat, own.trainable):
        return ()
    if above.when is not None or _hangs_on_vars(above.repeat, above.training_only, above.trainable):
        return ()
    return set_option(spec.source.text, own, "bias", "false")


def _hangs_on_vars(*given: Node | None) -> bool:
    """Whether any of these is given as an expression: with other ``vars`` it may be something else."""
    return any(node is not None and node.holds_text for node in given)


def _below(spec: Spec) -> Mapping[int, Entry]:
    """Of each entry the one that stands below it in its list; none where what holds layers is frozen by ``vars``."""
    if any(
        _hangs_on_vars(entry.trainable) for entry in spec.entries() if entry.body or entry.paths or entry.type in spec.blocks
    ):
        return {}
    found: dict[int, Entry] = {}
    pending = [spec.layers, *(block.body.entries for block in spec.blocks.values())]
    while pending:
        entries = pending.pop()
        found.update((id(above), entry) for above, entry in pairwise(entries))
        pending += [body.entries for entry in entries for body in (entry.body, *(entry.paths or ())) if body is not None]
    return found
