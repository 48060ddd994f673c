"""Mean of inputs."""

from __future__ import annotations

from dataclasses import dataclass

from cnnspec.arithmetic.shape import Shape, elements
from cnnspec.layers.call import Call
from cnnspec.layers.merge import Broadcast, data
from cnnspec.override import override


@dataclass(frozen=True, slots=True)
class Average(Broadcast):
    """The inputs' mean, element by element.

    Flops: n an output element, n being the number of inputs: n − 1 additions and a division.

    Example:
        input: [512]
        layers:
          - linear: {name: one, out_features: 10}
          - linear: {name: two, from: input, out_features: 10}
          - average: {from: [one, two], expect: {output_shape: [10], params: 0, flops: 20}}

    Source: Keras' ``Average``.
    """

    types = ("average",)

    @override
    def flops(self, *inputs: Shape) -> int:
        return len(inputs) * elements(self.output(*inputs))

    @override
    def expression(self, *inputs: Shape) -> Call:
        return Call(f"({' + '.join(data(len(inputs)))}) / {len(inputs)}")
