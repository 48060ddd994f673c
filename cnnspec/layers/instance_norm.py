"""Instance normalization."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cnnspec.arithmetic.shape import Shape, elements, listed
from cnnspec.errors import ShapeMismatch
from cnnspec.layers.call import Call
from cnnspec.layers.layer import require_rank
from cnnspec.layers.norm import ChannelNorm
from cnnspec.layers.options import Bool, option
from cnnspec.override import override


@dataclass(frozen=True, slots=True)
class InstanceNorm(ChannelNorm):
    """An instance norm: each channel less the mean of its own positions, divided by their deviation.

    It takes an image's contrast away, at inference as in training, which is why style transfer uses it. A channel of one
    position is refused, as PyTorch does: less its mean it is 0. With ``track_running_stats: true`` it is batch norm at
    inference.

    Example:
        input: [64, 56, 56]
        layers:
          - instance_norm2d: {expect: {output_shape: [64, 56, 56], params: 0, flops: 1_003_648}}

    Source: ``torch.nn.InstanceNorm2d``; Ulyanov et al., Instance normalization (2016).
    """

    types = ("instance_norm1d", "instance_norm2d", "instance_norm3d")

    affine: bool = option(Bool(), False)
    track_running_stats: bool = option(Bool(), False)

    @override
    def torch(self, *inputs: Shape) -> Call:
        # Without a momentum PyTorch takes 0 here, and says so in no type.
        call = ChannelNorm.torch(self, *inputs)
        return call if self.momentum is not None else replace(call, keywords={**call.keywords, "momentum": 0.0})

    @override
    def output(self, *inputs: Shape) -> Shape:
        require_rank(self, inputs[0])
        if not self.track_running_stats and elements(inputs[0][1:]) == 1:
            raise ShapeMismatch(
                f"{self.type} normalizes over positions, but its input {listed(inputs[0])} has only one",
                fix=f"put {self.type} above the layer that leaves one position",
            )
        return inputs[0]
