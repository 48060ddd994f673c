"""Difference of inputs."""

from __future__ import annotations

from dataclasses import dataclass

from cnnspec.layers.merge import Broadcast


@dataclass(frozen=True, slots=True)
class Subtract(Broadcast):
    """The first input less all others, element by element.

    Example:
        input: [1, 28, 28]
        layers:
          - avg_pool2d: {name: blurred, kernel_size: 3, stride: 1, padding: 1}
          - subtract: {from: [input, blurred], expect: {output_shape: [1, 28, 28], flops: 784, receptive_field: 3}}

    Source: ``torch.sub``.
    """

    types = ("subtract",)
    operator = "-"
