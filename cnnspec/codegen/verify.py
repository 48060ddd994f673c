"""A last look at generated code: it holds what the network wants, and nothing else, whatever its spec says.

What is allowed is listed, and comes from the network's layers, not from what wrote the code.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NoReturn

from cnnspec.codegen.shipped import shipped
from cnnspec.graph.graph import Graph, Node, Part, Scope
from cnnspec.layers.call import Call, Given
from cnnspec.override import override

_HEADER = """
import math, torch
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from torch import Tensor, nn
from torch.nn import functional as F
"""
_ROOTS = frozenset(("math", "torch", "nn", "F"))
_BASES = frozenset(("nn.Module", "nn.Sequential", "nn.ModuleDict"))
_CALLS = _BASES | {"nn.Identity", "math.ceil", "math.floor", "torch.no_grad", "torch.rand"}
_BUILTINS = frozenset("abs bool dict float int len max min print range round str sum super tuple".split())
_METHODS = frozenset("add_module append eval extend numel parameters requires_grad_ shape training".split())
_NODES = frozenset(
    getattr(ast, name)
    for name in """
        Assign AnnAssign Assert Expr For FunctionDef If Return With withitem arguments arg keyword comprehension
        Attribute BinOp BoolOp Call Compare Constant Dict FormattedValue GeneratorExp IfExp JoinedStr List ListComp Load Name
        Slice Starred Store Subscript Tuple UnaryOp Yield YieldFrom
        Add And BitOr Div Eq FloorDiv Gt GtE Lt LtE Mod Mult Not NotEq Or Pow Sub UAdd USub
    """.split()
)
_MAIN = ast.dump(ast.parse('__name__ == "__main__"', mode="eval").body)
_HOLE = re.compile(r"\{\w+\}")


class Unsound(Exception):
    """Generated code holds what it should not: an error of ours, or a spec that gets the better of us."""


def verify(text: str, graphs: Sequence[Graph]) -> None:
    """Raises :class:`Unsound` for a module that is more than these networks; it is read as Python reads a file."""
    tree = ast.parse(text.encode())
    imports = {ast.dump(alias) + str(getattr(node, "module", "")) for node in _imports(ast.parse(_HEADER)) for alias in node.names}
    body = [node for node in tree.body if not isinstance(node, ast.Import | ast.ImportFrom)]
    checker = _Checker(graphs)
    for node in _imports(tree):
        for alias in node.names:
            if ast.dump(alias) + str(getattr(node, "module", "")) not in imports:
                _refuse(node)
            checker.define(alias.asname or alias.name, node)
    for statement in body:
        for name in _defined(statement):
            checker.define(name, statement)
    for statement in body:
        checker.statement(statement)


def _imports(tree: ast.Module) -> list[ast.Import | ast.ImportFrom]:
    return [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]


def _defined(statement: ast.stmt) -> list[str]:
    if isinstance(statement, ast.ClassDef | ast.FunctionDef):
        return [statement.name]
    return [node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]


def _refuse(node: ast.AST) -> NoReturn:
    raise Unsound(f"line {getattr(node, 'lineno', '?')} of the generated code holds {ast.unparse(node)[:60]!r}")


class _Checker(ast.NodeVisitor):
    def __init__(self, graphs: Sequence[Graph]) -> None:
        self.names = {part for graph in graphs for name in _named(graph.root) for part in name.split(".")}
        self.calls, self.methods, self.texts = set(_CALLS), set(_METHODS), set(self.names)
        for graph in graphs:
            self._learn(graph)
        self.defined: set[str] = set()
        self.locals: set[str] = set()
        self.flags: set[str] = set()
        self.is_main = False

    def _learn(self, graph: Graph) -> None:
        """What the layers of a network call, and which words stand in its file."""
        self.texts |= {*_texts(graph.spec.vars), *_texts([block.params for block in graph.spec.blocks.values()])}
        self.texts |= {text for entry in graph.spec.entries() for node in entry.options.values() for text in _texts(_plain(node))}
        for node in graph.nodes:
            shapes = [shape for shape in node.input_shapes if shape is not None]
            assert node.layer is not None
            made = [] if node.layer.merges else [node.layer.torch(*shapes)]
            for call in (*made, node.layer.expression(*shapes)):
                for inner in _calls(call):
                    self._template(inner.name)
                    self.texts |= set(_texts([*inner.arguments, *inner.keywords.values()]))

    def _template(self, name: str) -> None:
        for node in ast.walk(ast.parse(_HOLE.sub("_", name))):
            if isinstance(node, ast.Attribute):
                dotted = ast.unparse(node)
                (self.calls if dotted.partition(".")[0] in _ROOTS else self.methods).add(
                    dotted if dotted.partition(".")[0] in _ROOTS else node.attr
                )
