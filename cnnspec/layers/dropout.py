"""Dropout."""

from __future__ import annotations

from dataclasses import dataclass

from cnnspec.arithmetic.shape import Shape
from cnnspec.layers.call import Given
from cnnspec.layers.layer import Pointwise, require_rank
from cnnspec.layers.options import Bool, Float, option
from cnnspec.override import override


@dataclass(frozen=True, slots=True)
class Dropout(Pointwise):
    """In training an element (``dropout``) or a whole channel (``dropoutNd``) is zero with probability ``p``.

    What stays is scaled by ``1/(1 - p)``. Neighbours on a feature map are much alike, so that the map hardly misses single
    elements: there ``dropout2d`` is the one that regularizes.

    Flops: 0 at inference: it does nothing.

    Example:
        input: [256, 7, 7]
        layers:
          - dropout2d: {p: 0.2, expect: {output_shape: [256, 7, 7], flops: 0}}
          - flatten
          - dropout: {expect: {output_shape: [12544], flops: 0}}

    Source: ``torch.nn.Dropout``, ``Dropout2d``; Srivastava et al., Dropout (2014); Tompson et al., Efficient object
    localization using convolutional networks (2015).
    """

    types = ("dropout", "dropout1d", "dropout2d", "dropout3d")
    family = "dropout"
    leading = (Given("p"),)

    p: float = option(Float(0, 1), 0.5)
    inplace: bool = option(Bool(), False)

    @override
    def output(self, *inputs: Shape) -> Shape:
        if self.ndim:
            require_rank(self, inputs[0])
        return inputs[0]
