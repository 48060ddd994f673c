"""Fully connected layer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cnnspec.arithmetic.shape import Shape, elements
from cnnspec.layers.call import Given, Size
from cnnspec.layers.layer import KEPT, WHOLE, Axis, Weighing
from cnnspec.layers.options import Bool, Int, option
from cnnspec.override import override


@dataclass(frozen=True, slots=True)
class Linear(Weighing):
    """Every output weighs all of the input's last axis; the other axes are rows, each by itself.

    After ``flatten`` it sees the whole input. On a map it reads the columns alone, as PyTorch's does: where a classifier is
    meant, ``flatten`` stands before it.

    Shape: the input's, the last axis ``out_features`` long.
    Params: ``in_features*out_features`` weights, and a bias for each of ``out_features``.
    Flops: 2·macs, plus one an output element where it has a bias; macs are ``in_features`` an output element, so that every
    row counts.
    Receptive field: the last axis is read whole, whatever its length: global there; the others are kept.

    Example:
        input: [16, 5, 5]
        layers:
          - flatten
          - linear: {out_features: 120, expect: {output_shape: [120], params: 48_120, macs: 48_000}}

    Source: ``torch.nn.Linear``.
    """

    types = ("linear",)
    family = "linear"
    leading = (Size(-1), Given("out_features"))

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
    def axes(self, *inputs: Shape) -> tuple[tuple[Axis, ...], ...]:
        last = len(inputs[0]) - 1
        return ((*(Axis(axis, KEPT) for axis in range(last)), Axis(last, WHOLE)),)
