"""CNN103."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rule_nets import check, net

RULE = "padding-too-large"


@pytest.mark.parametrize(
    ("layer", "neighbour", "message", "fix"),
    [
        (
            "max_pool2d: {kernel_size: 2, padding: 2}",
            "max_pool2d: {kernel_size: 2, padding: 1}",
            "padding 2 is over half the kernel of 2: windows would lie in the padding alone",
            "padding of at most 1",
        ),
        (
            "conv2d: {out_channels: 4, kernel_size: 3, padding: 4, padding_mode: reflect}",
            "conv2d: {out_channels: 4, kernel_size: 3, padding: 3, padding_mode: reflect}",
            "reflect padding 4 is more than an input of 4 can give",
            "padding of at most 3, or replicate",
        ),
        (
            "conv2d: {out_channels: 4, kernel_size: 3, padding: 5, padding_mode: circular}",
            "conv2d: {out_channels: 4, kernel_size: 3, padding: 4, padding_mode: circular}",
            "circular padding 5 is more than an input of 4 can give",
            "padding of at most 4, or replicate",
        ),
    ],
)
def test_padding_that_the_kernel_or_the_input_does_not_allow(layer, neighbour, message, fix):
    (found,) = check(net([6, 4, 4], layer, "relu"))
    assert (found.code, found.severity, found.position, found.message, found.fix) == ("CNN103", "error", (3, 5), message, fix)
    assert not check(net([6, 4, 4], neighbour), RULE)


@settings(max_examples=200, derandomize=True, database=None, deadline=None)
@given(st.integers(1, 5), st.integers(0, 8), st.integers(1, 6), st.sampled_from(["reflect", "circular", "symmetric", "pool"]))
def test_each_suggestion_makes_it_go_away(kernel, padding, size, mode):
    convolution = ("conv1d", {"out_channels": 1, "padding_mode": mode})
    type, options = ("max_pool1d", {}) if mode == "pool" else convolution

    def found(padding):
        layer = {type: {**options, "kernel_size": kernel, "padding": padding}}
        return check(json.dumps({"input": [1, size], "layers": [layer]}), RULE)

    for finding in found(padding):
        for fix in finding.fixes:
            assert fix.option == "padding"
            assert not found(fix.value)
