"""How many entries a network is certain to have, before any is made; and which names its entries are given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cnnspec.language.spec import Block, Body, Entry

MOST = 10**9


class Sizes:
    """Counts what an entry becomes, constant repeats multiplied: six nested ones make 10³⁶ layers of 150 bytes.

    What may be left out, or repeats by an expression, counts as one: the walk counts it when it gets there.
    """

    def __init__(self, blocks: Mapping[str, Block]) -> None:
        self.blocks = blocks
        self.known: dict[int, int] = {}

    def of(self, entry: Entry) -> int:
        """The entries in one copy of ``entry``, itself counted."""
        return 1 + sum(self._list(body) for body in self._bodies(entry))

    def _bodies(self, entry: Entry) -> tuple[Body, ...]:
        if entry.body is not None:
            return (entry.body,)
        if entry.paths is not None:
            return entry.paths
        return (self.blocks[entry.type].body,) if entry.type in self.blocks else ()

    def _list(self, body: Body) -> int:
        key = id(body)
        if key not in self.known:
            self.known[key] = 0  # a block that uses itself has been told of
            self.known[key] = min(MOST, sum(map(self._entry, body.entries)))
        return self.known[key]

    def _entry(self, entry: Entry) -> int:
        if entry.when is not None:
            return 1
        if entry.repeat is None:
            return self.of(entry)
        count = entry.repeat.value
        return max(1, count * self.of(entry)) if type(count) is int else 1


def given_names(entries: tuple[Entry, ...], blocks: Mapping[str, Block]) -> Iterator[str]:
    """The names that stand in a scope's entries, those of entries without a scope of their own included."""
    for entry in entries:
        if entry.given_name is not None:
            yield entry.given_name
        if entry.body is not None and entry.type == "inline":
            yield from given_names(entry.body.entries, blocks)
        for path in entry.paths or ():
            yield from given_names(path.entries, blocks)
        block = blocks.get(entry.type)
        if block is not None and block.body.kind == "inline":
            yield from given_names(block.body.entries, {})
