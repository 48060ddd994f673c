"""Costs against torch: multiply-accumulates are half of its flop counter's total; all other flops are counted by hand."""

from __future__ import annotations

import json
import warnings
from math import prod
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from layer_cases import STRATEGIES, Case, Shape, torch_class
from torch.utils.flop_counter import FlopCounterMode

import cnnspec
from cnnspec import layers
from cnnspec.analysis.analysis import Layer

torch.set_num_threads(1)

SETTINGS = settings(derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))


def only_layer(text: str) -> Layer:
    (layer,) = cnnspec.analyze(cnnspec.loads(text)).layers
    return layer


def counted(case: Case) -> int:
    """Half of the flops that torch counts for one input."""
    counter = FlopCounterMode(display=False)
    with warnings.catch_warnings(), torch.no_grad(), counter:
        # torch makes a copy for `same` padding of an even kernel, and says so.
        warnings.filterwarnings("ignore", message="Using padding='same' with even kernel lengths")
        case.forward(case.module().eval(), *(torch.zeros(1, *shape) for shape in case.inputs))
    return counter.get_total_flops() // 2


WITH_MACS = [*(f"{kind}{ndim}d" for kind in ("conv", "conv_transpose") for ndim in (1, 2, 3)), "linear"]


@pytest.mark.parametrize("type", WITH_MACS)
def test_macs_are_half_of_torchs_flops(type: str) -> None:
    compared = 0

    @settings(SETTINGS, max_examples=200)
    @given(STRATEGIES[type](type))
    def agree(case: Case) -> None:
        nonlocal compared
        try:
            layer = only_layer(case.text)
        except cnnspec.SpecError:
            assume(False)
        assume(layer.output_shape is not None)
        macs = counted(case)
        assert macs > 0
        assert layer.macs == macs, case.text
        # One addition of the bias to each output element; a bias is the default.
        additions = prod(layer.output_shape) if case.options.get("bias", True) else 0
        assert layer.flops == 2 * macs + additions, case.text
        compared += 1

    agree()
    assert compared >= 100


@pytest.mark.parametrize("type", sorted(set(layers.known()) - set(WITH_MACS)))
def test_other_layers_have_no_macs(type: str) -> None:
    _, inputs, options, _ = next(row for row in COUNTED_BY_HAND if row[0] == type)
    assert only_layer(text_of(type, inputs, options)).macs == 0


# What each type costs on a small input, by its formula. An element is one number of the output.
COUNTED_BY_HAND: list[tuple[str, tuple[Shape, ...], dict[str, Any], int]] = [
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
    # Folded at inference: a product and a sum, with or without the learned ones.
    ("batch_norm1d", ((4,),), {}, 4 * 2),
    ("batch_norm2d", ((2, 3, 5),), {"affine": False}, 30 * 2),
    ("batch_norm3d", ((2, 3, 5, 2),), {}, 60 * 2),
    # Nothing at inference, or nothing but moving numbers.
    ("dropout", ((2, 3, 5),), {}, 0),
    ("dropout1d", ((2, 3),), {}, 0),
    ("dropout2d", ((2, 3, 5),), {}, 0),
    ("dropout3d", ((2, 3, 5, 2),), {}, 0),
    ("alpha_dropout", ((2, 3, 5),), {}, 0),
    ("identity", ((2, 3, 5),), {}, 0),
    ("flatten", ((2, 3, 5),), {}, 0),
    ("pad", ((2, 3, 5),), {"padding": 2}, 0),
    ("concat", ((2, 3, 5), (4, 3, 5)), {}, 0),
    # n inputs take n - 1 sums for each element of the broadcast output.
    ("add", ((2, 3, 5), (2, 3, 5)), {}, 30),
    ("add", ((2, 1, 1), (2, 3, 5), (1, 3, 5)), {}, 30 * 2),
    # 2*2*3 outputs of windows of 6: 5 comparisons, or 5 sums and a quotient.
    ("max_pool2d", ((2, 4, 9),), {"kernel_size": [2, 3]}, 12 * 5),
    ("avg_pool2d", ((2, 4, 9),), {"kernel_size": [2, 3]}, 12 * 6),
    # 3*4 outputs of windows of 3, dilated or not.
    ("max_pool1d", ((3, 8),), {"kernel_size": 3, "stride": 1, "dilation": 2}, 12 * 2),
    ("avg_pool1d", ((3, 6),), {"kernel_size": 3, "stride": 1}, 12 * 3),
    # 2 outputs of windows of 8.
    ("max_pool3d", ((1, 2, 2, 4),), {"kernel_size": 2}, 2 * 7),
    ("avg_pool3d", ((1, 2, 2, 4),), {"kernel_size": 2}, 2 * 8),
    # 7 elements in 3 windows: 0-2, 2-4, 4-6, so 9 reads a channel; maxima compare one fewer in each window.
    ("adaptive_avg_pool1d", ((2, 7),), {"output_size": 3}, 2 * 9),
    ("adaptive_max_pool1d", ((2, 7),), {"output_size": 3}, 2 * (9 - 3)),
    # 4 rows in 2 windows of 2, times 9 reads.
    ("adaptive_avg_pool2d", ((2, 4, 7),), {"output_size": [2, 3]}, 2 * 4 * 9),
    ("adaptive_max_pool2d", ((2, 4, 7),), {"output_size": [2, 3]}, 2 * (4 * 9 - 6)),
    # Global: every element once.
    ("adaptive_avg_pool3d", ((2, 3, 4, 5),), {"output_size": 1}, 2 * 60),
    ("adaptive_max_pool3d", ((2, 3, 4, 5),), {"output_size": 1}, 2 * 59),
    # 2*(2*3*3) products and sums for each of 4*3*4 outputs, and a bias each.
    ("conv2d", ((2, 5, 6),), {"out_channels": 4, "kernel_size": 3}, 48 * (2 * 18 + 1)),
    # Each of 2*5 inputs adds 4*3 products; (5 - 1)*2 + 3 = 11 outputs of 4 channels with a bias each.
    ("conv_transpose1d", ((2, 5),), {"out_channels": 4, "kernel_size": 3, "stride": 2}, 2 * 10 * 12 + 44),
    # Each of 2*3*5 inputs adds 4*2*2 products; 6*10 outputs of 4 channels, no bias.
    ("conv_transpose2d", ((2, 3, 5),), {"out_channels": 4, "kernel_size": 2, "stride": 2, "bias": False}, 2 * 30 * 16),
    # Each of 2*2*2*2 inputs adds 1*8 products; 3*3*3 outputs of one channel with a bias each.
    ("conv_transpose3d", ((2, 2, 2, 2),), {"out_channels": 1, "kernel_size": 2}, 2 * 16 * 8 + 27),
    ("crop", ((2, 5, 6),), {"size": 3}, 0),
    ("conv1d", ((4, 6),), {"out_channels": 2, "kernel_size": 3, "groups": 2, "bias": False}, 2 * 4 * 2 * 6),
    ("conv3d", ((1, 2, 2, 2),), {"out_channels": 3, "kernel_size": 2}, 3 * (2 * 8 + 1)),
    # 2 rows of 3 in, 4 out.
    ("linear", ((2, 3),), {"out_features": 4}, 2 * 4 * (2 * 3 + 1)),
]


def text_of(type: str, inputs: tuple[Shape, ...], options: dict[str, Any]) -> str:
    named = {f"x{index}": shape for index, shape in enumerate(inputs)}
    source = {"from": list(named)} if len(inputs) > 1 else {}
    return json.dumps({"inputs": named, "layers": [{type: {**source, **options}}]})


@pytest.mark.parametrize(("type", "inputs", "options", "flops"), COUNTED_BY_HAND)
def test_flops_are_those_counted_by_hand(type: str, inputs: tuple[Shape, ...], options: dict[str, Any], flops: int) -> None:
    assert only_layer(text_of(type, inputs, options)).flops == flops


def test_every_type_is_counted_by_hand() -> None:
    assert sorted({row[0] for row in COUNTED_BY_HAND}) == sorted(layers.known())


@pytest.mark.parametrize("kind", ["avg", "max"])
@SETTINGS
@given(st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), min_size=2, max_size=2), st.integers(1, 3))
def test_adaptive_pools_cost_what_they_read(kind: str, axes: list[tuple[int, int]], channels: int) -> None:
    """Which elements a unit reads is where torch's gradient of the average is not zero."""
    sizes, outputs = zip(*axes, strict=True)
    x = torch.zeros(1, *sizes, requires_grad=True)
    units = torch_class("adaptive_avg_pool2d")(outputs)(x).flatten()
    read = sum(int(torch.autograd.grad(unit, x, retain_graph=True)[0].count_nonzero()) for unit in units)
    text = text_of(f"adaptive_{kind}_pool2d", ((channels, *sizes),), {"output_size": list(outputs)})
    assert only_layer(text).flops == channels * (read if kind == "avg" else read - len(units))


@pytest.mark.parametrize("type", ["avg_pool1d", "avg_pool2d", "avg_pool3d", "max_pool1d", "max_pool2d", "max_pool3d"])
def test_pools_cost_their_window_for_each_output(type: str) -> None:
    compared = 0

    @settings(SETTINGS, max_examples=100)
    @given(STRATEGIES[type](type))
    def agree(case: Case) -> None:
        nonlocal compared
        try:
            layer = only_layer(case.text)
        except cnnspec.SpecError:
            assume(False)
        assume(layer.output_shape is not None)
        kernel = case.options["kernel_size"]
        window = prod(kernel) if isinstance(kernel, list) else kernel ** int(type[-2])
        with torch.no_grad():
            outputs = case.forward(case.module(), torch.zeros(1, *case.inputs[0])).numel()
        # K - 1 comparisons; K - 1 sums and a quotient.
        assert layer.flops == outputs * (window - 1 if type.startswith("max") else window), case.text
        compared += 1

    agree()
    assert compared >= 30
