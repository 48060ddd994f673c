"""An activation named by an option."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cnnspec.arithmetic.shape import Shape
from cnnspec.layers import find
from cnnspec.layers.call import Call
from cnnspec.layers.layer import Axis, Layer
from cnnspec.layers.options import Word, option
from cnnspec.override import override

FUNCTIONS = (
    *("relu", "relu6", "leaky_relu", "prelu", "elu", "celu", "selu", "gelu", "silu", "mish", "hardswish", "hardsigmoid"),
    *("hardtanh", "sigmoid", "tanh", "softplus", "softsign", "softmax", "log_softmax", "identity"),
)


@dataclass(frozen=True, slots=True)
class Activation(Layer):
    """The activation that ``function`` names, with its defaults: for blocks that take it as a parameter.

    Shape: the input's.
    Params: none; one for ``prelu``.
    Flops: as the function that it names.
    Receptive field: each unit sees what the one below it sees; ``softmax`` and ``log_softmax`` are global along channels.

    Example:
        input: [3, 32, 32]
        blocks:
          unit:
            params: {channels: null, act: relu}
            layers:
              - conv2d: {out_channels: channels, kernel_size: 3, padding: 1}
              - activation: act
        layers:
          - unit: {channels: 16}
          - unit: {channels: 16, act: hardswish}
          - activation: {function: sigmoid, expect: {output_shape: [16, 32, 32], flops: 65_536}}

    Source: the class of ``torch.nn`` that the function is named after.
    """

    types = ("activation",)
    family = "activation"

    function: str = option(Word(*FUNCTIONS))

    @property
    @override
    def meant(self) -> Layer:
        layer = find(self.function)
        assert layer is not None, "FUNCTIONS names layer types only"
        return layer.build(self.function, {}, 0)

    @property
    @override
    def is_linear(self) -> bool:
        return self.meant.is_linear

    @override
    def output(self, *inputs: Shape) -> Shape:
        return self.meant.output(*inputs)

    @override
    def parameters(self, *inputs: Shape) -> Mapping[str, Shape]:
        return self.meant.parameters(*inputs)

    @override
    def macs(self, *inputs: Shape) -> int:
        return 0

    @override
    def flops(self, *inputs: Shape) -> int:
        return self.meant.flops(*inputs)

    @override
    def axes(self, *inputs: Shape) -> tuple[tuple[Axis, ...], ...]:
        return self.meant.axes(*inputs)

    @override
    def torch(self, *inputs: Shape) -> Call:
        return self.meant.torch(*inputs)

    @override
    def expression(self, *inputs: Shape) -> Call | None:
        return self.meant.expression(*inputs)
