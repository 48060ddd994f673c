"""What the last axis is: one of space, or features that a linear layer is meant to read."""

from __future__ import annotations

from cnnspec.graph.graph import Graph, Node
from cnnspec.layers.layer import kept_axes


def ends_in_space(graph: Graph) -> frozenset[str]:
    """The inputs and layers, by full name, whose last axis is one of space.

    An input's is where it has channels and two axes more; with one more it may be rows of features, until a
    convolution or a pool slides along it.
    """
    found = {name for name, shape in graph.inputs.items() if shape is not None and len(shape) > 2}
    for node in graph.nodes:
        if _puts_space_last(node, found):
            found.add(node.name)
    return frozenset(found)


def _puts_space_last(node: Node, in_space: set[str]) -> bool:
    if node.layer is None or node.output_shape is None or len(node.output_shape) < 2:
        return False
    if node.layer.family in ("convolution", "pool"):
        return True
    if node.layer.family == "linear" or node.type == "layer_norm" or not all(name in in_space for name in node.inputs):
        return False
    axes = node.layer.axes(*(shape for shape in node.input_shapes if shape is not None))
    last = len(node.output_shape) - 1
    return all(own is kept_axes(len(own)) or (own[-1].to == last and not own[-1].folded) for own in axes)
