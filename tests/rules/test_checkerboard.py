"""CNN206."""

import json
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rule_nets import check, net

from cnnspec.errors import Fix

RULE = "checkerboard"


def up(options, type="conv_transpose2d"):
    return f"{type}: {{name: up, out_channels: 4, {options}}}"


def test_a_kernel_that_overlaps_unevenly():
    # 3/2: output 0 is reached by tap 0 alone and, by a stride further, tap 2; output 1 by tap 1 alone.
    (found,) = check(net([3, 8, 8], up("kernel_size: 3, stride: 2, padding: 1, output_padding: 1")))
    assert (found.code, found.severity, found.position, found.layer) == ("CNN206", "warning", (3, 5), "up")
    assert found.message == (
        "kernel 3 is no multiple of stride 2: along height and width an output sums 1 or 2 inputs, by its place"
    )
    assert found.fix == "kernel_size 2 or 4, or upsampling and a convolution"
    assert found.fixes == (Fix("kernel_size", 2), Fix("kernel_size", 4))
    assert not check(net([3, 8, 8], up("kernel_size: 4, stride: 2, padding: 1")))


def test_along_one_axis_only():
    (found,) = check(net([3, 8, 8], up("kernel_size: [4, 5], stride: 2")))
    assert "along width an output sums 2 or 3 inputs" in found.message
    assert found.fixes == (Fix("kernel_size", 4), Fix("kernel_size", [4, 6]))


def test_a_dilation_that_leaves_places_out():
    # Taps 0 and 2 of stride 2: outputs in odd places are reached by nothing.
    (found,) = check(net([3, 8], up("kernel_size: 2, stride: 2, dilation: 2", "conv_transpose1d")))
    assert found.message == (
        "kernel 2 with dilation 2 does not fill stride 2 evenly: along length an output sums 0 or 2 inputs, by its place"
    )
    assert (found.fix, found.fixes) == ("upsampling and a convolution", ())


def test_a_kernel_smaller_than_its_stride():
    (found,) = check(net([3, 8, 8], up("kernel_size: 2, stride: 3")))
    assert "an output sums 0 or 1 inputs" in found.message
    assert found.fixes == (Fix("kernel_size", 3),)


@pytest.mark.parametrize(
    "options",
    [
        "kernel_size: 3",
        "kernel_size: 2, stride: 2",
        "kernel_size: 6, stride: 3",
        "kernel_size: 3, stride: 2, dilation: 1, trainable: false",  # a bilinear kernel of 2·2 - 1 evens out
    ],
)
def test_what_is_even_or_given(options):
    assert not check(net([3, 8, 8], up(options)), RULE)


def test_nothing_overlaps_where_there_is_one_element():
    assert not check(net([3, 1, 1], up("kernel_size: 3, stride: 2")), RULE)
    (found,) = check(net([3, 1, 8], up("kernel_size: 3, stride: 2")), RULE)
    assert "along width" in found.message


def test_other_layers_have_no_checkerboards():
    assert not check(net([3, 8, 8], "conv2d: {out_channels: 4, kernel_size: 3, stride: 2, padding: 1}"), RULE)


OPTIONS = st.fixed_dictionaries(
    {"kernel_size": st.integers(1, 9), "stride": st.integers(1, 5)}, optional={"dilation": st.integers(1, 4)}
)


@settings(max_examples=300, derandomize=True, database=None, deadline=None)
@given(OPTIONS)
def test_the_counts_are_those_of_the_taps(options):
    text = net(
        [1, 40],
        up(
            f"kernel_size: {options['kernel_size']}, stride: {options['stride']}, dilation: {options.get('dilation', 1)}",
            "conv_transpose1d",
        ),
    )
    kernel, stride, dilation = options["kernel_size"], options["stride"], options.get("dilation", 1)
    reached = Counter(i * stride + dilation * tap for i in range(40) for tap in range(kernel))
    inner = range(kernel * dilation, 39 * stride - kernel * dilation)
    counts = sorted({reached[place] for place in inner}) if len(inner) >= stride else None
    found = check(text, RULE)
    if counts is not None:
        assert bool(found) == (len(counts) > 1)
        assert all(f"sums {' or '.join(map(str, counts))} inputs" in finding.message for finding in found)


@settings(max_examples=300, derandomize=True, database=None, deadline=None)
@given(OPTIONS, st.integers(0, 3), st.integers(1, 5))
def test_each_suggestion_makes_it_go_away_and_is_legal(options, padding, size):
    def found(options):
        entry = {"conv_transpose2d": {"out_channels": 2, "padding": padding, **options}}
        return check(json.dumps({"input": [1, size, 3], "layers": [entry]}))

    for finding in found(options):
        for fix in finding.fixes if finding.rule == RULE else ():
            left = found({**options, fix.option: fix.value})
            assert not [other for other in left if other.rule == RULE or other.severity == "error"], fix
