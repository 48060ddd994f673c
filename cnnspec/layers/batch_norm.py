"""Batch normalization."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cnnspec.arithmetic.shape import Shape
from cnnspec.layers.layer import Pointwise, require_rank
from cnnspec.layers.options import Bool, Float, option
from cnnspec.override import override


@dataclass(frozen=True, slots=True)
class BatchNorm(Pointwise):
    """Each channel shifted and scaled by its running mean and variance, then by a learned ``weight`` and ``bias``.

    At inference that is one multiplication and one addition an element. The running statistics and the counter
    ``num_batches_tracked`` are buffers: saved, not learned. ``batch_norm1d`` also reads features alone.

    Source: ``torch.nn.BatchNorm2d``; Ioffe and Szegedy (2015).
    """

    types = ("batch_norm1d", "batch_norm2d", "batch_norm3d")
    family = "norm"
    cost = 2

    eps: float = option(Float(0), 1e-5)
    momentum: float = option(Float(0, 1), 0.1, nullable=True)
    affine: bool = option(Bool(), True)
    track_running_stats: bool = option(Bool(), True)

    @property
    @override
    def is_linear(self) -> bool:
        return True

    @override
    def output(self, *inputs: Shape) -> Shape:
        if not (self.ndim == 1 and len(inputs[0]) == 1):
            require_rank(self, inputs[0])
        return inputs[0]

    @override
    def parameters(self, *inputs: Shape) -> Mapping[str, Shape]:
        channels = inputs[0][:1]
        return {"weight": channels, "bias": channels} if self.affine else {}

    @override
    def buffers(self, *inputs: Shape) -> Mapping[str, Shape]:
        if not self.track_running_stats:
            return {}
        channels = inputs[0][:1]
        return {"running_mean": channels, "running_var": channels, "num_batches_tracked": ()}
