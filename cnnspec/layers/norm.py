"""What norms share: numbers less their mean, divided by their deviation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cnnspec.arithmetic.shape import Shape, elements
from cnnspec.layers.call import Size
from cnnspec.layers.layer import KEPT, WHOLE, Axis, Pointwise, Reading, kept
from cnnspec.layers.options import Bool, Float, option
from cnnspec.override import override


def normalizing(shape: Shape, groups: int, affine: bool) -> int:
    """The flops of normalizing each of so many groups by itself: 5n + 2 for one of n numbers, 2n more if ``affine``.

    Mean n (n − 1 sums and a quotient), n differences, n squares, their mean n, eps and a square root, n quotients; then
    a product and a sum for each number.
    """
    return (7 if affine else 5) * elements(shape) + 2 * groups


def learned(shape: Shape, affine: bool) -> Mapping[str, Shape]:
    """The factors and summands of ``shape`` that follow, if any do."""
    return {"weight": shape, "bias": shape} if affine else {}


def over_positions(channels: Reading, shape: Shape) -> tuple[tuple[Axis, ...], ...]:
    """Every spatial axis read whole, the channels as said."""
    return ((Axis(0, channels), *(Axis(axis, WHOLE) for axis in range(1, len(shape)))),)


@dataclass(frozen=True, slots=True)
class ChannelNorm(Pointwise):
    """A norm of each channel by itself: by running statistics, or where none are tracked by those of its positions.

    Params: C weights and C biases where ``affine``; where statistics are tracked, C means, C variances and a counter
    are saved beside them as buffers.
    Flops: 2 an element where statistics are tracked: a product and a sum, into which all else folds; otherwise
    ``5*n + 2`` a channel of n positions, and ``2*n`` more where ``affine``.
    Receptive field: each unit sees what the one below it sees where statistics are tracked; otherwise it is global.
    """

    family = "norm"
    leading = (Size(0),)

    eps: float = option(Float(0), 1e-5)
    momentum: float | None = option(Float(0, 1), 0.1, nullable=True)
    affine: bool = option(Bool(), True)
    track_running_stats: bool = option(Bool(), True)

    @property
    @override
    def is_linear(self) -> bool:
        return self.track_running_stats

    @override
    def parameters(self, *inputs: Shape) -> Mapping[str, Shape]:
        return learned(inputs[0][:1], self.affine)

    @override
    def buffers(self, *inputs: Shape) -> Mapping[str, Shape]:
        if not self.track_running_stats:
            return {}
        channels = inputs[0][:1]
        return {"running_mean": channels, "running_var": channels, "num_batches_tracked": ()}

    @override
    def flops(self, *inputs: Shape) -> int:
        return 2 * elements(inputs[0]) if self.track_running_stats else normalizing(inputs[0], inputs[0][0], self.affine)

    @override
    def axes(self, *inputs: Shape) -> tuple[tuple[Axis, ...], ...]:
        return (kept(inputs[0]),) if self.track_running_stats else over_positions(KEPT, inputs[0])
