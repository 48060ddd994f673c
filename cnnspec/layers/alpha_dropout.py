"""Alpha dropout."""

from __future__ import annotations

from dataclasses import dataclass

from cnnspec.layers.call import Given
from cnnspec.layers.layer import Pointwise
from cnnspec.layers.options import Bool, Float, option


@dataclass(frozen=True, slots=True)
class AlphaDropout(Pointwise):
    """Dropout that keeps mean and variance: for networks with ``selu``.

    In training an element is set to selu's lower bound with probability ``p``, and all are scaled and moved so that mean
    and variance stay as they were.

    Flops: 0 at inference: it does nothing.

    Example:
        input: [128]
        layers:
          - selu
          - alpha_dropout: {p: 0.1, expect: {output_shape: [128], flops: 0}}

    Source: ``torch.nn.AlphaDropout``; Klambauer et al., Self-normalizing neural networks (2017).
    """

    types = ("alpha_dropout",)
    family = "dropout"
    leading = (Given("p"),)

    p: float = option(Float(0, 1), 0.5)
    inplace: bool = option(Bool(), False)
