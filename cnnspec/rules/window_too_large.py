"""The kernel reaches beyond the padded input."""

from __future__ import annotations

from cnnspec.analysis.analysis import Analysis
from cnnspec.errors import Fix
from cnnspec.errors import WindowTooLarge as Failure
from cnnspec.override import override
from cnnspec.rules.resizing import fitting_inputs
from cnnspec.rules.rule import FailureRule


class WindowTooLarge(FailureRule):
    """The kernel reaches beyond the padded input.

    Why: no window fits, so nothing would come out; PyTorch refuses it, when the network runs.
    Arithmetic: ``floor((n + p0 + p1 - d*(k - 1) - 1)/s) + 1 < 1``. Below, 4 - 5 + 1 = 0.

    Bad:
        input: [3, 4, 4]
        layers:
          - conv2d: {out_channels: 8, kernel_size: 5}

    Good:
        input: [3, 4, 4]
        layers:
          - conv2d: {out_channels: 8, kernel_size: 4}

    Source: Dumoulin and Visin, A guide to convolution arithmetic for deep learning (2016), relationship 6.
    """

    code = "CNN102"
    name = "window-too-large"
    failure = Failure

    @override
    def inputs(self, analysis: Analysis) -> tuple[Fix, ...]:
        return fitting_inputs(analysis)
