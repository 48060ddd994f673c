"""Fully connected layer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cnnspec.arithmetic.shape import Shape, elements
from cnnspec.layers.layer import KEPT, WHOLE, Axis, Layer
from cnnspec.layers.options import Bool, Int, option
from cnnspec.override import override


@dataclass(frozen=True, slots=True)
class Linear(Layer):
    """Every output weighs all of the input's last axis; the other axes are rows, each by itself.

    ``in_features*out_features`` weights, each used once a row. After ``flatten`` it sees the whole input.

    Source: ``torch.nn.Linear``.
    """

    types = ("linear",)
    family = "linear"

    out_features: int = option(Int(1))
    bias: bool = option(Bool(), True)

    @override
    def output(self, *inputs: Shape) -> Shape:
        return (*inputs[0][:-1], self.out_features)

    @override
    def parameters(self, *inputs: Shape) -> Mapping[str, Shape]:
        weight = (self.out_features, inputs[0][-1])
        return {"weight": weight, "bias": (self.out_features,)} if self.bias else {"weight": weight}

    @override
    def macs(self, *inputs: Shape) -> int:
        return elements(inputs[0]) * self.out_features

    @override
    def flops(self, *inputs: Shape) -> int:
        return 2 * self.macs(*inputs) + self.bias * elements(self.output(*inputs))

    @override
    def axes(self, *inputs: Shape) -> tuple[tuple[Axis, ...], ...]:
        last = len(inputs[0]) - 1
        return ((*(Axis(axis, KEPT) for axis in range(last)), Axis(last, WHOLE)),)
