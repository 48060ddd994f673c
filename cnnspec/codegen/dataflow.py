"""Lists of entries that branch and join: modules as attributes, and the steps of a ``forward`` that uses them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from cnnspec.codegen import symbolic
from cnnspec.codegen.code import Assign, If, Statement
from cnnspec.codegen.forward import Value
from cnnspec.codegen.modules import One, assigned
from cnnspec.codegen.names import unique
from cnnspec.codegen.pipeline import Pipeline, either
from cnnspec.codegen.points import Differ, Flow, Point, Unsupported, flow
from cnnspec.codegen.repeats import Repeats
from cnnspec.codegen.sites import Context, Site, Sites
from cnnspec.codegen.straight import is_straight
from cnnspec.graph.names import Binding
from cnnspec.graph.trace import Visit
from cnnspec.language.spec import Entry
from cnnspec.rules.forbidden_name import MODULE

SELF = ast.Name("self")


@dataclass(slots=True)
class Data:
    """Data in a ``forward``: what it is of the network, and the step that computes it."""

    flow: Flow
    value: Value


@dataclass(slots=True)
class Dataflow:
    """What a class does with its inputs, entry by entry.

    ``by_key`` says that its modules are items of it, as some have numbers for names.
    """

    sites: Sites
    by_key: bool
    around: Callable[[Sequence[str]], Data] | None = None
    """Asks for data of the class around this one."""
    lend: Callable[[str, Sequence[str]], ast.expr | None] | None = None
    """Asks for a module of the class around this one."""
    heads: dict[str, Value] = field(default_factory=dict)
    """What parts for training put out, by the layer that it is of."""
    comments: bool = False
    """Whether it says which shapes its modules put out."""
    last: str = ""
    statements: list[Statement] = field(default_factory=list)
    known: list[Data] = field(default_factory=list)
    modules: dict[str, tuple[ast.expr, Flow]] = field(default_factory=dict)
    """The class' modules by the full name of their layer or scope, at each place, and what each puts out."""
    attributes: set[str] = field(default_factory=set)

    @property
    def pipeline(self) -> Pipeline:
        """Writes what is straight in it."""
        return Pipeline(self.sites)

    def find(self, nodes: Sequence[str]) -> Data:
        """The data that are the output of these layers, one for each place."""
        for data in reversed(self.known):
            if data.flow.nodes == tuple(nodes):
                return data
        if self.around is None:
            raise Differ((), ())
        data = self.around(nodes)
        self.known.insert(0, data)
        return data

    def entries(self, points: Sequence[Point], context: Context) -> None:
        """Every entry of the lists at the points in turn."""
        for index, visit in enumerate(points[0].visits):
            visits = [point.visits[index] for point in points]
            roles = [(there.present, there.training_only) for there in visits]
            if len({training for _, training in roles}) > 1:
                raise Differ(points, roles)
            before = set(map(id, self.known)) if visit.training_only else set()
            if any(there.present for there in visits):
                self._entry(visit.entry, points, visits, context)
            if visit.training_only:
                new = [data for data in self.known if id(data) not in before]
                self.heads |= {node: data.value for data in new if (node := data.flow.nodes[0]) in self.sites.program.heads}

    def module(self, name: str, owners: Sequence[str]) -> ast.expr | None:
        """The module of the class that these layers or scopes have, or one of the class around it."""
        if (held := self._held(owners)) is not None:
            return held[0]
        return self.lend(name, owners) if self.lend is not None else None

    def _held(self, owners: Sequence[str]) -> tuple[ast.expr, Flow] | None:
        return next((self.modules[owner] for owner in owners if owner in self.modules), None)

    def _entry(self, entry: Entry, points: Sequence[Point], visits: Sequence[Visit], context: Context) -> None:
        present = [visit.present for visit in visits]
        sources = [self.find([visit.sources[k].node for visit in visits]) for k in range(len(visits[0].sources))]
        test = None
        if self._is_optional(entry, visits):
            test = self.pipeline.test(entry, points, visits, context, sources[0].flow)
        if test is None and len(set(present)) > 1:
            raise Differ(points, present)
        if entry.repeat is not None and not self._is_sequence(entry, visits):
            self._repeated(entry, points, visits, context)
            return
        here = [i for i in range(len(points)) if present[i]]
        there = [points[i] for i in here]
        fed = [_part(source, here) for source in sources]
        if entry.repeat is not None:
            (item,), output = Repeats(self.pipeline).items(entry, there, [visits[i] for i in here], context, fed[0].flow)
            assert isinstance(item, One)
            assert item.name is not None
            data: Data | None = self._module(str(item.name.value), item.value, output, fed, test)  # type: ignore[attr-defined]
        else:
            found = [replace(point, copy=visits[i].copies[0]) for point, i in zip(there, here, strict=True)]
            data = self._copy(Site(entry, found, [source.flow for source in fed], context), fed, test)
        if data is not None and not (visits[0].training_only and self._is_known(data.flow.nodes)):
            self._keep(points, visits, sources, data, test)
            data.flow = self.sites.resolver.named(data.flow, points, visits[0].name)
            context.known.add(points, data.flow)

    def _is_known(self, nodes: Sequence[str]) -> bool:
        """Whether there are data of these layers already: what a part for training only hands on is not taken from there."""
        return any(data.flow.nodes == tuple(nodes) for data in self.known)

    def _keep(
        self, points: Sequence[Point], visits: Sequence[Visit], sources: Sequence[Data], data: Data, test: ast.expr | None
    ) -> None:
        """Remember what an entry puts out; where it is left out, that is what it reads."""
        if test is not None:
            first, inner = sources[0].flow, data.flow
            bindings = [
                visit.output if visit.present else Binding(first.nodes[i], first.shapes[i]) for i, visit in enumerate(visits)
            ]
            data.flow = flow(points, bindings, lambda axis: either(test, inner.size(axis), first.size(axis)))
        self.known.append(data)

    def _is_optional(self, entry: Entry, visits: Sequence[Visit]) -> bool:
        """Whether code may ask if the entry is there: where it is one module or one operation, not a group of entries."""
        named = any(copy.named for visit in visits for copy in visit.copies)
        if self.by_key or named or entry.when is None or entry.paths is not None or self.pipeline.is_inline(entry):
            return False
        if entry.repeat is not None:
            return self._is_sequence(entry, visits)
        block = self.sites.program.spec.blocks.get(entry.type)
        return (entry.share is None and len(visits[0].sources) == 1) or (block is None and entry.body is None)

    def _is_sequence(self, entry: Entry, visits: Sequence[Visit]) -> bool:
        """Whether a repeated entry is an ``nn.Sequential`` of its own."""
        given = entry.given_name
        return (
            given is not None
            and "{" not in given
            and entry.share is None
            and all(
                len(visit.sources) == 1
                and is_straight([replace(visit, training_only=False)], visit.sources[0].node, visit.output.node)
                for visit in visits
                if visit.present
            )
        )

    def _repeated(self, entry: Entry, points: Sequence[Point], visits: Sequence[Visit], context: Context) -> None:
        """Copies one by one; in a class of their own where they have one name."""
        counts = [len(visit.copies) for visit in visits]
        if len(set(counts)) > 1:
            raise Differ(points, counts)
        given = entry.given_name
        if given is not None and "{" not in given and counts[0]:
            self._scope(entry, points, visits, context)
            return
        for turn in range(counts[0]):
            found = [replace(point, copy=visit.copies[turn]) for point, visit in zip(points, visits, strict=True)]
            self.turn(entry, found, context.with_symbols(index=ast.Constant(turn)), training=visits[0].training_only)

    def turn(self, entry: Entry, points: Sequence[Point], context: Context, *, training: bool = False) -> None:
        """One copy of a repeated entry."""
        sources = [self.find([p.made.sources[k].node for p in points]) for k in range(len(points[0].made.sources))]
        data = self._copy(Site(entry, points, [source.flow for source in sources], context), sources, None)
        if data is not None and not (training and self._is_known(data.flow.nodes)):
            self.known.append(data)

    def _scope(self, entry: Entry, points: Sequence[Point], visits: Sequence[Visit], context: Context) -> None:
        """The copies of an entry that together have a name: a class whose ``forward`` runs them in turn."""
        copies = [replace(point, copy=visit.copies[0]) for point, visit in zip(points, visits, strict=True)]
        sources = [self.find([visit.sources[k].node for visit in visits]) for k in range(len(visits[0].sources))]
        site = Site(entry, copies, [source.flow for source in sources], context)
        made, output, read = self.sites.program.turns(self, site, visits)
        if context.frozen:
            made = symbolic.call(ast.Attribute(made, "requires_grad_"), ast.Constant(False))
        data = self._module(entry.given_name or "", made, output, [*sources, *read], None)
        if not (visits[0].training_only and self._is_known(data.flow.nodes)):
            self.known.append(data)

    # -- one copy of an entry -------------------------------------------------------------------------------------

    def _copy(self, site: Site, sources: Sequence[Data], test: ast.expr | None) -> Data | None:
        """What a copy of an entry puts out; None where that is known already."""
        entry = site.entry
        if entry.paths is not None:
            return self._branches(site)
        if entry.share is not None:
            return self._shared(site, sources, test)
        if self.pipeline.is_inline(entry):
            self.entries(self.pipeline.inner(site), self.pipeline.inside(site))
            return None
        names = {point.made.name for point in site.points}
        if len(names) > 1:
            raise Differ(site.points, [point.made.name for point in site.points])
        (name,) = names
        if entry.body is not None and self.sites.program.has_own_class(site):
            made, output, read = self.sites.program.container_class(self, site)
            if self.sites.is_frozen(site):
                made = symbolic.call(ast.Attribute(made, "requires_grad_"), ast.Constant(False))
            return self._owned(site, self._module(name, made, output, [*sources, *read], test))
        if site.points[0].made.node is not None and (data := self._computed(site, sources, test)) is not None:
            return data
        made, output = self.sites.module(site)
        return self._owned(site, self._module(name, made, output, sources, test))

    def _owned(self, site: Site, data: Data) -> Data:
        """Remember whose module it is that puts out data, as others may use it again."""
        target = self.reference(site.points[0].made.name)
        self.modules |= {point.made.owner: (target, data.flow) for point in site.points}
        return data

    def _module(self, name: str, made: ast.expr, output: Flow, sources: Sequence[Data], test: ast.expr | None) -> Data:
        """A module of the class, called on what it reads."""
        target, made = self.reference(name), self.sites.resolver.abbreviated(made)
        found: list[Statement] = [Assign(target, made)]
        if isinstance(target, ast.Attribute):
            comment = "x".join(map(str, output.shapes[0])) if self.comments else ""
            found = assigned(SELF, ast.Constant(name), made, "" if comment == self.last else comment, self.comments)
            self.last = comment or self.last
        if test is not None:
            self._optional(test, Assign(target, made))
        else:
            self.statements += found
        self.attributes.add(name)
        reads = [source.value for source in sources]
        once = name in self.sites.program.shared or not all(source.flow.nodes for source in sources)  # or is lent a module
        is_named = not name.isdigit()
        value = Value(_local(name), reads, lambda *data: symbolic.call(target, *data), is_named=is_named, at_once=once)
        return Data(output, value)

    def _optional(self, test: ast.expr, made: Assign) -> None:
        """A module that is there where a condition holds; those under one condition are made together."""
        typed = "nn.Module" if isinstance(made.target, ast.Attribute) else ""
        absent = Assign(made.target, symbolic.call("nn.Identity"), annotation=typed)
        last = self.statements[-1] if self.statements else None
        if isinstance(last, If) and ast.dump(last.test) == ast.dump(test):
            last.body.append(made)
            self.statements.insert(-1, absent)
        else:
            self.statements += [absent, If(test, [made])]

    def reference(self, name: str) -> ast.expr:
        """A module of the class."""
        return ast.Subscript(SELF, ast.Constant(name)) if self.by_key else ast.Attribute(SELF, name)

    def _computed(self, site: Site, sources: Sequence[Data], test: ast.expr | None, *, again: bool = False) -> Data | None:
        """What a layer computes without a module; None where it is one."""
        layer = site.layers[0]
        named_or_not = site.entry.name is not None and not again
        if not layer.merges and (named_or_not or test is not None) and not site.points[0].made.named:
            return None
        named = [self.find([point.made.named[k].node for point in site.points]) for k in range(len(site.points[0].made.named))]
        if again and not layer.merges and any(len(call.name.split("{1}")) > 1 for call in self.sites.expressions(site)):
            return None
        if any(binding.training_only for binding in site.points[0].made.named) and not site.points[0].made.training_only:
            return None  # of a layer that is computed in training only, the sizes are known
        reads = [*sources, *named]
        marks: list[ast.expr] = [ast.Name(f"_{index}") for index in range(len(reads))]
        code = self.sites.computed(site, marks)
        if code is None or (not layer.merges and self._asks(code)):
            return None
        if test is not None:
            code = ast.IfExp(self._flag(test, site.entry), code, marks[0])
        return self._step(site, code, reads)

    def _asks(self, code: ast.expr) -> bool:
        """Whether code asks for what the constructor is given: then it is a module that knows it."""
        constants = set(self.sites.program.constants.values())
        return any(name in self.sites.resolver.frames[0].values and name not in constants for name in symbolic.names_in(code))

    def _step(self, site: Site, code: ast.expr, reads: Sequence[Data]) -> Data:
        def make(*data: ast.expr) -> ast.expr:
            return symbolic.with_names(code, {f"_{index}": value for index, value in enumerate(data)})

        layer, hint = site.layers[0], site.entry.given_name or site.points[0].made.name
        marks = [node.id for node in ast.walk(code) if isinstance(node, ast.Name)]
        twice = frozenset(index for index in range(len(reads)) if marks.count(f"_{index}") > 1)
        value = Value(_local(hint), [read.value for read in reads], make, twice, layer.family == "activation")
        return Data(self.sites.output(site), value)

    def _flag(self, test: ast.expr, entry: Entry) -> ast.expr:
        """What the constructor knows of an entry, for ``forward``."""
        if isinstance(test, ast.Constant):
            return test
        hint = test.id if isinstance(test, ast.Name) else f"has_{entry.given_name or entry.type}"
        for statement in self.statements:
            if isinstance(statement, Assign) and ast.dump(statement.value) == ast.dump(test):
                return statement.target
        name = unique(hint, self.attributes | MODULE | self.sites.program.layer_names)
        self.attributes.add(name)
        self.statements.append(Assign(ast.Attribute(SELF, name), test))
        return ast.Attribute(SELF, name)

    def _branches(self, site: Site) -> Data:
        """Paths over one input, and what joins them."""
        for path in range(len(site.points[0].made.bodies)):
            self.entries(self.pipeline.inner(site, path), replace(site.context, frozen=self.sites.is_frozen(site)))
        nodes = [point.made.node.inputs for point in site.points if point.made.node is not None]
        paths = [self.find([inputs[k] for inputs in nodes]) for k in range(len(nodes[0]))]
        joined = replace(site, flows=[path.flow for path in paths])
        data = self._computed(joined, paths, None)
        assert data is not None, "what joins is no module"
        return data

    def _shared(self, site: Site, sources: Sequence[Data], test: ast.expr | None) -> Data:
        """An entry that uses the module of an earlier one; where that has none, computes the same."""
        share, bindings = site.entry.share, [point.made.output for point in site.points]
        assert share is not None
        owners = [point.made.owner for point in site.points]
        held, is_layer = self._held(owners), site.points[0].made.node is not None
        if is_layer and held is None and (data := self._computed(site, sources, test, again=True)):
            return data
        target = self.module(share.name, owners)
        if target is None and is_layer and not _has_weights(site):
            made, output = self.sites.module(site)
            return self._module(site.points[0].made.name, made, output, sources, test)
        if target is None:
            raise Unsupported(f"`{share.name}` is made where it cannot be used again")
        if not self.sites.program.is_alike(site):
            raise Unsupported(f"where `{share.name}` is used again it would be other code")
        output = held[1] if held is not None else Flow((), ())
        reads = [*sources, *self._captured(site)]
        flag = self._flag(test, site.entry) if test is not None else None

        def make(*data: ast.expr) -> ast.expr:
            code = symbolic.call(target, *data)
            return code if flag is None else ast.IfExp(flag, code, data[0])

        twice = frozenset() if flag is None else frozenset((0,))
        hint, is_named = _local(site.points[0].made.name), site.entry.name is not None
        value = Value(hint, [source.value for source in reads], make, twice, is_named=is_named, at_once=True)
        return Data(flow(site.points, bindings, lambda axis: [output.size(axis)]), value)

    def _captured(self, site: Site) -> list[Data]:
        """What a module reads beside its inputs where it is used again."""
        rows = [self.sites.program.asked.get(id(point.made), []) for point in site.points]
        return [self._given(row) for row in zip(*rows, strict=True)]

    def _given(self, row: Sequence[str | ast.expr]) -> Data:
        target = row[0]
        if isinstance(target, ast.expr):
            return Data(Flow((), ()), Value("module", make=lambda: target))
        return self.find([node for node in row if isinstance(node, str)])


def _has_weights(site: Site) -> bool:
    """Whether a layer has tensors that another can use."""
    shapes = [source.shape or () for source in site.points[0].made.sources]
    layer = site.layers[0]
    return bool(layer.parameters(*shapes) or layer.buffers(*shapes))


def _part(data: Data, here: Sequence[int]) -> Data:
    """Data at some of the places."""
    whole = data.flow
    part = Flow(tuple(whole.nodes[i] for i in here), tuple(whole.shapes[i] for i in here), whole.sizes)
    return Data(part, data.value)


def _local(name: str) -> str:
    """A local variable's name; ``x`` for what has only a number."""
    return name if name.isidentifier() else "x"
