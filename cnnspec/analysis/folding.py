"""Copies that are alike, seen as one: ``bottleneck × 4``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from cnnspec.analysis.layer import Layer
from cnnspec.analysis.receptive_field import Sights
from cnnspec.analysis.totals import Scope, total
from cnnspec.arithmetic.shape import Shape
from cnnspec.language.spec import Entry

_DIGITS = "0123456789"


@dataclass(frozen=True, slots=True)
class Run:
    """Copies of an entry, one after the other, that differ in nothing but place and name. Figures are of all."""

    copies: tuple[Layer | Scope, ...]
    params: int | None
    macs: int | None
    flops: int | None
    activations: int | None

    @property
    def name(self) -> str:
        """The first's full name, and the last's number or name: ``layer1.1–2``, ``stage1–3``, ``down_a–down_b``."""
        first, last = (copy.name.rpartition(".")[2] for copy in (self.copies[0], self.copies[-1]))
        stem = first.rstrip(_DIGITS)
        return f"{self.copies[0].name}–{last.removeprefix(stem) if last.rstrip(_DIGITS) == stem else last}"

    @property
    def type(self) -> str:
        """What is repeated, and how often."""
        return f"{self.copies[0].type} × {len(self.copies)}"

    @property
    def training_only(self) -> bool:
        """Whether they do not run at inference."""
        return self.copies[0].training_only

    @property
    def output_shape(self) -> Shape | None:
        """The last copy's."""
        return self.copies[-1].output_shape

    @property
    def receptive_field(self) -> Sights | None:
        """The last copy's."""
        return self.copies[-1].receptive_field


def folded(scope: Scope) -> Iterator[Layer | Scope | Run]:
    """What stands in a scope, runs of an entry's copies that are alike made one."""
    for _, made in groupby(scope.children, lambda item: id(_entry(item))):
        copies = tuple(made)
        yield from copies if len(copies) == 1 else _runs(copies)


def _entry(item: Layer | Scope) -> Entry | None:
    """What made it."""
    return item.scope.entry if isinstance(item, Scope) else item.node.entry


def _runs(copies: tuple[Layer | Scope, ...]) -> Iterator[Layer | Scope | Run]:
    for _, group in groupby(copies, _signature):
        alike = tuple(group)
        yield alike[0] if len(alike) == 1 else _run(alike)


def _run(copies: tuple[Layer | Scope, ...]) -> Run:
    return Run(
        copies,
        total(copy.params for copy in copies),
        total(copy.macs for copy in copies),
        total(copy.flops for copy in copies),
        total(copy.activations for copy in copies),
    )


def _signature(item: Layer | Scope) -> object:
    """What two copies must have in common to be alike; their own names are their places."""
    if isinstance(item, Scope):
        return (item.type, item.output_shape, tuple((_inner_name(child), _signature(child)) for child in item.children))
    node = item.node
    return (node.type, node.layer, node.input_shapes, node.output_shape, node.training_only, node.trainable, node.entry.note)


def _inner_name(item: Layer | Scope) -> str:
    """The name of a scope that has one of its own, not a number."""
    name = item.name.rpartition(".")[2]
    return name if isinstance(item, Scope) and not name.isdigit() else ""
