"""Logarithm of softmax."""

from __future__ import annotations

from dataclasses import dataclass

from cnnspec.arithmetic.shape import Shape, elements
from cnnspec.layers.softmax import Softmax
from cnnspec.override import override


@dataclass(frozen=True, slots=True)
class LogSoftmax(Softmax):
    """The logarithm of a softmax along ``dim``, channels where it is left out: ``x - log(sum(exp(x)))``.

    Flops: 3·n for each row of n elements along ``dim``: n exp, n − 1 sums, a log, n differences.

    Example:
        input: [10]
        layers:
          - log_softmax: {expect: {output_shape: [10], flops: 30}}

    Source: ``torch.nn.LogSoftmax``.
    """

    types = ("log_softmax",)

    @override
    def flops(self, *inputs: Shape) -> int:
        return 3 * elements(inputs[0])
