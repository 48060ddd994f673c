"""Sums over the network and over each of its scopes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from cnnspec.analysis.layer import Layer
from cnnspec.analysis.receptive_field import Sight, Sights
from cnnspec.arithmetic.shape import Shape
from cnnspec.graph.graph import Graph
from cnnspec.graph.graph import Scope as GraphScope


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over the network. What runs in training only counts in params and buffers, not in inference's costs."""

    layers: int
    params: int | None
    trainable_params: int | None
    buffers: int | None
    macs: int | None
    flops: int | None
    activations: int | None
    activation_bytes: int | None
    param_bytes: int | None
    receptive_field: Sights | None
    """That of the last layer with spatial axes whose field is not global."""


@dataclass(frozen=True, slots=True)
class Scope:
    """A part of the network with a name, and sums over what is in it; None where an error keeps one from being known.

    What runs in training only counts in params, and in the other sums of a part that runs in training only itself.
    """

    scope: GraphScope
    children: tuple[Scope | Layer, ...]
    layers: int
    params: int | None
    macs: int | None
    flops: int | None
    activations: int | None
    receptive_field: Sights | None
    """That of the layer it ends with."""

    @property
    def name(self) -> str:
        """The full name; empty for the network as a whole."""
        return self.scope.name

    @property
    def type(self) -> str:
        """The block that is used, ``sequential``, or what is repeated and how often."""
        type = self.scope.entry.type if self.scope.entry is not None else ""
        return type if self.scope.copies is None else f"{type} × {self.scope.copies}"

    @property
    def training_only(self) -> bool:
        """Whether it does not run at inference."""
        return self.scope.training_only

    @property
    def output_shape(self) -> Shape | None:
        """Channels first, the batch left out."""
        return self.scope.output_shape


def scopes(graph: Graph, layers: Iterable[Layer]) -> Scope:
    """The tree of scopes with their sums."""
    known = {layer.name: layer for layer in layers}

    def build(scope: GraphScope) -> Scope:
        children = tuple(build(part) if isinstance(part, GraphScope) else known[part.name] for part in scope.children)
        counted = [child for child in children if scope.training_only or not child.training_only]
        return Scope(
            scope,
            children,
            sum(child.layers if isinstance(child, Scope) else 1 for child in children),
            total(child.params for child in children),
            total(child.macs for child in counted),
            total(child.flops for child in counted),
            total(child.activations for child in counted),
            known[scope.output].receptive_field if scope.output in known else None,
        )

    return build(graph.root)


def total(figures: Iterable[int | None]) -> int | None:
    """The figures' sum; None where one is not known."""
    found = list(figures)
    known = [figure for figure in found if figure is not None]
    return sum(known) if len(known) == len(found) else None


def totals(graph: Graph, layers: tuple[Layer, ...], size: int) -> Totals:
    whole = bool(layers) and graph.complete
    inference = tuple(layer for layer in layers if not layer.training_only)

    def over(of: tuple[Layer, ...], figure: Callable[[Layer], int | None]) -> int | None:
        return total(map(figure, of)) if whole else None

    params = over(layers, lambda layer: layer.params)
    activations = over(inference, lambda layer: layer.activations)
    return Totals(
        len(layers),
        params,
        over(layers, lambda layer: layer.trainable_params),
        over(layers, lambda layer: layer.buffers),
        over(inference, lambda layer: layer.macs),
        over(inference, lambda layer: layer.flops),
        activations,
        None if activations is None else activations * size,
        None if params is None else params * size,
        _last_field(inference) if whole else None,
    )


def _last_field(layers: tuple[Layer, ...]) -> Sights | None:
    """The field of the last layer with spatial axes whose field is not global, if all below it is known."""
    for layer in reversed(layers):
        if layer.receptive_field is None:
            return None
        if layer.output_shape is not None and len(layer.output_shape) > 1 and _is_local(layer.receptive_field):
            return layer.receptive_field
    return None


def _is_local(sights: Mapping[str, tuple[Sight, ...]]) -> bool:
    axes = [sight for of_input in sights.values() for sight in of_input]
    return bool(axes) and not any(sight.field is not None and sight.field.is_global for sight in axes)
