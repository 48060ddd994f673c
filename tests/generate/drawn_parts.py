"""Parts of a drawn spec that hold entries: containers, branches, blocks and their uses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from drawn_entries import MERGES, Entries
from drawn_expressions import Names, chance, fraction, one_of, truth, whole, word
from drawn_idioms import IDIOMS
from drawn_layers import Options, Shape, number
from drawn_names import BLOCK_INPUTS, block_name, other, value
from spec_draft import Place, first_of
from written import Entry

Params = dict[str, tuple[Any, Any]]
"""Parameters: the default of each, none where it must be given, and its value in a use."""


class Parts(Entries):
    def fill(self, place: Place, budget: int) -> int:
        """Add about so many entries; how many were counted."""
        used = 0
        while used < budget:
            used += self._some(place, budget - used)
        return used

    def _some(self, place: Place, budget: int) -> int:
        """Add one entry of some kind; how many entries it came to."""
        nests = place.depth < 4 and budget > 1
        opens = nests and len(self.blocks) < 4
        makers: list[tuple[int, Callable[[Place, int], int]]] = [
            (10, self.leaf),
            (3 if len(place.names) > 1 or place.depth else 1, self.merge),
            (2 if place.made else 0, self.share),
            (3 if self.complete else 0, self._use),
            (3 * nests, self._container),
            (2 * nests, self._branches),
            (3 * opens, self._block),
            (2 * (opens and 2 <= len(place.above) <= 4), self._idiom),
        ]
        make = one_of(self.random, *(maker for weight, maker in makers for _ in range(weight)))
        return max(1, int(make(place, budget)))

    def _container(self, place: Place, budget: int) -> int:
        kind = one_of(self.random, "sequential", "sequential", "inline")
        source, shape = self.source(place)
        once, repeat = self.repeat(place, 25)
        named = self.name(place, often=55 if kind == "sequential" else 15)
        body: list[Entry] = []
        entry: Entry = {kind: {**named, **source, **once, "layers": body}}
        if not self.attempt(place, entry):
            return 1
        index = place.index or repeat is not None
        holes = kind == "inline" and (repeat is not None or place.holes)
        inner = place.inside(body, shape, index=index, holes=holes)
        if kind == "sequential":
            inner.made = {}
        used = self.fill(inner, min(budget - 1, number(self.random, 1, 5)))
        if not body and chance(self.random, 80):
            place.entries.pop()
            place.forget(named.get("name"))
            place.above = self.standing() or place.above
            return 1
        self._ended(place, inner, named)
        if kind == "inline":
            place.export(inner)
        self.finish(place, entry, shape, repeat)
        return 1 + used

    def _ended(self, place: Place, inner: Place, named: Options) -> None:
        """What is in the last entry of a place is all there: it puts out what its last one does."""
        place.above = inner.above
        if named.get("name") in place.names:
            place.names[named["name"]] = inner.above

    def _branches(self, place: Place, budget: int) -> int:
        """Paths over one input, each drawn as if it stood alone, then joined."""
        random = self.random
        source, shape = self.source(place)
        before = place.above, dict(place.names), dict(place.made)
        paths: list[Any] = []
        for _ in range(number(random, 2, 3)):
            body: list[Entry] = []
            if self.attempt(place, {"inline": {**source, "layers": body}}):
                if not chance(random, 20):
                    self.fill(place.inside(body, shape, keeps=True), min(budget - 1, number(random, 1, 3)))
                place.entries.pop()
                place.above, place.names, place.made = before[0], dict(before[1]), dict(before[2])
                paths.append(body[0] if len(body) == 1 and chance(random, 60) else body)
        named = self.name(place, often=30)
        for merge in (one_of(random, *MERGES, "add"), one_of(random, *MERGES, "concat"), "concat") if len(paths) > 1 else ():
            written = {} if merge == "concat" and chance(random, 60) else {"merge": merge}
            once, repeat = self.repeat(place, 8)
            entry: Entry = {"branches": {**named, **source, **written, **once, "paths": paths}}
            if self.attempt(place, entry):
                self.finish(place, entry, shape, repeat)
                break
        return 2 + sum(len(path) for path in paths)

    # -- blocks -------------------------------------------------------------------------------------------------

    def _block(self, place: Place, budget: int) -> int:
        """A new block, drawn inside its first use."""
        random, name = self.random, block_name(self.random)
        if name in self.blocks:
            return 1
        kind = one_of(random, "layers", "layers", "layers", "sequential", "inline")
        source, shape = self.source(place)
        inputs = {"input": shape}
        if chance(random, 25) and place.names:
            inputs, source = self._several(place)
            shape = next(iter(inputs.values()))
        once, repeat = self.repeat(place, 30)
        params = self._params()
        defaults = {param: default for param, (default, _) in params.items()}
        body: list[Entry] = []
        declared = {"params": defaults} if params or chance(random, 5) else {}
        self.blocks[name] = {**declared, **({} if list(inputs) == ["input"] else {"inputs": list(inputs)}), kind: body}
        named = self.name(place)
        copied = replace(place, index=place.index or repeat is not None)
        entry: Entry = {name: {**named, **source, **self._given(copied, shape, params), **once}}
        if not self.attempt(place, entry):
            del self.blocks[name]
            return 1
        values = {param: value for param, (_, value) in params.items()}
        inner = Place(body, shape, dict(inputs), {**self.vars, **values}, depth=place.depth + 1, keeps=place.keeps)
        used = self.fill(inner, min(budget - 1, number(random, 1, 6))) if not chance(random, 5) else 0
        self._ended(place, inner, named)
        self.complete[name] = (values, len(inputs))
        self.finish(place, entry, shape, repeat)
        return 1 + used

    def _idiom(self, place: Place, budget: int) -> int:
        """A part of a network as people write it, if all of it fits here."""
        blocks, entries = one_of(self.random, *IDIOMS)(self.random, place.above)
        if blocks.keys() & self.blocks.keys() or not place.has_above:
            return 1
        before = place.above, dict(place.names), dict(place.made)
        length = len(place.entries)
        self.blocks |= {name: block.written for name, block in blocks.items()}
        for entry in entries:
            if not self.attempt(place, entry):
                del place.entries[length:]
                place.above, place.names, place.made = before
                for name in blocks:
                    del self.blocks[name]
                return 1
        inputs = {name: len(block.written.get("inputs", ["input"])) for name, block in blocks.items()}
        self.complete |= {name: (block.values, inputs[name]) for name, block in blocks.items()}
        return 3 * len(blocks)

    def _several(self, place: Place) -> tuple[dict[str, Shape], Options]:
        """Inputs of a block by name, and where its first use takes them from."""
        names = self.random.sample(BLOCK_INPUTS, number(self.random, 2, 3))
        sources = [one_of(self.random, *place.names) for _ in names]
        if place.has_above:
            sources[0] = "above"
        shapes = [place.above if source == "above" else place.names[source] for source in sources]
        return dict(zip(names, shapes, strict=True)), {"from": sources}

    def _params(self) -> Params:
        found: Params = {}
        for _ in range(one_of(self.random, 0, 1, 1, 2, 2, 3)):
            name, known = value(self.random, odd=30)
            defaults = [known, known, other(self.random, known), *([] if isinstance(known, str) else [None, None])]
            found[name] = (one_of(self.random, *defaults), known)
        return found

    def _given(self, place: Place, shape: Shape, params: Params) -> Options:
        """The parameters of a use as they are written: what has the right default is mostly left out."""
        names = place.known(shape, self.random)
        return {
            param: self._handed(names, known)
            for param, (default, known) in params.items()
            if default != known or type(default) is not type(known) or chance(self.random, 30)
        }

    def _handed(self, names: Names, known: Any) -> Any:
        if isinstance(known, bool):
            return truth(self.random, names, known)
        if isinstance(known, int):
            return whole(self.random, names, known)
        if isinstance(known, float):
            return fraction(self.random, names, known)
        if isinstance(known, str):
            return word(self.random, names, known)
        held = [name for name, items in names.values.items() if items == known and name.isidentifier()]
        return one_of(self.random, *held) if held and chance(self.random, 60) else [self._handed(names, item) for item in known]

    def _use(self, place: Place, budget: int) -> int:
        """A block once more, with other parameters."""
        random = self.random
        for _ in range(3):
            name = one_of(random, *self.complete)
            first, count = self.complete[name]
            source, shape = self.source(place)
            if count > 1:
                readable = [*place.names, *["above"] * (2 * place.has_above)]
                if not readable:
                    continue
                source = {"from": [one_of(random, *readable) for _ in range(count)]}
                shape = first_of(place, source)
            once, repeat = self.repeat(place, 25)
            copied = replace(place, index=place.index or repeat is not None)
            defaults = self.blocks[name].get("params", {})
            wanted = {param: known if chance(random, 55) else other(random, known) for param, known in first.items()}
            given = self._given(copied, shape, {param: (defaults[param], known) for param, known in wanted.items()})
            entry: Entry = {name: {**self.name(place), **source, **given, **once}}
            if self.attempt(place, entry):
                self.finish(place, entry, shape, repeat)
                break
        return 2
