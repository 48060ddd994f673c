"""Entries of a drawn spec that hold no others: layers, merges, shared ones."""

from __future__ import annotations

from dataclasses import replace

from drawn_expressions import chance, one_of
from drawn_layers import Options, Shape, layer, number
from drawn_names import TEXTS
from spec_draft import Draft, Place, first_of
from written import Entry

MERGES = ("add", "subtract", "multiply", "average", "maximum", "concat")


class Entries(Draft):
    """Adds an entry, if a legal one is found in a few tries; returns how many it came to."""

    def leaf(self, place: Place, budget: int) -> int:
        for _ in range(4):
            source, shape = self.source(place)
            once, repeat = self.repeat(place)
            copied = replace(place, index=place.index or repeat is not None)
            type, options = self._layer(copied, shape)
            entry: Entry = {type: {**self.name(place), **source, **options, **once}}
            if self.attempt(place, entry):
                self.finish(place, entry, shape, repeat)
                break
        return 1

    def _layer(self, place: Place, shape: Shape) -> tuple[str, Options]:
        """A layer's type and options: now and then one that takes a text which is at hand, or another's size."""
        random, ndim = self.random, len(shape) - 1
        texts = [name for name, value in place.values.items() if isinstance(value, str)]
        if texts and chance(random, 35):
            name = one_of(random, *texts)
            if place.values[name] in TEXTS["act"]:
                when = {"when": f"{name} != 'identity'"} if chance(random, 30) else {}
                return "activation", {"function": name, **when}
            if place.values[name] in TEXTS["kind"]:
                return "gelu", {"approximate": name}
            if place.values[name] in TEXTS["mode"] and 1 <= ndim <= 3:
                around = {"out_channels": 2, "kernel_size": 3, "padding": 1, "padding_mode": name}
                return one_of(random, ("pad", {"padding": 1, "mode": name}), (f"conv{ndim}d", around))
            if place.values[name] in TEXTS["up"]:
                return "upsample", {"scale_factor": 2, "mode": name}
        smaller = [name for name, known in place.names.items() if _holds(shape, known)]
        if smaller and not place.keeps and chance(random, 6):
            return "crop", {"to": one_of(random, *smaller)}
        return layer(random, shape, place.known(shape, random), keeps=place.keeps)

    def merge(self, place: Place, budget: int) -> int:
        """A merge of what stands above, if anything does, with what can be read and fits."""
        random, above = self.random, place.above
        type = one_of(random, *MERGES)
        fitting = [name for name, shape in place.names.items() if len(shape) == len(above) and _joins(type, shape, above)]
        if not fitting:
            return 1
        sources = [one_of(random, *fitting) for _ in range(number(random, 1, 2) + (not place.has_above))]
        if place.has_above:
            sources.insert(number(random, 0, len(sources)), "above")
        dims = (0, "channels", -1, len(above) - 1, -len(above))
        dim = {"dim": one_of(random, *dims)} if type == "concat" and chance(random, 30) else {}
        once, repeat = self.repeat(place, 6)
        entry: Entry = {type: {**self.name(place, often=30), "from": sources, **dim, **once}}
        shape = first_of(place, {"from": sources})
        if self.attempt(place, entry):
            self.finish(place, entry, shape, repeat)
        return 1

    def share(self, place: Place, budget: int) -> int:
        """An earlier entry's weights, on an input of the same shape where there is one."""
        random = self.random
        for _ in range(3):
            name = one_of(random, *place.made)
            type, shape = place.made[name]
            fitting = [other for other, known in place.names.items() if known == shape]
            fitting += ["above"] * (2 * (place.has_above and shape == place.above))
            if not fitting:
                continue
            count = self.complete[type][1] if type in self.complete else 1
            sources = [one_of(random, *fitting) for _ in range(count)]
            source = {} if sources == ["above"] else {"from": sources[0] if count == 1 else sources}
            once, repeat = self.repeat(place, 10)
            entry: Entry = {type: {"share": name, **self.name(place, often=30), **source, **once}}
            if self.attempt(place, entry):
                self.finish(place, entry, shape, repeat)
                break
        return 1


def _holds(shape: Shape, other: Shape) -> bool:
    """Whether a map can be cropped to the size of another."""
    return len(other) == len(shape) > 1 and all(size <= whole for size, whole in zip(other[1:], shape[1:], strict=True))


def _joins(type: str, shape: Shape, above: Shape) -> bool:
    """Whether two shapes of as many axes can be joined, likely."""
    if type == "concat":
        return shape[1:] == above[1:]
    return all(mine == theirs or 1 in (mine, theirs) for mine, theirs in zip(shape, above, strict=True))
