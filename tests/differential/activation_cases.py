"""Activations."""

from __future__ import annotations

from typing import Any

from drawing import COUNTED_BY_HAND, Case, Draw, any_shape, call_each, draws, maybe, torch_class
from hypothesis import strategies as st
from torch import nn

REALS = st.integers(-80, 80).map(lambda tenths: tenths / 10)
POINTWISE: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    **{type: {} for type in ("sigmoid", "tanh", "softsign", "identity")},
    **{type: {"inplace": st.booleans()} for type in ("relu", "relu6", "selu", "silu", "mish", "hardswish", "hardsigmoid")},
    "leaky_relu": {"negative_slope": REALS, "inplace": st.booleans()},
    "elu": {"alpha": REALS, "inplace": st.booleans()},
    "celu": {"alpha": REALS, "inplace": st.booleans()},
    "gelu": {"approximate": st.sampled_from(["none", "tanh", "sigmoid"])},
    "hardtanh": {"min_val": REALS, "max_val": REALS, "inplace": st.booleans()},
    "softplus": {"beta": REALS, "threshold": REALS},
}


@draws(*POINTWISE)
def pointwise(draw: Draw, type: str) -> Case:
    options = maybe(draw, **POINTWISE[type])
    if type in ("celu", "gelu"):
        options |= draw(st.sampled_from([{}, {"alpha": 0.0} if type == "celu" else {"approximate": "erf"}]))
    return Case(type, (any_shape(draw),), options, lambda: torch_class(type)(**options))


FUNCTIONS = (
    *("relu", "relu6", "leaky_relu", "prelu", "elu", "celu", "selu", "gelu", "silu", "mish", "hardswish", "hardsigmoid"),
    *("hardtanh", "sigmoid", "tanh", "softplus", "softsign", "softmax", "log_softmax", "identity"),
)
UNHEARD_OF = ("swish", "heaviside", "maxout", "logistic", "none", "relu7", "conv2d")


@draws("activation")
def activation(draw: Draw, type: str) -> Case:
    function = draw(st.one_of(st.sampled_from(FUNCTIONS), st.sampled_from(UNHEARD_OF)))
    along_channels = {"dim": 1} if function in ("softmax", "log_softmax") else {}
    module = lambda: torch_class(function)(**along_channels)  # noqa: E731
    return Case(type, (any_shape(draw),), {"function": function}, module, main="function")


@draws("softmax", "log_softmax")
def softmax(draw: Draw, type: str) -> Case:
    options = maybe(draw, dim=st.one_of(st.integers(-5, 4), st.sampled_from([4, -5])))
    return Case(type, (any_shape(draw),), options, lambda: torch_class(type)(options.get("dim", 0)), call_each, "dim")


@draws("prelu")
def prelu(draw: Draw, type: str) -> Case:
    shape = any_shape(draw)
    options = maybe(draw, init=REALS)
    options["num_parameters"] = draw(st.one_of(st.integers(-1, 6), st.integers(2, 6), st.just(1), st.just(shape[0])))
    return Case(type, (shape,), options, lambda: nn.PReLU(**options), main="num_parameters")


COUNTED_BY_HAND += [
    # Activations: 2*3*5 = 30 elements.
    ("relu", ((2, 3, 5),), {}, 30 * 1),  # max(x, 0): a comparison
    ("relu6", ((2, 3, 5),), {}, 30 * 2),  # two comparisons
    ("leaky_relu", ((2, 3, 5),), {}, 30 * 2),  # comparison, product
    ("prelu", ((2, 3, 5),), {"num_parameters": 2}, 30 * 2),  # comparison, product
    ("elu", ((2, 3, 5),), {}, 30 * 4),  # comparison, exp, difference, product
    ("celu", ((2, 3, 5),), {}, 30 * 5),  # and a quotient
    ("selu", ((2, 3, 5),), {}, 30 * 5),  # comparison, exp, difference, two products
    ("gelu", ((2, 3, 5),), {}, 30 * 5),  # x/sqrt(2), erf, sum, two products
    ("gelu", ((2, 3, 5),), {"approximate": "tanh"}, 30 * 9),  # x*x*x*0.044715: 3; + x, * c, tanh, + 1, * x, * 0.5: 6
    ("sigmoid", ((2, 3, 5),), {}, 30 * 4),  # negation, exp, sum, quotient
    ("silu", ((2, 3, 5),), {}, 30 * 5),  # sigmoid, product
    ("tanh", ((2, 3, 5),), {}, 30 * 1),
    ("softplus", ((2, 3, 5),), {}, 30 * 3),  # exp, sum, log
    ("softplus", ((2, 3, 5),), {"beta": 2}, 30 * 5),  # and beta's product and quotient
    ("softsign", ((2, 3, 5),), {}, 30 * 3),  # absolute value, sum, quotient
    ("mish", ((2, 3, 5),), {}, 30 * 5),  # exp, sum, log, tanh, product
    ("hardswish", ((2, 3, 5),), {}, 30 * 5),  # sum, two comparisons, product, quotient
    ("hardsigmoid", ((2, 3, 5),), {}, 30 * 4),  # sum, two comparisons, quotient
    ("hardtanh", ((2, 3, 5),), {}, 30 * 2),  # two comparisons
    ("activation", ((2, 3, 5),), {"function": "sigmoid"}, 30 * 4),  # as sigmoid
    ("activation", ((2, 3, 5),), {"function": "log_softmax"}, 15 * (2 + 1 + 1 + 2)),  # as log_softmax
    # A row of 2 channels at each of 15 positions: 2 exps, 1 sum, 2 quotients.
    ("softmax", ((2, 3, 5),), {}, 15 * (2 + 1 + 2)),
    # A row of 5 columns, 6 of them: 5 exps, 4 sums, 5 quotients.
    ("softmax", ((2, 3, 5),), {"dim": -1}, 6 * (5 + 4 + 5)),
    # 2 exps, 1 sum, 1 log, 2 differences.
    ("log_softmax", ((2, 3, 5),), {}, 15 * (2 + 1 + 1 + 2)),
    ("identity", ((2, 3, 5),), {}, 0),
]
