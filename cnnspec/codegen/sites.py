"""The modules that entries are: constructor calls with the spec's expressions for arguments."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from cnnspec.arithmetic.shape import Shape
from cnnspec.codegen import symbolic
from cnnspec.codegen.points import Differ, Flow, Known, Point, flow, holds
from cnnspec.codegen.resolve import Resolver, Symbols
from cnnspec.errors import IllegalShape
from cnnspec.graph.names import Binding
from cnnspec.graph.trace import Copy, Visit
from cnnspec.language.expression import evaluate
from cnnspec.language.reader import Node
from cnnspec.language.spec import Entry
from cnnspec.layers.activation import FUNCTIONS
from cnnspec.layers.call import Argument, Call, Given, Size
from cnnspec.layers.layer import IllegalOption, Layer
from cnnspec.override import override

if TYPE_CHECKING:
    from cnnspec.codegen.program import Program


@dataclass(frozen=True, slots=True)
class Context:
    """Where entries stand: what names are in the code, and which data they stand for. ``numbered`` is a ``sequential``."""

    symbols: Symbols
    known: Known
    numbered: bool = False
    frozen: bool = False
    """Whether a part without a module, in which they stand, is not trained."""

    def with_symbols(self, **symbols: ast.expr) -> Context:
        """With other names in it."""
        return replace(self, symbols={**self.symbols, **symbols})


@dataclass(frozen=True, slots=True)
class Site:
    """An entry, all the places where one piece of code stands for it, and what it reads there."""

    entry: Entry
    points: Sequence[Point]
    flows: Sequence[Flow]
    context: Context

    @property
    def layers(self) -> list[Layer]:
        """The layer at each place."""
        return [node.layer for point in self.points if (node := point.made.node) is not None and node.layer is not None]


def standing(point: Point, visit: Visit, shape: Shape) -> Point:
    """A place with the entry as a whole there: where its ``repeat`` and ``when`` are evaluated."""
    return replace(point, copy=Copy(visit.place, (Binding("", shape),)))


class Sites:
    """Code for entries in one class."""

    def __init__(self, program: Program, resolver: Resolver) -> None:
        self.program = program
        self.resolver = resolver

    def express(self, site: Site, node: Node | ast.expr) -> ast.expr | None:
        """An expression at an entry as code."""
        above = site.flows[0] if site.flows else None
        return self.resolver.expression(node, site.points, site.context.symbols, above, site.context.known)

    def value(self, site: Site, node: Node, values: Sequence[Any], hint: str) -> ast.expr:
        """Code for what a file says at ``node``, lists item by item."""
        if isinstance(node.value, list) and all(isinstance(value, list | tuple) for value in values):
            items = [
                self.value(site, item, [value[index] for value in values], hint)
                for index, item in enumerate(node.value)
                if all(index < len(value) for value in values)
            ]
            if len(items) == len(node.value):
                return ast.Tuple(items)
        return self.resolver.resolve(site.points, values, [self.express(site, node)], hint)

    # -- modules --------------------------------------------------------------------------------------------------

    def module(self, site: Site) -> tuple[ast.expr, Flow]:
        """The constructor call of an entry that is one module, frozen where the entry is; and what it puts out."""
        entry = site.entry
        if entry.body is not None:
            made, output = self.program.container(self, site)
        elif entry.type in self.program.spec.blocks:
            made, output = self.program.block(self, site)
        else:
            made, output = self.layer(site), self.output(site)
        if self.is_frozen(site):
            made = symbolic.call(ast.Attribute(made, "requires_grad_"), ast.Constant(False))
        return made, output

    def is_frozen(self, site: Site) -> bool:
        """Whether the entry, or a part without a module that it stands in, says that it is not trained.

        Raises :class:`Differ` where it does at some places only: what says that it *is* trained would undo what stands in it.
        """
        node = site.entry.trainable
        own = [self._boolean(node, point) if node is not None else True for point in site.points]
        if len(set(own)) > 1:
            raise Differ(site.points, own)
        return site.context.frozen or not own[0]

    @staticmethod
    def _boolean(node: Node, point: Point) -> Any:
        return evaluate(node.value, point.made.place) if isinstance(node.value, str) else node.value

    def layer(self, site: Site) -> ast.expr:
        """The module of a layer."""
        if (chosen := self._chosen(site)) is not None:
            return chosen
        calls = [layer.torch(*_shapes(point)) for layer, point in zip(site.layers, site.points, strict=True)]
        return self._call(site, calls, ())

    def computed(self, site: Site, data: Sequence[ast.expr]) -> ast.expr | None:
        """What a layer computes of ``data`` without a module; None where it takes one."""
        known = self.expressions(site)
        if self._word(site) is not None or len(known) < len(site.points):
            return None
        return self._call(site, known, data)

    @staticmethod
    def expressions(site: Site) -> list[Call]:
        """How a layer is computed at each place without a module, where it can be."""
        calls = (layer.expression(*_shapes(point)) for layer, point in zip(site.layers, site.points, strict=True))
        return [call for call in calls if call is not None]

    def _word(self, site: Site) -> ast.expr | None:
        """The name that an activation's word is given by; None for the word itself."""
        node = site.entry.options.get("function") if site.entry.type == "activation" else None
        found = self.express(site, node) if node is not None else None
        return found if isinstance(found, ast.Name) and self._fits(site, found) else None

    def _fits(self, site: Site, code: ast.expr) -> bool:
        values = [getattr(layer, "function", None) for layer in site.layers]
        return all(symbolic.evaluated(code, point.values) == value for point, value in zip(site.points, values, strict=True))

    def _chosen(self, site: Site) -> ast.expr | None:
        """An activation that a parameter names, out of a table of those that it may name."""
        word = self._word(site)
        if word is None:
            return None
        for default in self.program.words(word):
            if default in FUNCTIONS:
                named = type(site.layers[0]).build("activation", {"function": default}, 0)
                self.program.activations[default] = _maker(named.torch(*_shapes(site.points[0])))
        for layer, point in zip(site.layers, site.points, strict=True):
            self.program.activations[str(getattr(layer, "function", ""))] = _maker(layer.torch(*_shapes(point)))
        return symbolic.call(ast.Subscript(ast.Name("ACTIVATIONS"), word))

    # -- calls ----------------------------------------------------------------------------------------------------

    def _call(self, site: Site, calls: Sequence[Call], data: Sequence[ast.expr]) -> ast.expr:
        """One call for all places. Raises :class:`Differ` where they are not the same."""
        if len({call.name for call in calls}) > 1:
            calls = [call.general or call for call in calls]
        first = max(calls, key=lambda call: len(call.arguments))
        if any(call.name != first.name for call in calls):
            raise Differ(site.points, [call.name for call in calls])
        given = [{**dict(enumerate(call.arguments)), **call.keywords} for call in calls]
        keys = dict.fromkeys(key for arguments in given for key in arguments)
        code = {key: self._argument(site, [arguments.get(key, _UNSAID) for arguments in given], key) for key in keys}
        arguments = [code[index] for index in range(len(first.arguments))]
        keywords = {key: value for key, value in code.items() if isinstance(key, str)}
        keywords |= self._more(site, first, keywords)
        if "inplace" in keywords and not all(self.program.may_overwrite(point.made.node) for point in site.points):
            del keywords["inplace"]
        order = {option: index for index, option in enumerate(site.layers[0].options())}
        keywords = dict(sorted(keywords.items(), key=lambda item: order.get(item[0], -1)))
        if "{" in first.name:
            return _filled(first.name, data, keywords)
        return symbolic.call(first.name, *data, *arguments, **keywords)

    def _more(self, site: Site, call: Call, keywords: Mapping[str, ast.expr]) -> dict[str, ast.expr]:
        """Options that have their defaults everywhere, but are expressions in the spec: so they stay."""
        if not call.name.startswith(("nn.", "F.")):
            return {}
        said = {item.option for item in (*call.arguments, *call.keywords.values()) if isinstance(item, Given)}
        found = {}
        for option, node in site.entry.options.items():
            if option in said or option in keywords or not node.holds_text:
                continue
            code = self._given(site, option)
            if not symbolic.is_literal(code) and _takes(site, call, option):
                found[option] = code
        return found

    def _argument(self, site: Site, given: Sequence[Argument], key: int | str) -> ast.expr:
        """One argument for all places. Raises :class:`Differ` where it does not stand for the same."""
        option = next((item.option for item in given if isinstance(item, Given)), None)
        if option is not None:
            fits = [_stands_for(item, option, layer) for item, layer in zip(given, site.layers, strict=True)]
            if not all(fits):
                raise Differ(site.points, fits)
            return self._given(site, option)
        kinds = [item if isinstance(item, Size) or item is _UNSAID else isinstance(item, Call) for item in given]
        if len(set(kinds)) > 1 or _UNSAID in kinds:
            raise Differ(site.points, kinds)
        first = given[0]
        if isinstance(first, Call):
            return self._call(site, [item for item in given if isinstance(item, Call)], ())
        if isinstance(first, Size):
            values = [point.made.sources[0].shape[first.axis] for point in site.points if point.made.sources[0].shape]
            hint = "in_channels" if first.axis == 0 and len(site.flows[0].shapes[0]) > 1 else "in_features"
            return self.resolver.resolve(site.points, values, [site.flows[0].size(first.axis)], hint)
        keyword = key if isinstance(key, str) else ""
        node = site.entry.options.get(keyword)
        code = self.express(site, node) if node is not None else None
        return self.resolver.resolve(site.points, list(given), [code], keyword or site.entry.type)

    def _given(self, site: Site, option: str) -> ast.expr:
        """Code for an option."""
        declared = type(site.layers[0]).options()[option]
        spread = declared.kind.spreads
        node = site.entry.options.get(option)
        values = [getattr(layer, option) for layer in site.layers]
        if spread and not _is_said(node, values) and not self._is_list(site, node, values):
            values = [_collapsed(value) for value in values]
        if node is None and declared.like is not None and values:
            node = site.entry.options.get(declared.like)
        if node is None:
            return self.resolver.resolve(site.points, values, self._following(site, option), option)
        return self.value(site, _narrowed(node, values) if spread else node, values, option)

    def _is_list(self, site: Site, node: Node | None, values: Sequence[Any]) -> bool:
        """Whether a name or an expression stands for a list with an item an axis."""
        code = self.express(site, node) if node is not None and isinstance(node.value, str) else None
        return code is not None and not symbolic.is_literal(code) and holds(site.points, values, code)

    def _following(self, site: Site, option: str) -> list[ast.expr]:
        """Code for an option that follows from another: a kernel's size from its numbers."""
        node = site.entry.options.get("weight") if option == "kernel_size" else None
        code = self.express(site, node) if node is not None else None
        return [symbolic.call("len", code)] if isinstance(code, ast.Name) else []

    # -- what comes out -------------------------------------------------------------------------------------------

    def output(self, site: Site) -> Flow:
        """What a layer puts out, with code for its axes where that can be told from its options and inputs."""
        bindings = [point.made.output for point in site.points]
        entry, above = site.entry, site.flows[0] if site.flows else Flow((), ())
        given = [
            self.express(site, entry.options[name]) or _plain(entry.options[name])
            for name in ("out_channels", "out_features")
            if name in entry.options
        ]
        first, rank = above.sizes, len(bindings[0].shape or ())

        def sizes(axis: int) -> list[ast.expr | None]:
            found: list[ast.expr | None] = []
            if axis in (0, rank - 1):
                found += given
            if len(first) == rank:
                found += self._moved(site, axis)
                found.append(first[axis])
                parts = [part.size(axis) for part in site.flows]
                if (
                    axis == 0
                    and len(parts) > 1
                    and (known := [part for part in parts if part is not None])
                    and len(known) == len(parts)
                ):
                    found.append(symbolic.total(known))
            elif rank == 1:
                found.append(self._flattened(above))
            return found

        return flow(site.points, bindings, sizes)

    def _moved(self, site: Site, axis: int) -> list[ast.expr | None]:
        """Code for the size of an axis after a permutation or a slice."""
        sizes, layer = site.flows[0].sizes, site.layers[0]
        if site.entry.type == "permute":
            return [sizes[getattr(layer, "dims")[axis]]]  # noqa: B009 - of one type's
        if site.entry.type != "slice":
            return []
        start, stop = (self._given(site, name) if name in site.entry.options else None for name in ("start", "stop"))
        end = stop if stop is not None else sizes[axis]
        return [end if start is None or end is None else symbolic.folded(ast.BinOp(end, ast.Sub(), start))]

    @staticmethod
    def _flattened(above: Flow) -> ast.expr | None:
        """All axes in one: the product of their sizes."""
        factors = []
        for axis, size in enumerate(above.sizes):
            values = {shape[axis] for shape in above.shapes}
            known = size if size is not None else ast.Constant(values.pop()) if len(values) == 1 else None
            if known is None:
                return None
            factors.append(known)
        return symbolic.product(factors)


_UNSAID = object()
"""In place of an argument that a call leaves out."""


def _stands_for(argument: Argument, option: str, layer: Layer) -> bool:
    """Whether an argument is a layer's option; one that is left out is, where that is its default."""
    return argument == Given(option) if argument is not _UNSAID else layer.is_default(option)


def _shapes(point: Point) -> tuple[tuple[int, ...], ...]:
    node = point.made.node
    return () if node is None else tuple(shape for shape in node.input_shapes if shape is not None)


def _plain(node: Node) -> ast.expr | None:
    return ast.Constant(node.value) if isinstance(node.value, int) and not isinstance(node.value, bool) else None


def _collapsed(value: Any) -> Any:
    """A number a side as one an axis where both sides are the same, a number an axis as one where all are."""
    if not isinstance(value, tuple):
        return value
    items = [item[0] if isinstance(item, tuple) and len(set(item)) == 1 else item for item in value]
    return items[0] if len(set(items)) == 1 and not isinstance(items[0], tuple) else tuple(items)


def _is_said(node: Node | None, values: Sequence[Any]) -> bool:
    """Whether a file says axis by axis, with expressions, what is an item an axis: then they stay, though one number may do."""
    items = node.value if node is not None else None
    return (
        isinstance(items, list)
        and any(isinstance(item.value, str) for item in items)
        and not any(isinstance(item.value, list) for item in items)
        and len({item.value for item in items}) > 1
        and all(isinstance(value, tuple) and len(value) == len(items) for value in values)
        and not any(isinstance(item, tuple) for value in values for item in value)
    )


def _narrowed(node: Node, values: Sequence[Any]) -> Node:
    """What a file says an axis or a side, where one number stands for it."""
    if not isinstance(node.value, list) or not node.value:
        return node
    if not any(isinstance(value, list | tuple) for value in values):
        return _narrowed(node.value[0], values)
    axes = [[value[i] for value in values if isinstance(value, tuple) and i < len(value)] for i in range(len(node.value))]
    items = [_narrowed(item, axis) for item, axis in zip(node.value, axes, strict=True)]
    return Node(items, node.line, node.column)


def _takes(site: Site, call: Call, option: str) -> bool:
    """Whether PyTorch's class or function takes an option by its name: with another value it would be given."""
    layer, shapes = site.layers[0], _shapes(site.points[0])
    try:
        other = replace(layer, **{option: _other(getattr(layer, option))})
        made = other.torch(*shapes) if call.name.startswith("nn.") else other.expression(*shapes)
    except (IllegalShape, IllegalOption, TypeError):
        return False
    return made is not None and made.name == call.name and Given(option) in (*made.arguments, *made.keywords.values())


def _other(value: Any) -> Any:
    """Another value of the same kind."""
    if isinstance(value, tuple):
        return tuple(map(_other, value))
    return not value if isinstance(value, bool) else value + 1 if isinstance(value, int | float) else value


def _maker(call: Call) -> ast.expr:
    """What makes a module when it is called."""
    keywords = {key: symbolic.literal(value) for key, value in call.keywords.items()}
    return symbolic.call("partial", symbolic.name(call.name), **keywords) if keywords else symbolic.name(call.name)


def _filled(template: str, data: Sequence[ast.expr], keywords: Mapping[str, ast.expr]) -> ast.expr:
    """A template's code with data and arguments in it."""
    names = {f"_{index}": value for index, value in enumerate(data)} | {f"__{key}": value for key, value in keywords.items()}
    text = template
    for index in range(len(data)):
        text = text.replace(f"{{{index}}}", f"_{index}")
    for key in keywords:
        text = text.replace(f"{{{key}}}", f"__{key}")
    return _Spread().visit(symbolic.with_names(ast.parse(text, mode="eval").body, names))  # type: ignore[no-any-return]


class _Spread(ast.NodeTransformer):
    """Writes ``*(4, 4)`` as ``4, 4``."""

    @override
    def visit_Call(self, node: ast.Call) -> ast.Call:
        self.generic_visit(node)
        found: list[ast.expr] = []
        for argument in node.args:
            spread = isinstance(argument, ast.Starred) and isinstance(argument.value, ast.Tuple)
            found += argument.value.elts if spread else [argument]  # type: ignore[attr-defined]
        return ast.Call(node.func, found, node.keywords)
