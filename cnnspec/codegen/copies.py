"""What a network's tree holds more than once: the uses of blocks, parts that are used again, and which uses are alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from cnnspec.graph.builder import frozen
from cnnspec.graph.graph import Node
from cnnspec.graph.trace import Copy, Trace, Visit


def overwriting(trace: Trace) -> Iterator[Node]:
    """The layers whose input no other layer reads, is no output, and has just been computed."""
    read = Counter(source for node in trace.graph.nodes for source in node.inputs)
    fresh = {
        node.name
        for node in trace.graph.nodes
        if node.layer is not None and node.layer.family in ("convolution", "linear", "norm") and node.shares is None
    }
    for node in trace.graph.nodes:
        source = node.inputs[0]
        if read[source] == 1 and source in fresh and source not in trace.graph.ends:
            yield node


def unread(trace: Trace) -> Iterator[str]:
    """The layers for training only that no layer reads."""
    read = {source for node in trace.graph.nodes for source in node.inputs} | trace.graph.ends
    yield from (node.name for node in trace.graph.nodes if node.training_only and node.name not in read)


def twins(visits: Sequence[Visit]) -> Iterator[tuple[Copy, Copy]]:
    """Every copy whose modules another uses again, with that."""
    known: dict[str, Copy] = {}
    for copy in _scopes(visits):
        if copy.twin:
            yield known[copy.twin], copy
        known.setdefault(".".join(copy.prefix), copy)


def _scopes(visits: Sequence[Visit]) -> Iterator[Copy]:
    for visit in visits:
        for copy in visit.copies:
            if copy.prefix:
                yield copy
            for body in copy.bodies:
                yield from _scopes(body)


def likeness(copy: Copy) -> Any:
    """What makes two runs of a block alike: it sees its parameters, its inputs' shapes and the variables of its network.

    Inputs that are the same data are told from others: which of them a layer reads cannot be seen there.
    """
    scope = copy.place.scope
    shapes = tuple(source.shape for source in copy.sources)
    nodes = [source.node for source in copy.sources]
    alike = tuple(nodes.index(node) for node in nodes)
    return frozen((tuple(copy.params.items()), shapes, alike, id(scope.vars), scope.training_only))


def uses(visits: Sequence[Visit]) -> Iterator[tuple[Copy, str]]:
    """Every use of a block in lists of entries."""
    for visit in visits:
        for copy in visit.copies:
            if copy.node is None and visit.entry.body is None and visit.entry.paths is None:
                yield copy, visit.entry.type
            for body in copy.bodies:
                yield from uses(body)
