"""Dropout."""

from __future__ import annotations

from dataclasses import dataclass

from cnnspec.arithmetic.shape import Shape
from cnnspec.layers.layer import Pointwise, require_rank
from cnnspec.layers.options import Bool, Float, option
from cnnspec.override import override


@dataclass(frozen=True, slots=True)
class Dropout(Pointwise):
    """In training an element (``dropout``) or a whole channel (``dropoutNd``) is zero with probability ``p``.

    At inference it does nothing and costs nothing. Source: ``torch.nn.Dropout``.
    """

    types = ("dropout", "dropout1d", "dropout2d", "dropout3d")
    family = "dropout"

    p: float = option(Float(0, 1), 0.5)
    inplace: bool = option(Bool(), False)

    @override
    def output(self, *inputs: Shape) -> Shape:
        if self.ndim:
            require_rank(self, inputs[0])
        return inputs[0]
