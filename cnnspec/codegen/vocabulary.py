"""What may stand in the code of a network: it follows from the layers, and not from what wrote the code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from cnnspec.codegen.annotations import MODES
from cnnspec.graph.graph import Graph, Node, Scope
from cnnspec.language import reader
from cnnspec.layers.activation import FUNCTIONS, Activation
from cnnspec.layers.call import Call

HEADER = """
import math, torch
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Literal
from torch import Tensor, nn
from torch.nn import functional as F
"""
ROOTS = frozenset(("F", "math", "nn", "torch"))
BASES = frozenset(("nn.Module", "nn.ModuleDict", "nn.Sequential"))
BUILTINS = frozenset(
    ["abs", "bool", "dict", "float", "int", "len", "max", "min", "print", "range", "round", "str", "sum", "super", "tuple"]
)
_DOTTED = BASES | {"math.ceil", "math.floor", "nn.Identity", "torch.no_grad", "torch.rand"}
_METHODS = frozenset(["add_module", "append", "eval", "extend", "numel", "parameters", "requires_grad_", "shape", "training"])
_HOLE = re.compile(r"\{\w+\}")


class Vocabulary:
    """What these networks use: the names of their layers and scopes, PyTorch's functions and methods, and the file's texts."""

    def __init__(self, graphs: Sequence[Graph]) -> None:
        calls = [call for graph in graphs for call in _calls(graph)]
        found = {name for call in calls for name in _attributes(call.name)}
        self.names = frozenset(part for graph in graphs for name in _named(graph.root) for part in name.split("."))
        self.dotted = _DOTTED | {name for name in found if name.partition(".")[0] in ROOTS}
        self.methods = _METHODS | {name.rpartition(".")[2] for name in found - self.dotted}
        self.texts = self.names.union(_texts(calls), *map(_written, graphs), MODES)


def _named(scope: Scope) -> Iterator[str]:
    """The full names of the layers and scopes in a scope."""
    for part in scope.children:
        yield part.name
        if isinstance(part, Scope):
            yield from _named(part)


def _unlike(graph: Graph) -> Iterable[Node]:
    """The layers of a network, one of those that are the same over the same inputs."""
    return {(id(node.layer), node.input_shapes): node for node in graph.nodes if node.layer is not None}.values()


def _calls(graph: Graph) -> Iterator[Call]:
    """What the layers are called in PyTorch, and what computes them."""
    for node in _unlike(graph):
        assert node.layer is not None
        shapes = [shape for shape in node.input_shapes if shape is not None]
        pending: list[object] = [None if node.layer.merges else node.layer.torch(*shapes), node.layer.expression(*shapes)]
        if isinstance(node.layer, Activation):
            words = {word for block in graph.spec.blocks.values() for word in block.params.values() if word in FUNCTIONS}
            pending += [Activation("activation", function=word).torch(*shapes) for word in words]
        while pending:
            if isinstance(call := pending.pop(), Call):
                yield call
                pending += [*call.arguments, *call.keywords.values()]


@lru_cache(maxsize=1024)
def _attributes(template: str) -> frozenset[str]:
    """What a call's name reads with a dot."""
    tree = ast.parse(_HOLE.sub("_", template))
    return frozenset(ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute))


def _written(graph: Graph) -> Iterator[str]:
    """The texts that a file has for values."""
    spec = graph.spec
    options = [entry.options for entry in spec.entries()]
    layers = list({id(node.layer): node.layer for node in graph.nodes if node.layer is not None}.values())
    used = [getattr(layer, name) for layer in layers for name in layer.options()]
    return _texts([spec.vars, *(block.params for block in spec.blocks.values()), *options, *used])


def _texts(values: Iterable[Any]) -> Iterator[str]:
    for value in values:
        match value:
            case str():
                yield value
            case reader.Node(value=inner):
                yield from _texts([inner])
            case Call(arguments=arguments, keywords=keywords):
                yield from _texts([*arguments, *keywords.values()])
            case Mapping():
                yield from _texts(value.values())
            case list() | tuple():
                yield from _texts(value)
