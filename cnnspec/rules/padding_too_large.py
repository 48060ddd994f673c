"""The padding is more than the kernel or the input allows."""

from __future__ import annotations

from cnnspec.errors import PaddingTooLarge as Failure
from cnnspec.rules.rule import FailureRule


class PaddingTooLarge(FailureRule):
    """A pool's padding is over half its kernel, or padding that mirrors or wraps would need more rows than the input has.

    Reflection leaves out the edge, so it gives one row less than the input. PyTorch refuses both at run time.
    """

    code = "CNN103"
    name = "padding-too-large"
    summary = "The padding is more than the kernel or the input allows."
    failure = Failure
