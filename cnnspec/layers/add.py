"""Sum of inputs."""

from __future__ import annotations

from dataclasses import dataclass

from cnnspec.layers.merge import Broadcast


@dataclass(frozen=True, slots=True)
class Add(Broadcast):
    """The inputs' sum, element by element.

    The join of a residual block: what the branch computes is added to its input.

    Example:
        input: [64, 56, 56]
        layers:
          - conv2d: {out_channels: 64, kernel_size: 3, padding: 1}
          - add: {from: [above, input], expect: {output_shape: [64, 56, 56], flops: 200_704, receptive_field: 3}}

    Source: ``torch.add``; He et al., Deep residual learning for image recognition (2016).
    """

    types = ("add",)
    operator = "+"
