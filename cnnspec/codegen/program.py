"""The classes of a generated module: one for each block, each in one version where its expressions allow that."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import Any

from cnnspec.codegen import symbolic
from cnnspec.codegen.annotations import handed_on, typed
from cnnspec.codegen.code import Base, Class, Definition, Function, Parameter, Statement, mentioned
from cnnspec.codegen.copies import likeness, overwriting, twins, unread, uses
from cnnspec.codegen.dataflow import Data, Dataflow
from cnnspec.codegen.inner import Inner
from cnnspec.codegen.modules import sequence
from cnnspec.codegen.names import class_name, distinct, unique
from cnnspec.codegen.pipeline import Pipeline
from cnnspec.codegen.points import Differ, Flow, Frame, Point, Unsupported, flow
from cnnspec.codegen.resolve import Resolver
from cnnspec.codegen.shipped import shipped
from cnnspec.codegen.sites import Context, Site, Sites
from cnnspec.codegen.straight import is_line, is_straight
from cnnspec.codegen.wanted import Unit, Wanted, axes, ordered, parameter, read, settle, sizes
from cnnspec.codegen.writer import Writer
from cnnspec.graph.graph import Node
from cnnspec.graph.trace import Copy, Trace, Visit
from cnnspec.language.expression import SIZES
from cnnspec.language.spec import Block, Spec

_SIZES = tuple(f"_{size.removeprefix('in_')}" for size in SIZES)
"""What the names of an input's sizes end in."""


class Program:
    """Everything that a generated module defines."""

    def __init__(self, spec: Spec, traces: Sequence[Trace], free: Mapping[str, Any]) -> None:
        self.spec = spec
        self.traces = traces
        self.definitions: list[Definition] = []
        self.activations: dict[str, ast.expr] = {}
        self.parameters: dict[str, Sequence[Parameter]] = {}
        """What each class and function is to be told."""
        self.heads = {name for trace in traces for name in unread(trace)}
        """The layers for training only that no layer reads."""
        self._alone = {id(node) for trace in traces for node in overwriting(trace)}
        self.layer_names = {node.name.rpartition(".")[2] for trace in traces for node in trace.graph.nodes}
        self.free = distinct({name: name for name in free}, shipped())
        """Variables that the network's constructor takes, as it calls them."""
        fixed = {name: name.upper() for name in spec.vars if name not in free}
        self.constants = distinct(fixed, {*shipped(), *self.free.values()})
        parameters = {name for block in spec.blocks.values() for own in self.own_names(block).items() for name in own}
        self.taken: set[str] = {*shipped(), *parameters, *self.free.values(), *self.constants.values(), *free}
        """Names that nothing that is defined can have."""
        self.functions = {block.name for block in spec.blocks.values() if block.body.kind == "inline"}
        """What functions may be called: no variable is, beside them."""
        self.shared = {entry.share.name for entry in spec.entries() if entry.share is not None}
        """What modules are called that are used again."""
        self.trials = 0
        self._inside: list[tuple[str, Definition]] = []
        self._units: dict[int, Unit] = {}
        self._copies: dict[str, list[Copy]] = {}
        self._again: dict[int, list[Copy]] = {}
        self._first: dict[int, Copy] = {}
        self.asked: dict[int, list[str | ast.expr]] = {}
        """Of copies that use modules again, what they read of the class around them: layers, or modules."""
        for trace in traces:
            for copy, type in uses(trace.visits):
                self._copies.setdefault(type, []).append(copy)
            for twin, copy in twins(trace.visits):
                self._again.setdefault(id(twin), []).append(copy)
                self._first[id(copy)] = twin

    def may_overwrite(self, node: Node | None) -> bool:
        """Whether a layer may write over what it reads: a layer's own numbers, which no other reads."""
        return node is not None and id(node) in self._alone

    def variables(self) -> dict[str, ast.expr]:
        """What the file's variables are in code."""
        return {name: ast.Name(called) for name, called in {**self.free, **self.constants}.items()}

    def values(self, vars: Mapping[str, Any]) -> dict[str, Any]:
        """What the names of the file's variables stand for."""
        return {called: vars[name] for name, called in {**self.free, **self.constants}.items()}

    def own_names(self, block: Block) -> dict[str, str]:
        """A block's parameters as its class calls them: one that is named like a variable hides it."""
        others = {called for name, called in {**self.free, **self.constants}.items() if name not in block.params}
        return distinct({name: name for name in block.params}, {*others, *shipped()})

    # -- what entries are made of -----------------------------------------------------------------------------------

    def block(self, sites: Sites, site: Site) -> tuple[ast.expr, Flow]:
        """The constructor call of a block, and what it puts out."""
        return self._used(sites, site, self._unit(site, is_function=False))

    def function(self, sites: Sites, site: Site) -> tuple[ast.expr, Flow]:
        """The call of a function that yields the modules of a block without a scope."""
        return self._used(sites, site, self._unit(site, is_function=True))

    def container(self, sites: Sites, site: Site) -> tuple[ast.expr, Flow]:
        """An ``nn.Sequential`` of what stands in a ``sequential``; a class of its own where that is no straight line."""
        if self.has_own_class(site):
            made, output, _ = Inner(self, sites, site, None).container()
            return made, output
        context = Context(site.context.symbols, site.context.known, numbered=True, frozen=site.context.frozen)
        items, output = Pipeline(sites).items(Pipeline.inner(site), context, site.flows[0])
        return sequence(items), output

    def container_class(self, around: Dataflow, site: Site) -> tuple[ast.expr, Flow, list[Data]]:
        """The constructor call of a ``sequential`` with a class of its own, and what else it reads of the class around it."""
        return Inner(self, around.sites, site, around).container()

    def turns(self, around: Dataflow, site: Site, visits: Sequence[Visit]) -> tuple[ast.expr, Flow, list[Data]]:
        """The same of the copies of an entry that together have a name."""
        return Inner(self, around.sites, site, around).turns(visits)

    # -- classes and functions of blocks ----------------------------------------------------------------------------

    def _unit(self, site: Site, *, is_function: bool) -> Unit:
        """The class or function that is used here. Raises :class:`Differ` where it is not one for all places."""
        if id(site.points[0].made) not in self._units:
            block = self.spec.blocks[site.entry.type]
            copies = self._copies[site.entry.type]
            if is_function:
                copies = [
                    c for c in copies if len(c.sources) == 1 and is_straight(c.bodies[0], c.sources[0].node, c.output.node)
                ]
            trials, self.trials = self.trials, 0  # a block is written once, whoever asks first
            self._write(block, copies, is_function)
            self.trials = trials
        units = [self._units[id(point.made)] for point in site.points]
        if len({id(unit) for unit in units}) > 1:
            raise Differ(site.points, [unit.name for unit in units])
        return units[0]

    def _write(self, block: Block, copies: Sequence[Copy], is_function: bool) -> None:
        """Write a block in as few versions as can be; copies that are alike are looked at once."""
        alike: dict[Any, list[Copy]] = {}
        for copy in copies:
            alike.setdefault(likeness(copy), []).append(copy)
        frames = {id(found[0]): self._frame(block, found[0]) for found in alike.values()}
        settle(block, list(frames.values()), self.own_names(block))
        pending = [list(frames.values())]
        while pending:
            group, mark = pending.pop(0), len(self._inside)
            try:
                unit = self._unit_of(block, group, is_function)
            except Differ as differ:
                self._forget(mark)
                parts = _parted(group, differ)
                if len(parts) == 1:
                    raise Unsupported(f"block `{block.name}` differs from use to use") from None
                pending = parts + pending
                continue
            del self._inside[mark:]  # whoever asked for it may be written anew: this is not
            for found in alike.values():
                frame = frames[id(found[0])]
                if any(frame is other for other in group):
                    for copy in found:
                        self._units[id(copy)] = unit
                        unit.frames[id(copy)] = frame

    def _forget(self, mark: int) -> None:
        """Take back the classes inside one that is not written after all."""
        for name, definition in self._inside[mark:]:
            self.taken.discard(name)
            self.definitions = [found for found in self.definitions if found is not definition]
        del self._inside[mark:]

    def _frame(self, block: Block, copy: Copy) -> Frame:
        scope = copy.place.scope
        values = self.values(scope.vars)
        names = self.own_names(block)
        values |= {names[name]: value for name, value in copy.params.items()}
        for index, source in enumerate(copy.sources):
            shape = source.shape or ()
            for axis, word in enumerate(axes(block, index, len(shape))):
                values[word] = shape[axis]
        return Frame(copy.bodies[0], copy.sources, values, copy.output.node)

    def _unit_of(self, block: Block, frames: Sequence[Frame], is_function: bool) -> Unit:
        """A version of a block that is right for these runs."""
        names = self.own_names(block)
        ranks = [tuple(len(source.shape or ()) for source in frame.inputs) for frame in frames]
        points = [Point(frame, frame.visits) for frame in frames]
        words = [
            axes(block, index, found[0]) if len(set(found)) == 1 else [] for index, found in enumerate(zip(*ranks, strict=True))
        ]
        flows = [read(points, index, row) for index, row in enumerate(words)]
        symbols = {**self.variables(), **{name: ast.Name(called) for name, called in names.items()}}
        taken = {*names.values(), *self.free.values(), *self.functions, *(word for row in words for word in row)}
        resolver = Resolver(frames, taken, True)
        writer = Writer(Sites(self, resolver), points, symbols, block.body.kind != "layers")
        if is_function:
            body, output = writer.function(flows[0])
            base, forward = None, None
        else:
            inputs = ["x"] if block.inputs == ("input",) else list(block.inputs)
            base, body, forward, output = writer.body(flows, inputs)
        wanted = self._wanted(block, body, words, resolver)
        name = self.named(block.name, is_function)
        self.define(name, [item.parameter for item in wanted], base, body, forward)
        put_out = tuple(resolver.spelled_out(size) for size in output.sizes)
        return Unit(name, wanted, Flow(output.nodes, output.shapes, put_out))

    def _wanted(
        self, block: Block, body: Sequence[Statement], words: Sequence[Sequence[str]], resolver: Resolver
    ) -> list[Wanted]:
        """What a block is to be told: sizes, its own parameters, the network's variables, numbers that no expression gives."""
        used, whole, frames = mentioned(body), handed_on(body, self.parameters), resolver.frames
        own = [
            Wanted(called, "own", parameter(block, name, called, frames, whole), name)
            for name, called in self.own_names(block).items()
            if called in used
        ]
        variables = [
            Wanted(called, "variable", Parameter(called, typed(called, frames, whole)), name)
            for name, called in self.free.items()
            if called in used and name not in block.params
        ]
        promoted = [
            Wanted(name, "promoted", Parameter(name, typed(name, frames, whole))) for name in resolver.promoted if name in used
        ]
        return ordered([*sizes(words, used), *own, *variables, *promoted])

    def _used(self, sites: Sites, site: Site, unit: Unit) -> tuple[ast.expr, Flow]:
        """The call of a class or function, and what it puts out."""
        given = self._arguments(sites, site, unit)
        positional: list[ast.expr] = []
        keywords: dict[str, ast.expr] = {}
        for item in unit.wanted:
            if item.name not in given:
                continue
            if not keywords and item.role != "promoted" and item.parameter.default is None:
                positional.append(given[item.name])
            else:
                keywords[item.name] = given[item.name]
        names = {item.name: given.get(item.name, item.parameter.default or ast.Constant(None)) for item in unit.wanted}
        found = [None if size is None else symbolic.folded(symbolic.with_names(size, names)) for size in unit.output.sizes]
        bindings = [point.made.output for point in site.points]
        output = flow(site.points, bindings, lambda axis: [found[axis]] if axis < len(found) else [])
        return symbolic.call(unit.name, *positional, **keywords), output

    def _arguments(self, sites: Sites, site: Site, unit: Unit) -> dict[str, ast.expr]:
        frames = [unit.frames[id(point.made)] for point in site.points]
        given = {}
        for item in unit.wanted:
            values = [frame.values[item.name] for frame in frames]
            if item.role == "own":
                node = site.entry.options.get(item.source)
                code = sites.value(site, node, values, item.name) if node is not None else None
                if code is not None and all(isinstance(value, int) for value in values):
                    code = sites.resolver.shortened(code, site.points, values, item.name)
                default = item.parameter.default
                if code is not None and (default is None or ast.dump(code) != ast.dump(default)):
                    given[item.name] = code
                continue
            code = None
            if item.role == "size":
                code = site.flows[item.input].size(item.axis)
            elif item.role == "variable":
                code = ast.Name(item.name)
            given[item.name] = sites.resolver.resolve(site.points, values, [code], item.name)
        return given

    # -- classes inside others --------------------------------------------------------------------------------------

    def define_inside(
        self, site: Site, parameters: list[Parameter], base: Base, body: list[Statement], forward: Function | None
    ) -> str:
        """Define a class inside another; while code is only tried, nothing is defined."""
        if self.trials:
            return "Part"
        name = self.named(site.entry.given_name or site.points[0].made.name, False)
        self.define(name, parameters, base, body, forward)
        self._inside.append((name, self.definitions[-1]))
        return name

    def words(self, code: ast.expr) -> set[str]:
        """The words that blocks' parameters of this name hold where they are not given."""
        found = (
            block.params[name]
            for block in self.spec.blocks.values()
            for name, called in self.own_names(block).items()
            if isinstance(code, ast.Name) and called == code.id
        )
        return {word for word in found if isinstance(word, str)}

    def has_own_class(self, site: Site) -> bool:
        """Whether a ``sequential`` is no straight line, or is none where its modules are used again."""
        copies = (copy for point in site.points for copy in (point.made, *self.again(point.made)))
        return not all(is_line(copy) for copy in copies)

    def again(self, copy: Copy) -> list[Copy]:
        """The copies that use the modules of a copy again."""
        return self._again.get(id(copy), [])

    def is_alike(self, site: Site) -> bool:
        """Whether modules that are used again are of the class that the use wants, where they are blocks."""
        made = [point.made for point in site.points]
        units = [(self._units.get(id(copy)), self._units.get(id(self._first.get(id(copy))))) for copy in made]
        return all(mine is theirs for mine, theirs in units)

    # -- definitions ------------------------------------------------------------------------------------------------

    def named(self, text: str, is_function: bool) -> str:
        """A name for a class or function."""
        stem = text if is_function else class_name(text if not text.isdigit() else f"Part{text}")
        if is_function and stem.endswith(_SIZES):
            stem = f"{stem}_"
        found, count = unique(stem, ()), 1
        while found in self.taken:
            count += 1
            found = f"{stem}_{count}" if is_function or stem[-1].isdigit() else f"{stem}{count}"
        self.taken.add(found)
        return found

    def trimmed(self, code: ast.expr) -> ast.expr:
        """Code without arguments that are the defaults of what it calls."""
        for node in ast.walk(code):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                known = self.parameters.get(node.func.id, ())
                defaults = {item.name: ast.dump(item.default) for item in known if item.default is not None}
                node.keywords = [key for key in node.keywords if defaults.get(key.arg or "") != ast.dump(key.value)]
        return code

    def define(
        self,
        name: str,
        parameters: list[Parameter],
        base: Base | None,
        body: list[Statement],
        forward: Function | None,
        docstring: str = "",
    ) -> None:
        """Define a class, or a function where there is no ``base``."""
        self.parameters[name] = parameters
        if base is None:
            self.definitions.append(Function(name, parameters, "Iterator[nn.Module]", body))
            return
        constructor = Function("__init__", [Parameter("self", ""), *parameters], "None", body)
        methods = [constructor] if forward is None else [constructor, forward]
        self.definitions.append(Class(name, base, docstring, methods))


def _parted(frames: Sequence[Frame], differ: Differ) -> list[list[Frame]]:
    found: dict[Any, list[Frame]] = {}
    for frame in frames:
        found.setdefault(differ.key(frame.visits), []).append(frame)
    return list(found.values())
