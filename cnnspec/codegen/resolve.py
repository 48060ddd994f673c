"""Code for the numbers of a class: the spec's expression where it is right at every place, else a number, else a parameter."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import Any

from cnnspec.codegen import symbolic
from cnnspec.codegen.modules import Sequential, changed, sequence
from cnnspec.codegen.names import unique
from cnnspec.codegen.points import Differ, Flow, Frame, Known, Point, given, same
from cnnspec.codegen.spoken import is_spoken
from cnnspec.graph.builder import frozen
from cnnspec.language.expression import MISSING, SIZES, ExpressionError, tree
from cnnspec.language.reader import Node

Symbols = Mapping[str, ast.expr]
"""What names of a spec are in the code."""

_LONG = 24
"""From how many columns on a size has a name."""

ABOVE = "_above"
"""What stands, while that is looked for, for the channels that each copy of an entry is fed with."""

Candidates = Sequence[ast.expr | None]


class Resolver:
    """Finds code for values, in a class that runs as ``frames``. ``promotes`` says whether it may ask for more parameters."""

    def __init__(self, frames: Sequence[Frame], taken: set[str], promotes: bool) -> None:
        self.frames = frames
        self.taken = taken
        self.promotes = promotes
        self.variables: dict[str, ast.expr] = {}
        """Variables of the constructor, each with its code."""
        self.promoted: list[str] = []
        """Parameters that no spec has."""

    def resolve(self, points: Sequence[Point], values: Sequence[Any], candidates: Candidates, hint: str) -> ast.expr:
        """Code that gives these values at the points: the first candidate that does, else whatever will.

        Raises :class:`Differ` where there is none.
        """
        for candidate in candidates:
            if candidate is not None and all(map(same, found := list(given(points, candidate)), values)):
                return _whole(found, values, candidate)
        if all(same(value, values[0]) for value in values):
            return symbolic.literal(values[0])
        if (listed := _by_turn(points, values)) is not None:
            return listed
        return self._promoted(points, values, hint)

    def _promoted(self, points: Sequence[Point], values: Sequence[Any], hint: str) -> ast.expr:
        """A parameter that holds the value, or one for each turn of a loop."""
        if not self.promotes:
            raise Differ(points, [frozen(value) for value in values])
        turns: dict[int, list[tuple[Point, Any]]] = {id(frame): [] for frame in self.frames}
        for point, value in zip(points, values, strict=True):
            turns[id(point.frame)].append((point, value))
        if all(all(same(value, found[0][1]) for _, value in found) for found in turns.values() if found):
            held = {key: found[0][1] if found else values[0] for key, found in turns.items()}
            return self._parameter(held, hint)
        loops = {tuple(name for name in point.loop if name != ABOVE) for point in points}
        if len(loops) != 1 or len(next(iter(loops))) != 1:
            raise Differ(points, [frozen(value) for value in values])
        ((turn,),) = loops
        held = {key: [value for _, value in found] or [values[0]] for key, found in turns.items()}
        return ast.Subscript(self._parameter(held, hint), ast.Name(turn))

    def _parameter(self, held: Mapping[int, Any], hint: str) -> ast.expr:
        """The parameter that holds a value for each frame: one that there is, else a new one."""
        for name in self.promoted:
            if all(same(frame.values.get(name), held[id(frame)]) for frame in self.frames):
                return ast.Name(name)
        name = unique(hint, self.taken)
        self.taken.add(name)
        self.promoted.append(name)
        for frame in self.frames:
            frame.values[name] = held[id(frame)]
        return ast.Name(name)

    def named(self, flow: Flow, points: Sequence[Point], name: str) -> Flow:
        """Data whose sizes have names where their code is long: a variable of the constructor."""
        if any(point.loop for point in points):
            return flow
        sizes = list(flow.sizes)
        for axis, size in enumerate(sizes):
            if size is not None and not symbolic.is_literal(size) and len(ast.unparse(size)) > _LONG:
                word = (
                    "features" if len(sizes) == 1 else ("out", "rows", "columns", "depth")[axis] if axis < 4 else f"size{axis}"
                )
                values = [shape[axis] for shape in flow.shapes]
                sizes[axis] = self._variable(size, points, values, f"{name}_{word}" if name.isidentifier() else word)
        return Flow(flow.nodes, flow.shapes, tuple(sizes))

    def shortened(self, code: ast.expr, points: Sequence[Point], values: Sequence[Any], hint: str) -> ast.expr:
        """Code, or where it is long the name of a variable that holds what it gives."""
        plain = symbolic.is_literal(code) or any(point.loop for point in points)
        return code if plain or len(ast.unparse(code)) <= _LONG else self._variable(code, points, values, hint)

    def _variable(self, code: ast.expr, points: Sequence[Point], values: Sequence[Any], hint: str) -> ast.expr:
        """A variable that holds what code gives."""
        whole = _whole(list(given(points, code)), values, code)
        for name, known in self.variables.items():
            if ast.dump(known) == ast.dump(whole):
                return ast.Name(name)
        if len({id(point.frame) for point in points}) < len(self.frames):
            return code
        name = unique(hint, self.taken)
        self.taken.add(name)
        self.variables[name] = whole
        for point, value in zip(points, values, strict=True):
            point.frame.values[name] = value
        return ast.Name(name)

    def abbreviated(self, code: ast.expr) -> ast.expr:
        """Code with the variables that hold what it works out."""
        if isinstance(code, Sequential) and code.items is not None:
            return sequence(changed(code.items, self.abbreviated))
        for name, known in self.variables.items():
            code = symbolic.with_name(code, known, name)
        return code

    def spelled_out(self, code: ast.expr | None) -> ast.expr | None:
        """Code without the variables that were made for it."""
        if code is None:
            return None
        for name in reversed(self.variables):
            if symbolic.mentions(code, name):
                code = symbolic.with_names(code, {name: self.variables[name]})
        return code

    def expression(
        self, node: Node | ast.expr, points: Sequence[Point], symbols: Symbols, above: Flow | None, known: Known
    ) -> ast.expr | None:
        """A spec's expression as code; None for what is no expression."""
        try:
            parsed = node if isinstance(node, ast.expr) else tree(node.value) if isinstance(node.value, str) else None
        except ExpressionError:
            return None
        if parsed is None or not is_spoken(parsed):
            return None

        def bare(name: str) -> ast.expr | None:
            if name in symbols:
                return symbols[name]
            return self._size(points, above, name) if name in SIZES else None

        def size(layer: str, what: str) -> ast.expr:
            values = [(point.made.place.layer(layer) or {}).get(what, MISSING) for point in points]
            return self._known(points, values, [_of(known.find(points, layer), what)], f"{layer}_{what}")

        try:
            made: ast.expr = symbolic.Replace(bare, size).visit(parsed)
        except ExpressionError:
            return None
        if symbolic.is_literal(made) and not symbolic.is_literal(parsed):
            return symbolic.folded(made)
        return symbolic.decided(made)

    def _size(self, points: Sequence[Point], above: Flow | None, name: str) -> ast.expr:
        values = [point.made.place.value(name) for point in points]
        return self._known(points, values, [_of(above, name.removeprefix("in_"))], name)

    def _known(self, points: Sequence[Point], values: Sequence[Any], candidates: Candidates, hint: str) -> ast.expr:
        """Code for sizes. Raises :class:`ExpressionError` where there is none of that name."""
        if any(value is MISSING for value in values):
            raise ExpressionError(hint)
        return self.resolve(points, values, candidates, hint)


def _of(flow: Flow | None, what: str) -> ast.expr | None:
    """Code for a size of data, by its word."""
    if flow is None or what == "shape":
        return None
    axes = {"channels": 0, "features": -1, "width": -1, "length": -1, "height": -2, "depth": -3}
    return flow.size(axes[what]) if what in axes else None


def _whole(found: Sequence[Any], values: Sequence[Any], code: ast.expr) -> ast.expr:
    """Code that gives whole numbers where those are wanted, and not what was found: in Python ``64 * 0.5`` is 32.0."""
    if isinstance(code, ast.Constant):
        return ast.Constant(values[0])
    if isinstance(code, ast.Tuple):
        rows = zip(code.elts, zip(*found, strict=True), zip(*values, strict=True), strict=True)
        return ast.Tuple([_whole(made, wanted, item) for item, made, wanted in rows])
    if all(isinstance(value, int) for value in values) and any(isinstance(value, float) for value in found):
        return symbolic.call("int", code)
    return code


def _by_turn(points: Sequence[Point], values: Sequence[Any]) -> ast.expr | None:
    """A list of values indexed by a loop's turn, where they depend on that alone, and their number on no variable."""
    for turn in (name for name in points[0].loop if name != ABOVE):
        found: dict[int, Any] = {}
        longest: dict[int, int] = {}
        for point in points:
            network = id(point.made.place.scope.vars)
            longest[network] = max(longest.get(network, 0), point.loop.get(turn, 0))
        if (
            len(set(longest.values())) == 1
            and all(
                turn in point.loop and same(found.setdefault(point.loop[turn], value), value)
                for point, value in zip(points, values, strict=True)
            )
            and list(found) == list(range(len(found)))
        ):
            return ast.Subscript(symbolic.literal(list(found.values())), ast.Name(turn))
    return None
