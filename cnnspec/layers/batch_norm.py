"""Batch normalization."""

from __future__ import annotations

from dataclasses import dataclass

from cnnspec.arithmetic.shape import Shape
from cnnspec.layers.layer import require_rank
from cnnspec.layers.norm import ChannelNorm
from cnnspec.override import override


@dataclass(frozen=True, slots=True)
class BatchNorm(ChannelNorm):
    """A batch norm: each channel less its running mean, divided by its running deviation.

    A convolution before it needs no bias: the mean takes it away. With ``track_running_stats: false`` it takes the
    mean and the variance of the batch at hand at inference too: what comes out depends on what else is in the batch.
    ``batch_norm1d`` also reads features alone.

    Example:
        input: [64, 56, 56]
        layers:
          - batch_norm2d: {expect: {output_shape: [64, 56, 56], params: 128, buffers: 129, flops: 401_408}}

    Source: ``torch.nn.BatchNorm2d``; Ioffe and Szegedy, Batch normalization (2015).
    """

    types = ("batch_norm1d", "batch_norm2d", "batch_norm3d")

    @override
    def output(self, *inputs: Shape) -> Shape:
        if not (self.ndim == 1 and len(inputs[0]) == 1):
            require_rank(self, inputs[0])
        return inputs[0]
