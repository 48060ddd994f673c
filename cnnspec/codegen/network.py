"""The network's own class, and which of the file's variables its constructor takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import count
from typing import Any

from cnnspec.codegen import symbolic
from cnnspec.codegen.annotations import handed_on, typed
from cnnspec.codegen.code import Parameter, mentioned
from cnnspec.codegen.names import unique
from cnnspec.codegen.points import Differ, Flow, Frame, Point, Unsupported
from cnnspec.codegen.program import Program
from cnnspec.codegen.resolve import Resolver
from cnnspec.codegen.sites import Sites
from cnnspec.codegen.writer import Writer
from cnnspec.graph.trace import Trace, trace
from cnnspec.language.spec import Spec


def written(default: Trace, class_name: str, docstring: str) -> Program:
    """The program of a network. Its constructor takes each variable that the code is right for at another value too."""
    spec = default.graph.spec
    others = {name: values[0] for name, value in spec.vars.items() if (values := _values(value))}
    together = _at(spec, others) if others else None
    if together is not None:
        with suppress(Differ, Unsupported):
            return _program(spec, [default, together], list(others), class_name, docstring)
    # A list that can be longer with others, and not by itself, goes with them.
    tried = {
        name: _values(value)[: 1 if together is not None and isinstance(value, list) else None]
        for name, value in spec.vars.items()
    }
    apart = {name: found for name, values in tried.items() if (found := _first(spec, name, values)) is not None}
    while True:
        try:
            return _program(spec, [default, *apart.values()], list(apart), class_name, docstring)
        except (Differ, Unsupported) as failure:
            if not apart:
                raise
            apart = {name: apart[name] for name in _kept(failure, apart, default)}


def _program(spec: Spec, traces: Sequence[Trace], free: Sequence[str], class_name: str, docstring: str) -> Program:
    program = Program(spec, traces, {name: spec.vars[name] for name in free})
    _network(program, class_name, docstring)
    return program


def _first(spec: Spec, name: str, values: Sequence[Any]) -> Trace | None:
    """The network at another value of a variable, the first that is legal; None where none is."""
    found = (_at(spec, {name: value}) for value in values)
    return next((trace for trace in found if trace is not None), None)


def _at(spec: Spec, values: Mapping[str, Any]) -> Trace | None:
    """The network at other values of its variables; None where they are not legal."""
    found = trace(replace(spec, vars={**spec.vars, **values}, altered=True))
    sound = found.graph.complete and not found.graph.findings and all(_is_sound(node) for node in found.graph.nodes)
    return found if sound else None


def _is_sound(node: Any) -> bool:
    return node.layer is not None and node.output_shape is not None


def _values(value: Any) -> list[Any]:
    """Other values of a variable, to try."""
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [2 * value, value + 1]
    if isinstance(value, float):
        return [2 * value, 1.5 * value]
    if isinstance(value, list) and value and all(type(item) is int for item in value):
        return [_longer(value), [item + 1 for item in value], [2 * item for item in value]]
    return []


def _longer(value: list[int]) -> list[int]:
    """One number more, and all as small as there are that repeat something: none is as it was, nor like another.

    Code that says nothing of how many there are is right for a longer list too; and a small network takes little time.
    """
    first = next(first for first in count(2) if all(first + index != item for index, item in enumerate(value)))
    return list(range(first, first + len(value) + 1))


def _kept(failure: Differ | Unsupported, others: Mapping[str, Trace], default: Trace) -> list[str]:
    """The variables that are not to blame: at whose other values the code would be the same."""
    if isinstance(failure, Unsupported) or not failure.keys:
        return []
    key = failure.key(default.visits)
    kept = [name for name, found in others.items() if failure.key(found.visits) == key]
    return kept if len(kept) < len(others) else []


def _network(program: Program, class_name: str, docstring: str) -> None:
    traces = program.traces
    frames = [Frame(found.visits, found.inputs, program.values(found.graph.spec.vars)) for found in traces]
    points = [Point(frame, frame.visits) for frame in frames]
    flows = [_input(points, index) for index in range(len(traces[0].inputs))]
    resolver = Resolver(frames, {*program.free.values(), *program.functions}, promotes=False)
    writer = Writer(Sites(program, resolver), points, program.variables(), numbered=False)
    outputs = [list(found.outputs.values()) for found in traces]
    if len({len(found) for found in outputs}) > 1:
        raise Differ(points, [len(found) for found in outputs])
    ends = [[found[k].node for found in outputs] for k in range(len(outputs[0]))]
    inputs = ["x"] if len(flows) == 1 else list(traces[0].graph.inputs)
    base, body, forward = writer.network(flows, inputs, ends)
    used, whole = mentioned(body), handed_on(body, program.parameters)
    parameters = [
        Parameter(called, typed(called, frames, whole), symbolic.literal(program.spec.vars[name]))
        for name, called in program.free.items()
        if called in used
    ]
    name = unique(class_name, program.taken)
    program.taken.add(name)
    program.define(name, parameters, base, body, forward, docstring)


def _input(points: Sequence[Point], index: int) -> Flow:
    bindings = [point.frame.inputs[index] for point in points]
    shapes = tuple(binding.shape or () for binding in bindings)
    same = len(set(shapes)) == 1
    sizes = tuple(symbolic.literal(size) for size in shapes[0]) if same else ()
    return Flow(tuple(binding.node for binding in bindings), shapes, sizes)
