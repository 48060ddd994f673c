"""Lists of entries that are a straight line: the modules of an ``nn.Sequential``."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace

from cnnspec.codegen import symbolic
from cnnspec.codegen.modules import Choice, Item, Many, One
from cnnspec.codegen.points import Differ, Flow, Point, flow
from cnnspec.codegen.repeats import Repeats
from cnnspec.codegen.sites import Context, Site, Sites, standing
from cnnspec.codegen.straight import is_named
from cnnspec.graph.names import Binding
from cnnspec.graph.trace import Visit
from cnnspec.language.spec import Entry


class Pipeline:
    """The modules of straight lists of entries, in one class."""

    def __init__(self, sites: Sites) -> None:
        self.sites = sites
        self.resolver = sites.resolver
        self.program = sites.program

    def items(self, points: Sequence[Point], context: Context, above: Flow) -> tuple[list[Item], Flow]:
        """The modules of the lists of entries at the points, and what the last one puts out."""
        found: list[Item] = []
        if context.numbered and any(is_named(visit) for point in points for visit in point.visits):
            context = replace(context, numbered=False)
        for index, visit in enumerate(points[0].visits):
            visits = [point.visits[index] for point in points]
            if any(there.present for there in visits):
                items, above = self._entry(visit.entry, points, visits, context, above)
                context.known.add(points, above)
                found += items
        return found, above

    def _entry(
        self, entry: Entry, points: Sequence[Point], visits: Sequence[Visit], context: Context, above: Flow
    ) -> tuple[list[Item], Flow]:
        """The modules of an entry, where it is left out at some of the places too."""
        test = self.test(entry, points, visits, context, above)
        here = [i for i, visit in enumerate(visits) if visit.present]
        if test is None or not isinstance(test, ast.Constant):
            there = [points[i] for i in here]
            sizes = tuple(_decided(size, test) for size in above.sizes)
            fed = Flow(tuple(above.nodes[i] for i in here), tuple(above.shapes[i] for i in here), sizes)
            items, output = self._present(entry, there, [visits[i] for i in here], context, fed)
        if test is None:
            return items, output
        if not items:
            return [], above
        bindings = [
            visit.output if visit.present else Binding(node, shape)
            for visit, node, shape in zip(visits, above.nodes, above.shapes, strict=True)
        ]
        return [Choice(test, items)], flow(points, bindings, lambda axis: either(test, output.size(axis), above.size(axis)))

    def test(
        self, entry: Entry, points: Sequence[Point], visits: Sequence[Visit], context: Context, above: Flow
    ) -> ast.expr | None:
        """Code for whether an entry is there; None where it always is."""
        present = [visit.present for visit in visits]
        if entry.when is None:
            return None
        whole = [standing(point, visit, above.shapes[i]) for i, (point, visit) in enumerate(zip(points, visits, strict=True))]
        site = Site(entry, whole, [above], context)
        test = self.sites.value(site, entry.when, present, f"has_{entry.given_name or entry.type}")
        return None if symbolic.names_in(test) <= set(self.program.constants.values()) and len(set(present)) == 1 else test

    def _present(
        self, entry: Entry, points: Sequence[Point], visits: Sequence[Visit], context: Context, above: Flow
    ) -> tuple[list[Item], Flow]:
        if entry.repeat is not None:
            return Repeats(self).items(entry, points, visits, context, above)
        copies = [visit.copies[0] for visit in visits]
        here = [replace(point, copy=copy) for point, copy in zip(points, copies, strict=True)]
        return self.copy(Site(entry, here, [above], context), context.numbered)

    def copy(self, site: Site, numbered: bool, name: ast.expr | None = None) -> tuple[list[Item], Flow]:
        """The modules of one copy of an entry."""
        entry, points = site.entry, site.points
        if self.is_inline(entry):
            return self._inline(site, numbered)
        if name is None and not numbered:
            names = [point.made.name for point in points]
            if len(set(names)) > 1:
                raise Differ(points, names)
            name = ast.Constant(names[0])
        value, output = self.sites.module(site)
        output = self.resolver.named(output, points, site.points[0].made.name)
        return [One(name, self.resolver.abbreviated(value), output.shapes[0])], output

    def is_inline(self, entry: Entry) -> bool:
        """Whether an entry makes no scope of its own entries."""
        block = self.program.spec.blocks.get(entry.type)
        return block.body.kind == "inline" if block is not None else entry.type == "inline"

    def _inline(self, site: Site, numbered: bool) -> tuple[list[Item], Flow]:
        """The modules of entries without a scope: as if written here, or of a function where they are called by number."""
        within, context = (visit for point in site.points for visit in point.made.bodies[0]), self.inside(site)
        is_function = numbered and site.entry.type in self.program.spec.blocks and not context.frozen
        if is_function and not any(map(is_named, within)):
            value, output = self.program.function(self.sites, site)
            return [Many(value)], output
        inner = self.inner(site)
        return self.items(inner, context, site.flows[0])

    @staticmethod
    def inner(site: Site, path: int = 0) -> list[Point]:
        """The places inside an entry: its list of entries, one of them where it has paths."""
        return [replace(point, visits=point.made.bodies[path], copy=None) for point in site.points]

    def inside(self, site: Site) -> Context:
        """What names mean inside an entry without a scope: a block sees its parameters alone, others what is around them."""
        block = self.program.spec.blocks.get(site.entry.type)
        context = replace(site.context, frozen=self.sites.is_frozen(site))
        if block is None:
            return context
        symbols = {name: self._parameter(site, name) for name in block.params}
        return replace(context, symbols={**self.program.variables(), **symbols})

    def _parameter(self, site: Site, name: str) -> ast.expr:
        values = [point.made.params[name] for point in site.points]
        node = site.entry.options.get(name)
        return (
            self.sites.value(site, node, values, name)
            if node is not None
            else self.resolver.resolve(site.points, values, [], name)
        )


def _decided(size: ast.expr | None, test: ast.expr | None) -> ast.expr | None:
    """Code for a size where ``test`` holds."""
    if not isinstance(size, ast.IfExp) or test is None:
        return size
    known, holds = _positive(test)
    asked, asks = _positive(size.test)
    return size if ast.dump(known) != ast.dump(asked) else size.body if holds is asks else size.orelse


def _positive(test: ast.expr) -> tuple[ast.expr, bool]:
    """A condition without ``not`` before it, and whether there was none."""
    holds = True
    while isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        test, holds = test.operand, not holds
    return test, holds


def either(test: ast.expr, one: ast.expr | None, other: ast.expr | None) -> list[ast.expr | None]:
    """Code for a size that is one thing where ``test`` holds and another where it does not."""
    if one is None or other is None:
        return [one, other]
    return [one, other, ast.IfExp(test, one, _decided(other, ast.UnaryOp(ast.Not(), test)) or other)]
