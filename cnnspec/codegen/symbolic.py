"""Expressions of a spec as expressions of Python: replaced, folded and evaluated as syntax trees, never as text."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any

from cnnspec.language.expression import ExpressionError, Names, value_of
from cnnspec.override import override

Values = Mapping[str, Any]
"""What the names in generated code stand for."""

UNKNOWN = object()
"""The value of what cannot be evaluated."""

_PYTHON = {"ceil": "math.ceil", "floor": "math.floor"}
"""Functions of the language that Python keeps in a module."""


def name(text: str) -> ast.expr:
    """A name, or several joined by dots."""
    first, *rest = text.split(".")
    found: ast.expr = ast.Name(first)
    for attribute in rest:
        found = ast.Attribute(found, attribute)
    return found


def call(function: str | ast.expr, *arguments: ast.expr, **keywords: ast.expr) -> ast.Call:
    """A call."""
    named = [ast.keyword(key, value) for key, value in keywords.items()]
    return ast.Call(name(function) if isinstance(function, str) else function, list(arguments), named)


def literal(value: Any) -> ast.expr:
    """A plain value: numbers, booleans, text, None, and lists of these as tuples."""
    if isinstance(value, list | tuple):
        return ast.Tuple([literal(item) for item in value])
    if isinstance(value, int | float) and not isinstance(value, bool) and value < 0:
        return ast.UnaryOp(ast.USub(), ast.Constant(-value))
    return ast.Constant(value)


def nodes(tree: ast.AST) -> list[ast.AST]:
    """The nodes of a tree, in the order of ``ast.walk`` and in less time: most of what is asked of code is asked of them."""
    found = [tree]
    for node in found:
        for value in vars(node).values():
            if isinstance(value, ast.AST):
                found.append(value)
            elif isinstance(value, list):
                found += [item for item in value if isinstance(item, ast.AST)]
    return found


def is_literal(tree: ast.expr) -> bool:
    """Whether it stands for itself, with no name in it."""
    return not any(isinstance(node, ast.Name) for node in nodes(tree))


def evaluated(tree: ast.expr, values: Values) -> Any:
    """The value of generated code, :data:`UNKNOWN` where it has none, or another in Python: there ``True == 1``."""
    return evaluator(tree)(values)


def evaluator(tree: ast.expr) -> Callable[[Values], Any]:
    """What gives the value of generated code: see :func:`evaluated`."""
    parts = nodes(tree)
    compared = [
        [evaluator(item) for item in (node.left, *node.comparators)]
        for node in parts
        if isinstance(node, ast.Compare) and _asks_equal(node)
    ]
    if any(isinstance(node, ast.Tuple | ast.Attribute) for node in parts):
        tree = _AsWritten().visit(tree)

    def value(values: Values) -> Any:
        try:
            return UNKNOWN if any(_differ(items, values) for items in compared) else value_of(tree, Names(values))
        except ExpressionError:
            return UNKNOWN

    return value


def _asks_equal(tree: ast.Compare) -> bool:
    return any(isinstance(operator, ast.Eq | ast.NotEq) for operator in tree.ops)


def _differ(items: list[Callable[[Values], Any]], values: Values) -> bool:
    """Whether numbers are compared with booleans, which Python thinks of as numbers."""
    return len({isinstance(value(values), bool) for value in items}) > 1


class _Copying(ast.NodeTransformer):
    """Makes a new tree: what is visited is shared with others and never changed."""

    @override
    def generic_visit(self, node: ast.AST) -> ast.AST:
        return type(node)(**{key: self._copied(value) for key, value in ast.iter_fields(node)})

    @override
    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        return node

    def _copied(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._copied(item) for item in value]
        return self.visit(value) if isinstance(value, ast.AST) else value


class _AsWritten(_Copying):
    """Code back to the language: tuples are lists, ``int(…)`` and ``math.ceil`` are functions."""

    @override
    def visit_Tuple(self, node: ast.Tuple) -> ast.expr:
        return ast.List([self.visit(item) for item in node.elts])

    @override
    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        return ast.Name(node.attr)


class Replace(_Copying):
    """An expression of the language in Python, its names and the sizes of layers replaced by what is given for them.

    Raises :class:`ExpressionError` for a name that means nothing: what is never evaluated may hold any.
    """

    def __init__(self, bare: Callable[[str], ast.expr | None], size: Callable[[str, str], ast.expr]) -> None:
        self.bare = bare
        self.size = size

    @override
    def visit_Name(self, node: ast.Name) -> ast.expr:
        found = self.bare(node.id)
        if found is not None:
            return found
        if node.id not in ("true", "false"):
            raise ExpressionError(node.id)
        return ast.Constant(node.id == "true")

    @override
    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        return self.size(node.value.id, node.attr) if isinstance(node.value, ast.Name) else node

    @override
    def visit_Call(self, node: ast.Call) -> ast.AST:
        function = node.func.id if isinstance(node.func, ast.Name) else ""
        arguments = [self._copied(argument) for argument in node.args]
        return ast.Call(name(_PYTHON.get(function, function)), arguments, self._copied(node.keywords))


class _Substitute(_Copying):
    def __init__(self, names: Mapping[str, ast.expr]) -> None:
        self.names = names

    @override
    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.names.get(node.id, node)


def with_names(tree: ast.expr, names: Mapping[str, ast.expr]) -> ast.expr:
    """A copy of code in which names stand for other code."""
    found: ast.expr = _Substitute(names).visit(tree)
    return found


def with_name(tree: ast.expr, part: ast.expr, name: str) -> ast.expr:
    """Code in which a name stands wherever ``part`` stood; the same tree where that is nowhere."""
    text = ast.dump(part)
    if not any(type(node) is type(part) and ast.dump(node) == text for node in nodes(tree)):
        return tree
    found: ast.expr = _Named(text, name).visit(tree)
    return found


class _Named(_Copying):
    def __init__(self, part: str, name: str) -> None:
        self.part = part
        self.name = name

    @override
    def visit(self, node: ast.AST) -> Any:
        if isinstance(node, ast.expr) and ast.dump(node) == self.part:
            return ast.Name(self.name)
        return super().visit(node)


def at_turn(tree: ast.expr, turn: str, first: bool) -> ast.expr:
    """Code in a loop at its first turn, or at any other: what is asked of the turn there is decided."""
    found: ast.expr = _Turn(turn, first).visit(tree)
    return folded(found)


class _Turn(_Copying):
    def __init__(self, turn: str, first: bool) -> None:
        self.turn = turn
        self.first = first

    @override
    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.Constant(0) if self.first and node.id == self.turn else node

    @override
    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        if not self.first and isinstance(node.left, ast.Name) and node.left.id == self.turn and len(node.ops) == 1:
            operator, other = node.ops[0], node.comparators[0]
            if isinstance(other, ast.Constant) and other.value == 0 and isinstance(operator, ast.Eq | ast.NotEq | ast.Gt):
                return ast.Constant(not isinstance(operator, ast.Eq))
        return self.generic_visit(node)


def names_in(tree: ast.AST) -> set[str]:
    """Every name that stands in code."""
    return {node.id for node in nodes(tree) if isinstance(node, ast.Name)}


def mentions(tree: ast.AST, name: str) -> bool:
    """Whether a name stands in code."""
    return any(isinstance(node, ast.Name) and node.id == name for node in nodes(tree))


def folded(tree: ast.expr) -> ast.expr:
    """With everything worked out that has no name in it; of a choice that is decided, what is chosen."""
    found: ast.expr = _Fold().visit(tree)
    return found


class _Fold(_Copying):
    @override
    def generic_visit(self, node: ast.AST) -> ast.AST:
        copied = super().generic_visit(node)
        if isinstance(copied, ast.IfExp) and isinstance(copied.test, ast.Constant):
            return copied.body if copied.test.value else copied.orelse
        if isinstance(copied, ast.BinOp | ast.Compare | ast.BoolOp | ast.UnaryOp | ast.Subscript | ast.Call):
            return _worked_out(copied)
        return copied


def decided(tree: ast.expr) -> ast.expr:
    """With the truth of what compares numbers alone worked out, and of what hangs on it; sums of numbers stay as they are."""
    if not any(isinstance(node, ast.Compare | ast.IfExp | ast.Call) for node in nodes(tree)):
        return tree
    found: ast.expr = _Decide().visit(tree)
    return found


class _Decide(_Copying):
    @override
    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        values = [self._copied(value) for value in (node.left, *node.comparators)]
        pairs = [ast.Compare(left, [op], [right]) for left, op, right in zip(values, node.ops, values[1:], strict=False)]
        known = [evaluated(pair, {}) if is_literal(pair) else UNKNOWN for pair in pairs]
        if False in known:
            return ast.Constant(False)
        while known and known[0] is True:
            known, values, pairs = known[1:], values[1:], pairs[1:]
        while known and known[-1] is True:
            known, values, pairs = known[:-1], values[:-1], pairs[:-1]
        return ast.Compare(values[0], [pair.ops[0] for pair in pairs], values[1:]) if pairs else ast.Constant(True)

    @override
    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        neutral = isinstance(node.op, ast.And)
        values = [value for value in map(self._copied, node.values) if not _is(value, neutral)]
        if any(_is(value, not neutral) for value in values):
            return ast.Constant(not neutral)
        return ast.BoolOp(node.op, values) if len(values) > 1 else values[0] if values else ast.Constant(neutral)

    @override
    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        operand = self._copied(node.operand)
        if isinstance(node.op, ast.Not) and isinstance(operand, ast.Constant):
            return ast.Constant(not operand.value)
        return ast.UnaryOp(node.op, operand)

    @override
    def visit_IfExp(self, node: ast.IfExp) -> Any:
        test, body, orelse = map(self._copied, (node.test, node.body, node.orelse))
        if isinstance(test, ast.Constant):
            return body if test.value else orelse
        return ast.IfExp(test, body, orelse) if ast.dump(body) != ast.dump(orelse) else body

    @override
    def visit_Call(self, node: ast.Call) -> ast.AST:
        made = self.generic_visit(node)
        is_needless = ast.dump(node.func) == ast.dump(ast.Name("int")) and len(node.args) == 1
        return self._copied(node.args[0]) if is_needless and _is_whole(node.args[0]) else made


def _is(tree: ast.expr, value: bool) -> bool:
    return isinstance(tree, ast.Constant) and tree.value is value


def _is_whole(tree: ast.expr) -> bool:
    return isinstance(tree, ast.Constant) and type(tree.value) is int


def _worked_out(tree: ast.expr) -> ast.expr:
    functions = [node.func for node in nodes(tree) if isinstance(node, ast.Call)]
    if any(isinstance(node, ast.Name) and node not in functions for node in nodes(tree)):
        return tree
    value = evaluated(tree, {})
    return tree if value is UNKNOWN or isinstance(value, list) else literal(value)


def total(terms: list[ast.expr]) -> ast.expr:
    """The sum of terms, numbers added up and like terms counted together."""
    counts: dict[str, tuple[int, ast.expr]] = {}
    single = [part for term in terms for part in _terms(term)]
    number = sum(part.value for part in single if isinstance(part, ast.Constant) and isinstance(part.value, int))
    others = [part for part in single if not (isinstance(part, ast.Constant) and isinstance(part.value, int))]
    for term in [*others, *([ast.Constant(number)] if number or not others else [])]:
        text = ast.dump(term)
        counts[text] = (counts.get(text, (0, term))[0] + 1, term)
    products = [
        folded(term if count == 1 else ast.BinOp(ast.Constant(count), ast.Mult(), term)) for count, term in counts.values()
    ]
    found = products[0]
    for product in products[1:]:
        found = ast.BinOp(found, ast.Add(), product)
    return folded(found)


def _terms(tree: ast.expr) -> list[ast.expr]:
    """What is added up in a sum."""
    if isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.Add):
        return [*_terms(tree.left), *_terms(tree.right)]
    return [tree]


def product(factors: list[ast.expr]) -> ast.expr:
    """The product of factors, ones left out."""
    counted = [factor for factor in factors if not (isinstance(factor, ast.Constant) and factor.value == 1)]
    if not counted:
        return ast.Constant(1)
    found = counted[0]
    for factor in counted[1:]:
        found = ast.BinOp(found, ast.Mult(), factor)
    return found
