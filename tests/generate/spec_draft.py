"""A spec that grows: what makes it illegal is taken back."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from math import prod
from random import Random
from typing import Any

from drawn_expressions import Names, chance, condition, one_of, truth, whole
from drawn_layers import Options, Shape
from drawn_names import layer_name
from written import Entry

from cnnspec import layers
from cnnspec.graph.elaborate import elaborate
from cnnspec.graph.graph import Graph, Node
from cnnspec.language.checker import parse

_MOST_NODES, _MOST_NUMBERS, _MOST_PARAMS = 120, 3_000, 20_000


@dataclass
class Place:
    """A list of entries that is being filled, and what is known there."""

    entries: list[Any]
    above: Shape
    names: dict[str, Shape] = field(default_factory=dict)
    """What can be read, with its shape."""
    values: dict[str, Any] = field(default_factory=dict)
    made: dict[str, tuple[str, Shape]] = field(default_factory=dict)
    """What can be shared: its type and its input's shape."""
    index: bool = False
    holes: bool = False
    """Whether what is here is copied without a scope, so that a name must hold the copy's number."""
    keeps: bool = False
    """Whether what is here should keep its spatial sizes, to be joined with something."""
    depth: int = 0

    @property
    def has_above(self) -> bool:
        """Whether the next entry may read what stands above: at the top of a file of several inputs nothing does."""
        return bool(self.entries or self.depth or len(self.names) == 1)

    def inside(self, entries: list[Any], above: Shape, **changes: Any) -> Place:
        """A list in this one, which sees what this one sees."""
        inner = replace(self, entries=entries, above=above, names=dict(self.names), made=dict(self.made), depth=self.depth + 1)
        return replace(inner, **changes)

    def known(self, first: Shape, random: Random) -> Names:
        """What expressions may use in an entry whose first input has a shape."""
        sizes = _sizes(first, "in_")
        for name in list(self.names)[-4:]:
            sizes |= _sizes(self.names[name], f"{name}.")
        lists = [(name, items) for name, items in self.values.items() if isinstance(items, list)]
        items = {f"{name}[{at}]": item for name, items in lists for at, item in enumerate(items)}
        return Names({**(sizes if chance(random, 40) else {}), **items, **self.values}, self.index)

    def forget(self, name: str | None) -> None:
        """What bears a name is not to be read or shared."""
        self.names.pop(name or "", None)
        self.made.pop(name or "", None)

    def export(self, inner: Place) -> None:
        """In a list without a scope of its own names are known below it, too."""
        self.names |= {name: shape for name, shape in inner.names.items() if name not in self.names}
        self.made |= {name: made for name, made in inner.made.items() if name not in self.made}


def _sizes(shape: Shape, prefix: str) -> dict[str, Any]:
    words = {2: ("length",), 3: ("height", "width"), 4: ("depth", "height", "width")}.get(len(shape), ())
    spatial = {f"{prefix}{word}": size for word, size in zip(words, shape[1:], strict=False)}
    return {f"{prefix}channels": shape[0], **spatial, f"{prefix}features": shape[-1]}


class Draft:
    """A spec, what may be added to it, and whether it is legal so far."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.head: dict[str, Any] = {}
        self.vars: dict[str, Any] = {}
        self.forgiven: list[str] = []
        self.blocks: dict[str, Any] = {}
        self.layers: list[Entry] = []
        self.tail: dict[str, Any] = {}
        self.complete: dict[str, tuple[dict[str, Any], int]] = {}
        """Blocks that may be used: the parameters of their first use, and how many inputs they have."""

    def document(self) -> dict[str, Any]:
        """The file as it is."""
        lint = {"lint": {"ignore": self.forgiven}} if self.forgiven else {}
        blocks = {"blocks": self.blocks} if self.blocks else {}
        return {**self.head, **({"vars": self.vars} if self.vars else {}), **lint, **blocks, "layers": self.layers, **self.tail}

    def checked(self) -> Graph | None:
        """The network that there is; None where it is illegal or too large."""
        graph = elaborate(parse(json.dumps(self.document()), "drawn"))
        nodes = graph.nodes
        if graph.findings or not graph.outputs or len(nodes) > _MOST_NODES or sum(map(_weight, nodes)) > _MOST_PARAMS:
            return None
        if any(node.output_shape is None or prod(node.output_shape) > _MOST_NUMBERS for node in nodes):
            return None
        return graph

    def standing(self) -> Shape | None:
        """The shape of what stands above the next entry; None where the file is illegal."""
        graph = self.checked()
        return None if graph is None else next(iter(graph.outputs.values()))

    def attempt(self, place: Place, entry: Entry) -> bool:
        """Add an entry; whether it may stay. What stands above is then what it puts out, and its name is known."""
        place.entries.append(entry)
        graph = self.checked()
        if graph is None:
            place.entries.pop()
            return False
        ((type, options),) = entry.items()
        first = first_of(place, options)
        place.above = next(iter(graph.outputs.values())) or first
        name = options.get("name")
        if name is None and graph.nodes and layers.find(type) is not None and chance(self.random, 25):
            name = graph.nodes[-1].name.rpartition(".")[2]  # as it is called by type and count
        if name is not None and name.isidentifier():
            place.names[name] = place.above
            place.made[name] = (type, first)
        return True

    def change(self, place: Place, options: Options, **changes: Any) -> bool:
        """Give the last entry other options, if the file stays legal; whether it did."""
        before = dict(options)
        options.update(changes)
        shape = self.standing()
        if shape is None:
            options.clear()
            options.update(before)
            return False
        place.above = shape
        return True

    # -- what every entry takes ---------------------------------------------------------------------------------

    def name(self, place: Place, *, often: int = 45) -> Options:
        """A name, so often in a hundred."""
        if not chance(self.random, often):
            return {}
        hole = one_of(self.random, "{index}", "{index + 1}", "_{2 * index}", "{index}_") if place.holes else ""
        return {"name": layer_name(self.random) + hole}

    def source(self, place: Place) -> tuple[Options, Shape]:
        """Where data comes from, mostly from above."""
        fitting = [name for name in place.names if not place.keeps or place.names[name] == place.above]
        if fitting and (not place.has_above or chance(self.random, 8)):
            name = one_of(self.random, *fitting)
            return {"from": name}, place.names[name]
        return {}, place.above

    def repeat(self, place: Place, percent: int = 14) -> tuple[Options, Any]:
        """One copy to begin with, if it is to be repeated, and how many in the end: an expression may use what surrounds
        the entry, not its own number."""
        if not chance(self.random, percent):
            return {}, None
        count = one_of(self.random, 0, 1, 2, 2, 2, 3)
        return {"repeat": 1}, whole(self.random, place.known(place.above, self.random), count)

    def finish(self, place: Place, entry: Entry, shape: Shape, repeat: Any) -> None:
        """What is said of a whole entry, once it is there: each only where the file stays legal."""
        random, ((_, options),) = self.random, entry.items()
        if repeat is not None:
            self._repeated(place, options, repeat)
        if chance(random, 9):
            text = condition(random, place.known(shape, random), holds=chance(random, 60))
            text = one_of(random, *[text] * 8, True, False)
            if self.change(place, options, when=text) and options.get("name") in place.names:
                place.names[options["name"]] = place.above
        if chance(random, 8):
            self.change(place, options, trainable=truth(random, place.known(shape, random), value=chance(random, 15)))
        if chance(random, 6):
            flag = truth(random, place.known(shape, random), value=True)
            if self.change(place, options, training_only=flag):
                place.forget(options.get("name"))
        if chance(random, 3):
            options["note"] = "as drawn"

    def _repeated(self, place: Place, options: Options, repeat: Any) -> None:
        name = options.get("name")
        if name is not None and "{" not in name and chance(self.random, 45):
            self.change(place, options, name=name + one_of(self.random, "{index}", "{index + 1}", "_{3 - index}"))
        self.change(place, options, repeat=repeat)
        if "{" in options.get("name", ""):
            place.forget(name)
        elif name is not None:
            place.made.pop(name, None)


def first_of(place: Place, options: Options) -> Shape:
    """The shape of an entry's first input."""
    source = options.get("from", "above")
    return place.names.get(source[0] if isinstance(source, list) else source, place.above)


def _weight(node: Node) -> int:
    """How many parameters a layer has of its own."""
    shapes = [shape for shape in node.input_shapes if shape is not None]
    if node.layer is None or node.shares is not None or node.output_shape is None:
        return 0
    return sum(map(prod, node.layer.parameters(*shapes).values()))
