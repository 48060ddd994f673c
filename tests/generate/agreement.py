"""Where a generated network and the analysis of its spec disagree.

What it holds: tensors by name, shape and order, which of them are trained, what some of them begin as. What it computes:
every output and every module's, against the interpreter, at inference and in training. In training, layers for training
only that no layer reads follow the outputs, in the order of the file.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from itertools import zip_longest
from typing import Any

import torch
from harness import Record, Run
from interpreter import interpret
from torch import Tensor

import cnnspec
from cnnspec.graph.elaborate import elaborate
from cnnspec.graph.graph import Node, Scope

Values = dict[str, Tensor]


def differences(result: cnnspec.Result, record: Record) -> list[str]:
    """What is not as the analysis and the interpreter say; the first few are enough to see what is wrong."""
    found = [*_state(result, record), *_trained(result, record)]
    if found:
        return found  # nothing can be computed with other tensors
    found += [*_begun(result, record), *_attributes(result, record), *_shapes(result, record)]
    inputs = dict(zip(result.graph.inputs, record.inputs, strict=True))
    state = {name: tensor.clone() for name, tensor in record.state.items()}
    values = interpret(result.graph, state, inputs)
    found += [f"at inference: {what}" for what in _computed(result, record.evaluated, values, training=False)]
    if record.trained.refused:
        return found + [f"in training: {record.trained.refused}"] * (not _is_refused(result))
    values = interpret(result.graph, state, inputs, training=True)
    found += [f"in training: {what}" for what in _computed(result, record.trained, values, training=True)]
    names = [
        f"{node.name}.{name}"
        for node in result.graph.nodes
        if node.name in needed(result, training=True)
        for name in held(node)
    ]
    after = record.state_trained
    return found + [f"after training: {name} {what}" for name in names for what in _unlike(after[name], state[name])]


# -- what it holds ----------------------------------------------------------------------------------------------


def held(node: Node) -> dict[str, tuple[int, ...]]:
    """The tensors of a layer, by name; none where it uses another's."""
    assert node.layer is not None
    shapes = [shape for shape in node.input_shapes if shape is not None]
    if node.shares is not None:
        return {}
    return {**node.layer.parameters(*shapes), **node.layer.buffers(*shapes)}


def _state(result: cnnspec.Result, record: Record) -> Iterator[str]:
    expected = [(f"{node.name}.{name}", shape) for node in result.graph.nodes for name, shape in held(node).items()]
    found = [(name, tuple(tensor.shape)) for name, tensor in record.initial.items()]
    for mine, theirs in zip_longest(expected, found):
        if mine != theirs:
            yield f"state_dict: {theirs} where {mine} is expected"


def _trained(result: cnnspec.Result, record: Record) -> Iterator[str]:
    for node in result.graph.nodes:
        for name in held(node) if node.layer is not None else ():
            full = f"{node.name}.{name}"
            is_parameter = name in _parameters(node)
            if is_parameter != (full in record.trainable):
                yield f"{full} is {'no' if is_parameter else 'a'} parameter"
            elif is_parameter and record.trainable[full] != node.trainable:
                yield f"{full} is {'' if node.trainable else 'not '}frozen"
    totals = result.totals
    assert totals.params is not None
    assert totals.trainable_params is not None
    expected = (totals.trainable_params, totals.params - totals.trainable_params)
    if record.params != expected:
        yield f"parameters, trained and frozen: {record.params} where {expected} are expected"
    if record.buffers != totals.buffers:
        yield f"numbers in buffers: {record.buffers} where {totals.buffers} are expected"


def _parameters(node: Node) -> set[str]:
    assert node.layer is not None
    return set(node.layer.parameters(*(shape for shape in node.input_shapes if shape is not None)))


def _begun(result: cnnspec.Result, record: Record) -> Iterator[str]:
    """What tensors begin as: as given, or as the layer says; what is drawn is neither all zero nor without bounds."""
    for node in result.graph.nodes:
        for name in held(node):
            tensor = record.initial[f"{node.name}.{name}"]
            given = _given(node, name, tensor)
            if given is not None:
                for what in _unlike(tensor, torch.as_tensor(given, dtype=tensor.dtype).expand(tensor.shape)):
                    yield f"{node.name}.{name} does not begin as given: {what}"
            elif not tensor.isfinite().all() or (tensor.ndim > 1 and tensor.abs().max() == 0) or tensor.abs().max() > 100:
                yield f"{node.name}.{name} begins as {tensor}"


def _given(node: Node, name: str, tensor: Tensor) -> Any:
    layer: Any = node.layer
    if layer.type in ("prelu", "scale"):
        return layer.init
    if name == "weight" and getattr(layer, "weight", None) is not None:
        kernel = torch.tensor(layer.weight)
        return kernel.expand(tensor.shape)  # of one matrix as many as there are channels
    if name.endswith("bias") and isinstance(getattr(layer, "bias", None), tuple):
        return layer.bias
    if getattr(layer, "learnable", False):
        return 1.0 if name == "weight" else 0.0
    return None


def _attributes(result: cnnspec.Result, record: Record) -> Iterator[str]:
    """Options that nothing else tells of, as chance is left out: of a module that has them they are the layer's."""
    for node in result.graph.nodes:
        attributes = record.attributes.get(node.shares or node.name, {})
        for option in {"p", "momentum"} & attributes.keys() & node.layer.options().keys() if node.layer is not None else ():
            expected = getattr(node.layer, option)
            given = attributes[option]
            if (given is None) != (expected is None) or (given is not None and not math.isclose(given, expected)):
                yield f"{node.name} has {option} {given}, not {expected}"


# -- what it computes -------------------------------------------------------------------------------------------


def ends(result: cnnspec.Result) -> dict[str, str]:
    """The outputs by name, each with the full name of the layer or input that it is."""
    graph, references = result.graph, result.spec.outputs
    if references is None:
        (end,) = graph.ends
        return dict.fromkeys(graph.outputs, end)
    alone = {reference.name: elaborate(replace(graph.spec, outputs=(reference,))).ends for reference in references}
    return {name: end for name, (end,) in alone.items()}


def heads(result: cnnspec.Result) -> list[str]:
    """Layers for training only that no layer reads."""
    read = {source for node in result.graph.nodes for source in node.inputs} | set(ends(result).values())
    return [node.name for node in result.graph.nodes if node.training_only and node.name not in read]


def needed(result: cnnspec.Result, *, training: bool) -> set[str]:
    """The layers whose weights the outputs need, by name. What nobody reads need not be computed."""
    by_name = {node.name: node for node in result.graph.nodes}
    pending = [*ends(result).values(), *(heads(result) if training else ())]
    found: set[str] = set()
    while pending:
        node = by_name.get(pending.pop())
        if node is not None and node.name not in found:
            found.add(node.name)
            pending += node.inputs
    return found | {node.shares for node in result.graph.nodes if node.name in found and node.shares is not None}


def _shapes(result: cnnspec.Result, record: Record) -> Iterator[str]:
    expected = list(result.graph.outputs.values())
    for run, batch in ((record.evaluated, 2), (record.evaluated_three, 3)):
        found = [tuple(tensor.shape) for tensor in run.outputs]
        if found != [(batch, *shape) for shape in expected if shape is not None] or run.is_tuple != (len(expected) > 1):
            yield f"outputs of a batch of {batch}: {found}{' in a tuple' * run.is_tuple} where {expected} are expected"
    for node in result.graph.nodes:
        sizes = {shape for name in (node.name, node.shares) for shape in _made_by(result, name)}
        for run, batch in ((record.evaluated, 2), (record.evaluated_three, 3)):
            for tensor in run.calls.get(node.name, ()):
                if tensor is None or (tensor.shape[0], tuple(tensor.shape[1:])) not in {(batch, size) for size in sizes}:
                    found = None if tensor is None else tuple(tensor.shape)
                    yield f"{node.name} puts out {found}, not {(batch, *node.output_shape)}"


def _made_by(result: cnnspec.Result, name: str | None) -> list[Any]:
    return [node.output_shape for node in result.graph.nodes if name is not None and name in (node.name, node.shares)]


def _is_refused(result: cnnspec.Result) -> bool:
    """Whether there is a norm with statistics that may see one number a channel."""
    return any(getattr(node.layer, "track_running_stats", None) is not None for node in result.graph.nodes)


def _computed(result: cnnspec.Result, run: Run, values: Values, *, training: bool) -> Iterator[str]:
    """What modules compute, in the order of the file, so that the first that goes wrong is told first; then the outputs."""
    layers, scopes = _calls(result, training=training), list(_scopes(result.graph.root))
    live = needed(result, training=training)
    for name, nodes in layers.items():
        if name in run.calls:
            strict = any(map(held, nodes)) and all(node.name in live for node in nodes)
            yield from _each_call(name, run.calls[name], [values[node.name] for node in nodes], strict=strict)
        elif name in live and any(held(node) for node in nodes if node.name == name):
            yield f"{name} is not called"
    for scope in scopes:
        calls = run.calls.get(scope.name, [])
        if len(calls) == 1 and calls[0] is not None and scope.output in values:
            yield from (f"{scope.name} {what}" for what in _unlike(calls[0], values[scope.output]))
    parts = tuple(f"{name}." for name in layers)  # as those of a layer that is several convolutions
    for name in run.calls.keys() - layers.keys() - {scope.name for scope in scopes}:
        if not name.startswith(parts):
            yield f"{name} is called, and is no part of the network here"
    names = [*ends(result).values(), *(heads(result) if training else ())]
    if len(run.outputs) != len(names):
        yield f"{len(run.outputs)} outputs, not {len(names)}: {names}"
    for name, tensor in zip(names, run.outputs, strict=False):
        yield from (f"output {name} {what}" for what in _unlike(tensor, values[name]))


def _calls(result: cnnspec.Result, *, training: bool) -> dict[str, list[Node]]:
    """The layers that each module computes, by its name: its own, and those that use its weights."""
    found: dict[str, list[Node]] = {}
    for node in result.graph.nodes:
        if training or not node.training_only:
            for name in {node.name, node.shares or node.name}:
                found.setdefault(name, []).append(node)
    return found


def _each_call(name: str, found: list[Tensor | None], expected: list[Tensor], *, strict: bool) -> Iterator[str]:
    """One call for each layer where there are weights; what has none need not be called, but computes one of them."""
    if strict and len(found) != len(expected):
        yield f"{name} is called {len(found)} times, not {len(expected)}"
    for place, tensor in enumerate(found):
        if tensor is None:
            yield f"{name} puts out no tensor"
        elif strict and place < len(expected):
            yield from (f"{name} {what}" for what in _unlike(tensor, expected[place]))
        elif not any(not list(_unlike(tensor, other)) for other in expected):
            yield f"{name} {next(iter(_unlike(tensor, expected[0])))}"


def _scopes(scope: Scope) -> Iterator[Scope]:
    for part in scope.children:
        if isinstance(part, Scope):
            yield part
            yield from _scopes(part)


def _unlike(found: Tensor, expected: Tensor) -> Iterator[str]:
    """How a tensor differs, if it does: by more than rounding."""
    near = 1e-6 if found.dtype == torch.float32 else 1e-8
    if (found.dtype, found.shape) != (expected.dtype, expected.shape):
        kinds = [f"{tuple(tensor.shape)} of {tensor.dtype}" for tensor in (found, expected)]
        yield f"is {kinds[0]}, not {kinds[1]}"
    elif not torch.allclose(found, expected, rtol=near, atol=near, equal_nan=True):
        apart = (found - expected).abs()
        yield f"is not as computed: {int((apart > near).sum())} of {apart.numel()} numbers differ, by {apart.max():.3g} at most"
