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
from layer_cases import COUNTED_BY_HAND, STRATEGIES, Case, Shape, torch_class
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
    counter, module = FlopCounterMode(display=False), case.module().eval()
    with warnings.catch_warnings(), torch.no_grad(), counter:
        # torch makes a copy for `same` padding of an even kernel, and says so.
        warnings.filterwarnings("ignore", message="Using padding='same' with even kernel lengths")
        case.forward(module, *(torch.zeros(1, *shape) for shape in case.inputs))
    return counter.get_total_flops() // 2


WITH_MACS = [
    *(f"{kind}{ndim}d" for kind in ("conv", "conv_transpose") for ndim in (1, 2, 3)),
    *("depthwise_conv2d", "separable_conv2d", "locally_connected2d", "linear"),
]


@pytest.mark.parametrize("type", WITH_MACS)
def test_macs_are_half_of_torchs_flops(type: str) -> None:
    """Two figures in which tools differ: a transposed convolution uses each weight once for every *input* position, where
    torchinfo and thop count output positions; a linear layer is run once for each row of a map (channels, height and
    features, say), where torchinfo counts it once."""
    compared = maps = 0

    @settings(SETTINGS, max_examples=200)
    @given(STRATEGIES[type](type))
    def agree(case: Case) -> None:
        nonlocal compared, maps
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
        maps += prod(case.inputs[0][:-1]) > 1

    agree()
    assert compared >= 100
    assert maps >= 50


@pytest.mark.parametrize("type", sorted(set(layers.known()) - set(WITH_MACS)))
def test_other_layers_have_no_macs(type: str) -> None:
    _, inputs, options, _ = next(row for row in COUNTED_BY_HAND if row[0] == type)
    assert only_layer(text_of(type, inputs, options)).macs == 0


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
        # K - 1 comparisons; K - 1 sums and a quotient, and a product and a sum that are learned.
        each = window - 1 if type.startswith("max") else window + 2 * case.options.get("learnable", False)
        assert layer.flops == outputs * each, case.text
        compared += 1

    agree()
    assert compared >= 30
