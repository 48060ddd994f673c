"""Expressions: text to a whitelisted syntax tree, tree to value, by an evaluator of our own.

A subset of Python's: numbers, booleans, names, strings to compare with, arithmetic, comparisons, ``and or not``,
``a if c else b``, a few functions, lists and indexing. Nothing else is evaluated, and no value grows past 18 digits.
"""

from __future__ import annotations

import ast
import math
import operator
import warnings
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from cnnspec.language.reader import UNREADABLE
from cnnspec.language.suggest import did_you_mean
from cnnspec.source import quoted

SIZES = ("in_channels", "in_height", "in_width", "in_depth", "in_length", "in_features")
"""The sizes of an entry's first input, as expressions name them."""

MAX_LENGTH = 200
MAX_DEPTH = 20
LIMIT = 10**18

Value = Any
"""A number, boolean, text, None or list of these."""


class ExpressionError(Exception):
    """What is wrong with an expression, without its place."""


class UnknownName(ExpressionError):
    """A name that means nothing here."""


class Absent(ExpressionError):
    """A size that an error further up keeps from being known: nothing to report a second time."""


class LimitExceeded(ExpressionError):
    """An expression or a number in it is larger than the language allows."""


ABSENT = object()
"""The value of a name that stands for an unknown size."""
MISSING = object()
"""The value of a name that stands for nothing."""


class Names:
    """What names mean where an expression stands. ``values`` are bare names; a layer stands before a dot."""

    __slots__ = ("_layer", "_values")

    def __init__(self, values: Mapping[str, Value], layer: Callable[[str], Any] = lambda name: None) -> None:
        self._values = values
        self._layer = layer

    def value(self, name: str) -> Value:
        """What a bare name stands for, :data:`MISSING` where it is nothing."""
        return self._values.get(name, MISSING)

    def known(self) -> Iterable[str]:
        """The bare names that stand for something."""
        return self._values

    def layer(self, name: str) -> Any:
        """What stands before a dot: a visible layer's or input's sizes by word, :data:`ABSENT` where they are not known.

        None where there is no such layer.
        """
        return self._layer(name)


def make_divisible(v: float, divisor: int, min_value: int | None = None) -> int:
    """The multiple of ``divisor`` nearest to ``v``, at least ``min_value``, never below 90 % of ``v``.

    Source: MobileNet's ``_make_divisible`` (torchvision ``models/_utils.py``).
    """
    rounded = max(divisor if min_value is None else min_value, int(v + divisor / 2) // divisor * divisor)
    return rounded + divisor if rounded < 0.9 * v else rounded


_BINARY: dict[type[ast.operator], tuple[str, Callable[[Any, Any], Any]]] = {
    ast.Add: ("+", operator.add),
    ast.Sub: ("-", operator.sub),
    ast.Mult: ("*", operator.mul),
    ast.Div: ("/", operator.truediv),
    ast.FloorDiv: ("//", operator.floordiv),
    ast.Mod: ("%", operator.mod),
    ast.Pow: ("**", operator.pow),
}
_ORDER: dict[type[ast.cmpop], tuple[str, Callable[[Any, Any], Any]]] = {
    ast.Lt: ("<", operator.lt),
    ast.LtE: ("<=", operator.le),
    ast.Gt: (">", operator.gt),
    ast.GtE: (">=", operator.ge),
}
_FUNCTIONS: dict[str, tuple[Callable[..., Any], int, int, str]] = {
    "abs": (abs, 1, 1, "one number"),
    "ceil": (math.ceil, 1, 1, "one number"),
    "floor": (math.floor, 1, 1, "one number"),
    "int": (int, 1, 1, "one number"),
    "len": (len, 1, 1, "one list"),
    "make_divisible": (make_divisible, 1, 3, "a number, a divisor and, if need be, min_value"),
    "max": (max, 2, MAX_LENGTH, "two or more numbers, or one list of them"),
    "min": (min, 2, MAX_LENGTH, "two or more numbers, or one list of them"),
    "round": (round, 1, 1, "one number"),
}
"""Each function with how few and how many arguments it takes, and that in words."""
_WORDS = {"true": True, "false": False}
RESERVED = frozenset(_FUNCTIONS) | frozenset(_WORDS)
_HINTS = {
    **dict.fromkeys(("yes", "on"), ": write true"),
    **dict.fromkeys(("no", "off"), ": write false"),
    "index": ": it counts the copies of an entry that has a `repeat`",
    **{f"in_{axis}": f": the input has no {axis}" for axis in ("depth", "height", "width", "length")},
}
"""What to say of names that are known elsewhere, or in another language."""
_SIGNS = {"×": "*", "·": "*", "÷": "/", "−": "-", "–": "-", "^": "**", "≤": "<=", "≥": ">=", "≠": "!=", "&&": "and", "||": "or"}


def evaluate(text: str, names: Names) -> Value:
    """The value of the expression ``text``.

    Raises :class:`ExpressionError` with the words of the text that are at fault.
    """
    if text is UNREADABLE:
        raise Absent
    return value_of(tree(text), names)


def sizes_read(text: str) -> frozenset[str]:
    """Which sizes of layers and inputs the expression ``text`` reads: ``channels``, ``height``, … ``shape``."""
    try:
        parsed = tree(text)
    except ExpressionError:
        return frozenset()
    bare = {node.id.removeprefix("in_") for node in ast.walk(parsed) if isinstance(node, ast.Name) and node.id in SIZES}
    return frozenset(bare | {node.attr for node in ast.walk(parsed) if isinstance(node, ast.Attribute)})


def is_computed(text: str, values: Mapping[str, Any]) -> bool:
    """Whether ``text``, where a word may stand, is an expression of these values and of sizes.

    A name alone that is one of a text, a switch or a function may be meant as the word that it is.
    """
    try:
        parsed = tree(text)
    except ExpressionError:
        return False
    if isinstance(parsed, ast.Name):
        return parsed.id in SIZES or not isinstance(values.get(parsed.id, text), str | bool)
    names = {node.id for node in ast.walk(parsed) if isinstance(node, ast.Name)}
    return not isinstance(parsed, ast.Constant) and names <= {*values, *SIZES, *RESERVED}


@lru_cache(maxsize=4096)
def tree(text: str) -> ast.expr:
    """The syntax tree of the expression ``text``, not to be changed. Raises :class:`ExpressionError` where it is none."""
    if len(text) > MAX_LENGTH:
        raise LimitExceeded(f"an expression of {len(text)} characters: at most {MAX_LENGTH} are allowed")
    if not text.isascii() or "\\" in text:
        raise ExpressionError(f"{quoted(text)} is not an expression{_sign(text)}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise _syntax(text, error) from None
    if _deeper(tree, MAX_DEPTH):
        raise LimitExceeded(f"an expression nested deeper than {MAX_DEPTH}")
    return tree


def _syntax(text: str, error: Exception) -> ExpressionError:
    if isinstance(error, MemoryError | RecursionError) or "too many nested" in str(error):
        return LimitExceeded(f"an expression nested deeper than {MAX_DEPTH}")
    for opening, closing in ("()", "[]"):
        missing = text.count(opening) - text.count(closing)
        if missing:
            what = f"a `{closing}` is missing" if missing > 0 else f"there is a `{closing}` too many"
            return ExpressionError(f"{quoted(text)} is not an expression: {what}")
    return ExpressionError(f"{quoted(text)} is not an expression{_sign(text)}")


def _sign(text: str) -> str:
    """What to write for a sign that mathematics or another language has, and expressions have not."""
    sign = next((sign for sign in _SIGNS if sign in text), None)
    return f": write {_SIGNS[sign]} for {sign}" if sign else ""


def _deeper(tree: ast.expr, depth: int) -> bool:
    level: list[ast.AST] = [tree]
    while level and depth >= 0:
        level = [child for node in level for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
        depth -= 1
    return bool(level)


def value_of(tree: ast.expr, names: Names) -> Value:
    """The value of a syntax tree, as :func:`evaluate` finds it. Raises :class:`ExpressionError`."""
    handler = _HANDLERS.get(type(tree))
    if handler is None:
        hint = f": write {ast.unparse(ast.List(tree.elts))}" if isinstance(tree, ast.Tuple) else ""
        raise ExpressionError(f"`{ast.unparse(tree)}` is not part of the expression language{hint}")
    return handler(tree, names)


def _constant(tree: ast.Constant, names: Names) -> Value:
    value = tree.value
    if isinstance(value, bool | str):
        return value
    if isinstance(value, int | float):
        return _bounded(tree, value)
    raise ExpressionError(f"`{ast.unparse(tree)}` is not part of the expression language")


def _name(tree: ast.Name, names: Names) -> Value:
    value = names.value(tree.id)
    if value is ABSENT:
        raise Absent
    if value is not MISSING:
        return value
    if tree.id in _WORDS:
        return _WORDS[tree.id]
    if names.layer(tree.id) is not None:
        raise UnknownName(f"`{tree.id}` is a layer: say what of it, as in {tree.id}.channels")
    if tree.id in _FUNCTIONS:
        raise ExpressionError(f"`{tree.id}` is a function, which takes {_FUNCTIONS[tree.id][3]}: write {tree.id}(…)")
    hint = _HINTS.get(tree.id) or did_you_mean(tree.id, names.known())
    raise UnknownName(f"unknown name {quoted(tree.id)}{hint}")


def _attribute(tree: ast.Attribute, names: Names) -> Value:
    if not isinstance(tree.value, ast.Name):
        raise ExpressionError(f"`{ast.unparse(tree)}`: a dot stands between a layer's name and one of its sizes")
    sizes = names.layer(tree.value.id)
    if sizes is None:
        raise UnknownName(f"`{tree.value.id}` in `{ast.unparse(tree)}` is no layer or input above this one")
    if sizes is ABSENT:
        raise Absent
    if tree.attr not in sizes:
        raise UnknownName(f"`{tree.value.id}` has no {tree.attr}: it has {', '.join(sizes)}")
    return sizes[tree.attr]


def _binary(tree: ast.BinOp, names: Names) -> Value:
    left, right = value_of(tree.left, names), value_of(tree.right, names)
    if type(tree.op) not in _BINARY:
        hint = ": write ** for a power" if isinstance(tree.op, ast.BitXor) else ""
        raise ExpressionError(f"the operator in `{ast.unparse(tree)}` is not part of the expression language{hint}")
    symbol, apply = _BINARY[type(tree.op)]
    _numbers(tree, left, right)
    if symbol == "**" and right > 0 and abs(left) > 1 and right * math.log10(abs(left)) > 19:
        raise LimitExceeded(f"`{ast.unparse(tree)}` has more than 18 digits")
    return _computed(tree, apply, left, right)


def _unary(tree: ast.UnaryOp, names: Names) -> Value:
    value = value_of(tree.operand, names)
    if isinstance(tree.op, ast.Not):
        return not _boolean(tree.operand, value)
    _numbers(tree, value)
    if isinstance(tree.op, ast.USub):
        return -value
    if isinstance(tree.op, ast.UAdd):
        return value
    raise ExpressionError(f"the operator in `{ast.unparse(tree)}` is not part of the expression language")


def _logic(tree: ast.BoolOp, names: Names) -> bool:
    stop = isinstance(tree.op, ast.Or)
    return next((stop for item in tree.values if _boolean(item, value_of(item, names)) is stop), not stop)


def _compare(tree: ast.Compare, names: Names) -> bool:
    left = value_of(tree.left, names)
    for comparison, operand in zip(tree.ops, tree.comparators, strict=True):
        right = value_of(operand, names)
        if isinstance(comparison, ast.Eq | ast.NotEq):
            same = left == right and isinstance(left, bool) == isinstance(right, bool)
            holds = same is isinstance(comparison, ast.Eq)
        elif type(comparison) in _ORDER:
            _numbers(tree, left, right)
            holds = _ORDER[type(comparison)][1](left, right)
        else:
            raise ExpressionError(f"the comparison in `{ast.unparse(tree)}` is not part of the expression language")
        if not holds:
            return False
        left = right
    return True


def _choice(tree: ast.IfExp, names: Names) -> Value:
    return value_of(tree.body if _boolean(tree.test, value_of(tree.test, names)) else tree.orelse, names)


def _call(tree: ast.Call, names: Names) -> Value:
    if not isinstance(tree.func, ast.Name) or tree.func.id not in _FUNCTIONS:
        name = ast.unparse(tree.func)
        raise ExpressionError(
            f"`{name}` is not a function here{did_you_mean(name, list(_FUNCTIONS))}: there are {', '.join(_FUNCTIONS)}"
        )
    name = tree.func.id
    function, least, most, takes = _FUNCTIONS[name]
    keywords = {str(keyword.arg): value_of(keyword.value, names) for keyword in tree.keywords}
    arguments = [value_of(argument, names) for argument in tree.args]
    spread = name in ("min", "max") and len(arguments) == 1 and isinstance(arguments[0], list) and bool(arguments[0])
    if spread:
        arguments = arguments[0]
    fits = spread or least <= len(arguments) + len(keywords) <= most
    if not fits or (keywords and name != "make_divisible"):
        raise ExpressionError(f"`{ast.unparse(tree)}`: {name} takes {takes}")
    if name != "len":
        _numbers(tree, *arguments, *keywords.values())
    elif not isinstance(arguments[0], list):
        raise ExpressionError(f"`{ast.unparse(tree)}`: {name} takes {takes}, not {_kind(arguments[0])}")
    try:
        return _computed(tree, function, *([arguments] if spread else arguments), **keywords)
    except TypeError:
        raise ExpressionError(f"`{ast.unparse(tree)}`: {name} takes {takes}") from None


def _list(tree: ast.List, names: Names) -> list[Value]:
    return [value_of(item, names) for item in tree.elts]


def _index(tree: ast.Subscript, names: Names) -> Value:
    items = value_of(tree.value, names)
    position = value_of(tree.slice, names)
    if not isinstance(items, list):
        raise ExpressionError(f"`{ast.unparse(tree.value)}` is not a list")
    if isinstance(position, bool) or not isinstance(position, int):
        raise ExpressionError(f"`{ast.unparse(tree.slice)}` is not a whole number")
    if not -len(items) <= position < len(items):
        raise ExpressionError(f"`{ast.unparse(tree)}`: the list has {len(items)} items, there is no item {position}")
    return items[position]


_HANDLERS: dict[type[ast.expr], Callable[[Any, Names], Value]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.BoolOp: _logic,
    ast.Compare: _compare,
    ast.IfExp: _choice,
    ast.Call: _call,
    ast.List: _list,
    ast.Subscript: _index,
}


def _numbers(tree: ast.expr, *values: Value) -> None:
    for value in values:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ExpressionError(f"`{ast.unparse(tree)}`: {_kind(value)} is not a number")


def _boolean(tree: ast.expr, value: Value) -> bool:
    if not isinstance(value, bool):
        raise ExpressionError(f"`{ast.unparse(tree)}` is {_kind(value)}, not true or false")
    return value


def _kind(value: Value) -> str:
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, int | float):
        return "a number"
    return "a list" if isinstance(value, list) else "text" if isinstance(value, str) else "nothing"


def _computed(tree: ast.expr, function: Callable[..., Value], *arguments: Value, **keywords: Value) -> Value:
    """What ``function`` makes of the arguments; what cannot be computed is told with the words of ``tree``."""
    try:
        return _bounded(tree, function(*arguments, **keywords))
    except ZeroDivisionError:
        raise ExpressionError(f"`{ast.unparse(tree)}` divides by zero") from None
    except OverflowError:
        raise LimitExceeded(f"`{ast.unparse(tree)}` has more than 18 digits") from None


def _bounded(tree: ast.expr, value: Any) -> Any:
    """``value``, unless it has more than 18 digits or is no real number."""
    if isinstance(value, complex):
        raise ExpressionError(f"`{ast.unparse(tree)}` is not a real number")
    if abs(value) >= LIMIT:
        raise LimitExceeded(f"`{ast.unparse(tree)}` has more than 18 digits")
    return value
