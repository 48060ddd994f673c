"""The one object that rules read, and with their findings renderers: every layer with its facts, and the totals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cnnspec.analysis.costs import Costs, costs
from cnnspec.analysis.folding import Run, folded
from cnnspec.analysis.layer import Layer
from cnnspec.analysis.receptive_field import receptive_fields
from cnnspec.analysis.totals import Scope, Totals, scopes, totals
from cnnspec.arithmetic.shape import Shape
from cnnspec.graph.graph import Graph
from cnnspec.language.spec import DTYPES

__all__ = ["Analysis", "Layer", "Run", "Scope", "Totals", "analyse", "folded"]


@dataclass(frozen=True, slots=True)
class Analysis:
    """A network and what we know of it."""

    graph: Graph
    layers: tuple[Layer, ...]
    totals: Totals
    root: Scope
    """The network as its author wrote it: the tree of scopes, with sums over each."""
    readers: Mapping[str, tuple[Layer, ...]]
    """Of each layer and input that is read, by its full name: the layers that read it, in execution order."""


def analyse(graph: Graph) -> Analysis:
    """Everything we know of ``graph``."""
    size = DTYPES[graph.spec.dtype]
    layers = tuple(
        Layer(node, cost, sights, size)
        for node, cost, sights in zip(graph.nodes, _costs(graph), receptive_fields(graph), strict=True)
    )
    return Analysis(graph, layers, totals(graph, layers, size), scopes(graph, layers), _readers(layers))


def _readers(layers: tuple[Layer, ...]) -> dict[str, tuple[Layer, ...]]:
    found: dict[str, list[Layer]] = {}
    for layer in layers:
        for name in dict.fromkeys(layer.node.inputs):
            found.setdefault(name, []).append(layer)
    return {name: tuple(reading) for name, reading in found.items()}


def _costs(graph: Graph) -> list[Costs | None]:
    """Each node's costs; layers of the same options between the same shapes are priced once."""
    priced: dict[tuple[int, tuple[Shape | None, ...], bool], Costs] = {}
    found: list[Costs | None] = []
    for node in graph.nodes:
        if node.layer is None or node.output_shape is None:
            found.append(None)
            continue
        key = (id(node.layer), node.input_shapes, node.shares is not None)
        if key not in priced:
            shapes = tuple(shape for shape in node.input_shapes if shape is not None)
            priced[key] = costs(node.layer, shapes, node.output_shape, shares=node.shares is not None)
        found.append(priced[key])
    return found
