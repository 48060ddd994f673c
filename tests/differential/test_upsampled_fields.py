"""Receptive fields of transposed convolutions and crops against gradients, unit by unit: they depend on the phase."""

from __future__ import annotations

import json
from typing import Any

import torch
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

import cnnspec
from cnnspec.arithmetic.field import Field

LENGTH = 64


def positive(module: nn.Module) -> nn.Module:
    """Weights of one and biases of zero: a gradient is not zero exactly where a unit sees the input."""
    for name, parameter in module.named_parameters():
        nn.init.constant_(parameter, 0.0 if name == "bias" else 1.0)
    return module.double()


@st.composite
def up(draw: Any) -> dict[str, Any]:
    stride, dilation = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    kernel = draw(st.integers(1, 5))
    padding = draw(st.integers(0, 3))
    extra = draw(st.integers(0, max(stride, dilation) - 1))
    options = {"kernel_size": kernel, "stride": stride, "padding": padding, "dilation": dilation, "output_padding": extra}
    return {"conv_transpose1d": {"out_channels": 1, **options}}


@st.composite
def plain(draw: Any) -> dict[str, Any]:
    options = {"kernel_size": draw(st.integers(1, 4)), "stride": draw(st.integers(1, 3)), "padding": draw(st.integers(0, 2))}
    return {"conv1d": {"out_channels": 1, **options}}


@st.composite
def cropped(draw: Any) -> dict[str, Any]:
    return {"crop": {"size": draw(st.integers(48, 60))}}


def run(entries: list[dict[str, Any]], x: Tensor) -> Tensor:
    for entry in entries:
        ((type, options),) = entry.items()
        if type == "crop":
            x = x.narrow(2, (x.shape[2] - options["size"]) // 2, options["size"])
        else:
            native = {name: value for name, value in options.items() if name != "out_channels"}
            cls = nn.ConvTranspose1d if type == "conv_transpose1d" else nn.Conv1d
            x = positive(cls(1, 1, **native))(x)
    return x


def interval(field: Field, unit: int) -> tuple[int, int]:
    period, phase = divmod(unit, len(field.lows))
    return field.lows[phase] + period * field.advance, field.highs[phase] + period * field.advance


def seen(y: Tensor, x: Tensor, unit: int) -> tuple[int, int] | None:
    (gradient,) = torch.autograd.grad(y[0, 0, unit], x, retain_graph=True)
    positions = torch.nonzero(gradient[0, 0]).flatten().tolist()
    return (positions[0], positions[-1]) if positions else None


@settings(max_examples=200, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.one_of(up(), plain(), cropped()), min_size=1, max_size=4).filter(
        lambda entries: any("conv_transpose1d" in e for e in entries)
    )
)
def test_every_unit_sees_what_its_gradient_says(entries: list[dict[str, Any]]) -> None:
    text = json.dumps({"input": [1, LENGTH], "layers": entries})
    layer = cnnspec.analyze(cnnspec.loads(text)).layers[-1]
    assume(layer.output_shape is not None and layer.output_shape[1] <= 400)
    assert layer.receptive_field is not None
    field = layer.receptive_field["input"][0].field
    assert field is not None
    x = torch.zeros(1, 1, LENGTH, dtype=torch.float64, requires_grad=True)
    y = run(entries, x)
    assert y.shape[2] == layer.output_shape[1]
    compared = 0
    for unit in range(2 * y.shape[2] // 5, 3 * y.shape[2] // 5):  # cut nowhere: far from every border
        low, high = interval(field, unit)
        sees = seen(y, x, unit)
        if low > high:
            assert sees is None
        elif low >= 0 and high < LENGTH:
            assert sees == (low, high)
            compared += 1
    assume(compared > 0)
    assert field.size == max(0, *(high - low + 1 for low, high in zip(field.lows, field.highs, strict=True)))


def test_unet_in_small() -> None:
    """Down by a pool, up by a transposed convolution, joined with what went around both."""
    entries = [
        {"conv1d": {"name": "a", "out_channels": 1, "kernel_size": 3, "padding": 1}},
        {"max_pool1d": {"name": "p", "kernel_size": 2}},
        {"conv_transpose1d": {"name": "u", "out_channels": 1, "kernel_size": 2, "stride": 2}},
        {"add": {"name": "s", "from": ["a", "u"]}},
        {"conv1d": {"name": "z", "out_channels": 1, "kernel_size": 3, "padding": 1}},
    ]
    layer = cnnspec.analyze(cnnspec.loads(json.dumps({"input": [1, LENGTH], "layers": entries})))["z"]
    assert layer.receptive_field is not None
    field = layer.receptive_field["input"][0].field
    assert field is not None
    x = torch.ones(1, 1, LENGTH, dtype=torch.float64, requires_grad=True)
    conv = positive(nn.Conv1d(1, 1, 3, padding=1))
    a = conv(x)
    u = positive(nn.ConvTranspose1d(1, 1, 2, stride=2))(nn.functional.avg_pool1d(a, 2))
    y = conv(a + u)
    found = [seen(y, x, unit) for unit in range(10, 30)]
    assert found == [interval(field, unit) for unit in range(10, 30)]
    assert field.size == max(high - low + 1 for low, high in found if (low, high))
