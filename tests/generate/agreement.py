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
from harness import Outline, Record, Run
from interpreter import interpret
from torch import Tensor

import cnnspec
from cnnspec.graph.elaborate import elaborate
from cnnspec.graph.graph import Node, Scope

Values = dict[str, Tensor]


def differences(result: cnnspec.Result, record: Record) -> list[str]:
    """What is not as the analysis and the interpreter say; the first few are enough to see what is wrong."""
    found = in_outline(result, record)
    if any(what.startswith("state_dict") for what in found):
        return found  # nothing can be computed with other tensors
    found += [*_begun(result, record), *_attributes(result, record)]
    numbers = list(_numbers(result, record))
    return found if numbers and _is_rounding(result, record) else found + numbers


def _interpreted(result: cnnspec.Result, record: Record, *, training: bool, factor: float = 1) -> tuple[Values, Values]:
    """What the interpreter computes of the record's inputs, and what it leaves the tensors as."""
    state = {name: tensor.clone() for name, tensor in record.state.items()}
    inputs = {name: tensor * factor for name, tensor in zip(result.graph.inputs, record.inputs, strict=True)}
    return interpret(result.graph, state, inputs, training=training), state


def _numbers(result: cnnspec.Result, record: Record) -> Iterator[str]:
    values, _ = _interpreted(result, record, training=False)
    for what in _computed(result, record, record.evaluated, values, training=False):
        yield f"at inference: {what}"
    if record.trained.refused:
        yield from [f"in training: {record.trained.refused}"] * (not _is_refused(result))
        return
    values, state = _interpreted(result, record, training=True)
    for what in _computed(result, record, record.trained, values, training=True):
        yield f"in training: {what}"
    for name in (f"{node.name}.{name}" for node in _always(result) for name in held(node)):
        for what in _unlike(record.state_trained[name], state[name]):
            yield f"after training: {name} {what}"


def _is_rounding(result: cnnspec.Result, record: Record) -> bool:
    """Whether rounding alone decides the numbers: a norm of what is constant divides next to nothing by next to nothing."""
    for training in (False, True):
        near, shaken = (_interpreted(result, record, training=training, factor=factor)[0] for factor in (1, 1 + 1e-14))
        if any((near[name] - tensor).abs().max() > 1e-10 for name, tensor in shaken.items() if tensor.numel()):
            return True
    return False


def _always(result: cnnspec.Result) -> list[Node]:
    """The layers of which every use is needed, all or none by heads alone: a norm is changed by each, in turn."""
    live, always, uses = needed(result, training=True), needed(result, training=False), _calls(result, training=True)
    return [
        node
        for node in result.graph.nodes
        if all(use.name in live for use in uses[node.name]) and len({use.name in always for use in uses[node.name]}) == 1
    ]


def in_outline(result: cnnspec.Result, outline: Outline) -> list[str]:
    """What is not as the analysis says: tensors, which are trained, shapes."""
    return [*_state(result, outline), *_trained(result, outline), *_shapes(result, outline)]


# -- what it holds ----------------------------------------------------------------------------------------------


def held(node: Node) -> dict[str, tuple[int, ...]]:
    """The tensors of a layer, by name; none where it uses another's."""
    assert node.layer is not None
    shapes = [shape for shape in node.input_shapes if shape is not None]
    if node.shares is not None:
        return {}
    return {**node.layer.parameters(*shapes), **node.layer.buffers(*shapes)}


def _state(result: cnnspec.Result, record: Outline) -> Iterator[str]:
    expected = [(f"{node.name}.{name}", shape) for node in result.graph.nodes for name, shape in held(node).items()]
    found = [(name, tuple(tensor.shape)) for name, tensor in record.initial.items()]
    for mine, theirs in zip_longest(expected, found):
        if mine != theirs:
            yield f"state_dict: {theirs} where {mine} is expected"


def _trained(result: cnnspec.Result, record: Outline) -> Iterator[str]:
    for node in result.graph.nodes:
        for name in held(node) if node.layer is not None else ():
            full = f"{node.name}.{name}"
            is_parameter = name in _parameters(node)
            if is_parameter != (full in record.trainable):
                yield f"{full} is {'no' if is_parameter else 'a'} parameter"
            elif is_parameter and record.trainable[full] != node.trainable:
                yield f"{full} is {'' if node.trainable else 'not '}frozen"
    totals = result.totals
    if result.layers:
        assert totals.params is not None
        assert totals.trainable_params is not None
    params, trained = totals.params or 0, totals.trainable_params or 0  # of no layers nothing is known
    expected = (trained, params - trained)
    if record.params != expected:
        yield f"parameters, trained and frozen: {record.params} where {expected} are expected"
    if record.buffers != (totals.buffers or 0):
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
            elif (
                not tensor.isfinite().all() or tensor.abs().max() > 100 or (name.endswith("weight") and tensor.abs().max() == 0)
            ):
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


_PLAIN = {"p", "momentum", "eps", "negative_slope", "alpha", "beta", "k", "min_val", "max_val", "threshold", "approximate"}
"""Options that modules hold under the same names, and that numbers tell little of, or nothing as chance is left out."""


def _attributes(result: cnnspec.Result, record: Record) -> Iterator[str]:
    """Of a module that has them they are the layer's."""
    for node in result.graph.nodes:
        attributes = record.attributes.get(node.shares or node.name, {})
        for option in sorted(_PLAIN & attributes.keys() & node.layer.options().keys()) if node.layer is not None else ():
            given, expected = attributes[option], getattr(node.layer, option)
            if expected is None and node.type.startswith("instance_norm"):
                expected = 0.0  # what torch.nn.functional.instance_norm takes for None
            numbers = isinstance(given, int | float) and isinstance(expected, int | float)
            if not (math.isclose(given, expected) if numbers else given == expected):
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


def heads(result: cnnspec.Result) -> dict[str, bool]:
    """What parts of the file's level for training only put out, where no layer reads it, and whether that must be seen.

    Of a part without a scope of its own every layer that nobody reads is told of, though it puts out but one of them.
    Those inside other parts are not seen.
    """
    nodes = {node.name: node for node in result.graph.nodes}
    read = {source for node in nodes.values() for source in node.inputs} | set(ends(result).values())
    top = set(map(id, result.spec.layers))
    found = {}
    for part in result.graph.root.children:
        name = part.output if isinstance(part, Scope) else part.name
        if name in nodes and nodes[name].training_only and name not in read:
            found[name] = id(part.entry) in top and part.entry is not None and part.entry.training_only is not None
    return found


def needed(result: cnnspec.Result, *, training: bool) -> set[str]:
    """The layers that the outputs need, by name. What nobody reads need not be computed."""
    by_name = {node.name: node for node in result.graph.nodes}
    pending = [*ends(result).values(), *(heads(result) if training else ())]
    found: set[str] = set()
    while pending:
        node = by_name.get(pending.pop())
        if node is not None and node.name not in found:
            found.add(node.name)
            pending += node.inputs
    return found


def _shapes(result: cnnspec.Result, record: Outline) -> Iterator[str]:
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


def _computed(result: cnnspec.Result, record: Record, run: Run, values: Values, *, training: bool) -> Iterator[str]:
    """What modules compute, in the order of the file, so that the first that goes wrong is told first; then the outputs."""
    layers, scopes = _calls(result, training=training), list(_scopes(result.graph.root))
    live = needed(result, training=training)
    for name, nodes in layers.items():
        if record.kinds.get(name) == "Identity" and all(node.shares for node in nodes):
            continue  # it stands for what is left out, and so is called as what uses another's weights
        if name in run.calls:
            strict = any(map(held, nodes)) and all(node.name in live for node in nodes)  # what is not needed may be left out
            yield from _each_call(
                name, run.calls[name], [values[node.name] for node in nodes if node.name in values], strict=strict
            )
        elif any(map(held, nodes)) and any(node.name in live for node in nodes):
            yield f"{name} is not called"
    used = {node.shares or "" for node in result.graph.nodes}
    for scope in scopes:
        if not _nodes(scope) or any(name.startswith(f"{scope.name}.") for name in used):
            continue  # what it is called with may be another's input
        calls = run.calls.get(scope.name, [])
        if len(calls) == 1 and calls[0] is not None and scope.output in values:
            yield from (f"{scope.name} {what}" for what in _unlike(calls[0], values[scope.output]))
    parts = tuple(f"{name}." for name in layers)  # as those of a layer that is several convolutions
    for name in run.calls.keys() - layers.keys() - {scope.name for scope in scopes}:
        if not name.startswith(parts) and record.kinds[name] != "Identity":  # as may stand for what is left out
            yield f"{name} is called, and is no part of the network here"
    names = list(ends(result).values())
    if len(run.outputs) < len(names):
        yield f"{len(run.outputs)} outputs, not {len(names)}"
    for name, tensor in zip(names, run.outputs, strict=False):
        if name in values:
            yield from (f"output {name} {what}" for what in _unlike(tensor, values[name]))
        else:
            yield f"output {name} is computed, where a norm refuses its input"
    yield from _beside(result, run.outputs[len(names) :], values, training=training)


def _beside(result: cnnspec.Result, tensors: list[Tensor], values: Values, *, training: bool) -> Iterator[str]:
    """What follows the outputs: in training the heads, in their order."""
    left = iter([(name, must) for name, must in heads(result).items() if name in values] if training else ())
    # One that is left out by a condition hands on what it reads.
    flagged = sum(entry.training_only is not None for entry in result.spec.entries()) if training else 0
    for tensor in tensors:
        for name, must in left:
            if not list(_unlike(tensor, values[name])):
                break
            if must:
                yield f"head {name} is not as computed"
        else:
            if flagged < len(tensors) or all(list(_unlike(tensor, value)) for value in values.values()):
                yield f"an output of {tuple(tensor.shape)} too many"
    yield from (f"head {name} is no output" for name, must in left if must)


def _calls(result: cnnspec.Result, *, training: bool) -> dict[str, list[Node]]:
    """The layers that each module computes, by its name: its own, and those that use its weights."""
    found: dict[str, list[Node]] = {}
    for node in result.graph.nodes:
        if training or not node.training_only:
            for name in {node.name, node.shares or node.name}:
                found.setdefault(name, []).append(node)
    return found


def _each_call(name: str, found: list[Tensor | None], expected: list[Tensor], *, strict: bool) -> Iterator[str]:
    """One call for each layer where there are weights, in any order; what has none need not be called, but computes one."""
    if strict and len(found) != len(expected):
        yield f"{name} is called {len(found)} times, not {len(expected)}"
    left = list(expected)
    for tensor in found:
        if tensor is None:
            yield f"{name} puts out no tensor"
            continue
        equal = next((place for place, other in enumerate(left) if not list(_unlike(tensor, other))), None)
        if equal is None:
            yield f"{name} {next(iter(_unlike(tensor, left[0])), '') if left else 'is called once more'}"
        elif strict:
            del left[equal]


def _nodes(scope: Scope) -> list[Node]:
    return [node for part in scope.children for node in (_nodes(part) if isinstance(part, Scope) else [part])]


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
