"""The channels do not divide into the groups."""

from __future__ import annotations

from cnnspec.errors import GroupsMismatch as Failure
from cnnspec.rules.rule import FailureRule


class GroupsMismatch(FailureRule):
    """The channels do not divide into the groups.

    Why: a grouped convolution gives each group the same number of input and of output channels.
    Arithmetic: ``in_channels % groups`` and ``out_channels % groups`` are both 0.

    Bad:
        input: [6, 8, 8]
        layers:
          - conv2d: {out_channels: 8, kernel_size: 3, groups: 4}

    Good:
        input: [6, 8, 8]
        layers:
          - conv2d: {out_channels: 8, kernel_size: 3, groups: 2}

    Source: ``torch.nn.Conv2d``; Krizhevsky et al., ImageNet classification with deep convolutional neural networks (2012).
    """

    code = "CNN104"
    name = "groups-mismatch"
    failure = Failure
