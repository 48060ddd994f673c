"""The padding is more than the kernel or the input allows."""

from __future__ import annotations

from cnnspec.errors import PaddingTooLarge as Failure
from cnnspec.rules.rule import FailureRule


class PaddingTooLarge(FailureRule):
    """The padding is more than the kernel or the input allows.

    Why: a pool's window over padding alone would have nothing to take the maximum of; a mirror shows no more than what
    stands before it. PyTorch refuses both, when the network runs.
    Arithmetic: a pool's padding is at most ``k//2``. Reflection leaves out the edge, so it gives at most ``n - 1`` rows;
    symmetric and circular padding at most ``n``.

    Bad:
        input: [3, 8, 8]
        layers:
          - max_pool2d: {kernel_size: 2, padding: 2}

    Good:
        input: [3, 8, 8]
        layers:
          - max_pool2d: {kernel_size: 2, padding: 1}

    Source: ``torch.nn.MaxPool2d``, ``torch.nn.ReflectionPad2d``.
    """

    code = "CNN103"
    name = "padding-too-large"
    failure = Failure
