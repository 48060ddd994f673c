"""Entries that are repeated: loops where the copies differ by an expression, else one by one."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from cnnspec.codegen import symbolic
from cnnspec.codegen.modules import Choice, Item, Loop, Many, One, sequence
from cnnspec.codegen.names import unique
from cnnspec.codegen.points import Differ, Flow, Point, flow
from cnnspec.codegen.resolve import ABOVE
from cnnspec.codegen.sites import Context, Site, standing
from cnnspec.codegen.straight import is_named
from cnnspec.graph.trace import Visit
from cnnspec.language.spec import Entry

if TYPE_CHECKING:
    from cnnspec.codegen.pipeline import Pipeline


class Repeats:
    """The modules of an entry that is repeated."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline
        self.sites = pipeline.sites
        self.resolver = pipeline.resolver

    def items(
        self, entry: Entry, points: Sequence[Point], visits: Sequence[Visit], context: Context, above: Flow
    ) -> tuple[list[Item], Flow]:
        """What the copies are: modules of one ``nn.Sequential`` where they have one name, else modules of this list."""
        given = entry.given_name
        if given is None or "{" in given:
            looped = (context.numbered) or given is not None
            return self._row(
                entry,
                points,
                visits,
                context,
                above,
                (looped and not self.pipeline.is_inline(entry)) or (looped and given is None),
            )
        parts = (copy for visit in visits for copy in visit.copies if copy.node is None and not copy.prefix)
        numbered = not any(is_named(inner) for copy in parts for inner in copy.bodies[0])
        inner, output = self._row(entry, points, visits, replace(context, numbered=numbered), above, numbered)
        return [One(ast.Constant(given), sequence(inner), visits[0].output.shape)], output

    def _row(
        self, entry: Entry, points: Sequence[Point], visits: Sequence[Visit], context: Context, above: Flow, looped: bool
    ) -> tuple[list[Item], Flow]:
        counts = [len(visit.copies) for visit in visits]
        if not any(counts):
            return [], above
        if looped and max(counts) > 1:
            try:
                return self._loop(entry, points, visits, context, above)
            except Differ:
                if len(set(counts)) > 1:
                    raise Differ(points, counts) from None
        if len(set(counts)) > 1:
            raise Differ(points, counts)
        return self._unrolled(entry, points, visits, context, above)

    def _unrolled(
        self, entry: Entry, points: Sequence[Point], visits: Sequence[Visit], context: Context, above: Flow
    ) -> tuple[list[Item], Flow]:
        found: list[Item] = []
        for turn in range(len(visits[0].copies)):
            here = [replace(point, copy=visit.copies[turn]) for point, visit in zip(points, visits, strict=True)]
            site = Site(entry, here, [above], context.with_symbols(index=ast.Constant(turn)))
            items, above = self.pipeline.copy(site, context.numbered)
            found += items
        return found, above

    def _loop(
        self, entry: Entry, points: Sequence[Point], visits: Sequence[Visit], context: Context, above: Flow
    ) -> tuple[list[Item], Flow]:
        """The copies as turns of a loop."""
        turn = unique("index", set(points[0].loop) | self.resolver.taken)
        here = [
            replace(point, copy=copy, loop={**point.loop, turn: number})
            for point, visit in zip(points, visits, strict=True)
            for number, copy in enumerate(visit.copies)
        ]
        inner = context.with_symbols(index=ast.Name(turn))
        fed, grown = self._fed(entry, here, inner, above, turn)
        site = Site(entry, here, [fed], inner)
        items, _ = self.pipeline.copy(site, context.numbered, self._name(site, turn))
        counts = [len(visit.copies) for visit in visits]
        whole = [standing(point, visit, above.shapes[i]) for i, (point, visit) in enumerate(zip(points, visits, strict=True))]
        assert entry.repeat is not None
        count = self.sites.value(Site(entry, whole, [above], context), entry.repeat, counts, "repeat")
        output = flow(points, [visit.output for visit in visits], lambda axis: _summed(axis, above, grown, turn, count))
        return self._turns(items, turn, count, min(counts) > 0), output

    def _name(self, site: Site, turn: str) -> ast.expr | None:
        """An f-string for a name with holes; None where the copies are called by number."""
        given = site.entry.given_name
        if given is None or "{" not in given:
            return None
        parts: list[ast.expr] = []
        for index, part in enumerate(given.replace("}", "{").split("{")):
            if index % 2 == 0:
                parts += [ast.Constant(part)] if part else []
                continue
            tree = self.sites.express(site, ast.parse(part, mode="eval").body)
            if tree is None or any(isinstance(node, ast.Constant) and isinstance(node.value, str) for node in ast.walk(tree)):
                raise Differ(site.points, [point.made.name for point in site.points])
            parts.append(ast.FormattedValue(tree, -1))
        named = ast.JoinedStr(parts)
        if any(_filled(named, point) != point.made.name for point in site.points):
            raise Differ(site.points, [point.made.name for point in site.points])
        return named

    def _fed(
        self, entry: Entry, points: Sequence[Point], context: Context, above: Flow, turn: str
    ) -> tuple[Flow, ast.expr | None]:
        """What each copy is fed with, and what it puts out of that: code in which :data:`ABOVE` is what it is fed with."""
        bindings = [point.made.sources[0] for point in points]
        grown = self._grown(entry, points, context, above)
        return flow(points, bindings, lambda axis: _at(axis, above, grown, turn)), grown

    def _grown(self, entry: Entry, points: Sequence[Point], context: Context, above: Flow) -> ast.expr | None:
        marked = [
            replace(point, loop={**point.loop, ABOVE: shape[0]})
            for point in points
            if (shape := point.made.sources[0].shape) is not None
        ]
        bindings = [point.made.sources[0] for point in marked]
        fed = flow(marked, bindings, lambda axis: [ast.Name(ABOVE) if axis == 0 else above.size(axis)])
        self.sites.program.trials += 1
        try:
            _, output = self.pipeline.copy(Site(entry, marked, [fed], context), True)
        except Differ:
            return None
        finally:
            self.sites.program.trials -= 1
        return output.size(0)

    def _turns(self, items: list[Item], turn: str, count: ast.expr, never_empty: bool) -> list[Item]:
        """A loop's modules; its first turn by itself where it differs."""
        if not items:
            return []
        only = items[0] if len(items) == 1 else None
        if isinstance(count, ast.Constant) and count.value == 1:
            return [_at_turn(item, turn, True) for item in items]
        if isinstance(only, One) and only.name is None:
            first, rest = (self.sites.program.trimmed(symbolic.at_turn(only.value, turn, one)) for one in (True, False))
            if never_empty and ast.dump(rest) != ast.dump(only.value):
                if isinstance(count, ast.Constant) and count.value == 2:
                    return [One(None, first), One(None, symbolic.folded(symbolic.with_names(rest, {turn: ast.Constant(1)})))]
                return [One(None, first), Many(_generator(rest, turn, ast.Constant(1), count))]
            return [Many(_generator(only.value, turn, None, count))]
        return [Loop(turn, symbolic.call("range", count), items)]


def _at_turn(item: Item, turn: str, first: bool) -> Item:
    if isinstance(item, One):
        name = symbolic.at_turn(item.name, turn, first) if item.name is not None else None
        return One(_plain(name), symbolic.at_turn(item.value, turn, first), item.shape)
    if isinstance(item, Many):
        return Many(symbolic.at_turn(item.value, turn, first))
    inner = [_at_turn(found, turn, first) for found in item.items]
    if isinstance(item, Choice):
        return Choice(symbolic.at_turn(item.test, turn, first), inner)
    return Loop(item.turn, symbolic.at_turn(item.turns, turn, first), inner)


def _plain(name: ast.expr | None) -> ast.expr | None:
    """A name whose holes are numbers."""
    if not isinstance(name, ast.JoinedStr):
        return name
    parts = [part.value if isinstance(part, ast.FormattedValue) else part for part in name.values]
    texts = [str(part.value) for part in parts if isinstance(part, ast.Constant)]
    return ast.Constant("".join(texts)) if len(texts) == len(parts) else name


def _filled(name: ast.JoinedStr, point: Point) -> str:
    parts = [
        str(symbolic.evaluated(part.value, point.values)) if isinstance(part, ast.FormattedValue) else str(part.value)
        for part in name.values
        if isinstance(part, ast.FormattedValue | ast.Constant)
    ]
    return "".join(parts)


def _generator(value: ast.expr, turn: str, first: ast.expr | None, count: ast.expr) -> ast.expr:
    """``value for turn in range(first, count)``."""
    used = symbolic.mentions(value, turn)
    if first is not None and not used and isinstance(count, ast.Constant):
        first, count = None, ast.Constant(int(str(count.value)) - 1)
    turns = symbolic.call("range", *([first] if first is not None else []), count)
    loop = ast.comprehension(target=ast.Name(turn if used else "_"), iter=turns, ifs=[], is_async=0)
    return ast.GeneratorExp(value, [loop])


def _at(axis: int, above: Flow, grown: ast.expr | None, turn: str) -> list[ast.expr | None]:
    """Code for a size that a copy of a loop is fed with."""
    first = above.size(axis)
    found = [first]
    if axis == 0 and first is not None and grown is not None:
        if not symbolic.mentions(grown, ABOVE):
            start = ast.Compare(ast.Name(turn), [ast.Eq()], [ast.Constant(0)])
            before = symbolic.with_names(grown, {turn: ast.BinOp(ast.Name(turn), ast.Sub(), ast.Constant(1))})
            found.append(ast.IfExp(start, first, before))
        elif (more := _more(grown)) is not None:
            found.append(symbolic.total([first, symbolic.product([more, ast.Name(turn)])]))
    return found


def _summed(axis: int, above: Flow, grown: ast.expr | None, turn: str, count: ast.expr) -> list[ast.expr | None]:
    """Code for a size after all copies of a loop."""
    first = above.size(axis)
    found: list[ast.expr | None] = []
    if axis == 0 and grown is not None:
        if not symbolic.mentions(grown, ABOVE):
            last = symbolic.folded(ast.BinOp(count, ast.Sub(), ast.Constant(1)))
            found.append(symbolic.with_names(grown, {turn: last}))
        elif first is not None and (more := _more(grown)) is not None:
            found.append(symbolic.total([first, symbolic.folded(symbolic.product([count, more]))]))
    return [*found, first]


def _more(grown: ast.expr) -> ast.expr | None:
    """What a copy adds to the channels that it is fed with."""
    if isinstance(grown, ast.BinOp) and isinstance(grown.op, ast.Add) and isinstance(grown.left, ast.Name):
        return grown.right if grown.left.id == ABOVE and not symbolic.mentions(grown.right, ABOVE) else None
    return None
