"""Whole specs, drawn: networks that ``cnnspec.analyze`` finds without errors, written as a person would.

A spec grows entry by entry; what makes it illegal is taken back. So nearly every draw is usable, whatever it combines:
containers in blocks in containers, repeats whose options depend on ``index``, names that mean something in Python.
"""

from __future__ import annotations

import json
from random import Random
from typing import Any

from drawn_expressions import Names, chance, one_of, whole
from drawn_layers import Shape, number
from drawn_names import INPUTS, NETWORKS, value
from drawn_parts import Parts
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from spec_draft import Place
from written import Writer

import cnnspec
from cnnspec.language.checker import parse

SETTINGS = settings(
    derandomize=True, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)
"""Short runs draw the same specs each time, and none is shrunk by hypothesis."""
_DESCRIPTIONS = ("A network as drawn.", "It's long: " + "very " * 30 + "long.", r"With \n and \\ and '''quotes'''.", "# none")


class Author(Parts):
    """Writes one spec."""

    def write(self) -> str:
        """The text."""
        self._head()
        shapes = self._inputs()
        place = Place(self.layers, next(iter(shapes.values())), dict(shapes), self.vars)
        budget = one_of(self.random, *range(3, 16), 40)
        while not self.layers:
            self.fill(place, budget)
        self._outputs(place)
        self._forgive(place)
        return Writer(self.random, self.blocks).spec(self.document())

    def _head(self) -> None:
        random = self.random
        self.vars |= dict(value(random, odd=15) for _ in range(number(random, 0, 4) if chance(random, 70) else 0))
        if chance(random, 30):
            self.head["cnnspec"] = 1
        if chance(random, 50):
            self.head["name"] = one_of(random, *NETWORKS)
        if chance(random, 12):
            self.head["description"] = one_of(random, *_DESCRIPTIONS)

    def _inputs(self) -> dict[str, Shape]:
        random, ndim = self.random, one_of(self.random, 0, 1, 1, 2, 2, 2, 2, 2, 3, 3)
        longest = {0: 12, 1: 12, 2: 12, 3: 6}[ndim]
        shape = (number(random, 1, 12 if ndim == 0 else 6), *(number(random, longest // 2, longest) for _ in range(ndim)))
        if chance(random, 75):
            self.head["input"] = self._written(shape)
            return {"input": shape}
        names = random.sample(INPUTS, number(random, 1, 3))
        shapes = {name: shape if chance(random, 70) else (number(random, 1, 4), *shape[1:]) for name in names}
        self.head["inputs"] = {name: self._written(known) for name, known in shapes.items()}
        return shapes

    def _written(self, shape: Shape) -> list[Any]:
        """Sizes, some of them expressions over variables."""
        return [whole(self.random, Names(self.vars), size) if chance(self.random, 30) else size for size in shape]

    def _outputs(self, place: Place, *, every: bool = False) -> None:
        """Name some outputs, now and then; or every one that a layer does not read."""
        names = [name for name in place.names if name not in self.head.get("inputs", {"input": None})]
        if every:
            graph = self.checked()
            read = {source for node in graph.nodes for source in node.inputs} if graph is not None else set()
            names = [name for name in names if name not in read]
        elif chance(self.random, 70):
            names = []
        if names:
            self.tail = {"outputs": names if every else self.random.sample(names, min(len(names), number(self.random, 1, 3)))}
            graph = self.checked()
            # What is for training only is no output of the network at inference.
            if graph is None or any(node.training_only for node in graph.nodes if node.name in graph.ends):
                self.tail = {}

    def _forgive(self, place: Place) -> None:
        """Put out what no layer reads, where that can be named; what else is only unwise is ignored."""
        found = {finding.rule for finding in self._errors()}
        if "unused-layer" in found and not self.tail and chance(self.random, 60):
            self._outputs(place, every=True)
            found = {finding.rule for finding in self._errors()}
        self.forgiven = sorted(found & {"unused-layer", "fractional-stride"})

    def _errors(self) -> list[cnnspec.Finding]:
        findings = cnnspec.analyze(parse(json.dumps(self.document()), "drawn")).findings
        return [finding for finding in findings if finding.severity == "error"]


def drawn(seed: int) -> str:
    """The spec of a number."""
    return Author(Random(seed)).write()


def specs() -> st.SearchStrategy[str]:
    """Texts of specs without errors.

    Each is drawn by a generator of its own from one number: hypothesis repeats parts of what it drew before, and of a draw
    of thousands of choices every part that it changes moves all that follow. ``smallest.py`` makes a spec small instead.
    """
    return st.integers(0, 2**40).map(drawn)


def usable(text: str) -> cnnspec.Result | None:
    """The analysis of a spec; None where it has errors."""
    try:
        result = cnnspec.analyze(cnnspec.loads(text, "drawn.yaml"))
    except cnnspec.SpecError:
        return None
    return None if result.has_errors else result
