"""How many entries a network is certain to have, before any is made; and which names its entries are given."""

from __future__ import annotations

from typing import Any

from cnnspec.language.reader import Node
from cnnspec.language.spec import Body, Entry, Spec

MAX_DEPTH = 64
MOST = 10**9
_VALUES = 32
"""So many values in the options of an entry count as one entry more: each copy of it evaluates them all."""
_ITEMS = 32
"""So many items of the file's longest list count as one entry more, for each that has expressions: they may read it."""


class Sizes:
    """Counts what an entry becomes, constant repeats multiplied: six nested ones make 10³⁶ layers of 150 bytes.

    What may be left out, or repeats by an expression, counts as one: the walk counts it when it gets there. So does what
    is nested deeper than the walk goes.
    """

    def __init__(self, spec: Spec) -> None:
        self.blocks = spec.blocks
        self._longest = _longest(spec)
        self._known: dict[int, int] = {}
        self._own: dict[int, int] = {}
        self._names: dict[int, frozenset[str]] = {}

    def own(self, entry: Entry) -> int:
        """What one copy of ``entry`` counts without those in it: one, and more where it holds hundreds of values."""
        key = id(entry)
        if key not in self._own:
            nodes = [*(entry.options.values() if entry.body is None else ()), *entry.expect.values()]
            nodes += [node for node in (entry.name, entry.when, entry.repeat) if node is not None]
            values = sum(map(_values, nodes)) + len(entry.sources or ())
            block = self.blocks.get(entry.type)
            if block is not None:
                values += len(block.params) + len(block.inputs)
            self._own[key] = 1 + values // _VALUES + (self._longest // _ITEMS if any(node.holds_text for node in nodes) else 0)
        return self._own[key]

    def of(self, entry: Entry, depth: int = 0) -> int:
        """The entries in one copy of ``entry``, itself counted."""
        return self.own(entry) + sum([self._list(body, depth + 1) for body in self._bodies(entry)])

    def names(self, body: Body, depth: int = 0) -> frozenset[str]:
        """The names that stand in a scope's entries, those of entries without a scope of their own included."""
        key = id(body)
        if key not in self._names:
            found = {entry.given_name for entry in body.entries} - {None}
            for entry in body.entries if depth < MAX_DEPTH else ():
                if entry.paths is not None or any(inner.kind == "inline" for inner in self._bodies(entry)):
                    found = found.union(*[self.names(inner, depth + 1) for inner in self._bodies(entry)])
            self._names[key] = frozenset(name for name in found if name is not None)
        return self._names[key]

    def holds_more(self, entry: Entry) -> bool:
        """Whether there are entries in ``entry``."""
        return entry.body is not None or entry.paths is not None or entry.type in self.blocks

    def _bodies(self, entry: Entry) -> tuple[Body, ...]:
        if entry.body is not None:
            return (entry.body,)
        if entry.paths is not None:
            return entry.paths
        return (self.blocks[entry.type].body,) if entry.type in self.blocks else ()

    def _list(self, body: Body, depth: int) -> int:
        if depth > MAX_DEPTH:
            return 1
        key = id(body)
        if key not in self._known:
            self._known[key] = min(MOST, sum([self._entry(entry, depth) for entry in body.entries]))
        return self._known[key]

    def _entry(self, entry: Entry, depth: int) -> int:
        if entry.when is not None:
            return 1
        if entry.repeat is None:
            return self.of(entry, depth)
        count = entry.repeat.value
        return max(1, count * self.of(entry, depth)) if type(count) is int else 1


def _values(node: Node) -> int:
    """How many values stand at ``node``."""
    items = node.value.values() if isinstance(node.value, dict) else node.value if isinstance(node.value, list) else ()
    return 1 + sum(map(_values, items))


def _longest(spec: Spec) -> int:
    """The items of the longest list that a name may stand for: of vars, defaults and what uses of blocks are given."""
    named = [*spec.vars.values(), *(value for block in spec.blocks.values() for value in block.params.values())]
    given = [node for entry in spec.entries() if entry.type in spec.blocks for node in entry.options.values()]
    return max(map(_items, [*named, *given]), default=0)


def _items(value: Any) -> int:
    value = value.value if isinstance(value, Node) else value
    return sum(map(_items, value)) if isinstance(value, list) else 1
