"""Lists of entries that are a straight line: each reads the one above, and all are modules of an ``nn.Sequential``."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from cnnspec import layers
from cnnspec.arithmetic.shape import Shape
from cnnspec.codegen import symbolic
from cnnspec.codegen.code import Assign, Do, For, If, Statement
from cnnspec.codegen.names import unique
from cnnspec.codegen.points import Differ, Flow, Point, flow
from cnnspec.codegen.resolve import ABOVE
from cnnspec.codegen.sites import Context, Site, Sites
from cnnspec.graph.names import Binding
from cnnspec.graph.trace import Copy, Visit
from cnnspec.language.spec import Entry


@dataclass(frozen=True, slots=True)
class One:
    """A module with its name (None: its number), and the shape that it puts out, where that is always the same."""

    name: ast.expr | None
    value: ast.expr
    shape: Shape | None = None


@dataclass(frozen=True, slots=True)
class Many:
    """Modules that an expression yields, called by their numbers."""

    value: ast.expr


@dataclass(frozen=True, slots=True)
class Choice:
    """Modules that are there where ``test`` holds."""

    test: ast.expr
    items: list[Item]


@dataclass(frozen=True, slots=True)
class Loop:
    """Modules once for each turn of a loop."""

    turn: str
    turns: ast.expr
    items: list[Item]


Item = One | Many | Choice | Loop


# -- what is straight ---------------------------------------------------------------------------------------------


def is_straight(visits: Sequence[Visit], start: str, end: str) -> bool:
    """Whether a list of entries that reads the layer ``start`` is a straight line, and puts out ``end``."""
    return _end(visits, start) == end


def _end(visits: Sequence[Visit], node: str) -> str | None:
    """Where a straight line ends; None where it is none."""
    for visit in visits:
        entry = visit.entry
        if visit.present and (visit.training_only or entry.share is not None or entry.paths is not None):
            return None
        for copy in visit.copies:
            found = _after(copy, node)
            if found is None:
                return None
            node = found
    return node


def _after(copy: Copy, node: str) -> str | None:
    """What stands after a copy in a straight line."""
    if len(copy.sources) != 1 or copy.sources[0].node != node or copy.named:
        return None
    if copy.node is not None:
        found = layers.find(copy.node.type)
        return None if found is None or found.merges or copy.node.shares is not None else copy.output.node
    if not copy.prefix:
        return _end(copy.bodies[0], node)
    return copy.output.node if not outside(copy) else None


def _is_named(visit: Visit) -> bool:
    """Whether an entry, or one that it holds without a scope, has a name of its own."""
    inner = (found for copy in visit.copies if copy.node is None and not copy.prefix for body in copy.bodies for found in body)
    return visit.entry.name is not None or any(map(_is_named, inner))


def outside(copy: Copy) -> list[Binding]:
    """What the layers of a copy read that is none of them, nor what the copy is fed with."""
    made, read = set[str](), dict[str, Binding]()
    for inner in _layers(copy):
        for binding in (*inner.sources, *inner.named):
            if binding.node not in made and binding.node not in {source.node for source in copy.sources}:
                read.setdefault(binding.node, binding)
        if inner.node is not None:
            made.add(inner.node.name)
            shared = inner.node.shares
            if shared is not None and shared not in made:
                read.setdefault(shared, Binding(shared, None))
    return list(read.values())


def counterparts(copy: Copy, other: Copy) -> dict[str, str]:
    """What ``other``, made of the same entries, reads in place of what ``copy`` reads.

    Raises :class:`Differ` where what is one thing for ``copy`` is two for ``other``.
    """
    found: dict[str, str] = {}
    for one, two in zip(_layers(copy), _layers(other), strict=True):
        for mine, theirs in zip((*one.sources, *one.named), (*two.sources, *two.named), strict=False):
            if found.setdefault(mine.node, theirs.node) != theirs.node:
                raise Differ((), ())
    return found


def _layers(copy: Copy) -> Iterator[Copy]:
    for body in copy.bodies:
        for visit in body:
            for inner in visit.copies:
                if inner.prefix:
                    yield inner
                yield from _layers(inner)
                if inner.node is not None:
                    yield inner


# -- its modules --------------------------------------------------------------------------------------------------


class Pipeline:
    """The modules of straight lists of entries, in one class."""

    def __init__(self, sites: Sites) -> None:
        self.sites = sites
        self.resolver = sites.resolver
        self.program = sites.program

    def items(self, points: Sequence[Point], context: Context, above: Flow) -> tuple[list[Item], Flow]:
        """The modules of the lists of entries at the points, and what the last one puts out."""
        found: list[Item] = []
        if context.numbered and any(_is_named(visit) for point in points for visit in point.visits):
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
        whole = [
            replace_copy(point, visit, above.shapes[i]) for i, (point, visit) in enumerate(zip(points, visits, strict=True))
        ]
        site = Site(entry, whole, [above], context)
        test = self.sites.value(site, entry.when, present, f"has_{entry.given_name or entry.type}")
        names = {node.id for node in ast.walk(test) if isinstance(node, ast.Name)}
        return None if names <= set(self.program.constants.values()) and len(set(present)) == 1 else test

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
        shapes = set(output.shapes)
        return [One(name, value, shapes.pop() if len(shapes) == 1 else None)], output

    def is_inline(self, entry: Entry) -> bool:
        """Whether an entry makes no scope of its own entries."""
        block = self.program.spec.blocks.get(entry.type)
        return block.body.kind == "inline" if block is not None else entry.type == "inline"

    def _inline(self, site: Site, numbered: bool) -> tuple[list[Item], Flow]:
        """The modules of entries without a scope: as if written here, or of a function where they are called by number."""
        within, context = (visit for point in site.points for visit in point.made.bodies[0]), self.inside(site)
        is_function = numbered and site.entry.type in self.program.spec.blocks and not context.frozen
        if is_function and not any(map(_is_named, within)):
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
        return replace(context, symbols={**self.program.variables(site.context.symbols), **symbols})

    def _parameter(self, site: Site, name: str) -> ast.expr:
        values = [point.made.params[name] for point in site.points]
        node = site.entry.options.get(name)
        return (
            self.sites.value(site, node, values, name)
            if node is not None
            else self.resolver.resolve(site.points, values, [], name)
        )


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
        outputs = [visit.output for visit in visits]
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
        numbered = not any(_is_named(inner) for copy in parts for inner in copy.bodies[0])
        inner, output = self._row(entry, points, visits, replace(context, numbered=numbered), above, numbered)
        shapes = {binding.shape for binding in outputs}
        return [One(ast.Constant(given), sequence(inner), shapes.pop() if len(shapes) == 1 else None)], output

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
        whole = [
            replace_copy(point, visit, above.shapes[i]) for i, (point, visit) in enumerate(zip(points, visits, strict=True))
        ]
        assert entry.repeat is not None
        count = self.sites.value(Site(entry, whole, [above], context), entry.repeat, counts, "repeat")
        output = flow(points, [visit.output for visit in visits], lambda axis: _summed(axis, above, grown, count))
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
            assert tree is not None
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
        only = items[0] if len(items) == 1 else None
        if isinstance(count, ast.Constant) and count.value == 1:
            return [_at_turn(item, turn, True) for item in items]
        if isinstance(only, One) and only.name is None:
            first, rest = (self.sites.program.trimmed(symbolic.at_turn(only.value, turn, one)) for one in (True, False))
            if never_empty and ast.dump(rest) != ast.dump(only.value):
                return [One(None, first), Many(_generator(rest, turn, ast.Constant(1), count))]
            return [Many(_generator(only.value, turn, None, count))]
        return [Loop(turn, symbolic.call("range", count), items)]


def replace_copy(point: Point, visit: Visit, shape: Shape) -> Point:
    """A place with the entry as a whole there: where its ``repeat`` and ``when`` are evaluated."""
    return replace(point, copy=Copy(visit.place, (Binding("", shape),)))


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


def _at(axis: int, above: Flow, grown: ast.expr | None, turn: str) -> list[ast.expr | None]:
    """Code for a size that a copy of a loop is fed with."""
    first = above.size(axis)
    found = [first]
    if axis == 0 and first is not None and grown is not None:
        if not symbolic.mentions(grown, ABOVE):
            start = ast.Compare(ast.Name(turn), [ast.Eq()], [ast.Constant(0)])
            found.append(ast.IfExp(start, first, grown))
        elif (more := _more(grown)) is not None:
            found.append(symbolic.total([first, symbolic.product([more, ast.Name(turn)])]))
    return found


def _summed(axis: int, above: Flow, grown: ast.expr | None, count: ast.expr) -> list[ast.expr | None]:
    """Code for a size after all copies of a loop."""
    first = above.size(axis)
    found: list[ast.expr | None] = []
    if axis == 0 and grown is not None:
        if not symbolic.mentions(grown, ABOVE):
            found.append(grown)
        elif first is not None and (more := _more(grown)) is not None:
            found.append(symbolic.total([first, symbolic.folded(symbolic.product([count, more]))]))
    return [*found, first]


def _more(grown: ast.expr) -> ast.expr | None:
    """What a copy adds to the channels that it is fed with."""
    if isinstance(grown, ast.BinOp) and isinstance(grown.op, ast.Add) and isinstance(grown.left, ast.Name):
        return grown.right if grown.left.id == ABOVE and not symbolic.mentions(grown.right, ABOVE) else None
    return None


# -- its code -----------------------------------------------------------------------------------------------------


def statements(items: Sequence[Item], target: ast.expr, comments: bool = False) -> list[Statement]:
    """Code that gives named modules to an object."""
    found: list[Statement] = []
    last: Shape | None = None
    for item in items:
        if isinstance(item, One):
            shape = f"[{', '.join(map(str, item.shape))}]" if comments and item.shape is not None and item.shape != last else ""
            last = item.shape
            assert item.name is not None
            found += assigned(target, item.name, item.value, shape, comments)
        elif isinstance(item, Choice):
            found.append(If(item.test, statements(item.items, target, comments)))
        elif isinstance(item, Loop):
            found.append(For(ast.Name(item.turn), item.turns, statements(item.items, target)))
    return found


def assigned(target: ast.expr, name: ast.expr, value: ast.expr, comment: str = "", comments: bool = False) -> list[Statement]:
    """A module as an attribute; what has modules with names is given them one by one."""
    if isinstance(value, Sequential) and isinstance(name, ast.Constant) and str(name.value).isidentifier():
        inner = ast.Attribute(target, str(name.value))
        if _has_names(value.items):
            return [Assign(inner, symbolic.call("nn.Sequential")), *statements(value.items, inner, comments)]
        first, more = filled(value.items, inner)
        return [Assign(inner, symbolic.call("nn.Sequential", *first), comment), *more]
    return [assignment(target, name, value, comment)]


def assignment(target: ast.expr, name: ast.expr, value: ast.expr, comment: str = "") -> Statement:
    """A module as an attribute."""
    if isinstance(name, ast.Constant) and str(name.value).isidentifier():
        return Assign(ast.Attribute(target, str(name.value)), value, comment)
    return Do(symbolic.call(ast.Attribute(target, "add_module"), name, value), comment)


def arguments(items: Sequence[Item]) -> list[ast.expr]:
    """Modules that are called by number as arguments of a call."""
    found = []
    for item in items:
        if isinstance(item, One):
            found.append(item.value)
        elif isinstance(item, Many):
            found.append(ast.Starred(item.value))
        elif isinstance(item, Choice):
            found.append(ast.Starred(ast.IfExp(item.test, ast.List(arguments(item.items)), ast.List([]))))
        else:
            turns = ast.comprehension(target=ast.Name(item.turn), iter=item.turns, ifs=[], is_async=0)
            each = ast.comprehension(target=ast.Name("module"), iter=ast.Tuple(arguments(item.items)), ifs=[], is_async=0)
            found.append(ast.Starred(ast.GeneratorExp(ast.Name("module"), [turns, each])))
    return found


def yields(items: Sequence[Item]) -> list[Statement]:
    """Code that yields modules that are called by number."""
    found: list[Statement] = []
    for item in items:
        if isinstance(item, One):
            found.append(Do(ast.Yield(item.value)))
        elif isinstance(item, Many):
            found.append(Do(ast.YieldFrom(item.value)))
        elif isinstance(item, Choice):
            found.append(If(item.test, yields(item.items)))
        else:
            found.append(For(ast.Name(item.turn), item.turns, yields(item.items)))
    return found


class Sequential(ast.Call):
    """An ``nn.Sequential`` of modules. In a statement of its own those with names may be its attributes, and others added."""

    items: Sequence[Item]


def sequence(items: Sequence[Item]) -> ast.expr:
    """An ``nn.Sequential`` of modules."""
    given: list[ast.expr] = [symbolic.call("OrderedDict", ast.List(_pairs(items)))]
    if not _has_names(items):
        given = arguments(items)
    found = Sequential(symbolic.name("nn.Sequential"), given, [])
    found.items = items
    return found


def _has_names(items: Sequence[Item]) -> bool:
    return any(
        item.name is not None if isinstance(item, One) else not isinstance(item, Many) and _has_names(item.items)
        for item in items
    )


def filled(items: Sequence[Item], target: ast.expr) -> tuple[list[ast.expr], list[Statement]]:
    """Modules that are called by number: those that an ``nn.Sequential`` begins with, and code that adds the others."""
    start = next((index for index, item in enumerate(items) if isinstance(item, Choice | Loop)), len(items))
    return arguments(items[:start]), _added(items[start:], target)


def _added(items: Sequence[Item], target: ast.expr) -> list[Statement]:
    found: list[Statement] = []
    row: list[Item] = []
    for item in [*items, None]:
        if isinstance(item, One | Many):
            row.append(item)
            continue
        if row:
            single = len(row) == 1 and isinstance(row[0], One)
            given = arguments(row)
            added: ast.expr = given[0] if single else ast.List(given)
            if len(row) == 1 and isinstance(given[0], ast.Starred):
                added = given[0].value
            found.append(Do(symbolic.call(ast.Attribute(target, "append" if single else "extend"), added)))
            row = []
        if isinstance(item, Choice):
            found.append(If(item.test, _added(item.items, target)))
        elif isinstance(item, Loop):
            found.append(For(ast.Name(item.turn), item.turns, _added(item.items, target)))
    return found


def _pairs(items: Sequence[Item]) -> list[ast.expr]:
    """Modules with their names."""
    found: list[ast.expr] = []
    for item in items:
        if isinstance(item, One) and item.name is not None:
            found.append(ast.Tuple([item.name, item.value]))
        elif isinstance(item, Choice):
            found.append(ast.Starred(ast.IfExp(item.test, ast.List(_pairs(item.items)), ast.List([]))))
        elif isinstance(item, Loop):
            turns = ast.comprehension(target=ast.Name(item.turn), iter=item.turns, ifs=[], is_async=0)
            each = ast.comprehension(target=ast.Name("pair"), iter=ast.Tuple(_pairs(item.items)), ifs=[], is_async=0)
            found.append(ast.Starred(ast.GeneratorExp(ast.Name("pair"), [turns, each])))
    return found
