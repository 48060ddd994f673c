"""The interpreter against the modules of the differential tests: each type computes the same numbers there and here."""

from __future__ import annotations

import warnings

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from interpreter import FUNCTIONS, compute
from layer_cases import STRATEGIES, Case
from layer_modules import legal, randomised
from torch import Tensor, nn

from cnnspec import layers

torch.set_num_threads(1)


def test_every_type_is_computed() -> None:
    assert sorted(FUNCTIONS) == sorted(layers.known())


def expected(case: Case, module: nn.Module, tensors: list[Tensor]) -> Tensor:
    """What the case makes of them."""
    if "avg_pool" not in case.type or case.options.get("count_include_pad", True):
        return case.forward(module, *tensors)
    # The case pads where torch cannot, and then counts what it has padded: a mean of ones is the share of real places.
    learnable = case.options.get("learnable", False)
    pool = nn.Sequential(module.pool) if learnable else module
    mean = case.forward(pool, *tensors) / case.forward(pool, torch.ones_like(tensors[0]))
    each = (-1, *[1] * case.ndim)
    return mean * module.weight.view(each) + module.bias.view(each) if learnable else mean


@pytest.mark.parametrize("type", layers.known())
def test_a_layer_computes_what_torch_computes(type: str) -> None:
    compared = 0

    @settings(max_examples=100, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(STRATEGIES[type](type))
    def agree(case: Case) -> None:
        nonlocal compared
        layer = legal(case)
        if layer is None:
            return
        torch.manual_seed(0)
        tensors = [torch.randn(2, *shape, dtype=torch.float64) for shape in case.inputs]
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")
            module = randomised(case.module())
            assert layer.node.layer is not None
            found = compute(layer.node.layer, dict(module.state_dict()), tuple(tensors))
            torch.testing.assert_close(found, expected(case, module, tensors), rtol=1e-9, atol=1e-9, equal_nan=True)
        compared += 1

    agree()
    assert compared >= 25
