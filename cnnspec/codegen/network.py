"""The network's own class, and which of the file's variables its constructor takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from cnnspec.codegen import symbolic
from cnnspec.codegen.code import Parameter, mentioned
from cnnspec.codegen.names import unique
from cnnspec.codegen.points import Differ, Flow, Frame, Point
from cnnspec.codegen.program import Program
from cnnspec.codegen.resolve import Resolver, annotation
from cnnspec.codegen.sites import Sites
from cnnspec.codegen.writer import Writer
from cnnspec.graph.trace import Trace, Visit, trace
from cnnspec.language.spec import Spec


def written(spec: Spec, class_name: str, docstring: str) -> Program:
    """The program of a network. Its constructor takes each variable that the code is right for at another value too."""
    default = trace(spec)
    others = {name: found for name in spec.vars if (found := _other(spec, name, default)) is not None}
    while True:
        program = Program(spec, [default, *others.values()], {name: spec.vars[name] for name in others})
        try:
            _network(program, class_name, docstring)
        except Differ as differ:
            if not others:
                raise
            kept = _kept(differ, list(others), program)
            others = {name: others[name] for name in kept}
            continue
        return program


def _other(spec: Spec, name: str, default: Trace) -> Trace | None:
    """The network at another value of a variable; None where no other value that is tried is legal."""
    for value in _values(spec.vars[name]):
        found = trace(replace(spec, vars={**spec.vars, name: value}, altered=True))
        if found.graph.complete and not found.graph.findings and all(_is_sound(node) for node in found.graph.nodes):
            return found
    return None


def _is_sound(node: Any) -> bool:
    return node.layer is not None and node.output_shape is not None


def _values(value: Any) -> list[Any]:
    """Other values of a variable, to try."""
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1, 2 * value]
    if isinstance(value, float):
        return [1.5 * value, 2 * value]
    if isinstance(value, list) and value and all(type(item) is int for item in value):
        return [[item + 1 for item in value], [2 * item for item in value]]
    return []


def _kept(differ: Differ, names: Sequence[str], program: Program) -> list[str]:
    """The variables that are not to blame: at whose other values the code would be the same."""
    frames = program.frames
    keys = [differ.key(frame) for frame in frames]
    kept = [name for name, key in zip(names, keys[1:], strict=True) if key == keys[0]] if differ.keys else []
    return kept if len(kept) < len(names) else []


def _network(program: Program, class_name: str, docstring: str) -> None:
    traces = program.traces
    frames = [Frame(found.visits, found.inputs, program.values(found.graph.spec.vars)) for found in traces]
    program.frames = frames
    points = [Point(frame, frame.visits) for frame in frames]
    flows = [_input(points, index) for index in range(len(traces[0].inputs))]
    resolver = Resolver(frames, set(program.free.values()), promotes=False)
    writer = Writer(Sites(program, resolver), points, program.variables({}), numbered=False)
    ends = [[found.outputs[name].node for found in traces] for name in traces[0].outputs]
    parts = _heads(traces)
    if len({len(visits) for visits in parts}) > 1:
        raise Differ(points, [len(visits) for visits in parts])
    heads = [[visits[k].output.node for visits in parts] for k in range(len(parts[0]))]
    inputs = ["x"] if len(flows) == 1 else list(traces[0].graph.inputs)
    base, body, forward = writer.network(flows, inputs, ends, heads)
    used = mentioned(body)
    parameters = [
        Parameter(called, annotation(program.spec.vars[name]), symbolic.literal(program.spec.vars[name]))
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


def _heads(traces: Sequence[Trace]) -> list[list[Visit]]:
    """The parts for training that nothing else reads."""
    found = []
    for one in traces:
        visits = [visit for visit in one.visits if visit.training_only]
        read = {source for node in one.graph.nodes for source in node.inputs}
        found.append([visit for visit in visits if visit.output.node not in read])
    return found
