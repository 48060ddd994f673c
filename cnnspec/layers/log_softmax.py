"""Logarithm of softmax."""

from __future__ import annotations

from dataclasses import dataclass

from cnnspec.arithmetic.shape import Shape, elements
from cnnspec.layers.softmax import Softmax
from cnnspec.override import override


@dataclass(frozen=True, slots=True)
class LogSoftmax(Softmax):
    """``x - log(sum(exp(x)))`` along ``dim``, channels by default.

    A row of n takes n exponentials, n − 1 additions, a logarithm and n subtractions. Source: ``torch.nn.LogSoftmax``.
    """

    types = ("log_softmax",)

    @override
    def flops(self, *inputs: Shape) -> int:
        return 3 * elements(inputs[0])
