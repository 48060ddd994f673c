"""The one object that rules read, and with their findings renderers: every layer with its facts, and the totals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cnnspec.analysis.costs import Costs, costs
from cnnspec.analysis.receptive_field import Sight, Sights, receptive_fields
from cnnspec.arithmetic.shape import Shape
from cnnspec.graph.graph import Graph, Node
from cnnspec.language.spec import DTYPES


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of the network with what we know of it; None is what an error keeps from being known."""

    node: Node
    costs: Costs | None
    receptive_field: Sights | None
    element_bytes: int

    @property
    def name(self) -> str:
        """The full name, as in PyTorch's ``state_dict``: ``layer1.0.conv2``."""
        return self.node.name

    @property
    def type(self) -> str:
        """The type as the spec names it: ``conv2d``."""
        return self.node.type

    @property
    def output_shape(self) -> Shape | None:
        """Channels first, the batch left out."""
        return self.node.output_shape

    @property
    def options(self) -> dict[str, object]:
        """Every option, evaluated: sizes one per axis, padding a pair per axis, defaults filled in."""
        layer = self.node.layer
        if layer is None:
            return {}
        if self.output_shape is None:
            return {name: getattr(layer, name) for name in layer.options()}
        return layer.resolved(*(shape for shape in self.input_shapes if shape is not None))

    @property
    def input_shapes(self) -> tuple[Shape | None, ...]:
        """The shape of each input."""
        return self.node.input_shapes

    @property
    def params(self) -> int | None:
        """Learnable numbers, frozen ones included."""
        return self.costs.params if self.costs else None

    @property
    def trainable_params(self) -> int | None:
        """Learnable numbers that are not frozen."""
        return self.costs.params * self.node.trainable if self.costs else None

    @property
    def buffers(self) -> int | None:
        """Numbers that are saved but not learned."""
        return self.costs.buffers if self.costs else None

    @property
    def macs(self) -> int | None:
        """Multiply-accumulates of convolutions and linear layers, bias left out."""
        return self.costs.macs if self.costs else None

    @property
    def flops(self) -> int | None:
        """2·macs, one per bias addition and per primitive of every other operation."""
        return self.costs.flops if self.costs else None

    @property
    def activations(self) -> int | None:
        """Elements of the output."""
        return self.costs.activations if self.costs else None

    @property
    def activation_bytes(self) -> int | None:
        """Bytes of the output in the spec's dtype."""
        return self.costs.activations * self.element_bytes if self.costs else None

    @property
    def unshared_params(self) -> int | None:
        """What a convolution would cost if its weights were not shared; None for other layers."""
        return self.costs.unshared_params if self.costs else None

    @property
    def dense_params(self) -> int | None:
        """What a convolution would cost as a linear layer between the same activations; None for other layers."""
        return self.costs.dense_params if self.costs else None

    @property
    def coverage(self) -> float | None:
        """The share of the layer's input positions that its windows read."""
        return self.costs.coverage if self.costs else None


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
class Analysis:
    """A network and what we know of it."""

    graph: Graph
    layers: tuple[Layer, ...]
    totals: Totals


def analyse(graph: Graph) -> Analysis:
    """Everything we know of ``graph``."""
    size = DTYPES[graph.spec.dtype]
    layers = tuple(
        Layer(node, cost, sights, size)
        for node, cost, sights in zip(graph.nodes, _costs(graph), receptive_fields(graph), strict=True)
    )
    return Analysis(graph, layers, _totals(graph, layers, size))


def _costs(graph: Graph) -> list[Costs | None]:
    """Each node's costs; layers of the same options between the same shapes are priced once."""
    priced: dict[tuple[int, tuple[Shape | None, ...], bool], Costs] = {}
    found: list[Costs | None] = []
    for node in graph.nodes:
        if node.layer is None or node.output_shape is None:
            found.append(None)
            continue
        key = (id(node.layer), node.input_shapes, node.shares is not None)
        if key not in priced:
            shapes = tuple(shape for shape in node.input_shapes if shape is not None)
            priced[key] = costs(node.layer, shapes, node.output_shape, shares=node.shares is not None)
        found.append(priced[key])
    return found


def _totals(graph: Graph, layers: tuple[Layer, ...], size: int) -> Totals:
    whole = bool(layers) and not any(finding.code in _UNREADABLE for finding in graph.findings)
    inference = tuple(layer for layer in layers if not layer.node.training_only)

    def total(of: tuple[Layer, ...], figure: Callable[[Layer], int | None]) -> int | None:
        figures = [figure(layer) for layer in of]
        known = [value for value in figures if value is not None]
        return sum(known) if whole and len(known) == len(figures) else None

    params = total(layers, lambda layer: layer.params)
    activations = total(inference, lambda layer: layer.activations)
    return Totals(
        len(layers),
        params,
        total(layers, lambda layer: layer.trainable_params),
        total(layers, lambda layer: layer.buffers),
        total(inference, lambda layer: layer.macs),
        total(inference, lambda layer: layer.flops),
        activations,
        None if activations is None else activations * size,
        None if params is None else params * size,
        _last_field(inference) if whole else None,
    )


_UNREADABLE = ("CNN001",)


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
