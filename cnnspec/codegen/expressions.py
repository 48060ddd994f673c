"""Expressions as text that may be broken into lines, as ``ruff format`` breaks them."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import NamedTuple

from cnnspec.codegen.document import Brackets, Broken, Document, Group, Items, Line, flat

_BINARY: dict[type[ast.operator], tuple[str, int]] = {
    ast.BitOr: ("|", 8),
    ast.Add: ("+", 11),
    ast.Sub: ("-", 11),
    ast.Mult: ("*", 12),
    ast.Div: ("/", 12),
    ast.FloorDiv: ("//", 12),
    ast.Mod: ("%", 12),
    ast.Pow: ("**", 14),
}
_COMPARE: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
_CHOICE, _OR, _AND, _NOT, _COMPARED, _SIGN, _POWER, ATOM = 3, 4, 5, 6, 7, 13, 14, 16


class Operand(NamedTuple):
    """A part of an operation, the operator before it and how that binds; in parentheses where it binds less than ``least``."""

    operator: str
    binds: int
    tree: ast.expr
    least: int

    @property
    def enclosed(self) -> bool:
        return binds(self.tree) < self.least


def quoted(text: str) -> str:
    """A string in double quotes, where it holds none; no character of it can end it or its line."""
    found = repr(text)
    if found[0] == "'" and '"' not in text:
        found = f'"{found[1:-1]}"'
    return found.encode("ascii", "backslashreplace").decode()


def text(tree: ast.expr) -> str:
    """An expression in one line."""
    return flat(document(tree))


def document(tree: ast.expr, least: int = 0) -> Document:
    """An expression; in parentheses where it binds less than ``least``."""
    found = _document(tree)
    return Brackets("(", found, ")") if binds(tree) < least else found


def binds(tree: ast.expr) -> int:
    """How tightly an expression holds together."""
    match tree:
        case ast.BinOp(op=operator):
            return _BINARY[type(operator)][1]
        case ast.UnaryOp(op=operator):
            return _NOT if isinstance(operator, ast.Not) else _SIGN
        case ast.BoolOp(op=operator):
            return _AND if isinstance(operator, ast.And) else _OR
        case ast.Compare():
            return _COMPARED
        case ast.IfExp():
            return _CHOICE
        case ast.Starred() | ast.Slice() | ast.Yield() | ast.YieldFrom():
            return 0
    return ATOM


def _document(tree: ast.expr) -> Document:
    match tree:
        case ast.Constant(value=value):
            return quoted(value) if isinstance(value, str) else repr(value)
        case ast.Name(id=name):
            return name
        case ast.JoinedStr(values=parts):
            return f'f"{"".join(map(_hole, parts))}"'
        case ast.Attribute() | ast.Call() | ast.Subscript():
            fluent = is_fluent(tree)
            return Group(_chain(tree, fluent)) if fluent else _chain(tree, fluent)
        case ast.List(elts=items):
            return Brackets("[", listed(list(map(document, items))), "]") if items else "[]"
        case ast.Tuple(elts=items):
            return _tuple(items)
        case ast.GeneratorExp():
            return _generated(tree)
        case ast.Starred(value=value):
            return ("*", document(value, _SIGN - 2))
        case ast.Slice():
            return _slice(tree)
        case ast.Yield(value=None):
            return "yield"
        case ast.Yield(value=ast.expr() as value):
            return ("yield ", document(value))
        case ast.YieldFrom(value=value):
            return ("yield from ", document(value))
    return _operation(tree)


# -- brackets -----------------------------------------------------------------------------------------------------


def listed(items: Sequence[Document]) -> Document:
    """Items with commas between them, and one at their end where they have lines of their own."""
    return (*(part for item in items[:-1] for part in (item, ",", Line())), items[-1], Broken(","))


def arguments(items: Sequence[Document]) -> Document:
    """Items in round brackets, in one line where they fit there."""
    return Brackets("(", Items(listed(items)), ")") if items else "()"


def parameters(items: Sequence[Document]) -> Document:
    """Those of a function; a single one has a comma, too, where it has a line of its own."""
    return arguments(items) if len(items) != 1 else Brackets("(", listed(items), ")")


def _tuple(items: Sequence[ast.expr]) -> Document:
    if len(items) == 1:
        return Brackets("(", (document(items[0]), ","), ")")
    return Brackets("(", listed(list(map(document, items))), ")") if items else "()"


def _called(tree: ast.Call) -> Document:
    if len(tree.args) == 1 and not tree.keywords and isinstance(tree.args[0], ast.GeneratorExp):
        return document(tree.args[0])
    named = [(f"{keyword.arg}=", document(keyword.value)) for keyword in tree.keywords]
    return arguments([*map(document, tree.args), *named])


def _index(tree: ast.expr) -> Document:
    if isinstance(tree, ast.Tuple) and len(tree.elts) > 1:
        return Brackets("[", Items(listed(list(map(document, tree.elts)))), "]")
    return Brackets("[", document(tree), "]")


def _slice(tree: ast.Slice) -> Document:
    ends = [tree.lower, tree.upper, *([tree.step] if tree.step is not None else [])]
    space = "" if all(end is None or _is_short(end) for end in ends) else " "
    found: list[Document] = [] if tree.lower is None else [document(tree.lower), space]
    for place, end in enumerate(ends[1:]):
        found += [space] if place and ends[1] is not None else []
        found += [":"] if end is None else [":", space, document(end)]
    return tuple(found)


def _is_short(tree: ast.expr) -> bool:
    """Whether an end of a slice has no space beside it."""
    if isinstance(tree, ast.UnaryOp) and not isinstance(tree.op, ast.Not):
        return _is_short(tree.operand)
    return isinstance(tree, ast.Name | ast.Constant)


def _generated(tree: ast.GeneratorExp) -> Document:
    loops: list[Document] = [
        part for loop in tree.generators for part in (Line(), f"for {target(loop.target)} in ", document(loop.iter, _OR))
    ]
    return Brackets("(", Group((Group(document(tree.elt)), *loops)), ")")


def target(tree: ast.expr) -> str:
    """What a loop gives values to."""
    return ", ".join(map(text, tree.elts)) if isinstance(tree, ast.Tuple) and len(tree.elts) > 1 else text(tree)


def _hole(part: ast.expr) -> str:
    if isinstance(part, ast.FormattedValue):
        return f"{{{text(part.value)}}}"
    assert isinstance(part, ast.Constant)
    return str(part.value)


# -- chains of attributes and calls -------------------------------------------------------------------------------


def is_fluent(tree: ast.expr) -> bool:
    """Whether two attributes or more are of what is called, or one and what begins the chain is in parentheses."""
    count = 0
    while isinstance(tree, ast.Attribute | ast.Call | ast.Subscript):
        value = tree.func if isinstance(tree, ast.Call) else tree.value
        if binds(value) < ATOM:
            return count + isinstance(tree, ast.Attribute) > 1
        count += isinstance(tree, ast.Attribute) and isinstance(value, ast.Call | ast.Subscript)
        tree = value
    return count > 1


def _chain(tree: ast.expr, fluent: bool) -> Document:
    """``fluent``, each attribute of what is called may begin a line."""
    match tree:
        case ast.Attribute(value=value, attr=name):
            breaks = fluent and (isinstance(value, ast.Call | ast.Subscript) or binds(value) < ATOM)
            return (_chain(value, fluent), *([Line("")] if breaks else []), f".{name}")
        case ast.Call(func=function):
            return (_chain(function, fluent), _called(tree))
        case ast.Subscript(value=value, slice=index):
            return (_chain(value, fluent), _index(index))
    return document(tree, ATOM)


# -- operations ---------------------------------------------------------------------------------------------------


def _operation(tree: ast.expr) -> Document:
    match tree:
        case ast.UnaryOp():
            part = signed(tree)
            return (part.operator, document(part.tree, part.least))
        case ast.BinOp() | ast.BoolOp() | ast.Compare():
            return Group(_joined(flattened(tree)))
        case ast.IfExp():
            return Group(_choice(tree))
    raise TypeError(f"no text for {type(tree).__name__}")


def _choice(tree: ast.IfExp) -> Document:
    """A choice, and that of what is chosen otherwise beside it. A list has lines of its own once the choice has."""
    body = document(tree.body, _OR)
    if isinstance(body, Brackets) and body.opening == "[":
        body = Brackets(body.opening, body.content, body.closing, eager=True)
    otherwise = _choice(tree.orelse) if isinstance(tree.orelse, ast.IfExp) else Group(document(tree.orelse, _CHOICE))
    return (body, Line(), "if ", document(tree.test, _OR), Line(), "else ", otherwise)


def signed(tree: ast.UnaryOp) -> Operand:
    """What has a sign, or a ``not``, before it."""
    operator = {ast.Not: "not ", ast.USub: "-", ast.UAdd: "+"}[type(tree.op)]
    is_power = binds(tree.operand) == _POWER
    return Operand(operator, binds(tree), tree.operand, _POWER + 1 if is_power else binds(tree))


def _operands(tree: ast.expr) -> list[Operand]:
    """What an operation joins."""
    match tree:
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            return [Operand("", 0, left, _POWER + 1), Operand("**", _POWER, right, _SIGN)]
        case ast.BinOp(left=left, op=operator, right=right):
            sign, binds = _BINARY[type(operator)]
            return [Operand("", 0, left, binds), Operand(sign, binds, right, binds + 1)]
        case ast.BoolOp(op=operator, values=values):
            word, binds = ("and", _AND) if isinstance(operator, ast.And) else ("or", _OR)
            return [Operand(word if place else "", _AND, value, binds + 1) for place, value in enumerate(values)]
        case ast.Compare(left=left, ops=operators, comparators=others):
            rest = [(_COMPARE[type(operator)], other) for operator, other in zip(operators, others, strict=True)]
            return [Operand(sign, _COMPARED, value, _COMPARED + 1) for sign, value in [("", left), *rest]]
    return []


def flattened(tree: ast.expr) -> list[Operand]:
    """All that operations join which stand in each other without parentheses."""
    found: list[Operand] = []
    for part in _operands(tree):
        inner = [] if part.enclosed else flattened(part.tree)
        found += [inner[0]._replace(operator=part.operator, binds=part.binds), *inner[1:]] if inner else [part]
    return found


def _joined(parts: list[Operand]) -> Document:
    """Operations in lines that begin with the operators that bind least."""
    if len(parts) == 1:
        return document(parts[0].tree, parts[0].least)
    least = min(part.binds for part in parts[1:])
    starts = [0, *(place for place, part in enumerate(parts) if place and part.binds == least)]
    found: list[Document] = []
    for start, end in zip(starts, [*starts[1:], len(parts)], strict=True):
        if start:
            found += _operator(parts[start - 1], parts[start])
        found.append(_joined(parts[start:end]) if end == start + 1 else Group(_joined(parts[start:end])))
    return tuple(found)


def _operator(before: Operand, after: Operand) -> list[Document]:
    """Between simple operands ``**`` has no spaces."""
    if after.operator == "**" and _is_simple(before) and _is_simple(after):
        return [Line(""), "**", Broken(" ")]
    return [Line(), f"{after.operator} "]


def _is_simple(part: Operand) -> bool:
    tree = part.tree
    while isinstance(tree, ast.Attribute) or (isinstance(tree, ast.UnaryOp) and not isinstance(tree.op, ast.Not)):
        tree = tree.value if isinstance(tree, ast.Attribute) else tree.operand
    simple = isinstance(tree, ast.Name) or (isinstance(tree, ast.Constant) and not isinstance(tree.value, str))
    return simple and not part.enclosed
