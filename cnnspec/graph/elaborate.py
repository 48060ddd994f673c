"""From file to network in one walk: each entry is evaluated with its inputs' shapes known.

A failure is recorded once; what depends on it is absent, not wrong, and the walk goes on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from cnnspec import layers
from cnnspec.arithmetic.shape import Shape
from cnnspec.errors import (
    INVALID_EXPRESSION,
    INVALID_SPEC,
    LIMIT_EXCEEDED,
    UNKNOWN_NAME,
    Finding,
    IllegalShape,
    IllegalValue,
    Position,
)
from cnnspec.graph.graph import Expected, Graph, Node, Scope
from cnnspec.graph.names import Binding, Namer, names_at
from cnnspec.language import reader
from cnnspec.language.entries import IDENTIFIER
from cnnspec.language.expression import Absent, ExpressionError, LimitExceeded, Names, UnknownName, evaluate
from cnnspec.language.figure import Figure
from cnnspec.language.spec import Entry, Reference, Spec
from cnnspec.language.suggest import did_you_mean
from cnnspec.layers.layer import IllegalOption, Layer, dimension
from cnnspec.layers.options import whole

MAX_ENTRIES = 100_000
_HOLE = re.compile(r"\{([^{}]*)\}")


def elaborate(spec: Spec) -> Graph:
    """The network that ``spec`` describes. Never raises for what the spec says: see ``Graph.findings``."""
    return _Walk(spec).graph()


class _Skip(Exception):
    """An entry of which nothing more can be said; why has been told, or is told where the reason lies."""


class _TooMany(Exception):
    """More entries than the language allows."""


class _Walk:
    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.findings = list(spec.findings)
        self.nodes: list[Node] = []
        self.visible: dict[str, Binding] = {}
        self.first_lines: dict[str, int] = {}
        self.visited = 0
        self.built: dict[tuple[int, int], Layer] = {}
        self.outputs: dict[tuple[int, tuple[Shape, ...]], Shape | IllegalShape] = {}
        given = {str(entry.name.value) for entry in spec.layers if entry.name is not None}
        self.namer = Namer(given | set(spec.inputs))

    def graph(self) -> Graph:
        spec = self.spec
        self.file_names = Names(spec.vars)
        inputs = {name: self._input(node) for name, node in spec.inputs.items()}
        self.visible = {name: Binding(name, shape) for name, shape in inputs.items()}
        above = next(iter(self.visible.values())) if len(inputs) == 1 else None
        children: list[Scope | Node] = []
        try:
            for entry in spec.layers:
                above, made = self._entry(entry, above)
                children.extend(made)
        except _TooMany:
            pass
        return Graph(
            spec,
            inputs,
            tuple(self.nodes),
            self._outputs(above),
            Scope("", None, tuple(children)),
            tuple(self.findings),
            self._expected(spec.expect, self.file_names),
            self._expected(spec.budget, self.file_names),
        )

    # -- entries ------------------------------------------------------------------------------------------------

    def _entry(self, entry: Entry, above: Binding | None) -> tuple[Binding | None, list[Scope | Node]]:
        """What the entry below gets, and what this entry adds to its scope."""
        self._visit(entry)
        try:
            sources = self._sources(entry, above)
        except _Skip:
            sources = (Binding("", None),)
        names = names_at(self.spec.vars, self.visible, sources[0].shape, None)
        try:
            if not self._boolean(entry, entry.when, names, True):
                self._bind(entry, str(entry.name.value) if entry.name else None, sources[0])
                return sources[0], []
            count = self._count(entry, names)
            training_only = self._boolean(entry, entry.training_only, names, False)
        except _Skip:
            count, training_only = None, False
        output, made = self._copies(entry, sources, count, training_only)
        if training_only:
            return above, made
        return output, made

    def _copies(
        self, entry: Entry, sources: tuple[Binding, ...], count: int | None, training_only: bool
    ) -> tuple[Binding, list[Scope | Node]]:
        """The layers of an entry: one, or as many as it repeats, each fed by the one before."""
        given = str(entry.name.value) if entry.name is not None else None
        templated = given is not None and "{" in given
        if entry.repeat is None or count is None:
            name = self._filled(entry, given, None) if templated else given
            return self._copy(entry, name or self.namer.nameless(entry.type), (), None, sources, training_only)
        current, made = sources, list[Scope | Node]()
        for index in range(count):
            if index:
                self._visit(entry)
            scope = (given,) if given is not None and not templated else ()
            name = str(index) if scope else self._filled(entry, given, index) if templated else None
            output, copies = self._copy(entry, name or self.namer.nameless(entry.type), scope, index, current, training_only)
            current = (output, *current[1:])
            made += copies
        if given is None or templated:
            return current[0], made
        self._bind(entry, given, current[0])
        return current[0], [Scope(given, entry, tuple(made))]

    def _copy(
        self,
        entry: Entry,
        name: str,
        scope: tuple[str, ...],
        index: int | None,
        sources: tuple[Binding, ...],
        training_only: bool,
    ) -> tuple[Binding, list[Scope | Node]]:
        shapes = tuple(source.shape for source in sources)
        names = names_at(self.spec.vars, self.visible, shapes[0], index)
        layer = None if entry.broken else self._layer(entry, shapes[0], names)
        output, failure = self._output(layer, shapes)
        full = ".".join((*scope, name))
        node = Node(
            full,
            entry.type,
            scope,
            entry,
            entry.position,
            layer,
            tuple(source.node for source in sources if source.node),
            shapes if sources[0].node else (),
            output,
            failure,
            training_only,
            self._trainable(entry, names),
            self._expected(entry.expect, names),
        )
        self.nodes.append(node)
        binding = Binding(full, output, training_only)
        if not scope:
            self._bind(entry, name, binding)
        return binding, [node]

    def _trainable(self, entry: Entry, names: Names) -> bool:
        try:
            return self._boolean(entry, entry.trainable, names, True)
        except _Skip:
            return True

    def _visit(self, entry: Entry) -> None:
        self.visited += 1
        if self.visited > MAX_ENTRIES:
            self.findings.append(LIMIT_EXCEEDED.at(entry.position, f"the network has more than {MAX_ENTRIES:,} entries"))
            raise _TooMany

    # -- names --------------------------------------------------------------------------------------------------

    def _bind(self, entry: Entry, name: str | None, binding: Binding) -> None:
        if name is None:
            return
        if name in self.visible:
            at = entry.name.position if entry.name else entry.position
            where = f"first in line {self.first_lines[name]}" if name in self.first_lines else "and is an input"
            self._tell(entry, INVALID_SPEC.at(at, f"the name `{name}` stands twice, {where}"))
            return
        self.first_lines[name] = entry.position.line
        self.visible[name] = binding

    def _filled(self, entry: Entry, template: str | None, index: int | None) -> str | None:
        """A name with its ``{expression}`` holes filled; None where that gives no name."""
        assert entry.name is not None
        assert template is not None
        names = names_at(self.spec.vars, self.visible, None, index)
        try:
            name = _HOLE.sub(lambda hole: str(self._evaluated(hole[1], entry.name, names)), template)
        except _Skip:
            return None
        if not IDENTIFIER.fullmatch(name):
            self._tell(
                entry, INVALID_SPEC.at(entry.name.position, f"`{name}` is no name: a letter or _, then letters, digits and _")
            )
            return None
        return name

    def _sources(self, entry: Entry, above: Binding | None) -> tuple[Binding, ...]:
        """The entry's inputs. Raises :class:`_Skip` where one is unknown."""
        if entry.sources is None:
            if above is None:
                known = ", ".join(self.visible) or "none"
                self._tell(
                    entry,
                    INVALID_SPEC.at(entry.position, f"say with `from` which input is read: {known}"),
                    entry.broken or not self.spec.inputs,
                )
                raise _Skip
            found = [above]
        else:
            found = [self._resolve(entry, reference, above) for reference in entry.sources]
        self._check_arity(entry, len(found))
        return tuple(found)

    def _resolve(self, entry: Entry, reference: Reference, above: Binding | None) -> Binding:
        if reference.name == "above" and above is not None:
            return above
        binding = self.visible.get(reference.name)
        if binding is None:
            self._tell(entry, UNKNOWN_NAME.at(reference.position, self._unknown(reference.name)))
            raise _Skip
        if binding.training_only and entry.training_only is None:
            what = f"`{reference.name}` is for training only: what runs at inference cannot read it"
            self._tell(entry, INVALID_SPEC.at(reference.position, what))
            raise _Skip
        return binding

    def _unknown(self, name: str) -> str:
        if name in self.namer.given:
            return f"`{name}` stands below: a layer reads only what stands above it"
        return f"no layer or input is called `{name}`{did_you_mean(name, [*self.visible, 'above'])}"

    def _check_arity(self, entry: Entry, count: int) -> None:
        layer = layers.find(entry.type)
        if layer is None or entry.broken:
            return
        if layer.merges and count < 2:
            what = f"{entry.type} joins two or more inputs and is given {count}: list them in `from`"
        elif not layer.merges and count > 1:
            what = f"{entry.type} takes one input and is given {count}"
        else:
            return
        self._tell(entry, INVALID_SPEC.at(entry.position, what))
        raise _Skip

    def _outputs(self, last: Binding | None) -> dict[str, Shape | None]:
        if self.spec.outputs is None:
            return {last.node: last.shape} if last is not None and last.node else {}
        found: dict[str, Shape | None] = {}
        for reference in self.spec.outputs:
            binding = self.visible.get(reference.name)
            if binding is not None:
                found[reference.name] = binding.shape
            else:
                self.findings.append(UNKNOWN_NAME.at(reference.position, self._unknown(reference.name)))
        return found

    # -- values -------------------------------------------------------------------------------------------------

    def _layer(self, entry: Entry, first: Shape | None, names: Names) -> Layer | None:
        """The entry's layer with its options evaluated; None, and told why, where one is in error."""
        found = layers.find(entry.type)
        ndim = dimension(entry.type) or (len(first) - 1 if first is not None else 0)
        if found is None or (first is None and not dimension(entry.type) and "padding" in found.options()):
            return None
        key = (id(entry), ndim)
        if key in self.built:
            return self.built[key]
        values, ok = {}, True
        for name, node in entry.options.items():
            try:
                values[name] = self._value(node, found.options()[name].kind.words, names, entry)
            except _Skip:
                ok = False
        if not ok:
            return None
        try:
            layer = found.build(entry.type, values, ndim)
        except IllegalOption as illegal:
            position = entry.options[illegal.option].position
            self._tell(entry, INVALID_SPEC.at(position, f"{illegal.option}: {illegal}"))
            return None
        if not any(_is_text(node) for node in entry.options.values()):
            self.built[key] = layer
        return layer

    def _output(self, layer: Layer | None, shapes: tuple[Shape | None, ...]) -> tuple[Shape | None, IllegalShape | None]:
        known = tuple(shape for shape in shapes if shape is not None)
        if layer is None or len(known) < len(shapes):
            return None, None
        key = (id(layer), known)
        if key not in self.outputs:
            try:
                self.outputs[key] = layer.output(*known)
            except IllegalShape as failure:
                self.outputs[key] = failure
        output = self.outputs[key]
        return (None, output) if isinstance(output, IllegalShape) else (output, None)

    def _value(self, node: reader.Node, words: tuple[str, ...], names: Names, entry: Entry | None = None) -> Any:
        """The plain value of a node: words stand for themselves, other text is an expression."""
        if isinstance(node.value, list):
            return [self._value(item, words, names, entry) for item in node.value]
        if isinstance(node.value, dict):
            self._tell(entry, INVALID_SPEC.at(node.position, "a mapping stands where a value is expected"))
            raise _Skip
        if isinstance(node.value, str) and node.value not in words:
            return self._evaluated(node.value, node, names, entry)
        return node.value

    def _evaluated(self, text: str, node: reader.Node | None, names: Names, entry: Entry | None = None) -> Any:
        position = node.position if node is not None else Position(1, 1)
        try:
            return evaluate(text, names)
        except Absent:
            raise _Skip from None
        except ExpressionError as error:
            kind = (
                UNKNOWN_NAME
                if isinstance(error, UnknownName)
                else LIMIT_EXCEEDED
                if isinstance(error, LimitExceeded)
                else INVALID_EXPRESSION
            )
            self._tell(entry, kind.at(position, str(error)))
            raise _Skip from None

    def _boolean(self, entry: Entry, node: reader.Node | None, names: Names, default: bool) -> bool:
        if node is None:
            return default
        value = self._value(node, (), names, entry)
        if not isinstance(value, bool):
            self._tell(entry, INVALID_SPEC.at(node.position, f"`{node.text}` is not true or false"))
            raise _Skip
        return value

    def _count(self, entry: Entry, names: Names) -> int | None:
        if entry.repeat is None:
            return None
        try:
            return whole(self._value(entry.repeat, (), names, entry), 0)
        except IllegalValue as illegal:
            self._tell(entry, INVALID_SPEC.at(entry.repeat.position, f"repeat: {illegal}"))
            raise _Skip from None

    def _input(self, node: reader.Node) -> Shape | None:
        if not isinstance(node.value, list) or not 1 <= len(node.value) <= 4:
            what = "an input is [C, L], [C, H, W], [C, D, H, W] or [F]: one to four sizes without the batch"
            self.findings.append(INVALID_SPEC.at(node.position, what))
            return None
        try:
            return tuple(self._size(item) for item in node.value)
        except _Skip:
            return None

    def _size(self, node: reader.Node) -> int:
        try:
            return whole(self._value(node, (), self.file_names), 1)
        except IllegalValue as illegal:
            self.findings.append(INVALID_SPEC.at(node.position, f"input: {illegal}"))
            raise _Skip from None

    def _expected(self, facts: Mapping[str, reader.Node], names: Names) -> dict[str, Expected]:
        found = {}
        for name, node in facts.items():
            try:
                found[name] = Expected(self._fact(name, node, names), node.position)
            except _Skip:
                continue
        return found

    def _fact(self, name: str, node: reader.Node, names: Names) -> Any:
        if isinstance(node.value, dict):
            return {str(key): self._fact(name, item, names) for key, item in node.value.items()}
        if isinstance(node.value, list):
            return [self._fact(name, item, names) for item in node.value]
        if name == "findings" or node.text == "global":
            return node.text
        figure = Figure.parse(node.text)
        if figure is not None:
            return figure
        value = self._value(node, (), names)
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.findings.append(INVALID_SPEC.at(node.position, f"{name}: `{node.text}` is not a figure"))
            raise _Skip
        return Figure.parse(str(value)) or value

    def _tell(self, entry: Entry | None, finding: Finding, silent: bool = False) -> None:
        if silent:
            return
        name = str(entry.name.value) if entry is not None and entry.name is not None else None
        told = finding if name is None else finding._replace(layer=name)
        if told not in self.findings:
            self.findings.append(told)


def _is_text(node: reader.Node) -> bool:
    if isinstance(node.value, list):
        return any(map(_is_text, node.value))
    return isinstance(node.value, str)
