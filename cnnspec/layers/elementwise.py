"""Activations that compute each element by itself.

The flops are primitives: comparisons, additions, multiplications, divisions, exp, log, tanh, erf.
"""

from __future__ import annotations

from dataclasses import dataclass

from cnnspec.arithmetic.shape import Shape, elements
from cnnspec.layers.call import Call, Given
from cnnspec.layers.layer import IllegalOption, Pointwise
from cnnspec.layers.options import Bool, Float, Word, option
from cnnspec.override import override


@dataclass(frozen=True, slots=True)
class Elementwise(Pointwise):
    """An activation of ``torch.nn``; its type is the name of PyTorch's function."""

    family = "activation"

    @override
    def expression(self, *inputs: Shape) -> Call:
        return self.call(self.functional or f"F.{self.type}", *self.leading)


@dataclass(frozen=True, slots=True)
class ReLU(Elementwise):
    """A rectifier: ``max(x, 0)``.

    Flops: 1 an element: a comparison.

    Example:
        input: [16, 8, 8]
        layers:
          - relu: {expect: {output_shape: [16, 8, 8], params: 0, flops: 1024}}

    Source: ``torch.nn.ReLU``; Nair and Hinton, Rectified linear units improve restricted Boltzmann machines (2010).
    """

    types = ("relu",)
    cost = 1

    inplace: bool = option(Bool(), False)


@dataclass(frozen=True, slots=True)
class ReLU6(Elementwise):
    """A rectifier that stops at 6: ``min(max(x, 0), 6)``.

    The bound keeps activations within what low precision can hold.

    Flops: 2 an element: two comparisons.

    Example:
        input: [16, 8, 8]
        layers:
          - relu6: {expect: {flops: 2048}}

    Source: ``torch.nn.ReLU6``; Krizhevsky, Convolutional deep belief networks on CIFAR-10 (2010).
    """

    types = ("relu6",)
    cost = 2

    inplace: bool = option(Bool(), False)


@dataclass(frozen=True, slots=True)
class LeakyReLU(Elementwise):
    """A rectifier that lets a little through below zero: ``x if x > 0 else negative_slope*x``.

    Flops: 2 an element: a comparison and a product.

    Example:
        input: [16, 8, 8]
        layers:
          - leaky_relu: {negative_slope: 0.2, expect: {flops: 2048}}

    Source: ``torch.nn.LeakyReLU``; Maas et al., Rectifier nonlinearities improve neural network acoustic models (2013).
    """

    types = ("leaky_relu",)
    cost = 2
    leading = (Given("negative_slope"),)

    negative_slope: float = option(Float(), 0.01)
    inplace: bool = option(Bool(), False)


@dataclass(frozen=True, slots=True)
class ELU(Elementwise):
    """A rectifier with an exponential tail: ``x if x > 0 else alpha*(exp(x) - 1)``.

    Flops: 4 an element: a comparison, exp, a difference, a product.

    Example:
        input: [16, 8, 8]
        layers:
          - elu: {expect: {flops: 4096}}

    Source: ``torch.nn.ELU``; Clevert et al., Fast and accurate deep network learning by exponential linear units (2015).
    """

    types = ("elu",)
    cost = 4
    leading = (Given("alpha"),)

    alpha: float = option(Float(), 1.0)
    inplace: bool = option(Bool(), False)


@dataclass(frozen=True, slots=True)
class CELU(Elementwise):
    """An elu that is smooth at zero whatever its ``alpha``: ``x if x > 0 else alpha*(exp(x/alpha) - 1)``.

    Flops: 5 an element: elu's four and a quotient.

    Example:
        input: [16, 8, 8]
        layers:
          - celu: {alpha: 0.5, expect: {flops: 5120}}

    Source: ``torch.nn.CELU``; Barron, Continuously differentiable exponential linear units (2017).
    """

    types = ("celu",)
    cost = 5
    leading = (Given("alpha"),)

    alpha: float = option(Float(), 1.0)
    inplace: bool = option(Bool(), False)

    def __post_init__(self) -> None:
        if self.alpha == 0:
            raise IllegalOption("alpha", "celu divides by it, so it cannot be 0")


@dataclass(frozen=True, slots=True)
class SELU(Elementwise):
    """An elu so scaled that activations normalize themselves: ``scale*(x if x > 0 else alpha*(exp(x) - 1))``.

    ``scale`` is 1.0507 and ``alpha`` 1.6733. Dropout beside it is ``alpha_dropout``.

    Flops: 5 an element: elu's four and a product.

    Example:
        input: [16, 8, 8]
        layers:
          - selu: {expect: {flops: 5120}}

    Source: ``torch.nn.SELU``; Klambauer et al., Self-normalizing neural networks (2017).
    """

    types = ("selu",)
    cost = 5

    inplace: bool = option(Bool(), False)


@dataclass(frozen=True, slots=True)
class GELU(Elementwise):
    """The input times the chance that a normal variable is below it: ``0.5*x*(1 + erf(x/sqrt(2)))``.

    With ``approximate: tanh`` it is ``0.5*x*(1 + tanh(c*(x + 0.044715*x*x*x)))``, c being ``sqrt(2/pi)``.

    Flops: 5 an element: a quotient, erf, a sum, two products; 9 with ``approximate: tanh``.

    Example:
        input: [16, 8, 8]
        layers:
          - gelu: {expect: {flops: 5120}}
          - gelu: {approximate: tanh, expect: {flops: 9216}}

    Source: ``torch.nn.GELU``; Hendrycks and Gimpel, Gaussian error linear units (2016).
    """

    types = ("gelu",)

    approximate: str = option(Word("none", "tanh"), "none")

    @override
    def flops(self, *inputs: Shape) -> int:
        return (5 if self.approximate == "none" else 9) * elements(inputs[0])


@dataclass(frozen=True, slots=True)
class SiLU(Elementwise):
    """The input times its sigmoid, also called swish: ``x*sigmoid(x)``.

    Flops: 5 an element: sigmoid's four and a product.

    Example:
        input: [16, 8, 8]
        layers:
          - silu: {expect: {flops: 5120}}

    Source: ``torch.nn.SiLU``; Ramachandran et al., Searching for activation functions (2017).
    """

    types = ("silu",)
    cost = 5

    inplace: bool = option(Bool(), False)


@dataclass(frozen=True, slots=True)
class Mish(Elementwise):
    """The input times the tanh of its softplus: ``x*tanh(log(1 + exp(x)))``.

    Flops: 5 an element: exp, a sum, log, tanh, a product.

    Example:
        input: [16, 8, 8]
        layers:
          - mish: {expect: {flops: 5120}}

    Source: ``torch.nn.Mish``; Misra, Mish: a self regularized non-monotonic activation function (2019).
    """

    types = ("mish",)
    cost = 5

    inplace: bool = option(Bool(), False)


@dataclass(frozen=True, slots=True)
class Hardswish(Elementwise):
    """A silu without exponentials: ``x*min(max(x + 3, 0), 6)/6``.

    Flops: 5 an element: a sum, two comparisons, a product, a quotient.

    Example:
        input: [16, 8, 8]
        layers:
          - hardswish: {expect: {flops: 5120}}

    Source: ``torch.nn.Hardswish``; Howard et al., Searching for MobileNetV3 (2019).
    """

    types = ("hardswish",)
    cost = 5

    inplace: bool = option(Bool(), False)


@dataclass(frozen=True, slots=True)
class Sigmoid(Elementwise):
    """A step from 0 to 1, smoothed: ``1/(1 + exp(-x))``.

    Flops: 4 an element: a negation, exp, a sum, a quotient.

    Example:
        input: [16, 8, 8]
        layers:
          - sigmoid: {expect: {flops: 4096}}

    Source: ``torch.nn.Sigmoid``; Rumelhart et al., Learning representations by back-propagating errors (1986).
    """

    types = ("sigmoid",)
    functional = "torch.sigmoid"
    cost = 4


@dataclass(frozen=True, slots=True)
class Hardsigmoid(Elementwise):
    """A sigmoid of three straight pieces: ``min(max(x + 3, 0), 6)/6``.

    Flops: 4 an element: a sum, two comparisons, a quotient.

    Example:
        input: [16, 8, 8]
        layers:
          - hardsigmoid: {expect: {flops: 4096}}

    Source: ``torch.nn.Hardsigmoid``; Howard et al., Searching for MobileNetV3 (2019).
    """

    types = ("hardsigmoid",)
    cost = 4

    inplace: bool = option(Bool(), False)


@dataclass(frozen=True, slots=True)
class Tanh(Elementwise):
    """The hyperbolic tangent, a step from -1 to 1, smoothed: ``tanh(x)``.

    Flops: 1 an element: tanh is a primitive.

    Example:
        input: [16, 8, 8]
        layers:
          - tanh: {expect: {flops: 1024}}

    Source: ``torch.nn.Tanh``; LeCun et al., Efficient BackProp (1998).
    """

    types = ("tanh",)
    functional = "torch.tanh"
    cost = 1


@dataclass(frozen=True, slots=True)
class Hardtanh(Elementwise):
    """The input between two bounds: ``min(max(x, min_val), max_val)``.

    Flops: 2 an element: two comparisons.

    Example:
        input: [16, 8, 8]
        layers:
          - hardtanh: {min_val: 0, max_val: 4, expect: {flops: 2048}}

    Source: ``torch.nn.Hardtanh``; Collobert, Large scale machine learning (2004).
    """

    types = ("hardtanh",)
    cost = 2
    leading = (Given("min_val"), Given("max_val"))

    min_val: float = option(Float(), -1.0)
    max_val: float = option(Float(), 1.0)
    inplace: bool = option(Bool(), False)

    def __post_init__(self) -> None:
        if self.min_val >= self.max_val:
            written = "min_val" if self.min_val != -1 else "max_val"
            raise IllegalOption(written, f"min_val {self.min_val:g} is not less than max_val {self.max_val:g}")


@dataclass(frozen=True, slots=True)
class Softplus(Elementwise):
    """A rectifier, smoothed: ``log(1 + exp(beta*x))/beta``.

    Where ``beta*x`` is above ``threshold`` it is ``x``, as the formula nearly is.

    Flops: 5 an element: a product, exp, a sum, log, a quotient; 3 where ``beta`` is 1.

    Example:
        input: [16, 8, 8]
        layers:
          - softplus: {expect: {flops: 3072}}
          - softplus: {beta: 2, expect: {flops: 5120}}

    Source: ``torch.nn.Softplus``; Dugas et al., Incorporating second-order functional knowledge for better option
    pricing (2000).
    """

    types = ("softplus",)
    leading = (Given("beta"), Given("threshold"))

    beta: float = option(Float(), 1.0)
    threshold: float = option(Float(), 20.0)

    @override
    def flops(self, *inputs: Shape) -> int:
        return (3 if self.beta == 1 else 5) * elements(inputs[0])


@dataclass(frozen=True, slots=True)
class Softsign(Elementwise):
    """A tanh that nears its bounds slowly: ``x/(1 + |x|)``.

    Flops: 3 an element: an absolute value, a sum, a quotient.

    Example:
        input: [16, 8, 8]
        layers:
          - softsign: {expect: {flops: 3072}}

    Source: ``torch.nn.Softsign``; Glorot and Bengio, Understanding the difficulty of training deep feedforward
    neural networks (2010).
    """

    types = ("softsign",)
    cost = 3
