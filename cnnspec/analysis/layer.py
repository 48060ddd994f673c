"""One layer with what we know of it."""

from __future__ import annotations

from dataclasses import dataclass

from cnnspec.analysis.costs import Costs
from cnnspec.analysis.receptive_field import Sights
from cnnspec.arithmetic.shape import Shape
from cnnspec.graph.graph import Node


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
    def training_only(self) -> bool:
        """Whether it does not run at inference."""
        return self.node.training_only

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
