"""The network as a graph of layers, and the tree of scopes that its author wrote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cnnspec.arithmetic.shape import Shape
from cnnspec.errors import Finding, IllegalShape, Position
from cnnspec.language.spec import Entry, Spec
from cnnspec.layers.layer import Layer

if TYPE_CHECKING:
    import networkx


@dataclass(frozen=True, slots=True)
class Expected:
    """A fact that the author expects: a figure, a shape, words; with its place."""

    value: Any
    position: Position


@dataclass(frozen=True, slots=True)
class Node:
    """One layer of the network, blocks and repeats written out.

    ``layer`` is None where its options are in error; a shape is None where an error keeps it from being known, and
    ``failure`` says what is wrong with this layer's inputs where something is. ``uses`` are the places where the blocks
    that hold the layer are used, the outermost first. ``shares`` names the layer whose weights it uses.
    """

    name: str
    type: str
    scope: tuple[str, ...]
    entry: Entry
    position: Position
    layer: Layer | None
    inputs: tuple[str, ...]
    input_shapes: tuple[Shape | None, ...]
    output_shape: Shape | None
    failure: IllegalShape | None = None
    training_only: bool = False
    trainable: bool = True
    uses: tuple[Position, ...] = ()
    shares: str | None = None
    expect: Mapping[str, Expected] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scope:
    """A part of the network with a name: the file itself (whose name is empty), the copies of a repeated entry, a block's
    use or a ``sequential``. ``name`` is full, ``output`` the layer that it ends with; ``params`` are a block's parameters,
    evaluated; ``copies`` says how many a repeated entry has, and ``training_only`` that all in it is.
    """

    name: str
    entry: Entry | None
    children: tuple[Part, ...]
    output: str = ""
    output_shape: Shape | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    copies: int | None = None
    expect: Mapping[str, Expected] = field(default_factory=dict)
    training_only: bool = False


Part = Scope | Node


@dataclass(frozen=True, slots=True)
class Graph:
    """The network in execution order, with its scopes and what is wrong with it."""

    spec: Spec
    inputs: Mapping[str, Shape | None]
    nodes: tuple[Node, ...]
    outputs: Mapping[str, Shape | None]
    root: Scope
    findings: tuple[Finding, ...]
    complete: bool = True
    """Whether all of the file is in it: where a limit or the text itself ended the walk, no sum over it is known."""
    expect: Mapping[str, Expected] = field(default_factory=dict)
    budget: Mapping[str, Expected] = field(default_factory=dict)
    ends: frozenset[str] = frozenset()
    """The full names of the layers (or inputs) that the outputs are."""

    def to_networkx(self) -> networkx.DiGraph[str]:
        """The network as a directed graph: a node for each input and layer, with its type and shape, in execution order."""
        import networkx

        graph: networkx.DiGraph[str] = networkx.DiGraph(name=self.spec.name)
        for name, shape in self.inputs.items():
            graph.add_node(name, type="input", shape=shape)
        for node in self.nodes:
            graph.add_node(node.name, type=node.type, shape=node.output_shape)
            graph.add_edges_from((source, node.name) for source in node.inputs)
        return graph
