"""Copies that are alike, seen as one: ``bottleneck × 4``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from cnnspec.analysis.layer import Layer
from cnnspec.analysis.receptive_field import Sights
from cnnspec.analysis.totals import Scope, at_inference, total
from cnnspec.arithmetic.shape import Shape


@dataclass(frozen=True, slots=True)
class Run:
    """Copies of a repeated entry, one after the other, that differ in nothing but their place. Figures are of all."""

    copies: tuple[Layer | Scope, ...]
    params: int | None
    macs: int | None
    flops: int | None
    activations: int | None

    @property
    def name(self) -> str:
        """The first's full name and the last's number: ``layer1.1–2``."""
        return f"{self.copies[0].name}–{self.copies[-1].name.rpartition('.')[2]}"

    @property
    def type(self) -> str:
        """What is repeated, and how often."""
        return f"{self.copies[0].type} × {len(self.copies)}"

    @property
    def output_shape(self) -> Shape | None:
        """The last copy's."""
        return self.copies[-1].output_shape

    @property
    def receptive_field(self) -> Sights | None:
        """The last copy's."""
        return self.copies[-1].receptive_field


def folded(scope: Scope) -> Iterator[Layer | Scope | Run]:
    """What stands in a scope, runs of copies that are alike made one."""
    if scope.scope.copies is None:
        yield from scope.children
        return
    for _, group in groupby(scope.children, _signature):
        copies = tuple(group)
        yield copies[0] if len(copies) == 1 else _run(copies)


def _run(copies: tuple[Layer | Scope, ...]) -> Run:
    counted = tuple(at_inference(copies))
    return Run(
        copies,
        total(copy.params for copy in copies),
        total(copy.macs for copy in counted),
        total(copy.flops for copy in counted),
        total(copy.activations for copy in counted),
    )


def _signature(item: Layer | Scope) -> object:
    """What two copies must have in common to be alike."""
    if isinstance(item, Scope):
        name = item.name.rpartition(".")[2]
        own = "" if name.isdigit() else name
        return (own, item.type, item.output_shape, tuple(map(_signature, item.children)))
    node = item.node
    return (node.type, node.layer, node.input_shapes, node.output_shape, node.training_only, node.trainable, node.entry.note)
