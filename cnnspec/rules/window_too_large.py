"""The kernel reaches beyond the padded input."""

from __future__ import annotations

from cnnspec.errors import WindowTooLarge as Failure
from cnnspec.rules.rule import FailureRule


class WindowTooLarge(FailureRule):
    """No window fits: the kernel, spread by its dilation, is larger than the padded input, so nothing would come out.

    Arithmetic: ``floor((n + p0 + p1 - d*(k - 1) - 1) / s) + 1 < 1``. PyTorch refuses it at run time.
    """

    code = "CNN102"
    name = "window-too-large"
    summary = "The kernel reaches beyond the padded input."
    failure = Failure
