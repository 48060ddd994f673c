"""What a file says: every key known and well formed, expressions not evaluated, names not resolved."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from cnnspec.errors import Finding, Position
from cnnspec.language.reader import Node
from cnnspec.source import Source

DTYPES = {"float32": 4, "float16": 2, "bfloat16": 2, "float64": 8, "int8": 1}
"""Bytes of an element."""

COUNTS = ("params", "trainable_params", "buffers", "macs", "flops", "activations", "activation_bytes")
TOTALS = ("layers", *COUNTS, "param_bytes", "receptive_field")
SCOPE_FACTS = ("params", "macs", "output_shape")
FACTS = (*COUNTS, "unshared_params", "dense_params", "receptive_field", "coverage", "output_shape", "findings")


@dataclass(frozen=True, slots=True)
class Reference:
    """A name in ``from`` or ``outputs``, with its place."""

    name: str
    position: Position


@dataclass(frozen=True, slots=True)
class Body:
    """A list of entries. Its kind says how they are named: in a scope by type, in a scope by number, or in no scope."""

    kind: Literal["layers", "sequential", "inline"]
    entries: tuple[Entry, ...]
    position: Position


@dataclass(frozen=True, slots=True)
class Block:
    """A named body with parameters. A default of None is required; ``texts`` are the parameters that take words."""

    name: str
    position: Position
    params: Mapping[str, Any]
    texts: frozenset[str]
    inputs: tuple[str, ...]
    body: Body


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a list of layers. ``options`` are the layer's own, or a block's parameters; the others are those
    every entry takes.

    A ``sequential`` or ``inline`` has a ``body``, ``branches`` have ``paths`` and a merge for the type of their own.
    """

    type: str
    position: Position
    options: Mapping[str, Node] = field(default_factory=dict)
    name: Node | None = None
    sources: tuple[Reference, ...] | None = None
    repeat: Node | None = None
    when: Node | None = None
    training_only: Node | None = None
    trainable: Node | None = None
    ignore: tuple[Reference, ...] = ()
    expect: Mapping[str, Node] = field(default_factory=dict)
    note: str | None = None
    share: Reference | None = None
    body: Body | None = None
    paths: tuple[Body, ...] | None = None
    broken: bool = False
    """Whether an error in it has been told already: then nothing is known of its output."""

    @property
    def given_name(self) -> str | None:
        """The name that its author gave it, holes not filled."""
        return None if self.name is None else str(self.name.value)


@dataclass(frozen=True, slots=True)
class Lint:
    """What the file says of rules: which are silent, which are errors, which are warnings."""

    ignore: tuple[Reference, ...] = ()
    error: tuple[Reference, ...] = ()
    warning: tuple[Reference, ...] = ()
    strict: bool = False


@dataclass(frozen=True, slots=True)
class Spec:
    """A spec file, checked. ``findings`` are its errors; what is in error is left out or marked as broken."""

    source: Source
    name: str
    description: str | None = None
    reference: str | None = None
    dtype: str = "float32"
    inputs: Mapping[str, Node] = field(default_factory=dict)
    vars: Mapping[str, Any] = field(default_factory=dict)
    blocks: Mapping[str, Block] = field(default_factory=dict)
    layers: tuple[Entry, ...] = ()
    outputs: tuple[Reference, ...] | None = None
    budget: Mapping[str, Node] = field(default_factory=dict)
    expect: Mapping[str, Node] = field(default_factory=dict)
    lint: Lint = field(default_factory=Lint)
    altered: bool = False
    """Whether variables or input shapes were overridden: then it is another network than the file's."""
    overrides: Mapping[str, Any] = field(default_factory=dict)
    """The variables that were overridden; ``vars`` holds these values too."""
    findings: tuple[Finding, ...] = ()

    def varied(self, values: Mapping[str, Any]) -> Spec:
        """With other values of variables that it has: another network than the file's."""
        return replace(self, vars={**self.vars, **values}, overrides={**self.overrides, **values}, altered=True)

    def resized(self, shapes: Mapping[str, Sequence[int]]) -> Spec:
        """With other shapes of inputs that it has: another network than the file's."""
        inputs = dict(self.inputs)
        for name, shape in shapes.items():
            line, column = inputs[name].position
            inputs[name] = Node([Node(size, line, column, str(size)) for size in shape], line, column)
        return replace(self, inputs=inputs, altered=True)

    def entries(self) -> Iterator[Entry]:
        """Every entry of the file, those inside blocks and containers too."""
        return every((*self.layers, *(entry for block in self.blocks.values() for entry in block.body.entries)))


def every(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Each of these entries, and every one inside them."""
    pending = deque(entries)
    while pending:
        entry = pending.popleft()
        yield entry
        for body in (entry.body, *(entry.paths or ())):
            pending += body.entries if body is not None else ()
