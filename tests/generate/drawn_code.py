"""Code trees, drawn: functions of all that generated code is made of, much of it too long for a line."""

from __future__ import annotations

import ast
from collections.abc import Callable
from random import Random

from drawn_expressions import chance, one_of

from cnnspec.codegen.code import Assign, Do, For, Function, If, Parameter, Return, Statement

_WORDS = ("x", "nn", "self", "out", "width", "channels", "in_channels", "kernel_size", "make_divisible", "größe", "幅")
_BINARY = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow)
_COMPARED = (ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE)
_ANNOTATIONS = ("", "", "int", "list[nn.Module]", "Callable[[], nn.Module]")


class Coder:
    """Writes functions."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def function(self) -> Function:
        random = self.random
        parameters = [self._parameter(place) for place in range(random.randint(0, 5))]
        parameters.sort(key=lambda parameter: parameter.default is not None)
        returns = one_of(random, "None", "Tensor", "Iterator[nn.Module]", "tuple[Tensor, Tensor, Tensor]")
        return Function(self._word()[:50], parameters, returns, self._body(3))

    def _parameter(self, place: int) -> Parameter:
        default = self.expression(one_of(self.random, 0, 1, 2)) if chance(self.random, 40) else None
        return Parameter(
            f"{self._word()}_{place}",
            one_of(self.random, "int", "Sequence[int]", "Sequence[float | int]", "bool | None"),
            default,
        )

    # -- statements -----------------------------------------------------------------------------------------------

    def _body(self, deep: int) -> list[Statement]:
        return [self._statement(deep) for _ in range(self.random.randint(1, 4))]

    def _statement(self, deep: int) -> Statement:
        random = self.random
        kind = one_of(random, "assign", "assign", "assign", "do", "return", *(["if", "for"] if deep else []))
        if kind == "assign":
            target = self._target()
            annotation = "" if isinstance(target, ast.Subscript) else one_of(random, *_ANNOTATIONS)
            value = self._value()
            if "[" in annotation or isinstance(target, ast.Subscript):
                # Of brackets after brackets ruff breaks others when it formats what it has formatted.
                while isinstance(value, ast.Subscript):
                    value = value.value
            return Assign(target, value, self._comment(), annotation)
        if kind == "do":
            return Do(self._done(), self._comment())
        if kind == "return":
            values = [self.expression(one_of(random, 0, 1, 2)) for _ in range(one_of(random, 1, 1, 2, 3, 8))]
            return Return(values[0] if len(values) == 1 else ast.Tuple(values))
        if kind == "if":
            return If(self._value(), self._body(deep - 1), self._body(deep - 1) if chance(random, 30) else [])
        return For(self._loop_target(), self._value(), self._body(deep - 1))

    def _target(self) -> ast.expr:
        name = self._word()
        owner = ast.Name("self")
        return one_of(self.random, ast.Name(name), ast.Attribute(owner, name), ast.Subscript(owner, ast.Constant(name)))

    def _loop_target(self) -> ast.expr:
        names: list[ast.expr] = [ast.Name(self._word()[:50]) for _ in range(one_of(self.random, 1, 1, 2))]
        return names[0] if len(names) == 1 else ast.Tuple(names)

    def _done(self) -> ast.expr:
        value = self._value()
        return one_of(self.random, self._call(4), ast.Yield(value), ast.YieldFrom(value))

    def _value(self) -> ast.expr:
        return self.expression(one_of(self.random, 0, 1, 2, 3, 3, 4, 5))

    def _comment(self) -> str:
        return "as the paper has it, but for its last layer" if chance(self.random, 15) else ""

    # -- expressions ----------------------------------------------------------------------------------------------

    def expression(self, deep: int) -> ast.expr:
        if deep == 0:
            return self._atom()
        kinds: list[Callable[[int], ast.expr]] = [
            self._call,
            self._call,
            self._call,
            self._list,
            self._tuple,
            self._attribute,
            self._subscript,
            self._binary,
            self._binary,
            self._binary,
            self._unary,
            self._bool,
            self._compare,
            self._choice,
            self._generator,
        ]
        return one_of(self.random, *kinds)(deep - 1)

    def _inner(self, deep: int) -> ast.expr:
        return self.expression(self.random.randint(0, deep))

    def _items(self, deep: int, most: int = 4) -> list[ast.expr]:
        return [self._item(deep) for _ in range(self.random.randint(0, most))]

    def _item(self, deep: int) -> ast.expr:
        return ast.Starred(self._inner(deep)) if chance(self.random, 10) else self._inner(deep)

    def _word(self) -> str:
        return "_".join(one_of(self.random, *_WORDS) for _ in range(one_of(self.random, 1, 1, 1, 2, 3, 6)))

    def _atom(self) -> ast.expr:
        values = (0, 1, 64, 1.5, 1e-05, True, None, "relu", self._word(), "a long text that stands for a message of some kind")
        name = ast.Name(self._word())
        if chance(self.random, 5):
            return ast.JoinedStr([ast.Constant("block"), ast.FormattedValue(name, -1)])
        return name if chance(self.random, 65) else ast.Constant(one_of(self.random, *values))

    def _call(self, deep: int) -> ast.Call:
        keywords = [
            ast.keyword(f"{self._word()}_{place}", self._inner(deep)) for place in range(one_of(self.random, 0, 0, 1, 3))
        ]
        function = self._attribute(deep) if chance(self.random, 40) else self._owner(0)
        return ast.Call(function, self._items(deep), keywords)

    def _list(self, deep: int) -> ast.expr:
        return ast.List(self._items(deep, 6))

    def _tuple(self, deep: int) -> ast.expr:
        return ast.Tuple(self._items(deep))

    def _owner(self, deep: int) -> ast.expr:
        """What may have an attribute: no number."""
        found = self._inner(deep)
        return ast.Name(self._word()) if isinstance(found, ast.Constant) else found

    def _attribute(self, deep: int) -> ast.expr:
        return ast.Attribute(self._owner(deep), self._word())

    def _subscript(self, deep: int) -> ast.expr:
        ends = [self._inner(min(deep, 2)) if chance(self.random, 60) else None for _ in range(3)]
        items = [self._inner(deep) for _ in range(self.random.randint(1, 3))]
        index = one_of(self.random, self._inner(deep), self._inner(deep), ast.Slice(*ends), ast.Tuple(items))
        return ast.Subscript(self._owner(deep), index)

    def _binary(self, deep: int) -> ast.expr:
        return ast.BinOp(self._inner(deep), one_of(self.random, *_BINARY)(), self._inner(deep))

    def _unary(self, deep: int) -> ast.expr:
        return ast.UnaryOp(one_of(self.random, ast.Not, ast.USub, ast.UAdd)(), self._inner(deep))

    def _bool(self, deep: int) -> ast.expr:
        values = [self._inner(deep) for _ in range(self.random.randint(2, 3))]
        return ast.BoolOp(one_of(self.random, ast.And, ast.Or)(), values)

    def _compare(self, deep: int) -> ast.expr:
        count = one_of(self.random, 1, 1, 2)
        operators = [one_of(self.random, *_COMPARED)() for _ in range(count)]
        return ast.Compare(self._inner(deep), operators, [self._inner(deep) for _ in range(count)])

    def _choice(self, deep: int) -> ast.expr:
        return ast.IfExp(self._inner(deep), self._inner(deep), self._inner(deep))

    def _generator(self, deep: int) -> ast.expr:
        loops = [ast.comprehension(self._loop_target(), self._inner(deep), [], 0) for _ in range(self.random.randint(1, 2))]
        return ast.GeneratorExp(self._inner(deep), loops)
