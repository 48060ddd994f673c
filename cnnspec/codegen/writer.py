"""The body of one class or function."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import replace

from cnnspec.codegen import modules, symbolic
from cnnspec.codegen.code import Assign, Base, Do, Function, Parameter, Statement, mentioned
from cnnspec.codegen.dataflow import SELF, Data, Dataflow
from cnnspec.codegen.forward import Value, statements
from cnnspec.codegen.modules import Item, One
from cnnspec.codegen.names import unique
from cnnspec.codegen.pipeline import Pipeline
from cnnspec.codegen.points import Differ, Flow, Known, Point, Unsupported
from cnnspec.codegen.sites import Context, Sites
from cnnspec.codegen.straight import is_numbered, is_straight
from cnnspec.graph.trace import Visit
from cnnspec.language.spec import Entry
from cnnspec.rules.forbidden_name import SEQUENTIAL

_ITEMS = frozenset(("clear", "items", "keys", "pop", "update", "values"))
"""Names that ``nn.ModuleDict`` keeps for itself."""


class Writer:
    """Writes what one class or function does with its inputs, for all the places that it stands for."""

    def __init__(
        self,
        sites: Sites,
        points: Sequence[Point],
        symbols: Mapping[str, ast.expr],
        numbered: bool,
        around: Dataflow | None = None,
    ) -> None:
        self.sites = sites
        self.points = points
        self.symbols = symbols
        self.numbered = numbered
        self.around = around
        self.read: list[Data] = []
        """What it reads of the class around it, beside its inputs."""
        self.count = len(points)
        """How many of the points have a place in the class around; at the others the same modules are used again."""
        self.lent: list[tuple[str, ...] | ast.expr] = []
        """The same as layers at each point, or as a module."""
        self.asked: list[Value] = []
        self.names: set[str] = set()
        """What its inputs are called."""

    def _known(self, *inputs: Flow) -> Known:
        known = Known()
        for found in inputs:
            known.add(self.points, found)
        return known

    def function(self, above: Flow) -> tuple[list[Statement], Flow]:
        """A function that yields modules."""
        items, output = Pipeline(self.sites).items(self.points, Context(self.symbols, self._known(above), True), above)
        body = modules.yields(items) or [Do(ast.YieldFrom(ast.Tuple([])))]
        return [*self._variables(body), *body], output

    def sequential(self, above: Flow, comments: bool = False) -> tuple[Base, list[Statement], None, Flow]:
        """The constructor of an ``nn.Sequential``."""
        items, output = Pipeline(self.sites).items(self.points, Context(self.symbols, self._known(above), self.numbered), above)
        if all(_is_named(item) for item in items):
            given = modules.statements(items, SELF, comments)
            return "nn.Sequential", [_start(), *self._variables(given), *given], None, output
        first, more = modules.filled(items, SELF)
        body: list[Statement] = [_start(*first), *more]
        return "nn.Sequential", [*self._variables(body), *body], None, output

    def _variables(self, body: Sequence[Statement]) -> list[Statement]:
        """The variables that code mentions, each after those that it mentions itself."""
        known = self.sites.resolver.variables
        wanted = mentioned(body)
        found: list[Statement] = []
        for name in reversed(known):
            if name in wanted:
                found.append(Assign(ast.Name(name), known[name]))
                wanted |= mentioned(found[-1:])
        return found[::-1]

    def is_sequential(self, flows: Sequence[Flow], ends: Sequence[str]) -> bool:
        """Whether the class can be an ``nn.Sequential``: its entries are a straight line, none called as its methods are."""
        names = {visit.name for point in self.points for visit in point.visits}
        return (
            len(flows) == 1
            and not names & SEQUENTIAL
            and all(
                is_straight(point.visits, start, end)
                for point, start, end in zip(self.points, flows[0].nodes, ends, strict=True)
            )
        )

    def body(
        self, flows: Sequence[Flow], inputs: Sequence[str], turns: tuple[Entry, Sequence[Visit]] | None = None
    ) -> tuple[Base, list[Statement], Function | None, Flow]:
        """The base class, the constructor's body, ``forward`` where there is one, and what it puts out."""
        ends = [point.frame.end for point in self.points]
        if turns is None and self.is_sequential(flows, ends):
            return self.sequential(flows[0])
        dataflow, values = self._dataflow(flows, inputs)
        context = Context(self.symbols, self._known(*flows), False)
        if turns is None:
            dataflow.entries(self.points, context)
        else:
            self._turns(dataflow, context, *turns)
        result = dataflow.find(ends)
        body = [_start(), *self._variables(dataflow.statements), *dataflow.statements]
        return self._base, body, self.forward(values, [result.value], []), result.flow

    def network(
        self, flows: Sequence[Flow], inputs: Sequence[str], ends: Sequence[Sequence[str]]
    ) -> tuple[Base, list[Statement], Function | None]:
        """The same of the whole network, which may have several outputs, and heads for training."""
        if len(ends) == 1 and self.is_sequential(flows, ends[0]):
            base, body, forward, _ = self.sequential(flows[0], comments=True)
            return base, body, forward
        dataflow, values = self._dataflow(flows, inputs)
        dataflow.comments = True
        dataflow.entries(self.points, Context(self.symbols, self._known(*flows), False))
        results = [dataflow.find(end).value for end in ends]
        body = [_start(), *self._variables(dataflow.statements), *dataflow.statements]
        return self._base, body, self.forward(values, results, list(dataflow.heads.values()))

    def forward(self, inputs: Sequence[Value], results: Sequence[Value], heads: Sequence[Value]) -> Function:
        """The method that computes the results."""
        given = [*inputs, *self.asked]
        parameters = [Parameter("self", ""), *(Parameter(value.name, value.type) for value in given)]
        tuples = "tuple[Tensor, ...]"
        returns = "Tensor" if len(results) == 1 and not heads else tuples if len(results) > 1 else f"Tensor | {tuples}"
        return Function("forward", parameters, returns, statements(given, results, heads, self.sites.program.taken))

    @property
    def _base(self) -> Base:
        return "nn.ModuleDict" if self._by_key else "nn.Module"

    @property
    def _by_key(self) -> bool:
        """Whether modules of the class have numbers for names: then all are items of it."""
        return self.numbered and any(is_numbered(point.visits) for point in self.points)

    def _dataflow(self, flows: Sequence[Flow], inputs: Sequence[str]) -> tuple[Dataflow, list[Value]]:
        taken: set[str] = set(self.sites.program.taken)
        values = []
        for name in inputs:
            values.append(Value(name, name=unique(name, taken)))
            taken.add(values[-1].name)
            self.names.add(values[-1].name)
        if self._by_key and (found := {visit.name for point in self.points for visit in point.visits} & _ITEMS):
            raise Unsupported(f"beside modules that have numbers for names, none can be called `{min(found)}`")
        dataflow = Dataflow(self.sites, self._by_key, self._ask, self._lend)
        dataflow.known = [Data(found, value) for found, value in zip(flows, values, strict=True)]
        return dataflow, values

    @property
    def _given(self) -> set[str]:
        """Names that what ``forward`` is given cannot have."""
        return {*self.sites.program.taken, *self.names, *(value.name for value in self.asked)}

    def _ask(self, nodes: Sequence[str]) -> Data:
        """Data of the class around this one, as one more input."""
        if self.around is None:
            raise Differ((), ())
        found = self.around.find(nodes[: self.count])
        self.read.append(found)
        self.lent.append(tuple(nodes))
        name = found.value.name or found.value.hint
        value = Value(name, name=unique(name, {*self._given, "x"}))
        self.asked.append(value)
        more = len(nodes) - self.count
        shapes = (*found.flow.shapes, *found.flow.shapes[:1] * more)
        return Data(Flow(tuple(nodes), shapes, () if more else found.flow.sizes), value)

    def _lend(self, name: str, owners: Sequence[str]) -> ast.expr | None:
        """A module of the class around this one, as one more input; None where there is none that these have."""
        if self.around is None:
            return None
        target = self.around.module(name, owners)
        if target is None:
            return None
        self.read.append(Data(Flow((), ()), Value(name, make=lambda: target)))
        self.lent.append(target)
        value = Value(name, name=unique(name, {*self._given, "x"}), type="nn.Module")
        self.asked.append(value)
        return ast.Name(value.name)

    def _turns(self, dataflow: Dataflow, context: Context, entry: Entry, visits: Sequence[Visit]) -> None:
        """Copies of one entry, one after the other."""
        for turn in range(len(visits[0].copies)):
            points = [replace(point, copy=visit.copies[turn]) for point, visit in zip(self.points, visits, strict=True)]
            dataflow.turn(entry, points, context.with_symbols(index=ast.Constant(turn)))


def _start(*arguments: ast.expr) -> Do:
    return Do(symbolic.call(ast.Attribute(symbolic.call("super"), "__init__"), *arguments))


def _is_named(item: Item) -> bool:
    if isinstance(item, One):
        return item.name is not None
    return not isinstance(item, modules.Many) and all(map(_is_named, item.items))
