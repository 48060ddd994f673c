"""CNN102."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st
from rule_nets import check, errors, net

from cnnspec.errors import Fix

RULE = "window-too-large"


def test_a_kernel_beyond_its_input():
    # 4 - 5 + 1 = 0 windows; padding 1 makes 6 rows, two windows; 5 rows make one.
    (found,) = check(net([6, 4, 4], "conv2d: {name: c1, out_channels: 4, kernel_size: 5}", "relu"))
    assert (found.code, found.severity, found.position, found.layer) == ("CNN102", "error", (3, 5), "c1")
    assert found.message == "kernel 5 does not fit the padded input 4×4"
    assert found.fix == "a kernel of at most 4, or padding 1, or an input of [6, 5, 5]"
    assert found.fixes == (Fix("kernel_size", 4), Fix("padding", 1), Fix(None, [6, 5, 5]))
    assert not check(net([6, 5, 5], "conv2d: {out_channels: 4, kernel_size: 5}"), RULE)


def test_the_input_offered_is_the_networks():
    # AlexNet's last pool at 32 rows: (32 - 11)/4 + 1 loses a row, 6, then 2 and nothing; 67 is the least that fits.
    layers = [
        "conv2d: {out_channels: 8, kernel_size: 11, stride: 4}",
        "max_pool2d: {kernel_size: 3, stride: 2}",
        "max_pool2d: {kernel_size: 3, stride: 2}",
        "max_pool2d: {name: last, kernel_size: 3, stride: 2}",
    ]
    (found,) = check(net([3, 35, 35], *layers), RULE)
    assert found.layer == "last"
    assert found.fix == "a kernel of at most 1, or padding 1, or an input of [3, 67, 67]"


def test_it_cannot_be_silenced():
    assert check(net([6, 4, 4], "conv2d: {out_channels: 4, kernel_size: 5, ignore: [CNN102]}"), RULE)


OPTIONS = st.fixed_dictionaries(
    {"kernel_size": st.integers(3, 9)},
    optional={
        "stride": st.integers(1, 3),
        "padding": st.integers(0, 3),
        "dilation": st.integers(1, 3),
        "padding_mode": st.sampled_from(["zeros", "reflect", "circular"]),
    },
)


@settings(max_examples=300, derandomize=True, database=None, deadline=None)
@given(OPTIONS, st.booleans(), st.integers(1, 12))
def test_each_suggestion_makes_it_go_away(options, is_pool, size):
    options = {**options, "name": "it"} if is_pool else {**options, "name": "it", "out_channels": 2}
    if is_pool:
        options.pop("padding_mode", None)
    type = "max_pool1d" if is_pool else "conv1d"
    for found in check(json.dumps({"input": [1, size], "layers": [{type: options}]}), RULE):
        for fix in found.fixes:
            changed, shape = ({}, fix.value) if fix.option is None else ({fix.option: fix.value}, [1, size])
            text = json.dumps({"input": shape, "layers": [{type: {**options, **changed}}]})
            assert not [error for error in errors(text) if error.rule != "fractional-stride" or fix.option is None], fix
