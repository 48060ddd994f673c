"""How a network came out of its file: every entry with what was made of it, in the tree that the author wrote.

The graph has the layers and their scopes; here stand also the parts that make no scope, entries that were left out, and
what expressions meant where they were evaluated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cnnspec import layers
from cnnspec.graph.elaborate import Making, Walk
from cnnspec.graph.graph import Graph, Node, Part
from cnnspec.graph.names import NOWHERE, Binding, Place, Scope
from cnnspec.language.spec import Body, Entry, Spec
from cnnspec.override import override


@dataclass(slots=True)
class Visit:
    """An entry at one place of the network, with its copies in a row: none where it is left out or repeated 0 times.

    ``sources`` are what it reads, ``place`` is what its own ``when`` and ``repeat`` mean. ``training_only`` marks where a part
    for training begins.
    """

    entry: Entry
    place: Place
    sources: tuple[Binding, ...]
    present: bool = False
    training_only: bool = False
    copies: list[Copy] = field(default_factory=list)
    output: Binding = NOWHERE

    @property
    def name(self) -> str:
        """What the entry's part of the network is called in its scope; empty where it has no name of its own."""
        given = self.entry.given_name
        if self.entry.repeat is not None and given is not None and "{" not in given:
            return given
        return self.copies[0].name if self.copies else given or ""


@dataclass(slots=True)
class Copy:
    """One copy of an entry: what it read, what its expressions meant, and the layer or the lists of entries it became.

    ``prefix`` names the scope that it began, where it began one, and ``twin`` the scope whose modules it uses instead of its
    own, where it says so itself. ``named`` are the layers that options name.
    """

    place: Place
    sources: tuple[Binding, ...]
    bodies: list[list[Visit]] = field(default_factory=list)
    node: Node | None = None
    prefix: tuple[str, ...] = ()
    params: Mapping[str, Any] = field(default_factory=dict)
    twin: str = ""
    named: tuple[Binding, ...] = ()
    output: Binding = NOWHERE

    @property
    def name(self) -> str:
        """What it is called in its scope; empty for what has no name."""
        if self.node is not None:
            return self.node.name.rpartition(".")[2]
        return self.prefix[-1] if self.prefix else ""

    @property
    def training_only(self) -> bool:
        """Whether it is computed in training only."""
        return self.place.scope.training_only

    @property
    def owner(self) -> str:
        """The full name of the layer or scope whose modules it uses: its own, or another's."""
        if self.node is not None:
            return self.node.shares or self.node.name
        return self.twin or ".".join(self.prefix)


@dataclass(frozen=True, slots=True)
class Trace:
    """A network and how it came about: the list of the file's entries, its inputs and what its outputs are."""

    graph: Graph
    visits: list[Visit]
    inputs: tuple[Binding, ...]
    outputs: Mapping[str, Binding]


def trace(spec: Spec) -> Trace:
    """The network that ``spec`` describes, and how each of its entries became a part of it."""
    return _Tracer(spec).trace()


class _Tracer(Walk):
    def __init__(self, spec: Spec) -> None:
        super().__init__(spec)
        self.lists: list[list[list[Visit]]] = [[]]
        """The lists of entries of each part that is being made, the innermost last."""
        self.outputs: Mapping[str, Binding] = {}
        self.owners: dict[str, str] = {}
        """Of scopes that use another's modules, that one, which has its own."""

    def trace(self) -> Trace:
        graph = self.graph()
        inputs = tuple(Binding(name, shape) for name, shape in graph.inputs.items())
        return Trace(graph, self.lists[0][0], inputs, self.outputs)

    @override
    def _outputs(self, scope: Scope, last: Binding | None) -> dict[str, Binding]:
        found = super()._outputs(scope, last)
        self.outputs = found
        return found

    @override
    def _list(self, body: Body, scope: Scope, above: Binding | None, parts: list[Part]) -> Binding | None:
        self.lists[-1].append([])
        return super()._list(body, scope, above, parts)

    @override
    def _place(self, entry: Entry, scope: Scope, sources: tuple[Binding, ...]) -> Place:
        place = super()._place(entry, scope, sources)
        self.lists[-1][-1].append(Visit(entry, place, sources))
        return place

    @override
    def _copies(
        self,
        entry: Entry,
        scope: Scope,
        sources: tuple[Binding, ...],
        count: int | None,
        training_only: bool,
        parts: list[Part],
    ) -> Binding:
        visit = self.lists[-1][-1][-1]
        visit.present, visit.training_only = True, training_only and not scope.training_only
        visit.output = super()._copies(entry, scope, sources, count, training_only, parts)
        return visit.output

    @override
    def _copy(self, copy: Making) -> Binding:
        made = Copy(copy.place, copy.sources)
        self.lists[-1][-1][-1].copies.append(made)
        self.lists.append(made.bodies)
        made.output = super()._copy(copy)
        self.lists.pop()
        return made.output

    @override
    def _within(self, copy: Making, body: Body, inner: Scope, params: Mapping[str, Any]) -> Binding:
        made, prefix = self._made, inner.naming.prefix
        made.prefix, made.params = prefix, params
        around = copy.scope.twin
        twin = copy.twin.name if copy.twin is not None else ".".join((*around, prefix[-1])) if around is not None else ""
        owner = self.owners.setdefault(".".join(prefix), self.owners.get(twin, twin)) if twin else ""
        made.twin = owner if copy.twin is not None else ""
        return super()._within(copy, body, inner, params)

    @override
    def _inline(self, copy: Making, body: Body, inner: Scope) -> Binding:
        self._made.params = inner.params
        return super()._inline(copy, body, inner)

    @override
    def _layer(self, copy: Making) -> Binding:
        named = self._named(copy.entry) if copy.entry.options else ()
        found = [copy.scope.find(name) for name in named]  # before it has a name, maybe the same
        made, output = self._made, super()._layer(copy)
        made.node = self.nodes[-1]
        made.named = tuple(binding for binding in found if binding is not None)
        return output

    @property
    def _made(self) -> Copy:
        """The copy that is being made: the last of those whose lists are open."""
        return self.lists[-2][-1][-1].copies[-1]

    def _named(self, entry: Entry) -> list[str]:
        """The layers that options of an entry name, for their sizes."""
        layer = layers.find(entry.type)
        options = layer.options() if layer is not None else {}
        return [node.text for name, node in entry.options.items() if name in options and options[name].kind.names_layer]
