"""Alpha dropout."""

from __future__ import annotations

from dataclasses import dataclass

from cnnspec.layers.layer import Pointwise
from cnnspec.layers.options import Bool, Float, option


@dataclass(frozen=True, slots=True)
class AlphaDropout(Pointwise):
    """Dropout that keeps mean and variance: for networks with ``selu``.

    At inference it does nothing and costs nothing. Source: ``torch.nn.AlphaDropout``.
    """

    types = ("alpha_dropout",)
    family = "dropout"

    p: float = option(Float(0, 1), 0.5)
    inplace: bool = option(Bool(), False)
