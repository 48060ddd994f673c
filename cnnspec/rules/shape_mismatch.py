"""The inputs lack axes or sizes that the layer reads."""

from __future__ import annotations

from cnnspec.errors import ShapeMismatch as Failure
from cnnspec.rules.rule import FailureRule


class ShapeMismatch(FailureRule):
    """The inputs lack axes or sizes that the layer reads.

    A layer reads a number of axes that its input does not have, or a merge joins inputs of different sizes.

    Why: the network does not run. Where two paths meet, the mistake stands where they diverged, often far above.
    Arithmetic: an addition's inputs are equal along every axis (or 1 long there), a concatenation's along every other.
    Below, 8 - 3 + 1 = 6 beside 8.

    Bad:
        input: [3, 8, 8]
        layers:
          - conv2d: {name: a, out_channels: 3, kernel_size: 3}
          - add: [a, input]

    Good:
        input: [3, 8, 8]
        layers:
          - conv2d: {name: a, out_channels: 3, kernel_size: 3, padding: 1}
          - add: [a, input]

    Source: ``torch.add``, ``torch.cat``; He et al., Deep residual learning for image recognition (2015).
    """

    code = "CNN105"
    name = "shape-mismatch"
    failure = Failure
