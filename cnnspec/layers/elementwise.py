"""Activations that compute each element by itself.

The figures are primitives an element: comparisons, additions, multiplications, divisions, exp, log, tanh, erf.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from cnnspec.arithmetic.shape import Shape, elements
from cnnspec.layers.layer import IllegalOption, Pointwise
from cnnspec.layers.options import Bool, Float, Word, option
from cnnspec.override import override


@dataclass(frozen=True, slots=True)
class Smooth(Pointwise):
    """An activation without options: sigmoid ``1/(1 + exp(-x))`` 4, tanh 1, softsign ``x/(1 + |x|)`` 3.

    Source: ``torch.nn.Sigmoid``, ``Tanh``, ``Softsign``.
    """

    types = ("sigmoid", "tanh", "softsign")
    family = "activation"
    costs: ClassVar = {"sigmoid": 4, "tanh": 1, "softsign": 3}

    @override
    def flops(self, *inputs: Shape) -> int:
        return int(self.costs[self.type]) * elements(inputs[0])


@dataclass(frozen=True, slots=True)
class Rectifier(Pointwise):
    """A rectifier and its smooth relatives.

    relu ``max(x, 0)`` 1; relu6 ``min(max(x, 0), 6)`` 2; selu ``s*(x if x > 0 else a*(exp(x) - 1))`` 5; silu
    ``x*sigmoid(x)`` 5; mish ``x*tanh(log(1 + exp(x)))`` 5; hardswish ``x*relu6(x + 3)/6`` 5; hardsigmoid
    ``relu6(x + 3)/6`` 4.

    Source: ``torch.nn.ReLU``, ``ReLU6``, ``SELU``, ``SiLU``, ``Mish``, ``Hardswish``, ``Hardsigmoid``.
    """

    types = ("relu", "relu6", "selu", "silu", "mish", "hardswish", "hardsigmoid")
    family = "activation"
    costs: ClassVar = {"relu": 1, "relu6": 2, "selu": 5, "silu": 5, "mish": 5, "hardswish": 5, "hardsigmoid": 4}

    inplace: bool = option(Bool(), False)

    @override
    def flops(self, *inputs: Shape) -> int:
        return int(self.costs[self.type]) * elements(inputs[0])


@dataclass(frozen=True, slots=True)
class LeakyReLU(Pointwise):
    """``x if x > 0 else negative_slope*x``: 2. Source: ``torch.nn.LeakyReLU``."""

    types = ("leaky_relu",)
    family = "activation"
    cost = 2

    negative_slope: float = option(Float(), 0.01)
    inplace: bool = option(Bool(), False)


@dataclass(frozen=True, slots=True)
class ELU(Pointwise):
    """``x if x > 0 else alpha*(exp(x) - 1)``: 4; celu divides ``x`` by alpha first: 5. Source: ``torch.nn.ELU``, ``CELU``."""

    types = ("elu", "celu")
    family = "activation"

    alpha: float = option(Float(), 1.0)
    inplace: bool = option(Bool(), False)

    def __post_init__(self) -> None:
        if self.type == "celu" and self.alpha == 0:
            raise IllegalOption("alpha", "celu divides by it, so it cannot be 0")

    @override
    def flops(self, *inputs: Shape) -> int:
        return (4 if self.type == "elu" else 5) * elements(inputs[0])


@dataclass(frozen=True, slots=True)
class GELU(Pointwise):
    """``0.5*x*(1 + erf(x/sqrt(2)))``: 5; with tanh ``0.5*x*(1 + tanh(c*(x + 0.044715*x*x*x)))``: 9.

    Source: ``torch.nn.GELU``.
    """

    types = ("gelu",)
    family = "activation"

    approximate: str = option(Word("none", "tanh"), "none")

    @override
    def flops(self, *inputs: Shape) -> int:
        return (5 if self.approximate == "none" else 9) * elements(inputs[0])


@dataclass(frozen=True, slots=True)
class Hardtanh(Pointwise):
    """``min(max(x, min_val), max_val)``: 2. Source: ``torch.nn.Hardtanh``."""

    types = ("hardtanh",)
    family = "activation"
    cost = 2

    min_val: float = option(Float(), -1.0)
    max_val: float = option(Float(), 1.0)
    inplace: bool = option(Bool(), False)

    def __post_init__(self) -> None:
        if self.min_val >= self.max_val:
            written = "min_val" if self.min_val != -1 else "max_val"
            raise IllegalOption(written, f"min_val {self.min_val:g} is not less than max_val {self.max_val:g}")


@dataclass(frozen=True, slots=True)
class Softplus(Pointwise):
    """``log(1 + exp(beta*x))/beta``: 5, or 3 where beta is 1; linear above ``threshold``. Source: ``torch.nn.Softplus``."""

    types = ("softplus",)
    family = "activation"

    beta: float = option(Float(), 1.0)
    threshold: float = option(Float(), 20.0)

    @override
    def flops(self, *inputs: Shape) -> int:
        return (3 if self.beta == 1 else 5) * elements(inputs[0])
