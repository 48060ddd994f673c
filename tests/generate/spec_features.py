"""What of the language a spec uses, in words: to see that draws cover it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

import cnnspec
from cnnspec.language.reader import Node
from cnnspec.language.spec import Body, Entry, Spec

_WORD = re.compile(r"[A-Za-z_]\w*")
_SIZE = re.compile(r"[A-Za-z_]\w*\.(channels|height|width|depth|length|features|shape)")
_BUILTIN = frozenset(dir(__builtins__) if not isinstance(__builtins__, dict) else __builtins__) | {
    "torch",
    "nn",
    "F",
    "Tensor",
    "math",
    "x",
    "out",
}


def features(result: cnnspec.Result) -> set[str]:
    """The features of the language that stand in a spec, and of the network that it makes."""
    spec = result.spec
    found = {*_of_file(result), *_of_network(result)}
    for block in spec.blocks.values():
        found |= {f"block body: {block.body.kind}", f"block inputs: {'several' if len(block.inputs) > 1 else 'one'}"}
        found |= {"block without layers"} if not block.body.entries else set()
        for name, default in block.params.items():
            found.add(f"param: {'required' if default is None else type(default).__name__}")
            found |= {"param named like Python's or torch's"} if name in _BUILTIN else set()
    for entry, around in _entries(spec):
        found |= {*_of_entry(spec, entry, around)}
    return found


def _of_file(result: cnnspec.Result) -> Iterator[str]:
    spec, shapes = result.spec, result.graph.inputs
    yield f"inputs: {'several' if len(shapes) > 1 else 'one'}"
    yield f"outputs: {'several' if len(result.graph.outputs) > 1 else 'one'}{'' if spec.outputs is None else ', named'}"
    if spec.outputs is not None and result.layers and result.layers[-1].name not in result.graph.ends:
        yield "output in the middle"
    yield from (f"vars: {type(value).__name__}" for value in spec.vars.values())
    yield from ("var named like Python's or torch's" for name in spec.vars if name in _BUILTIN)
    yield from (f"axes: {len(shape or ())}" for shape in shapes.values())
    if any(item.holds_text for node in spec.inputs.values() for item in node.value):
        yield "expression in the input's shape"


def _of_network(result: cnnspec.Result) -> Iterator[str]:
    for node in result.graph.nodes:
        yield f"layer: {node.type}"
        if node.shares:
            yield "layer that uses another's weights"
        if node.training_only:
            yield f"training only, {'in a block' if node.uses else 'at the top'}"
        if (
            not node.trainable
            and node.layer is not None
            and node.layer.parameters(*(shape for shape in node.input_shapes if shape is not None))
        ):
            yield f"frozen weights, {'in a block' if node.uses else 'at the top'}"
    count = len(list(_entries(result.spec)))
    yield f"entries: {'over 15' if count > 15 else '3 to 15' if count >= 3 else 'under 3'}"


def _entries(spec: Spec) -> Iterator[tuple[Entry, tuple[str, ...]]]:
    """Every entry, with the kinds of what it stands in; a block's begin with ``block``."""

    def below(body: Body, around: tuple[str, ...]) -> Iterator[tuple[Entry, tuple[str, ...]]]:
        for entry in body.entries:
            yield entry, around
            kind = (f"{_kind(spec, entry)}{' repeated' if entry.repeat else ''}",)
            for inner in chain((entry.body,) if entry.body else (), entry.paths or ()):
                yield from below(inner, (*around, *kind))

    for entry in spec.layers:
        yield entry, ()
        for inner in chain((entry.body,) if entry.body else (), entry.paths or ()):
            yield from below(inner, (f"{_kind(spec, entry)}{' repeated' if entry.repeat else ''}",))
    for block in spec.blocks.values():
        yield from below(block.body, ("block",))


def _kind(spec: Spec, entry: Entry) -> str:
    if entry.paths is not None:
        return "branches"
    if entry.type in spec.blocks:
        return "block use"
    return (
        entry.type
        if entry.type in ("sequential", "inline")
        else "merge"
        if entry.sources and len(entry.sources) > 1
        else "layer"
    )


def _of_entry(spec: Spec, entry: Entry, around: tuple[str, ...]) -> Iterator[str]:
    kind = _kind(spec, entry)
    yield kind
    yield f"{kind} in {around[-1].removesuffix(' repeated')}" if around else f"{kind} at the top"
    yield from _of_common(entry, kind, around)
    nodes = [*(node for name, node in entry.options.items() if entry.body is None or name != "layers")]
    for node in nodes:
        yield from _of_expression(spec, node, around)
    if kind == "branches":
        yield from (
            f"path: {'identity' if not path.entries else 'one' if len(path.entries) == 1 else 'several'}"
            for path in entry.paths or ()
        )
        yield f"branches merged by {entry.type}"
    if kind == "block use" and entry.sources and len(entry.sources) > 1 and entry.repeat:
        yield "repeat of a block of several inputs"
    if around[:1] == ("block",) and kind == "block use":
        yield "block that uses a block"
    if "to" in entry.options:
        yield "crop to a name"
    if (
        entry.type == "activation"
        and entry.options.get("function") is not None
        and entry.options["function"].text in {*spec.vars, *_texts(spec)}
    ):
        yield "activation: text of a name"
    if "inplace" in entry.options and entry.options["inplace"].value is True:
        yield "inplace: true"


def _texts(spec: Spec) -> set[str]:
    return {name for block in spec.blocks.values() for name in block.texts}


def _of_common(entry: Entry, kind: str, around: tuple[str, ...]) -> Iterator[str]:
    if entry.given_name is not None:
        yield "name: given"
        yield from ["name: Python's or torch's"] * (entry.given_name in _BUILTIN)
    if entry.when is not None:
        yield f"when on {kind}"
        is_constant = entry.when.text in ("true", "false") or not _WORD.search(entry.when.text)
        yield f"when: {'constant' if is_constant else 'expression'}"
    if entry.repeat is not None:
        name = entry.given_name
        yield f"repeat of {kind}"
        yield f"repeat: {'nameless' if name is None else 'name with holes' if '{' in name else 'named'}"
        yield f"repeat: {'expression' if entry.repeat.holds_text else entry.repeat.text}"
        yield from ["repeat in a repeat"] * any("repeated" in part for part in around)
    if entry.trainable is not None:
        yield f"trainable on {kind}"
    if entry.training_only is not None:
        yield f"training_only on {kind}{' in a block' if around[:1] == ('block',) else ''}"
    if entry.share is not None:
        yield f"share of {kind}"
    if entry.sources is not None:
        yield f"from: {'several' if len(entry.sources) > 1 else 'one'}"


def _of_expression(spec: Spec, node: Node, around: tuple[str, ...]) -> Iterator[str]:
    if isinstance(node.value, list):
        for item in node.value:
            yield from _of_expression(spec, item, around)
    elif isinstance(node.value, str):
        words = set(_WORD.findall(node.value))
        params = {name for block in spec.blocks.values() for name in block.params} if around[:1] == ("block",) else set()
        yield from ["expression over params"] * bool(words & params)
        yield from ["expression over vars"] * bool(words & set(spec.vars))
        yield from ["expression over index"] * ("index" in words)
        yield from ["expression over in_…"] * any(word.startswith("in_") for word in words)
        yield from ["expression over a layer's size"] * bool(_SIZE.search(node.value))
