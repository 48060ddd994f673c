"""Product of inputs."""

from __future__ import annotations

from dataclasses import dataclass

from cnnspec.layers.merge import Broadcast


@dataclass(frozen=True, slots=True)
class Multiply(Broadcast):
    """The inputs' product, element by element.

    A gate: one path's numbers between 0 and 1 say how much of the other's passes. A C×1×1 path weighs whole channels
    (squeeze and excitation).

    Example:
        input: [64, 28, 28]
        layers:
          - adaptive_avg_pool2d: 1
          - conv2d: {out_channels: 64, kernel_size: 1}
          - sigmoid
          - multiply: {from: [above, input], expect: {output_shape: [64, 28, 28], flops: 50_176, receptive_field: global}}

    Source: ``torch.mul``; Hu et al., Squeeze-and-excitation networks (2018).
    """

    types = ("multiply",)
    operator = "*"
