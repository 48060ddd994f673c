"""From file to network in one walk: each entry is evaluated with its inputs' shapes known.

A failure is recorded once; what depends on it is absent, not wrong, and the walk goes on.
"""

from __future__ import annotations

import re

from cnnspec import layers
from cnnspec.arithmetic.shape import Shape
from cnnspec.errors import INVALID_SPEC, LIMIT_EXCEEDED, UNKNOWN_NAME
from cnnspec.graph.builder import Builder
from cnnspec.graph.graph import Graph, Node, Scope
from cnnspec.graph.names import Binding, Namer, Place
from cnnspec.graph.values import Told, Unknown, Values
from cnnspec.language import reader
from cnnspec.language.entries import IDENTIFIER
from cnnspec.language.spec import Entry, Reference, Spec
from cnnspec.language.suggest import did_you_mean

MAX_ENTRIES = 100_000
_HOLE = re.compile(r"\{([^{}]*)\}")
_NOWHERE = Binding("", None)

Part = Scope | Node


def elaborate(spec: Spec) -> Graph:
    """The network that ``spec`` describes. Never raises for what the spec says: see ``Graph.findings``."""
    return _Walk(spec).graph()


class _TooMany(Exception):
    """More entries than the language allows."""


class _Walk:
    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.told = Told(spec.findings)
        self.values = Values(self.told)
        self.nodes: list[Node] = []
        self.visible: dict[str, Binding] = {}
        self.named: dict[str, Entry] = {}
        self.visited = 0
        self.builder = Builder(self.told, self.values)
        given = {str(entry.name.value) for entry in spec.layers if entry.name is not None}
        self.namer = Namer(given | set(spec.inputs))

    def graph(self) -> Graph:
        spec, constants = self.spec, Place(self.spec.vars, {}, None)
        inputs = {name: self._input(node, constants) for name, node in spec.inputs.items()}
        self.visible = {name: Binding(name, shape) for name, shape in inputs.items()}
        above = next(iter(self.visible.values())) if len(inputs) == 1 else None
        parts: list[Part] = []
        try:
            for entry in spec.layers:
                above, made = self._entry(entry, above)
                parts += made
        except _TooMany:
            above = None
        outputs = self._outputs(above)
        expect, budget = self.values.facts(spec.expect, constants), self.values.facts(spec.budget, constants)
        root = Scope("", None, tuple(parts))
        return Graph(spec, inputs, tuple(self.nodes), outputs, root, self.told.all(), expect, budget)

    def _input(self, node: reader.Node, constants: Place) -> Shape | None:
        if not isinstance(node.value, list) or not 1 <= len(node.value) <= 4:
            what = "an input is [C, L], [C, H, W], [C, D, H, W] or [F]: one to four sizes without the batch"
            self.told(INVALID_SPEC, node.position, what)
            return None
        try:
            return tuple([self.values.whole(item, 1, "input", constants) for item in node.value])
        except Unknown:
            return None

    def _outputs(self, last: Binding | None) -> dict[str, Shape | None]:
        if self.spec.outputs is None:
            return {last.node: last.shape} if last is not None and last.node else {}
        found: dict[str, Shape | None] = {}
        for reference in self.spec.outputs:
            if reference.name in self.visible:
                found[reference.name] = self.visible[reference.name].shape
            else:
                self.told(UNKNOWN_NAME, reference.position, self._unknown(reference.name))
        return found

    # -- entries ------------------------------------------------------------------------------------------------

    def _entry(self, entry: Entry, above: Binding | None) -> tuple[Binding | None, list[Part]]:
        """What the entry below gets by default, and what this one adds to its scope."""
        self._visit(entry)
        name = entry.given_name
        count, training_only = None, False
        try:
            sources = self._sources(entry, above)
        except Unknown:
            sources = (_NOWHERE,)
        place = Place(self.spec.vars, self.visible, sources[0].shape)
        try:
            if entry.when is not None and not self.values.boolean(entry.when, place, name):
                self._bind(entry, name, sources[0])
                return sources[0], []
            if entry.training_only is not None:
                training_only = self.values.boolean(entry.training_only, place, name)
            if entry.repeat is not None:
                count = self.values.whole(entry.repeat, 0, "repeat", place, name)
                self._visit(entry, count - 1)
        except Unknown:
            sources = (_NOWHERE,)
        output, parts = self._copies(entry, sources, count, training_only)
        return (above if training_only else output), parts

    def _copies(
        self, entry: Entry, sources: tuple[Binding, ...], count: int | None, training_only: bool
    ) -> tuple[Binding, list[Part]]:
        """The layers of an entry: one, or as many as it repeats, each fed by the one before."""
        given = entry.given_name
        if given is not None and "{" not in given and count is not None:
            output, parts = self._chain(entry, sources, count, (given,), training_only)
            self._bind(entry, given, output)
            return output, [Scope(given, entry, tuple(parts))]
        if count is None:
            return self._copy(entry, (), None, sources, training_only)
        return self._chain(entry, sources, count, (), training_only)

    def _chain(
        self, entry: Entry, sources: tuple[Binding, ...], count: int, scope: tuple[str, ...], training_only: bool
    ) -> tuple[Binding, list[Part]]:
        parts: list[Part] = []
        for index in range(count):
            output, made = self._copy(entry, scope, index, sources, training_only)
            sources = (output, *sources[1:])
            parts += made
        return sources[0], parts

    def _copy(
        self,
        entry: Entry,
        scope: tuple[str, ...],
        index: int | None,
        sources: tuple[Binding, ...],
        training_only: bool,
    ) -> tuple[Binding, list[Part]]:
        shapes = tuple([source.shape for source in sources])
        place = Place(self.spec.vars, self.visible, shapes[0], index)
        name = self._name(entry, scope, index, place)
        full = ".".join((*scope, name)) if scope else name
        layer = None if entry.broken else self.builder.layer(entry, shapes[0], place)
        output, failure = self.builder.output(layer, shapes)
        trainable = entry.trainable is None or self._trainable(entry, entry.trainable, place)
        expect = self.values.facts(entry.expect, place, name) if entry.expect else {}
        inputs = () if _NOWHERE in sources else tuple([source.node for source in sources])
        node = Node(
            full,
            entry.type,
            scope,
            entry,
            entry.position,
            layer,
            inputs,
            shapes,
            output,
            failure,
            training_only,
            trainable,
            expect,
        )
        self.nodes.append(node)
        binding = Binding(full, output, training_only)
        if not scope:
            self._bind(entry, name, binding)
        return binding, [node]

    def _trainable(self, entry: Entry, node: reader.Node, place: Place) -> bool:
        try:
            return self.values.boolean(node, place, entry.given_name)
        except Unknown:
            return True

    def _visit(self, entry: Entry, entries: int = 1) -> None:
        """Count entries before anything is made of them."""
        self.visited += max(0, entries)
        if self.visited > MAX_ENTRIES:
            self.told(LIMIT_EXCEEDED, entry.position, f"the network has more than {MAX_ENTRIES:,} entries")
            raise _TooMany

    # -- names --------------------------------------------------------------------------------------------------

    def _name(self, entry: Entry, scope: tuple[str, ...], index: int | None, place: Place) -> str:
        """A copy's name in its scope: its number, the given name with its holes filled, or its type and a count."""
        if scope:
            return str(index)
        given = entry.given_name
        if given is None or entry.name is None:
            return self.namer.nameless(entry.type)
        if "{" not in given:
            return given
        try:
            name = _HOLE.sub(lambda hole: str(self.values.expression(hole[1], entry.name, place, given)), given)  # type: ignore[arg-type]
        except Unknown:
            return self.namer.nameless(entry.type)
        if not IDENTIFIER.fullmatch(name):
            self.told(
                INVALID_SPEC, entry.name.position, f"`{name}` is no name: a letter or _, then letters, digits and _", given
            )
            return self.namer.nameless(entry.type)
        return name

    def _bind(self, entry: Entry, name: str | None, binding: Binding) -> None:
        if name is None:
            return
        if name in self.visible:
            where = f"first in line {self.named[name].position.line}" if name in self.named else "and is an input"
            self.told(
                INVALID_SPEC,
                entry.name.position if entry.name else entry.position,
                f"the name `{name}` stands twice, {where}",
                name,
            )
            return
        self.named[name] = entry
        self.visible[name] = binding

    def _sources(self, entry: Entry, above: Binding | None) -> tuple[Binding, ...]:
        """The entry's inputs. Raises :class:`Unknown` where one is not known."""
        if entry.sources is not None:
            found = tuple([self._resolve(entry, reference, above) for reference in entry.sources])
        elif above is not None:
            found = (above,)
        else:
            if len(self.spec.inputs) > 1:
                known = ", ".join(self.spec.inputs)
                self.told(INVALID_SPEC, entry.position, f"there are several inputs: say with `from` which is read, of {known}")
            raise Unknown
        self._check_arity(entry, len(found))
        return found

    def _resolve(self, entry: Entry, reference: Reference, above: Binding | None) -> Binding:
        binding = above if reference.name == "above" else self.visible.get(reference.name)
        if binding is None:
            if reference.name != "above" or len(self.spec.inputs) > 1:
                self.told(UNKNOWN_NAME, reference.position, self._unknown(reference.name), entry.given_name)
            raise Unknown
        if binding.training_only and entry.training_only is None:
            what = f"`{reference.name}` is for training only: what runs at inference cannot read it"
            self.told(INVALID_SPEC, reference.position, what, entry.given_name)
            raise Unknown
        return binding

    def _unknown(self, name: str) -> str:
        if name in self.namer.given:
            return f"`{name}` stands below: a layer reads only what stands above it"
        return f"no layer or input is called `{name}`{did_you_mean(name, self.visible)}"

    def _check_arity(self, entry: Entry, count: int) -> None:
        layer = layers.find(entry.type)
        if layer is None or entry.broken or (count > 1) == layer.merges:
            return
        wants = (
            "joins two or more inputs and is given 1: list them in `from`" if layer.merges else f"takes one input, not {count}"
        )
        self.told(INVALID_SPEC, entry.position, f"{entry.type} {wants}", entry.given_name)
        raise Unknown
