"""Group normalization."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cnnspec.arithmetic.field import Field
from cnnspec.arithmetic.shape import Shape
from cnnspec.errors import Fix, GroupsMismatch
from cnnspec.layers.call import Given, Size
from cnnspec.layers.groups import nearest_divisor
from cnnspec.layers.layer import WHOLE, Axis, Pointwise, Reading
from cnnspec.layers.norm import learned, normalizing, over_positions
from cnnspec.layers.options import Bool, Float, Int, option
from cnnspec.override import override


class Grouped(Reading):
    """Every unit reads all of its group, of so many units."""

    def __init__(self, size: int) -> None:
        self.size = size

    @override
    def field(self, below: Field) -> Field:
        return below.read(self.size, self.size, lambda unit: (0, 1, self.size))


@dataclass(frozen=True, slots=True)
class GroupNorm(Pointwise):
    """A group norm: each group of channels less the mean of all its numbers, divided by their deviation.

    Unlike batch norm it does not depend on the batch, which may be small. One group is a layer norm over the whole map
    (with a weight and a bias a channel), as many as channels an instance norm.

    Params: C weights and C biases where ``affine``.
    Flops: ``5*n + 2`` a group of n numbers, and ``2*n`` more where ``affine``.
    Receptive field: global along every spatial axis.

    Example:
        input: [32, 8, 8]
        layers:
          - group_norm: {num_groups: 8, expect: {output_shape: [32, 8, 8], params: 64, flops: 14_352}}

    Source: ``torch.nn.GroupNorm``; Wu and He, Group normalization (2018).
    """

    types = ("group_norm",)
    family = "norm"
    leading = (Given("num_groups"), Size(0))

    num_groups: int = option(Int(1))
    eps: float = option(Float(0), 1e-5)
    affine: bool = option(Bool(), True)

    @override
    def output(self, *inputs: Shape) -> Shape:
        channels = inputs[0][0]
        if channels % self.num_groups:
            fits = nearest_divisor(self.num_groups, channels)
            raise GroupsMismatch(
                f"{channels} channels do not divide into {self.num_groups} groups",
                fix=f"num_groups {fits}, which divides {channels}",
                fixes=(Fix("num_groups", fits),),
            )
        return inputs[0]

    @override
    def parameters(self, *inputs: Shape) -> Mapping[str, Shape]:
        return learned(inputs[0][:1], self.affine)

    @override
    def flops(self, *inputs: Shape) -> int:
        return normalizing(inputs[0], self.num_groups, self.affine)

    @override
    def axes(self, *inputs: Shape) -> tuple[tuple[Axis, ...], ...]:
        channels = WHOLE if self.num_groups == 1 else Grouped(inputs[0][0] // self.num_groups)
        return over_positions(channels, inputs[0])
