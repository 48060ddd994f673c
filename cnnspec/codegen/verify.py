"""A last look at generated code: it holds what the network wants and nothing else, whatever its spec says.

Whatever is not listed is refused. The code is written from syntax trees, so nothing should ever be: this proves it each time.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import Any

from cnnspec.codegen.shipped import shipped
from cnnspec.codegen.vocabulary import BASES, BUILTINS, HEADER, ROOTS, Vocabulary
from cnnspec.graph.graph import Graph
from cnnspec.override import override

_SYNTAX = """
    Assign AnnAssign Assert Expr For If Return With withitem arguments arg keyword comprehension
    Attribute BinOp BoolOp Call Compare Constant Dict FormattedValue GeneratorExp IfExp JoinedStr List ListComp Load Name
    Slice Starred Store Subscript Tuple UnaryOp Yield YieldFrom
    Add And BitOr Div Eq FloorDiv Gt GtE Lt LtE Mod Mult Not NotEq Or Pow Sub UAdd USub
"""
_NODES = frozenset(getattr(ast, name) for name in _SYNTAX.split())
_PLAIN = frozenset((bool, int, float, type(None), type(...)))
_MAIN = ast.dump(ast.parse('__name__ == "__main__"', mode="eval").body)


class Unsound(Exception):
    """Generated code holds what it should not."""


def verify(text: str, graphs: Sequence[Graph]) -> None:
    """Raises :class:`Unsound` for a module that is more than these networks. It is read as Python reads a file."""
    tree = ast.parse(text.encode())
    checker = _Checker(Vocabulary(graphs))
    for statement in tree.body:
        checker.define(statement)
    for statement in tree.body:
        checker.top(statement)


class _Checker(ast.NodeVisitor):
    """Visits what stands in a module, one function after the other."""

    def __init__(self, words: Vocabulary) -> None:
        self.words = words
        self.imports = set(_imported(ast.parse(HEADER)))
        self.defined: set[str] = set()
        self.local: set[str] = set()
        self.lent: set[str] = set()
        self.flags: set[str] = set()
        self.in_main = False
        self.is_compared = False

    def expect(self, holds: object, node: ast.AST) -> None:
        """Raises :class:`Unsound` for a node that is not as it should be."""
        if not holds:
            raise Unsound(f"line {getattr(node, 'lineno', '?')} of the generated code holds {ast.unparse(node)[:80]!r}")

    def define(self, statement: ast.stmt) -> None:
        """Note the names that a statement of the module gives a meaning: each has one."""
        match statement:
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                names = {alias.asname or alias.name for alias in aliases}
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name):
                names = {name}
            case _:
                names = set() if isinstance(statement, ast.If) else _stored(statement)
        self.expect(not self.defined & names, statement)
        self.defined |= names

    def top(self, statement: ast.stmt) -> None:
        """A statement of the module."""
        match statement:
            case ast.Import() | ast.ImportFrom():
                self.expect(set(_imported(statement)) <= self.imports, statement)
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name) if name in shipped():
                self.expect(ast.dump(statement) == ast.dump(ast.parse(shipped()[name]).body[0]), statement)
            case ast.ClassDef(bases=[base], keywords=[], decorator_list=[], body=[first, *_]) if ast.unparse(base) in BASES:
                self.flags = set()
                for method in statement.body[_is_text(getattr(first, "value", None)) :]:
                    self.expect(getattr(method, "name", "") in ("__init__", "forward"), method)
                    self._function(method)
            case ast.FunctionDef():
                self._function(statement)
            case ast.If(test=test, body=body, orelse=[]) if ast.dump(test) == _MAIN:
                self.local, self.in_main = _stored(statement), True
                for inner in body:
                    self.visit(inner)
            case _:
                self.expect(isinstance(statement, ast.Assign | ast.AnnAssign), statement)
                self.local = set()
                self.visit(statement)

    def _function(self, node: Any) -> None:
        self.expect(isinstance(node, ast.FunctionDef) and not node.decorator_list, node)
        given = node.args
        self.expect(not (given.posonlyargs or given.vararg or given.kwonlyargs or given.kwarg), node)
        self.local = {argument.arg for argument in given.args} | _stored(node)
        self.lent = {argument.arg for argument in given.args if _is_module(argument)}
        for part in (given, node.returns, *node.body):
            self.visit(part)

    @override
    def generic_visit(self, node: ast.AST) -> None:
        self.expect(type(node) in _NODES, node)
        super().generic_visit(node)

    @override
    def visit_Constant(self, node: ast.Constant) -> None:
        self.expect(self.is_compared or node.value in self.words.texts if _is_text(node) else type(node.value) in _PLAIN, node)

    @override
    def visit_Name(self, node: ast.Name) -> None:
        self.expect(node.id in self.local | self.defined | BUILTINS and not node.id.startswith("__"), node)

    @override
    def visit_Compare(self, node: ast.Compare) -> None:
        self.is_compared = True
        self.generic_visit(node)
        self.is_compared = False

    @override
    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """A name with holes is that of a layer; what a program prints is words of ours."""
        parts = [re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"\w+" for part in node.values]
        self.expect(self.in_main or any(re.fullmatch("".join(parts), name) for name in self.words.names), node)
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                self.visit(part.value)

    @override
    def visit_Attribute(self, node: ast.Attribute) -> None:
        dotted = ast.unparse(node)
        if isinstance(node.value, ast.Name) and node.value.id in ROOTS:
            self.expect(dotted in self.words.dotted, node)
            return
        self.expect(dotted == "super().__init__" or node.attr in self.words.names | self.words.methods | self.flags, node)
        self.visit(node.value)

    @override
    def visit_Call(self, node: ast.Call) -> None:
        match node.func:
            case ast.Name(id=name):
                is_defined = name in self.defined | BUILTINS and name not in self.local
                self.expect(self.in_main or name in self.lent or is_defined, node)
            case ast.Subscript(value=ast.Name(id=name)):
                self.expect(name in ("ACTIVATIONS", "self"), node)
            case _:
                self.expect(isinstance(node.func, ast.Attribute), node)
        self.expect(all(keyword.arg for keyword in node.keywords), node)
        self.generic_visit(node)

    @override
    def visit_Assign(self, node: ast.Assign) -> None:
        """An attribute that is no layer holds what the constructor knows of one: no module, and nothing of PyTorch's."""
        match node:
            case ast.Assign(targets=[ast.Attribute(value=ast.Name("self"), attr=name)], value=value):
                if name not in self.words.names:
                    self.expect(not isinstance(value, ast.Call) and not name.startswith("_"), node)
                    self.flags.add(name)
        self.generic_visit(node)

    @override
    def visit_Expr(self, node: ast.Expr) -> None:
        self.expect(isinstance(node.value, ast.Call | ast.Yield | ast.YieldFrom), node)
        self.generic_visit(node)


def _is_module(argument: ast.arg) -> bool:
    """Whether a function is given a module, to call it."""
    return argument.annotation is not None and ast.unparse(argument.annotation) == "nn.Module"


def _is_text(node: ast.AST | None) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _imported(tree: ast.AST) -> Iterator[tuple[object, ...]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            home = (getattr(node, "level", 0), getattr(node, "module", None))
            yield from ((*home, alias.name, alias.asname) for alias in node.names)


def _stored(tree: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
