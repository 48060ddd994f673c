"""From file to network in one walk: each entry is evaluated with its inputs' shapes known.

A failure is recorded once; what depends on it is absent, not wrong, and the walk goes on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from cnnspec.arithmetic.shape import Shape
from cnnspec.errors import INVALID_SPEC, INVALID_YAML, LIMIT_EXCEEDED, UNKNOWN_NAME, IllegalShape, Position
from cnnspec.graph.builder import Builder
from cnnspec.graph.graph import Graph, Node, Part
from cnnspec.graph.graph import Scope as Branch
from cnnspec.graph.labels import Labels
from cnnspec.graph.names import NOTHING, NOWHERE, Binding, Made, Naming, Place, Scope
from cnnspec.graph.size import MAX_DEPTH, Sizes
from cnnspec.graph.sources import Sources
from cnnspec.graph.values import Told, Unknown, Values
from cnnspec.language import reader
from cnnspec.language.spec import Block, Body, Entry, Spec
from cnnspec.layers.layer import Layer

MAX_ENTRIES = 100_000
Bindings = tuple[Binding, ...]


def elaborate(spec: Spec) -> Graph:
    """The network that ``spec`` describes. Never raises for what the spec says: see ``Graph.findings``."""
    return Walk(spec).graph()


class TooMany(Exception):
    """More entries than the language allows."""


class Making(NamedTuple):
    """One copy of an entry, about to be made: where it stands, what it is called and fed, and what it is a part of.

    ``place`` says what names mean there, ``twin`` is what the entry made whose weights it uses.
    """

    entry: Entry
    scope: Scope
    name: str | None
    sources: Bindings
    parts: list[Part]
    place: Place
    twin: Made | None = None


class Walk:
    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.told = Told(spec.findings)
        self.values = Values(spec, self.told)
        self.labels = Labels(self.told, self.values)
        self.builder = Builder(self.told, self.values)
        self.sources = Sources(spec, self.told)
        self.sizes = Sizes(spec)
        self.nodes: list[Node] = []
        self.by_name: dict[str, Node] = {}
        self.visited = 0
        self.depth = 0

    def graph(self) -> Graph:
        spec = self.spec
        body = Body("layers", spec.layers, Position(1, 1))
        naming = Naming((), False, self.sizes.names(body) | spec.inputs.keys())
        scope = Scope(naming, spec.vars, {})
        constants = Place(scope, NOTHING)
        inputs = {name: self._input(node, constants) for name, node in spec.inputs.items()}
        for name, shape in inputs.items():
            scope.bind(name, Binding(name, shape))
            naming.taken[name] = None
        above = next(iter(scope.visible.values())) if len(inputs) == 1 else None
        parts: list[Part] = []
        complete = not any(finding.code == INVALID_YAML.code for finding in spec.findings)
        try:
            above = self._list(body, scope, above, parts)
        except TooMany:
            above, complete = None, False
        outputs = self._outputs(scope, above)
        constants = Place(Scope(naming, spec.vars, {}), NOTHING)
        expect, budget = self.values.facts(spec.expect, constants), self.values.facts(spec.budget, constants)
        root = Branch("", None, tuple(parts))
        shapes = {name: binding.shape for name, binding in outputs.items()}
        ends = frozenset(binding.node for binding in outputs.values())
        return Graph(spec, inputs, tuple(self.nodes), shapes, root, self.told.all(), complete, expect, budget, ends)

    def _input(self, node: reader.Node, constants: Place) -> Shape | None:
        if not isinstance(node.value, list) or not 1 <= len(node.value) <= 4:
            what = "an input is [C, L], [C, H, W], [C, D, H, W] or [F]: one to four sizes without the batch"
            self.told(INVALID_SPEC, node.position, what)
            return None
        try:
            return tuple([self.values.whole(item, 1, "input", constants) for item in node.value])
        except Unknown:
            return None

    def _outputs(self, scope: Scope, last: Binding | None) -> dict[str, Binding]:
        if self.spec.outputs is None:
            names = (name for name, binding in scope.visible.items() if binding is last)
            return {} if last is None or last is NOWHERE else {next(names, last.node): last}
        found: dict[str, Binding] = {}
        for reference in self.spec.outputs:
            binding = scope.find(reference.name)
            if binding is not None:
                found[reference.name] = binding
            else:
                self.told(UNKNOWN_NAME, reference.position, self.sources.unknown(reference.name, scope))
        return found

    # -- entries ------------------------------------------------------------------------------------------------

    def _list(self, body: Body, scope: Scope, above: Binding | None, parts: list[Part]) -> Binding | None:
        """Every entry in turn, each fed by the one above; what the list puts out."""
        self.depth += 1
        for entry in body.entries:
            if self.depth > MAX_DEPTH:
                self.told(LIMIT_EXCEEDED, entry.position, f"blocks and containers are nested deeper than {MAX_DEPTH}")
                raise TooMany
            above = self._entry(entry, scope, above, parts)
        self.depth -= 1
        return above

    def _entry(self, entry: Entry, scope: Scope, above: Binding | None, parts: list[Part]) -> Binding | None:
        """What the entry below gets by default; what this one makes is added to ``parts``."""
        self._visit(entry)
        sources = self.sources.of(entry, scope, above)
        place = self._place(entry, scope, sources)
        count, training_only, left_out = None, scope.training_only, False
        try:
            left_out = entry.when is not None and not self.values.boolean(entry.when, place)
            if entry.training_only is not None:
                training_only |= self.values.boolean(entry.training_only, place)
            if not training_only:
                self.sources.check_inference(entry, scope, sources[:1] if left_out else sources)
            if not left_out and entry.repeat is not None:
                count = self.values.whole(entry.repeat, 0, "repeat", place)
            if not left_out and (count is not None or self.sizes.holds_more(entry)):
                self._refuse(entry, 1 if count is None else count)
        except Unknown:
            sources = (NOWHERE,)
        if left_out:
            output = sources[0]
            self.labels.bind(entry, scope, self.labels.left_out(entry, place), output)
        else:
            output = self._copies(entry, scope, sources, count, training_only, parts)
        return above if training_only and not scope.training_only else output

    def _place(self, entry: Entry, scope: Scope, sources: Bindings) -> Place:
        """What names mean at an entry."""
        return Place(scope, sources[0].shape, entry)

    def _visit(self, entry: Entry) -> None:
        """Count an entry."""
        self.visited += self.sizes.own(entry)
        if self.visited > MAX_ENTRIES:
            self._refuse(entry, 1)

    def _refuse(self, entry: Entry, copies: int) -> None:
        """Refuse what is certain to become too many entries before anything is made of it."""
        if self.visited - self.sizes.own(entry) + copies * self.sizes.of(entry) > MAX_ENTRIES:
            self.told(LIMIT_EXCEEDED, entry.position, f"the network has more than {MAX_ENTRIES:,} entries")
            raise TooMany

    def _copies(
        self, entry: Entry, scope: Scope, sources: Bindings, count: int | None, training_only: bool, parts: list[Part]
    ) -> Binding:
        """The layers of an entry: one, or as many as it repeats, each fed by the one before."""
        given = entry.given_name
        if count is None:
            if entry.repeat is not None and given is not None and "{" in given:
                given, scope.naming.uncertain = None, True
            inner = scope if training_only == scope.training_only and entry.repeat is None else scope.inside()
            inner.training_only, inner.miscounted = training_only, scope.miscounted or entry.repeat is not None
            return self._copy(Making(entry, inner, given, sources, parts, Place(inner, sources[0].shape, entry)))
        naming, made = scope.naming, parts
        if named := given is not None and "{" not in given:
            naming, made = Naming((*naming.prefix, scope.naming.next(given, entry.type)), True, ()), []
        for index in range(count):
            inner = scope.inside(naming, index)
            inner.training_only = training_only
            if index:
                self._visit(entry)
            place = Place(inner, sources[0].shape, entry)
            output = self._copy(Making(entry, inner, None if named else given, sources, made, place))
            sources = (output, *sources[1:]) if NOWHERE not in sources else sources
        if named:
            prefix = ".".join(naming.prefix)
            last = sources[0]
            parts.append(Branch(prefix, entry, tuple(made), last.node, last.shape, {}, count, {}, training_only))
            self.labels.bind(entry, scope, given, sources[0])
        return sources[0]

    def _copy(self, copy: Making) -> Binding:
        entry, scope, parts = copy.entry, copy.scope, copy.parts
        if entry.trainable is not None:
            scope = scope.inside()
            scope.trainable = self._is_trainable(entry.trainable, copy.place) and scope.trainable
        twin, name = self._twin(entry, scope), self._name(copy)
        if scope is not copy.scope or twin is not None or name != copy.name:
            copy = copy._replace(scope=scope, name=name, twin=twin)
        body = twin.body if twin is not None else entry.body
        if entry.paths is not None:
            outputs = [self._list(path, scope.inside(), copy.sources[0], parts) or NOWHERE for path in entry.paths] or [NOWHERE]
            return self._layer(copy._replace(sources=tuple(outputs), place=Place(scope, outputs[0].shape, entry)))
        if entry.share is not None and twin is None:
            return self._layer(copy)
        if entry.broken and body is not None:
            return self._layer(copy)
        if entry.type in self.spec.blocks:
            return self._use(copy, self.spec.blocks[entry.type])
        if body is not None and entry.type == "inline":
            return self._inline(copy, body, scope.inside())
        if body is not None:
            return self._within(copy, body, scope.inside(self._naming(copy, body)), {})
        return self._layer(copy)

    def _name(self, copy: Making) -> str | None:
        return self.labels.filled(copy.name, copy.place) if copy.name is not None and "{" in copy.name else copy.name

    def _is_trainable(self, node: reader.Node, place: Place) -> bool:
        try:
            return self.values.boolean(node, place)
        except Unknown:
            return True

    def _naming(self, copy: Making, body: Body) -> Naming:
        """The names of the scope that a copy begins."""
        prefix = (*copy.scope.naming.prefix, copy.scope.naming.next(copy.name, copy.entry.type))
        return Naming(prefix, body.kind == "sequential", self.sizes.names(body))

    def _use(self, copy: Making, block: Block) -> Binding:
        """A block's layers: it sees its inputs, its parameters, the file's vars and its own layers."""
        entry, scope, sources = copy.entry, copy.scope, copy.sources
        params = dict(copy.twin.params) if copy.twin is not None else self._params(entry, block, copy.place)
        if params is None:
            return self._layer(copy)
        inline = block.body.kind == "inline"
        naming = scope.naming if inline else self._naming(copy, block.body)
        uses = (*scope.uses, entry.position)
        inner = Scope(naming, self.spec.vars, params, uses=uses, exports=scope if inline else None).inherit(scope)
        known = sources if NOWHERE not in sources else (NOWHERE,) * len(block.inputs)
        for name, source in zip(block.inputs, known, strict=True):
            inner.visible[name] = source
            if not inline:
                naming.taken[name] = None
        return self._inline(copy, block.body, inner) if inline else self._within(copy, block.body, inner, params)

    def _inline(self, copy: Making, body: Body, inner: Scope) -> Binding:
        """The entries of a body without a scope; what they put out bears the entry's name, where it has one."""
        if copy.entry.expect:
            at = next(iter(copy.entry.expect.values())).position
            what = "an inline part has no figures of its own: write `expect` on what stands in it"
            self.told(INVALID_SPEC, at, what, copy.place)
        output = self._list(body, inner, copy.sources[0], copy.parts) or NOWHERE
        self.labels.bind(copy.entry, copy.scope, copy.name, output)
        return output

    def _within(self, copy: Making, body: Body, inner: Scope, params: Mapping[str, Any]) -> Binding:
        """The entries of a scope with a name of its own; its output bears that name in the scope around it."""
        entry, made = copy.entry, list[Part]()
        if copy.twin is not None:
            inner.twin = tuple(copy.twin.name.split("."))
        output = self._list(body, inner, copy.sources[0], made) or NOWHERE
        prefix = inner.naming.prefix
        name = ".".join(prefix)
        expect = self.values.facts(entry.expect, copy.place) if entry.expect else {}
        part = Branch(name, entry, tuple(made), output.node, output.shape, params, None, expect, inner.training_only)
        copy.parts.append(part)
        self.labels.bind(entry, copy.scope, prefix[-1], output, Made(entry, body, name, params))
        return output

    def _layer(self, copy: Making) -> Binding:
        entry, scope, sources = copy.entry, copy.scope, copy.sources
        name = scope.naming.next(copy.name, entry.type)
        shapes = tuple([source.shape for source in sources])
        layer, output, failure, shares = self._built(copy, name, shapes)
        node = Node(
            scope.naming.full(name),
            entry.type,
            scope.naming.prefix,
            entry,
            entry.position,
            layer,
            () if NOWHERE in sources else tuple([source.node for source in sources]),
            shapes,
            output,
            failure,
            scope.training_only,
            scope.trainable,
            scope.uses,
            shares,
            self.values.facts(entry.expect, copy.place) if entry.expect else {},
        )
        self.nodes.append(node)
        self.by_name[node.name] = node
        copy.parts.append(node)
        binding = Binding(node.name, output, scope.training_only)
        self.labels.bind(entry, scope, name, binding, Made(entry, None, node.name, {}))
        return binding

    def _built(
        self, copy: Making, name: str, shapes: tuple[Shape | None, ...]
    ) -> tuple[Layer | None, Shape | None, IllegalShape | None, str | None]:
        """A copy's layer, its output or why it has none, and the name of the layer whose weights it uses."""
        entry, around = copy.entry, copy.scope.twin
        shared = copy.twin.name if copy.twin is not None else ".".join((*around, name)) if around is not None else None
        twin = self.by_name.get(shared) if shared is not None else None
        if entry.share is not None:
            layer = twin.layer if twin is not None and not entry.broken else None
        else:
            layer = None if entry.broken else self.builder.layer(entry, shapes[0], copy.place)
            twin = twin if twin is None or twin.entry is entry else None
        output, failure = self.builder.output(layer, shapes)
        if shared is not None and layer is not None and output is not None:
            failure = self.builder.weights_differ(layer, shapes, shared, twin)
            output = None if failure is not None else output
        return layer, output, failure, (twin.shares or twin.name) if twin is not None else None

    def _twin(self, entry: Entry, scope: Scope) -> Made | None:
        """What the entry made whose weights this one uses; None, and told why, where there is no such entry."""
        if entry.share is None:
            return None
        place = Place(scope, None, entry)
        made = scope.find_made(entry.share.name)
        if made is None and scope.find(entry.share.name) is not None:
            what = f"`{entry.share.name}` has no weights to share: it is an input, or is repeated, inline or left out"
            self.told(INVALID_SPEC, entry.share.position, what, place)
        elif made is None:
            self.told(UNKNOWN_NAME, entry.share.position, self.sources.unknown(entry.share.name, scope), place)
        elif made.entry.type != entry.type:
            what = f"`{entry.share.name}` is a {made.entry.type}, not a {entry.type}: weights are shared by entries of one type"
            self.told(INVALID_SPEC, entry.share.position, what, place)
        else:
            return made
        return None

    def _params(self, entry: Entry, block: Block, place: Place) -> dict[str, Any] | None:
        """A block's parameters; None, and told why, where one is in error."""
        if entry.broken:
            return None
        found = dict(block.params)
        for name, node in entry.options.items():
            try:
                found[name] = self.values.parameter(node, name in block.texts, name, place)
            except Unknown:
                return None
        return found
