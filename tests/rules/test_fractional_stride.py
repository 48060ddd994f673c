"""CNN101: what is lost, exactly; what is meant; what would fit."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rule_nets import check, errors, net

import cnnspec
from cnnspec.errors import Fix
from cnnspec.language.checker import parse

RULE = "fractional-stride"


def test_real_input_is_lost():
    # (7 - 3)/3 + 1 = 2.33: windows at 0 and 3 read rows 0-5, row 6 is left. Stride 2: (7 - 3)/2 = 2. Padding 1:
    # (7 + 2 - 3)/3 = 2. Kernel 4: (7 - 4)/3 = 1, but that has no middle; 7: (7 - 7)/3 = 0. Inputs 6 and 9: 3/3 = 1, 6/3 = 2.
    (found,) = check(net([1, 7, 7], "conv2d: {name: c1, out_channels: 4, kernel_size: 3, stride: 3}"), RULE)
    assert (found.code, found.rule, found.severity, found.position, found.layer) == ("CNN101", RULE, "error", (3, 5), "c1")
    assert found.message == "(7 + 0 - 3)/3 + 1 = 2.33 is not whole: the last 1 of 7 rows and columns are never read"
    assert found.fix == "stride 2, or padding 1, or kernel_size 7, or an input of [1, 6, 6], or an input of [1, 9, 9]"
    assert found.fixes == (
        Fix("stride", 2),
        Fix("padding", 1),
        Fix("kernel_size", 7),
        Fix(None, [1, 6, 6]),
        Fix(None, [1, 9, 9]),
    )


@pytest.mark.parametrize(
    ("size", "layer", "why"),
    [
        # (224 + 6 - 7) = 223 = 111*2 + 1: one row is left, and it is of the 3 padded ones (ResNet's stem).
        (224, "conv2d: {out_channels: 8, kernel_size: 7, stride: 2, padding: 3}", "all of them padding"),
        # (8 - 1) = 7 = 3*2 + 1: row 7 is skipped like 1, 3 and 5 (a shortcut).
        (8, "conv2d: {out_channels: 8, kernel_size: 1, stride: 2}", "the kernel is smaller than the stride"),
        # (8 - 3) = 5 = 2*2 + 1: the window that ceil_mode adds starts at 6 and reads row 7.
        (8, "max_pool2d: {kernel_size: 3, stride: 2, ceil_mode: true}", "ceil_mode reads the last 1 of 8"),
    ],
)
def test_what_is_meant_is_a_note_and_an_error_when_strict(size, layer, why):
    (found,) = check(net([3, size, size], layer), RULE)
    assert (found.severity, found.fixes) == ("note", ())
    assert why in found.message
    (strict,) = check(net([3, size, size], layer, lint="{strict: true}"), RULE)
    assert strict.severity == "error"
    assert strict.fixes


def test_axes_that_differ_are_told_apart():
    # Rows: (9 - 3)/2 + 1 = 4. Columns: (8 - 3)/2 + 1 = 3.5.
    (found,) = check(net([1, 9, 8], "conv2d: {out_channels: 4, kernel_size: 3, stride: 2}"), RULE)
    assert found.message == "(8 + 0 - 3)/2 + 1 = 3.5 is not whole: the last 1 of 8 columns are never read"
    assert [fix.value for fix in found.fixes if fix.option is None] == [[1, 9, 7], [1, 9, 9]]


def test_no_remainder_no_finding():
    assert not check(net([1, 9, 9], "conv2d: {out_channels: 4, kernel_size: 3, stride: 2}"))


def test_a_fraction_next_to_a_whole_number_is_told_from_it():
    # (1999 - 1000)/1000 + 1 = 1.999
    (found,) = check(net([1, 1999, 1999], "max_pool2d: 1000"), RULE)
    assert found.message.startswith("(1999 + 0 - 1000)/1000 + 1 = 1.999 is not whole")


def test_alexnet_at_224_wants_227():
    # (224 - 11)/4 + 1 = 54.25; (227 - 11)/4 + 1 = 55, and its pools want 32 rows more or less: 55, 27, 13, 6.
    layers = [
        "conv2d: {name: conv1, out_channels: 96, kernel_size: 11, stride: 4}",
        "max_pool2d: {kernel_size: 3, stride: 2}",
        "conv2d: {out_channels: 256, kernel_size: 5, padding: 2}",
        "max_pool2d: {kernel_size: 3, stride: 2}",
        "conv2d: {out_channels: 256, kernel_size: 3, padding: 1}",
        "max_pool2d: {kernel_size: 3, stride: 2}",
    ]
    found = check(net([3, 224, 224], *layers), RULE)
    assert (found[0].layer, found[0].severity) == ("conv1", "error")
    assert found[0].message == "(224 + 0 - 11)/4 + 1 = 54.25 is not whole: the last 1 of 224 rows and columns are never read"
    assert all(finding.fixes[-2:] == (Fix(None, [3, 195, 195]), Fix(None, [3, 227, 227])) for finding in found)
    assert not check(net([3, 227, 227], *layers), RULE)


def test_the_sizes_are_those_of_the_networks_input():
    # 52/4 = 13 rows reach the third pool, whose last one is lost: 48 and 56 are the nearest multiples of 8.
    found = check(net([1, 52, 52], *["max_pool2d: 2"] * 3), RULE)
    assert [(finding.layer, finding.message) for finding in found] == [
        ("max_pool3", "(13 + 0 - 2)/2 + 1 = 6.5 is not whole: the last 1 of 13 rows and columns are never read")
    ]
    assert found[0].fix.endswith("an input of [1, 48, 48], or an input of [1, 56, 56]")


def test_sizes_of_several_inputs_are_offered_by_name():
    text = "inputs: {a: [1, 7, 7], b: [2, 7, 7]}\nlayers:\n  - max_pool2d: {from: a, kernel_size: 2}\n"
    (found,) = check(text + "  - concat: [b, a]\noutputs: [max_pool1, concat1]\n", RULE)
    assert found.fixes[-2:] == (Fix(None, {"a": [1, 6, 6], "b": [2, 6, 6]}), Fix(None, {"a": [1, 8, 8], "b": [2, 8, 8]}))
    assert found.fix.endswith("inputs of a [1, 6, 6] and b [2, 6, 6], or inputs of a [1, 8, 8] and b [2, 8, 8]")


def test_no_size_is_offered_where_none_fits():
    # The convolution wants an odd size, the pool an even one.
    layers = ["conv2d: {out_channels: 1, kernel_size: 3, stride: 2}", "max_pool2d: {from: input, kernel_size: 2}"]
    found = check(net([1, 8, 8], *layers, outputs="[conv1, max_pool1]"), RULE)
    assert [fix for finding in found for fix in finding.fixes if fix.option is None] == []


# -- every suggestion makes the finding go away ----------------------------------------------------------------

SIZES = st.integers(1, 5)
POOL = st.fixed_dictionaries(
    {"kernel_size": SIZES},
    optional={"stride": SIZES, "padding": st.integers(0, 2), "ceil_mode": st.booleans()},
)
CONVOLUTION = st.fixed_dictionaries(
    {"out_channels": st.just(2), "kernel_size": SIZES, "stride": st.integers(2, 5)},
    optional={
        "padding": st.one_of(st.integers(0, 3), st.just("same")),
        "dilation": st.integers(1, 3),
        "padding_mode": st.sampled_from(["zeros", "reflect", "circular", "symmetric"]),
    },
)
LAYERS = st.one_of(
    st.tuples(st.sampled_from(["max_pool1d", "avg_pool1d", "avg_pool3d"]), POOL),
    st.tuples(st.just("conv1d"), CONVOLUTION),
)


def left(layers, shape, at):
    """What this rule says of the layer there, and every error of the network."""
    text = json.dumps({"input": shape, "lint": {"ignore": ["CNN106"]}, "layers": layers})
    return [finding for finding in check(text, RULE) if finding.layer == at], errors(text)


@settings(max_examples=500, derandomize=True, database=None, deadline=None)
@given(LAYERS, st.integers(1, 20))
def test_a_suggested_value_leaves_no_remainder_and_no_error(layer, size):
    type, options = layer
    options = {**options, "name": "it"}
    shape = [1, *[size] * int(type[-2])]
    for finding in left([{type: options}], shape, "it")[0]:
        for fix in finding.fixes:
            changed, other = ({}, fix.value) if fix.option is None else ({fix.option: fix.value}, shape)
            remaining, wrong = left([{type: {**options, **changed}}], other, "it")
            assert not wrong, fix
            # ceil_mode reads the rest, of another input padding may be left over: both are notes.
            assert not remaining or fix.option in ("ceil_mode", None), fix


@settings(max_examples=200, derandomize=True, database=None, deadline=None)
@given(st.lists(LAYERS.filter(lambda layer: layer[0][-2] == "1"), min_size=2, max_size=4), st.integers(5, 60))
def test_a_suggested_input_is_right_for_the_whole_network(drawn, size):
    layers = [{type: {**options, "name": f"l{number}"}} for number, (type, options) in enumerate(drawn)]
    for finding in errors(json.dumps({"input": [2, size], "layers": layers})):
        for fix in finding.fixes:
            if fix.option is None:
                assert left(layers, fix.value, finding.layer)[1] == []


def test_the_nearest_size_is_found_though_the_spec_reads_the_size():
    # The kernel is a third of the input, 9 of 29: (29 - 9)/9 is not whole. 27 and 36: (27 - 9)/9 = 2, (36 - 12)/12 = 2.
    text = net([1, 29], "max_pool1d: in_length // 3")
    (found,) = check(text, RULE)
    assert [fix.value for fix in found.fixes if fix.option is None] == [[1, 27], [1, 30]]
    assert not cnnspec.analyze(parse(text, "net.yaml"), inputs=[1, 30]).findings
