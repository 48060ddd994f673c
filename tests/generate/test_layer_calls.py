"""What every layer type says of itself in PyTorch: the module that its call makes, and the expression that computes it.

The truth are the modules of the differential tests. Each call is written out with plain values and run beside the
definitions of ``templates/pytorch``: the tensors in the ``state_dict`` have the same names, shapes and order as those of
the module and of the analysis, and with the module's numbers it computes what the module computes.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest
import torch
from calls import module, text
from hypothesis import HealthCheck, Phase, given, settings
from interpreter import compute
from layer_cases import STRATEGIES, Case, Shape
from layer_modules import legal, randomised
from torch import Tensor, nn

from cnnspec import layers
from cnnspec.layers.layer import Layer

torch.set_num_threads(1)

ANY_SIZE = ("conv1d", "conv2d", "conv3d", "depthwise", "separable", "max_pool", "avg_pool")
"""Types whose modules are made for one input and take others as well."""


@cache
def namespace() -> dict[str, Any]:
    found: dict[str, Any] = {}
    exec(compile(module(), "definitions", "exec"), found)
    return found


def run(code: str, data: Mapping[str, Tensor] | None = None) -> Any:
    return eval(code, {**namespace(), **(data or {})})


def drawn(shapes: tuple[Shape, ...], more: int = 0) -> list[Tensor]:
    """A batch of 2, its spatial axes ``more`` longer."""
    return [torch.randn(2, shape[0], *(size + more for size in shape[1:]), dtype=torch.float64) for shape in shapes]


def expected(case: Case, layer: Layer, module: nn.Module, tensors: list[Tensor]) -> Tensor:
    if "avg_pool" in case.type and case.options.get("count_include_pad") is False:
        # The case pads where torch cannot, and then counts what it has padded.
        return compute(layer, dict(module.state_dict()), tuple(tensors))
    return case.forward(module, *(tensor.clone() for tensor in tensors))


def is_the_module(case: Case, layer: Layer) -> None:
    """The module of ``torch()``, general or not, is the case's, whatever the size where one takes any."""
    call = layer.torch(*case.inputs)
    for code in {text(call, layer.meant, case.inputs, general=general) for general in (False, True)}:
        is_made(case, layer, code)


def is_made(case: Case, layer: Layer, code: str) -> None:
    theirs, made = case.module(), run(code)
    state = [(name, tuple(tensor.shape)) for name, tensor in made.state_dict().items()]
    assert state == [(name, tuple(tensor.shape)) for name, tensor in theirs.state_dict().items()]
    parameters = {name: tuple(parameter.shape) for name, parameter in made.named_parameters()}
    assert parameters == layer.parameters(*case.inputs)
    assert state == [*parameters.items(), *layer.buffers(*case.inputs).items()]
    for name in given_numbers(case):
        torch.testing.assert_close(made.state_dict()[name], theirs.state_dict()[name])
    theirs = randomised(theirs)
    made = made.double().eval()
    made.load_state_dict(theirs.state_dict())
    for more in (0, 1, 2) if case.type.startswith(ANY_SIZE) else (0,):
        tensors = drawn(case.inputs, more)
        assert_same(made(*(tensor.clone() for tensor in tensors)), expected(case, layer, theirs, tensors))


def given_numbers(case: Case) -> list[str]:
    """The tensors whose first numbers the options say, or that begin as if they were not there."""
    if case.options.get("learnable"):
        return ["weight", "bias"]
    said = {"init": "weight"} if "init" in case.options or case.type in ("prelu", "scale") else {}
    said |= {name: name for name in ("weight", "bias") if isinstance(case.options.get(name), list | str)}
    prefix = "pointwise." if case.type == "separable_conv2d" else ""
    return [prefix + name for name in said.values()]


def is_computed(case: Case, layer: Layer) -> None:
    """``expression()`` computes what the case's module does."""
    call = layer.expression(*case.inputs)
    if call is None:
        return
    theirs, tensors = case.module().double().eval(), drawn(case.inputs)
    assert theirs.state_dict() == {}
    data = {f"x{index}": tensor.clone() for index, tensor in enumerate(tensors)}
    assert_same(run(text(call, layer.meant, case.inputs, list(data)), data), expected(case, layer, theirs, tensors))


def assert_same(found: Tensor, truth: Tensor) -> None:
    torch.testing.assert_close(found, truth, rtol=1e-9, atol=1e-9, equal_nan=True)


def agree(type: str, draws: int, *, derandomize: bool) -> None:
    compared = 0

    @settings(
        max_examples=draws,
        derandomize=derandomize,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )
    @given(STRATEGIES[type](type))
    def same(case: Case) -> None:
        nonlocal compared
        found = legal(case)
        if found is None:
            return
        layer = found.node.layer
        assert layer is not None
        torch.manual_seed(0)
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")
            if not layer.merges:
                is_the_module(case, layer)
            is_computed(case, layer)
        compared += 1

    same()
    assert compared >= math.ceil(0.25 * draws)


@pytest.mark.parametrize("type", layers.known())
def test_a_layer_is_what_it_says_in_pytorch(type: str) -> None:
    agree(type, 200, derandomize=True)


@pytest.mark.long
@pytest.mark.parametrize("type", layers.known())
def test_a_layer_is_what_it_says_in_pytorch_at_length(type: str) -> None:
    agree(type, 5_000, derandomize=False)


@pytest.mark.parametrize("type", layers.known())
def test_a_merge_is_an_expression(type: str) -> None:
    """There is no module for it."""
    layer = layers.known()[type]
    assert not layer.merges or layer.build(type, {}, 2).expression((2, 3, 5), (2, 3, 5)) is not None


WRITTEN: list[tuple[str, Shape, dict[str, Any], str]] = [
    # What is PyTorch's default is not written; a number for all axes is one number.
    ("conv2d", (3, 8, 8), {"out_channels": 4, "kernel_size": 3}, "nn.Conv2d(3, 4, 3)"),
    (
        "conv2d",
        (3, 8, 8),
        {"out_channels": 4, "kernel_size": [1, 3], "padding": [0, 1]},
        "nn.Conv2d(3, 4, (1, 3), padding=(0, 1))",
    ),
    (
        "conv2d",
        (4, 8, 8),
        {"out_channels": 4, "kernel_size": 3, "stride": 2, "padding": 1, "groups": 2, "bias": False, "padding_mode": "reflect"},
        "nn.Conv2d(4, 4, 3, stride=2, padding=1, groups=2, bias=False, padding_mode='reflect')",
    ),
    ("conv1d", (2, 8), {"out_channels": 4, "kernel_size": 3, "padding": "same"}, "nn.Conv1d(2, 4, 3, padding='same')"),
    # `same` pads a kernel of 1 by nothing, whatever the stride; what is not padded has no mode.
    (
        "conv2d",
        (3, 8, 8),
        {"out_channels": 4, "kernel_size": 1, "stride": 2, "padding": "same"},
        "nn.Conv2d(3, 4, 1, stride=2)",
    ),
    ("conv2d", (3, 8, 8), {"out_channels": 4, "kernel_size": 3, "padding_mode": "symmetric"}, "nn.Conv2d(3, 4, 3)"),
    (
        "conv2d",
        (3, 8, 8),
        {"out_channels": 4, "kernel_size": 3, "stride": 2, "padding": "same"},
        "SameConv2d(3, 4, 3, stride=2)",
    ),
    (
        "conv3d",
        (3, 8, 8, 8),
        {"out_channels": 4, "kernel_size": 3, "stride": 2, "padding": "same", "padding_mode": "circular"},
        "SameConv3d(3, 4, 3, stride=2, padding_mode='circular')",
    ),
    ("conv1d", (3, 8), {"out_channels": 4, "kernel_size": 3, "stride": 2, "padding": "same"}, "SameConv1d(3, 4, 3, stride=2)"),
    # Rows before and after each axis: PyTorch lists the last axis first.
    (
        "conv2d",
        (3, 8, 8),
        {"out_channels": 4, "kernel_size": 3, "padding": [[0, 1], [2, 3]], "padding_mode": "replicate", "bias": False},
        "PaddedConv2d(3, 4, 3, bias=False, pad=nn.ReplicationPad2d((2, 3, 0, 1)))",
    ),
    (
        "conv1d",
        (3, 8),
        {"out_channels": 4, "kernel_size": 3, "padding": 1, "padding_mode": "symmetric"},
        "PaddedConv1d(3, 4, 3, pad=SymmetricPad(1))",
    ),
    (
        "conv3d",
        (3, 8, 8, 8),
        {"out_channels": 4, "kernel_size": 3, "stride": 2, "padding": "same", "padding_mode": "symmetric"},
        "PaddedConv3d(3, 4, 3, stride=2, pad=SamePad(3, 2, mode='symmetric'))",
    ),
    # A matrix is for each channel by itself.
    (
        "conv2d",
        (3, 8, 8),
        {"weight": "sobel_x"},
        "given(nn.Conv2d(3, 3, 3, groups=3), weight=((-1, 0, 1), (-2, 0, 2), (-1, 0, 1)))",
    ),
    (
        "conv1d",
        (2, 8),
        {"weight": [[[1, 2], [3, 4]]], "bias": [0.5]},
        "given(nn.Conv1d(2, 1, 2), weight=(((1, 2), (3, 4)),), bias=(0.5,))",
    ),
    (
        "conv1d",
        (2, 8),
        {"out_channels": 2, "kernel_size": 3, "connections": [[0], [0, 1]]},
        "ConnectedConv1d(((0,), (0, 1)), 3)",
    ),
    (
        "conv2d",
        (2, 8, 8),
        {"out_channels": 2, "kernel_size": 3, "connections": [[0], [0, 1]], "padding": 1},
        "ConnectedConv2d(((0,), (0, 1)), 3, pad=nn.ZeroPad2d(1))",
    ),
    (
        "conv3d",
        (2, 8, 8, 8),
        {"out_channels": 1, "kernel_size": 3, "connections": [[1]], "bias": [2]},
        "given(ConnectedConv3d(((1,),), 3), bias=(2,))",
    ),
    ("depthwise_conv2d", (3, 8, 8), {"kernel_size": 3, "padding": 1}, "nn.Conv2d(3, 3, 3, padding=1, groups=3)"),
    ("depthwise_conv2d", (3, 8, 8), {"kernel_size": 3, "depth_multiplier": 2}, "nn.Conv2d(3, 6, 3, groups=3)"),
    (
        "separable_conv2d",
        (3, 8, 8),
        {"out_channels": 4, "kernel_size": 3, "padding": "same", "bias": False},
        "SeparableConv2d(3, 4, 3, padding='same', bias=False)",
    ),
    (
        "separable_conv2d",
        (3, 8, 8),
        {"out_channels": 4, "kernel_size": 3, "stride": 2, "padding": "same"},
        "Separable(SameConv2d(3, 3, 3, stride=2, groups=3, bias=False), nn.Conv2d(3, 4, 1))",
    ),
    # (8 - 3)//1 + 1 = 6 positions along each axis; with two rows more, 8.
    ("locally_connected2d", (3, 8, 8), {"out_channels": 4, "kernel_size": 3}, "LocallyConnected2d(3, 4, 3, (6, 6))"),
    (
        "locally_connected2d",
        (3, 8, 8),
        {"out_channels": 4, "kernel_size": 3, "padding": "same"},
        "LocallyConnected2d(3, 4, 3, (8, 8), pads=(1, 1, 1, 1))",
    ),
    (
        "conv_transpose2d",
        (3, 8, 8),
        {"out_channels": 4, "kernel_size": 2, "stride": 2},
        "nn.ConvTranspose2d(3, 4, 2, stride=2)",
    ),
    ("linear", (3, 8), {"out_features": 4, "bias": False}, "nn.Linear(8, 4, bias=False)"),
    ("max_pool2d", (3, 8, 8), {"kernel_size": 3, "stride": 2, "padding": 1}, "nn.MaxPool2d(3, stride=2, padding=1)"),
    ("avg_pool2d", (3, 8, 8), {"kernel_size": 2, "stride": 2}, "nn.AvgPool2d(2)"),
    # `same` at stride 1 is padding that PyTorch can do, where it is even.
    ("max_pool2d", (3, 8, 8), {"kernel_size": 3, "stride": 1, "padding": "same"}, "nn.MaxPool2d(3, stride=1, padding=1)"),
    (
        "avg_pool2d",
        (3, 8, 8),
        {"kernel_size": 3, "stride": 1, "padding": "same", "count_include_pad": False},
        "nn.AvgPool2d(3, stride=1, padding=1, count_include_pad=False)",
    ),
    *((f"max_pool{n}d", (3, *[8] * n), {"kernel_size": 2, "padding": "same"}, f"SameMaxPool{n}d(2)") for n in (1, 2, 3)),
    *((f"avg_pool{n}d", (3, *[8] * n), {"kernel_size": 2, "padding": "same"}, f"SameAvgPool{n}d(2)") for n in (1, 2, 3)),
    (
        "max_pool1d",
        (3, 8),
        {"kernel_size": 3, "padding": [[0, 1]], "ceil_mode": True},
        "TrimmedPool(nn.Sequential(nn.ConstantPad1d((0, 1), float('-inf')), nn.MaxPool1d(3, ceil_mode=True)), (3,), (0,))",
    ),
    (
        "avg_pool2d",
        (3, 8, 8),
        {"kernel_size": 2, "padding": [[0, 1], [0, 1]], "count_include_pad": False, "learnable": True},
        "Subsampling(3, UnpaddedMean(nn.Sequential(nn.ZeroPad2d((0, 1, 0, 1)), nn.AvgPool2d(2))))",
    ),
    ("adaptive_avg_pool2d", (3, 8, 8), {"output_size": 1}, "nn.AdaptiveAvgPool2d(1)"),
    ("batch_norm2d", (3, 8, 8), {}, "nn.BatchNorm2d(3)"),
    ("batch_norm1d", (3,), {"momentum": None, "eps": 0.001}, "nn.BatchNorm1d(3, eps=0.001, momentum=None)"),
    ("instance_norm2d", (3, 8, 8), {"affine": True}, "nn.InstanceNorm2d(3, affine=True)"),
    ("layer_norm", (3, 8), {}, "nn.LayerNorm(8)"),
    ("layer_norm", (8, 8), {"normalized_shape": [8, 8]}, "nn.LayerNorm((8, 8))"),
    ("layer_norm2d", (3, 8, 8), {"eps": 1e-6}, "LayerNorm2d(3, eps=1e-06)"),
    ("group_norm", (4, 8, 8), {"num_groups": 2}, "nn.GroupNorm(2, 4)"),
    ("local_response_norm", (3, 8, 8), {"size": 5, "k": 2}, "nn.LocalResponseNorm(5, k=2)"),
    ("prelu", (3, 8, 8), {}, "nn.PReLU()"),
    ("prelu", (3, 8, 8), {"num_parameters": 3}, "nn.PReLU(3)"),
    ("scale", (3, 8, 8), {"init": 0.1}, "Scale(3, init=0.1)"),
    ("crop", (3, 8, 8), {"size": 4}, "Crop(4)"),
    ("permute", (3, 8, 8), {"dims": [1, 2, 0]}, "Permute(0, 2, 3, 1)"),
    ("reshape", (3, 8), {"shape": [4, 6]}, "Reshape((4, 6))"),
    ("slice", (3, 8), {"stop": 2}, "Slice(1, stop=2)"),
    ("stochastic_depth", (3, 8), {"p": 0.2}, "StochasticDepth(0.2)"),
]
"""Modules as people write them."""

COMPUTED: list[tuple[str, Shape, dict[str, Any], str]] = [
    ("max_pool2d", (3, 8, 8), {"kernel_size": 3, "stride": 2}, "F.max_pool2d(x, 3, stride=2)"),
    ("avg_pool1d", (3, 8), {"kernel_size": 2, "count_include_pad": False}, "F.avg_pool1d(x, 2, count_include_pad=False)"),
    ("adaptive_avg_pool2d", (3, 8, 8), {"output_size": 1}, "F.adaptive_avg_pool2d(x, 1)"),
    ("adaptive_max_pool3d", (3, 8, 8, 8), {"output_size": [1, 2, 3]}, "F.adaptive_max_pool3d(x, (1, 2, 3))"),
    ("local_response_norm", (3, 8), {"size": 5}, "F.local_response_norm(x, 5)"),
    ("pad", (3, 8), {"padding": [[1, 2]], "mode": "symmetric"}, "pad_symmetric(x, (1, 2))"),
    ("crop", (3, 8, 8), {"size": 4}, "center_crop(x, 4)"),
    # As long as what the second name stands for.
    ("crop", (3, 8, 8), {"to": [4, 5]}, "center_crop(x, y.shape[2:])"),
]
"""Expressions as people write them."""

NEVER_COMPUTED: list[tuple[str, Shape, dict[str, Any]]] = [
    ("linear", (8,), {"out_features": 4}),
    ("batch_norm1d", (8,), {"affine": False, "track_running_stats": False}),
    ("prelu", (8,), {}),
    ("max_pool1d", (3, 8), {"kernel_size": 2, "padding": [[0, 1]]}),
    ("avg_pool1d", (3, 8), {"kernel_size": 2, "learnable": True}),
    ("dropout", (8,), {}),
]
"""What has a state, depends on training or takes more than a call."""


@pytest.mark.parametrize(("type", "shape", "options", "code"), WRITTEN, ids=[code for *_, code in WRITTEN])
def test_a_module_is_written_as_people_write_it(type: str, shape: Shape, options: dict[str, Any], code: str) -> None:
    layer = layers.known()[type].build(type, options, len(shape) - 1)
    assert text(layer.torch(shape), layer, (shape,)) == code
    assert run(code)(torch.zeros(2, *shape)).shape[1:] == layer.output(shape)


@pytest.mark.parametrize(("type", "shape", "options", "code"), COMPUTED, ids=[code for *_, code in COMPUTED])
def test_an_expression_is_written_as_people_write_it(type: str, shape: Shape, options: dict[str, Any], code: str) -> None:
    layer = layers.known()[type].build(type, options, len(shape) - 1)
    call = layer.expression(shape)
    assert call is not None
    names = ["x", "y"] if "{1}" in call.name else ["x"]
    assert text(call, layer, (shape,), names) == code
    data = {"x": torch.zeros(2, *shape), "y": torch.zeros(2, 3, 4, 5)}
    assert run(code, data).shape[1:] == layer.output(shape)


@pytest.mark.parametrize(("type", "shape", "options"), NEVER_COMPUTED, ids=[type for type, *_ in NEVER_COMPUTED])
def test_a_module_is_wanted(type: str, shape: Shape, options: dict[str, Any]) -> None:
    assert layers.known()[type].build(type, options, len(shape) - 1).expression(shape) is None
