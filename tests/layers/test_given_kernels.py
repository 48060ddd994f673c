"""Kernels and biases that a spec gives: their numbers, what follows from them, and what is said of those that do not fit."""

from __future__ import annotations

import json
import re

import jsonschema
import pytest
import yaml

import cnnspec
from cnnspec.errors import Fix
from cnnspec.language import schema as spec_schema
from cnnspec.language.checker import parse
from cnnspec.layers.conv import Conv


def network(entry, shape="[3, 8, 8]", head=""):
    return cnnspec.analyze(parse(f"input: {shape}\n{head}layers:\n  - {entry}\n", "x.yaml"))


def errors(result):
    return [finding for finding in result.findings if finding.severity == "error"]


def only(entry, shape="[3, 8, 8]", head=""):
    result = network(entry, shape, head)
    assert not result.findings, result.findings
    (layer,) = result.layers
    return layer


# -- numbers ----------------------------------------------------------------------------------------------------

# As the language writes them; sobel_y and prewitt_y are the x's with rows for columns.
BY_HAND = {
    "identity": [[0, 0, 0], [0, 1, 0], [0, 0, 0]],
    "blur": [[1 / 9, 1 / 9, 1 / 9], [1 / 9, 1 / 9, 1 / 9], [1 / 9, 1 / 9, 1 / 9]],
    "gaussian_blur": [[1 / 16, 2 / 16, 1 / 16], [2 / 16, 4 / 16, 2 / 16], [1 / 16, 2 / 16, 1 / 16]],
    "sharpen": [[0, -1, 0], [-1, 5, -1], [0, -1, 0]],
    "edge_detect": [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]],
    "laplacian": [[0, 1, 0], [1, -4, 1], [0, 1, 0]],
    "emboss": [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]],
    "sobel_x": [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]],
    "sobel_y": [[-1, -2, -1], [0, 0, 0], [1, 2, 1]],
    "prewitt_x": [[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]],
    "prewitt_y": [[-1, -1, -1], [0, 0, 0], [1, 1, 1]],
}


@pytest.mark.parametrize("name", BY_HAND)
def test_the_numbers_of_a_kernel_that_has_a_name(name):
    layer = only(f"conv2d: {{weight: {name}}}")
    assert layer.node.layer.weight == tuple(map(tuple, BY_HAND[name]))
    assert layer.node.layer == only(f"conv2d: {{weight: {BY_HAND[name]}}}").node.layer


def test_every_name_is_tested():
    assert set(BY_HAND) == set(Conv.options()["weight"].kind.words)


def test_numbers_may_be_expressions():
    entry = "conv2d: {weight: [[a, '-a'], [1/4, '2 * a']], bias: [a, 1, 'in_channels / 2']}"
    conv = only(entry, head="vars: {a: 0.5}\n").node.layer
    assert conv.weight == ((0.5, -0.5), (0.25, 1.0))
    assert conv.bias == (0.5, 1, 1.5)


def test_a_kernel_may_be_a_variable_or_a_parameter():
    head = "vars: {box: [[1, 1], [1, 1]]}\nblocks: {filter: {params: {k: null}, inline: [{conv2d: {weight: k}}]}}\n"
    assert only("conv2d: {weight: box}", head=head).node.layer.weight == ((1, 1), (1, 1))
    assert only("filter: {k: box}", head=head).node.layer.weight == ((1, 1), (1, 1))


# -- what follows -----------------------------------------------------------------------------------------------


def test_a_matrix_is_applied_to_each_channel_by_itself():
    layer = only("conv2d: {weight: sobel_x, padding: 1}")
    assert layer.output_shape == (3, 8, 8)
    # 9 numbers for each of 3 channels, and a bias each; each number once at each of 64 positions.
    assert (layer.params, layer.macs) == (30, 27 * 64)
    assert layer.options == {
        "out_channels": 3,
        "kernel_size": (3, 3),
        "stride": (1, 1),
        "padding": ((1, 1), (1, 1)),
        "dilation": (1, 1),
        "groups": 3,
        "bias": True,
        "padding_mode": "zeros",
        "weight": ((-1, 0, 1), (-2, 0, 2), (-1, 0, 1)),
    }
    # As many weights at each position; each of 3*64 inputs with each of 3*64 outputs.
    assert (layer.unshared_params, layer.dense_params) == (30 * 64, 192 * 192 + 192)


def test_the_same_matrix_over_other_channels():
    result = network(
        "conv2d: {name: c, weight: blur, repeat: 2}\n  - conv2d: {out_channels: 5, kernel_size: 1}\n  - conv2d: {weight: blur}"
    )
    assert [layer.output_shape for layer in result.layers] == [(3, 6, 6), (3, 4, 4), (5, 4, 4), (5, 2, 2)]


def test_all_kernels_are_given():
    # Two output channels, one input channel in each of two groups, 1×3.
    layer = only("conv2d: {weight: [[[[1, 2, 3]]], [[[4, 5, 6]]]], groups: 2, bias: false}", "[2, 8, 8]")
    assert layer.output_shape == (2, 8, 6)
    assert layer.params == 6
    assert (layer.options["out_channels"], layer.options["kernel_size"], layer.options["groups"]) == (2, (1, 3), 2)


def test_one_and_three_axes():
    assert only("conv1d: {weight: [1, 0, -1]}", "[3, 8]").output_shape == (3, 6)
    assert only("conv1d: {weight: [[[1], [2], [3]]]}", "[3, 8]").output_shape == (1, 8)
    assert only("conv3d: {weight: [[[1, 1]], [[1, 1]]]}", "[3, 8, 8, 8]").output_shape == (3, 7, 8, 7)


@pytest.mark.parametrize(
    "more", ["out_channels: 3", "kernel_size: 3", "kernel_size: [3, 3]", "groups: 3", "out_channels: 3, kernel_size: 3"]
)
def test_what_follows_may_be_written(more):
    assert only(f"conv2d: {{weight: blur, {more}}}").params == 30


def test_biases_that_are_given_count_like_others():
    given, default = only("conv2d: {weight: blur, bias: [0, 1, 2]}"), only("conv2d: {weight: blur}")
    for figure in ("params", "flops", "unshared_params", "dense_params"):
        assert getattr(given, figure) == getattr(default, figure)


def test_a_frozen_kernel():
    layer = only("conv2d: {weight: blur, bias: false, trainable: false}")
    assert (layer.params, layer.trainable_params) == (27, 0)


def test_a_table_names_kernels_and_counts_other_numbers():
    rows = cnnspec.analyze(
        parse(
            "input: [2, 8, 8]\nlayers:\n"
            "  - conv2d: {weight: [[0, 1, 0], [1, -4, 1], [0, 1, 0]]}\n"
            "  - conv2d: {weight: [[1, 2]], bias: [0, 1]}\n"
            "  - conv2d: {out_channels: 1, kernel_size: 1, connections: [[0, 1]]}\n",
            "x.yaml",
        )
    ).to_markdown()
    for shown in ("weight laplacian", "bias 2 numbers, weight 1×2 numbers", "connections 2"):
        assert shown in rows


def test_a_kernel_in_json():
    layer = json.loads(json.dumps(network("conv2d: {weight: laplacian}").to_dict()))["layers"][0]
    assert layer["options"]["weight"] == [[0, 1, 0], [1, -4, 1], [0, 1, 0]]
    assert layer["options"]["kernel_size"] == [3, 3]


# -- what does not fit ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("weight: sobel", "unknown word `sobel`: did you mean `sobel_x`?"),
        ("weight: 3", "weight: 3 is neither the name of a kernel nor a list of numbers"),
        ("weight: true", "weight: true is neither the name of a kernel nor a list of numbers"),
        (
            "weight: [1, 2]",
            "weight: lists nested 1 deep: conv2d takes 2 ([k][k], for each channel by itself) or 4 ([out][in / groups][k][k])",
        ),
        (
            "weight: [[[1, 2]]]",
            "weight: lists nested 3 deep: conv2d takes 2 ([k][k], for each channel by itself) or 4 ([out][in / groups][k][k])",
        ),
        ("weight: [[]]", "weight: an empty list stands where numbers are expected"),
        (
            "weight: [[1, 2], [3]]",
            "weight: lists side by side have 2 and 1 entries: they must be equally long",
        ),
        ("weight: [[1, 2], 3]", "weight: 3 stands where the others are lists of 2"),
        ("weight: [[1, 2], [3, [4]]]", "weight: a list stands where the first list at that place has a number"),
        ("weight: [[1, 2], [3, true]]", "weight: true is not a number"),
        ("weight: [[1, 2], [3, blur]]", "weight: 'blur' is not a number"),
        ("weight: blur, kernel_size: 5", "kernel_size: 5×5 is written, but from `weight` follows 3×3"),
        ("weight: [[[[1]]]], out_channels: 2", "out_channels: 2 is written, but from `weight` follows 1"),
        ("weight: blur, bias: 1", "bias: 1 is not true or false, nor a list of numbers"),
        ("weight: blur, bias: []", "bias: an empty list stands where numbers are expected"),
        ("weight: blur, bias: [[1]]", "bias: a bias is one list of numbers, one for each output channel"),
        ("weight: blur, bias: [1, true, 0]", "bias: true is not a number"),
        ("kernel_size: 3", "conv2d needs `out_channels`"),
        ("weight: ", "weight has no value: write one, or leave weight out"),
    ],
)
def test_options_that_are_wrong(options, expected):
    entry = f"conv2d: {{{options}}}"
    (found,) = errors(network(entry))
    assert found.message == expected
    # It is told of the option's value, behind `  - `; what is missing of the entry.
    option = re.match(r"unknown word|conv2d|\w+", expected)[0]
    value = {"unknown word": "weight"}.get(option, option)
    at = 0 if option == "conv2d" else entry.index(f"{value}: ") + len(f"{value}: ")
    assert found.position == (3, 5 + at)


def test_names_are_of_matrices():
    (found,) = errors(network("conv1d: {weight: blur}", "[3, 8]"))
    assert found.message == "weight: blur is a matrix, 3×3, for conv2d: write the numbers for conv1d"


@pytest.mark.parametrize(
    ("options", "message", "fixes"),
    [
        (
            "weight: blur, out_channels: 8",
            "a matrix is applied to each of 3 channels by itself, but out_channels is 8",
            (Fix("out_channels", 3),),
        ),
        (
            "weight: blur, groups: 2",
            "a matrix is applied to each of 3 channels by itself, but groups is 2",
            (Fix("groups", 3),),
        ),
        # Both are wrong: neither alone makes it right.
        (
            "weight: blur, out_channels: 8, groups: 2",
            "a matrix is applied to each of 3 channels by itself, but out_channels is 8",
            (),
        ),
        # One input channel a kernel, three kernels: three groups.
        (
            "weight: [[[[1]]], [[[1]]], [[[1]]]]",
            "the kernels of `weight` read 1 channel, but the input has 3",
            (Fix("groups", 3),),
        ),
        # Two kernels do not divide into three groups, and two channels not into three.
        ("weight: [[[[1]]], [[[1]]]]", "the kernels of `weight` read 1 channel, but the input has 3", ()),
        (
            "weight: [[[[1]], [[1]]], [[[1]], [[1]]]], groups: 2",
            "the kernels of `weight` read 2 channels in each of 2 groups, but the input has 3",
            (),
        ),
        ("weight: [[[[1]]], [[[1]]]], groups: 3", "2 output channels cannot be divided into 3 groups", ()),
        ("weight: blur, bias: [1, 2]", "bias has 2 numbers for 3 output channels", (Fix("bias", True),)),
        ("out_channels: 2, kernel_size: 3, bias: [1]", "bias has 1 number for 2 output channels", (Fix("bias", True),)),
    ],
)
def test_channels_that_do_not_fit(options, message, fixes):
    (found,) = errors(network(f"conv2d: {{{options}}}"))
    assert (found.message, found.fixes) == (message, fixes)
    assert found.rule == ("groups-mismatch" if "divided" in message else "shape-mismatch")


def test_another_kernel_is_never_offered():
    # (8 - 3)/2 leaves 1, and so it is with 3 rows of padding more; stride 1 and 5 divide 5.
    (found,) = errors(network("conv2d: {weight: blur, stride: 2}"))
    assert found.rule == "fractional-stride"
    assert {fix.option for fix in found.fixes} == {"stride", None}
    # 2 rows have no room for 3, but with padding 1; or 3 rows.
    (found,) = errors(network("conv2d: {weight: blur}", "[3, 2, 2]"))
    assert found.rule == "window-too-large"
    assert found.fixes == (Fix("padding", 1), Fix(None, [3, 3, 3]))


# -- the schema -------------------------------------------------------------------------------------------------

SPEC = jsonschema.Draft202012Validator(spec_schema.schema())


@pytest.mark.parametrize(
    ("entry", "takes"),
    [
        ("conv2d: {weight: blur}", True),
        ("conv2d: {weight: [[1, a], ['1/2', 0.5]], kernel_size: 2, bias: [1, b]}", True),
        ("conv2d: {weight: [[[[1]], [[2]]]]}", True),
        ("conv1d: {weight: [1, 2]}", True),
        ("conv2d: {kernel_size: 3}", False),
        ("conv2d: {weight: [1, 2]}", False),
        ("conv2d: {weight: [[1, true]]}", False),
        ("conv2d: {weight: [[[1]]]}", False),
        ("conv2d: {weight: blur, bias: 3}", False),
        ("conv1d: {weight: [[1]]}", False),
    ],
)
def test_the_schema_takes_what_the_layer_takes(entry, takes):
    text = f"vars: {{a: 1, b: 2}}\ninput: [2, 8, 8]\nlayers:\n  - {entry}\n"
    if "conv1d" in entry:
        text = text.replace("[2, 8, 8]", "[2, 8]")
    assert SPEC.is_valid(yaml.safe_load(text)) is takes
    assert (not cnnspec.analyze(parse(text, "x.yaml")).findings) is takes
