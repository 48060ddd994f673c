"""The statements of a ``forward``: what each step computes, written as a person nests and names it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count

from cnnspec.codegen import symbolic
from cnnspec.codegen.code import Assign, If, Return, Statement
from cnnspec.codegen.names import unique

_WIDE, _WIDEST = 60, 70
"""From how many columns on an expression is given a name before it is used."""


@dataclass(slots=True)
class Value:
    """What a step computes: ``make`` gives its code from that of what it reads. An input has no step, but a name."""

    hint: str
    reads: Sequence[Value] = ()
    make: Callable[..., ast.expr] | None = None
    twice: frozenset[int] = frozenset()
    """Which of ``reads`` stand more than once in its code, and so want a name."""
    ends: bool = False
    """Whether a thought ends with it, as with an activation."""
    is_named: bool = False
    """Whether it has a name of its own in the spec."""
    type: str = "Tensor"
    at_once: bool = False
    """Whether it is computed where it stands: its module is used again, and what it learns depends on the order."""
    serial: int = field(default_factory=count().__next__)
    """Its place in the order of the file."""
    uses: int = 0
    name: str = ""
    code: ast.expr | None = None


def statements(inputs: Sequence[Value], results: Sequence[Value], heads: Sequence[Value], taken: set[str]) -> list[Statement]:
    """The body of a ``forward`` that gives ``results``, and in training the ``heads`` beside them."""
    steps = _needed(results)
    extra = [step for step in _needed(heads) if all(step is not other for other in (*steps, *inputs))]
    for step in (*steps, *extra):
        for read in step.reads:
            read.uses += 1
    for value in (*results, *heads):
        value.uses += 1
    names = _Names(inputs, taken)
    body: list[Statement] = []
    _write(steps, names, body)
    if not heads:
        body.append(
            _returned(
                [
                    value.code if not value.name and value.code is not None else names.code(value, body, True)
                    for value in results
                ]
            )
        )
        return body
    for value in results:
        names.keep(value, body)
    training: list[Statement] = []
    _write(extra, names, training)
    training.append(_returned([names.code(value, training, True) for value in (*results, *heads)]))
    whole = _returned([names.code(value, body, True) for value in results])
    return [*body, If(ast.Attribute(ast.Name("self"), "training"), training), whole]


def _write(steps: Sequence[Value], names: _Names, body: list[Statement]) -> None:
    for step in steps:
        if step.make is not None:
            names.compute(step, body)


def _returned(codes: list[ast.expr]) -> Statement:
    return Return(codes[0] if len(codes) == 1 else ast.Tuple(codes))


def _needed(results: Sequence[Value]) -> list[Value]:
    """Every step that leads to the results, in the order of the file."""
    found: dict[int, Value] = {}
    pending = [(value, False) for value in reversed(results)]
    while pending:
        value, done = pending.pop()
        if done:
            found.setdefault(id(value), value)
        elif id(value) not in found:
            pending.append((value, True))
            pending += [(read, False) for read in reversed(value.reads)]
    return sorted(found.values(), key=lambda value: value.serial)


class _Names:
    """Which names hold which values: one is used again when what it held is not needed any more."""

    def __init__(self, inputs: Sequence[Value], taken: set[str]) -> None:
        self.taken = taken | {value.name for value in inputs}
        self.left = {id(value): value.uses for value in inputs}
        self.held = {value.name: value for value in inputs}
        self.waiting: dict[int, Value] = {}
        """Values whose code is not written yet."""

    def compute(self, step: Value, body: list[Statement]) -> None:
        """The code of a step; it is written where more than one step reads it, else where it is read."""
        assert step.make is not None
        for index in step.twice:
            self.keep(step.reads[index], body)
        step.code = self._made(step, body)
        if isinstance(step.code, ast.BinOp | ast.IfExp) and len(ast.unparse(step.code)) > _WIDEST:
            for read in step.reads:
                self.keep(read, body)
            step.code = self._made(step, body)
        self._read(step)
        self.waiting[id(step)] = step
        if step.uses > 1 or step.at_once:
            self.keep(step, body)

    def _made(self, step: Value, body: list[Statement]) -> ast.expr:
        assert step.make is not None
        return step.make(*[self.code(read, body, len(step.reads) > 1) for read in step.reads])

    def code(self, value: Value, body: list[Statement], beside: bool) -> ast.expr:
        """Code for a value where it is read: its name, or what computes it."""
        if not value.name:
            assert value.code is not None
            if not (value.ends and not beside) and len(ast.unparse(value.code)) <= _WIDE:
                return value.code
            self.keep(value, body)
        return ast.Name(value.name)

    def keep(self, value: Value, body: list[Statement]) -> None:
        """Give a value a name, where it has none."""
        if value.name:
            return
        assert value.code is not None
        self.waiting.pop(id(value), None)
        if isinstance(value.code, ast.Name) and (holder := self.held.get(value.code.id)) is not None:
            value.name = value.code.id  # what hands its input on needs no other name for it
            self.left[id(value)] = value.uses
            self.left[id(holder)] += 1
            return
        value.name = self._name(value)
        self.held[value.name] = value
        self.left[id(value)] = value.uses
        body.append(Assign(ast.Name(value.name), value.code))

    def _read(self, step: Value) -> None:
        """Count what a step reads as read."""
        for read in step.reads:
            self.waiting.pop(id(read), None)
            if read.name:
                self.left[id(read)] -= 1

    def _name(self, value: Value) -> str:
        """A name whose value is not needed any more, else a new one."""
        if not (value.is_named and (value.uses > 1 or value.at_once)):
            for name in ("x", "out"):
                holder = self.held.get(name)
                if holder is not None and self.left[id(holder)] <= 0 and not self._is_awaited(name):
                    return name
            for name in ("x", "out"):
                if name not in self.taken:
                    self.taken.add(name)
                    return name
        name = unique(value.hint, self.taken)
        self.taken.add(name)
        return name

    def _is_awaited(self, name: str) -> bool:
        """Whether code that is not written yet reads a name."""
        return any(value.code is not None and symbolic.mentions(value.code, name) for value in self.waiting.values())


def module(target: ast.expr) -> Callable[..., ast.expr]:
    """A step that calls a module."""
    return lambda *data: symbolic.call(target, *data)
