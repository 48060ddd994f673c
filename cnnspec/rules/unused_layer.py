"""Layers whose output nobody reads."""

from __future__ import annotations

from collections.abc import Iterator

from cnnspec.analysis.analysis import Analysis, Layer, Scope
from cnnspec.errors import Finding, Position, used
from cnnspec.override import override
from cnnspec.rules.rule import Rule


class UnusedLayer(Rule):
    """Nobody reads a layer's output, and it is no output of the network.

    So it is with an input that no layer reads. Where a block's use or a ``sequential`` is unused, that is told, not the
    layer that it ends with. The last layers of a ``training_only`` head are read by the loss. Without ``outputs`` the
    network puts out its last layer only.

    Why: it is computed for nothing, or a ``from`` names the wrong layer. In training its weights get no gradient, for
    which ``DistributedDataParallel`` stops.

    Bad:
        input: [3, 32, 32]
        layers:
          - conv2d: {name: boxes, out_channels: 4, kernel_size: 3}
          - conv2d: {name: classes, from: input, out_channels: 10, kernel_size: 3}

    Good:
        input: [3, 32, 32]
        outputs: [boxes, classes]
        layers:
          - conv2d: {name: boxes, out_channels: 4, kernel_size: 3}
          - conv2d: {name: classes, from: input, out_channels: 10, kernel_size: 3}

    Source: ``torch.nn.parallel.DistributedDataParallel``, ``find_unused_parameters``.
    """

    code = "CNN106"
    name = "unused-layer"
    tells_once = True

    @override
    def check(self, analysis: Analysis) -> Iterator[Finding]:
        graph = analysis.graph
        if graph.findings or not graph.complete or not all(node.inputs for node in graph.nodes):
            return  # who reads what is not known
        for name, node in graph.spec.inputs.items():
            if name not in analysis.readers and name not in graph.ends:
                what = f"no layer reads the input `{name}`"
                yield self.finding(node.position, None, what, "read it with `from`, or remove it")
        unread = [layer for layer in analysis.layers if _is_unread(layer, analysis)]
        ends = _ends(analysis.root) if unread else {}
        for layer in unread:
            yield self._told(layer, ends.get(layer.name, ()))

    def _told(self, layer: Layer, scopes: tuple[Scope, ...]) -> Finding:
        """The finding about a layer, or about the outermost of the scopes that end with it."""
        node = layer.node
        place, name, uses = node.position, layer.name, node.uses
        if scopes:
            places = {scope.scope.entry.position for scope in scopes if scope.scope.entry is not None}
            place, name = _place(scopes[0], place), scopes[0].name
            uses = tuple(use for use in uses if use not in places)
        message = "nobody reads its output, and it is no output of the network"
        fix = "remove it" if "." in name else "name it in `outputs`, or remove it"
        return self.finding(place, name, message + used(uses), fix)


def _is_unread(layer: Layer, analysis: Analysis) -> bool:
    return layer.name not in analysis.readers and layer.name not in analysis.graph.ends and not layer.node.training_only


def _place(scope: Scope, otherwise: Position) -> Position:
    return otherwise if scope.scope.entry is None else scope.scope.entry.position


def _ends(root: Scope) -> dict[str, tuple[Scope, ...]]:
    """Of each layer that scopes end with, those scopes, the outermost first."""
    found: dict[str, tuple[Scope, ...]] = {}
    pending: list[tuple[Scope, tuple[Scope, ...]]] = [(root, ())]
    while pending:
        scope, around = pending.pop()
        for child in scope.children:
            if isinstance(child, Scope):
                end = child.scope.output
                chain = (*around, child) if around and around[0].scope.output == end else (child,)
                if len(chain) > len(found.get(end, ())):
                    found[end] = chain
                pending.append((child, chain))
    return found
