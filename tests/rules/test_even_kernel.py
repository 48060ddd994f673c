"""CNN201."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rule_nets import check, net

from cnnspec.errors import Fix

RULE = "even-kernel"


def conv(options, type="conv2d"):
    return f"{type}: {{name: c1, out_channels: 4, {options}}}"


def test_a_kernel_without_a_middle():
    # `same` at stride 1 pads 4 - 1 = 3 rows: one before, two after.
    (found,) = check(net([3, 8, 8], "relu", conv("kernel_size: 4, padding: same")))
    assert (found.code, found.severity, found.position, found.layer) == ("CNN201", "warning", (4, 5), "c1")
    assert found.message == (
        "kernel 4 has no middle along height and width: outputs lie half an element beside their inputs, "
        "and `same` pads 1 before and 2 after"
    )
    assert found.fix == "kernel_size 3 or 5"
    assert found.fixes == (Fix("kernel_size", 3), Fix("kernel_size", 5))
    assert not check(net([3, 8, 8], "relu", conv("kernel_size: 3, padding: same")))


def test_along_one_axis_only():
    (found,) = check(net([3, 8, 8], conv("kernel_size: [3, 2]")))
    assert found.message == "kernel 3×2 has no middle along width: outputs lie half an element beside their inputs"
    assert found.fixes == (Fix("kernel_size", [3, 1]), Fix("kernel_size", 3))


@pytest.mark.parametrize(
    ("type", "shape", "options"),
    [
        ("conv1d", [3, 8], "kernel_size: 2"),
        ("conv3d", [3, 8, 8, 8], "kernel_size: [4, 1, 1], padding: 1"),
        ("conv2d", [3, 9, 9], "kernel_size: 6, stride: 3"),  # 6 - 3 = 3: one row before and two after
        ("conv2d", [4, 8, 8], "kernel_size: 2, groups: 4"),
    ],
)
def test_wherever_the_stride_is_odd(type, shape, options):
    assert [finding.layer for finding in check(net(shape, conv(options, type)), RULE)] == ["c1"]


@pytest.mark.parametrize(
    "options",
    [
        "kernel_size: 2, stride: 2",  # patches
        "kernel_size: 4, stride: 4",
        "kernel_size: 4, stride: 2, padding: 1",  # (4 - 2)/2 = 1 on each side of every pair
        "kernel_size: 6, stride: 2, padding: 2",
        "kernel_size: 8",  # as large as its input: one output
        "kernel_size: 2, padding: [[1, 0], [1, 0]]",  # causal: it is written that it sees what came before
        "kernel_size: 2, dilation: 2, padding: 1",  # elements 0 and 2: their middle is element 1
        "kernel_size: 4, dilation: 2, padding: same",
    ],
)
def test_what_lies_evenly_or_is_meant(options):
    assert not check(net([3, 8, 8], conv(options)), RULE)


def test_uneven_padding_may_be_a_layer_of_its_own():
    causal = ["pad: {padding: [[1, 0]]}", "conv1d: {out_channels: 4, kernel_size: 2}"]
    assert not check(net([3, 8], *causal), RULE)
    assert check(net([3, 8], causal[0].replace("[1, 0]", "[1, 1]"), causal[1]), RULE)


@pytest.mark.parametrize(
    "entry", ["max_pool2d: {kernel_size: 2, stride: 1}", "conv_transpose2d: {out_channels: 4, kernel_size: 2}"]
)
def test_neither_pools_nor_transposed_convolutions(entry):
    assert not check(net([3, 8, 8], entry), RULE)


def test_a_kernel_that_is_given_is_meant():
    assert not check(net([1, 8, 8], "conv2d: {weight: [[-1, 1]], bias: false, trainable: false}"), RULE)


def test_the_copies_of_a_block_are_told_once():
    blocks = "{b: {layers: [{conv2d: {out_channels: 4, kernel_size: 2, padding: same}}]}}"
    (found,) = check(net([3, 8, 8], "b: {name: x, repeat: 3}", blocks=blocks), RULE)
    assert found.layer == "x.0.conv1"
    assert found.message.endswith("after (in a block used at 4:5); 2 more like it")


@settings(max_examples=300, derandomize=True, database=None, deadline=None)
@given(
    st.integers(1, 6),
    st.integers(1, 4),
    st.fixed_dictionaries(
        {"kernel_size": st.lists(st.integers(1, 6), min_size=2, max_size=2)},
        optional={
            "stride": st.integers(1, 3),
            "padding": st.one_of(st.integers(0, 2), st.just("same")),
            "dilation": st.integers(1, 2),
        },
    ),
)
def test_each_suggestion_makes_it_go_away_and_is_legal(height, wider, options):
    def found(options):
        entry = {"conv2d": {"out_channels": 2, **options}}
        return check(json.dumps({"input": [1, height, height + wider], "layers": [entry]}))

    for finding in found(options):
        for fix in finding.fixes if finding.rule == RULE else ():
            left = found({**options, fix.option: fix.value})
            assert not [other for other in left if other.rule == RULE or other.severity == "error"], fix
