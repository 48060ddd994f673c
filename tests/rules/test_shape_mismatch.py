"""CNN105: which axis, both numbers, and where the paths part."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rule_nets import check, errors, net

RULE = "shape-mismatch"


def only(text):
    (found,) = check(text, RULE)
    return found


def test_a_rank_that_the_layer_does_not_read():
    found = only(net([6, 4, 4], "conv1d: {out_channels: 4, kernel_size: 3}", "relu"))
    assert (found.code, found.severity, found.position) == ("CNN105", "error", (3, 5))
    assert found.message == "conv1d reads 2 axes (channels, length), but its input is [6, 4, 4]"
    assert found.fix == "conv2d, which reads channels, height, width"
    assert not check(net([6, 4, 4], "conv2d: {out_channels: 4, kernel_size: 3}"), RULE)


def test_an_input_with_a_batch():
    found = only(net([1, 3, 8, 8], "conv2d: {out_channels: 4, kernel_size: 3}"))
    assert found.fix == "[3, 8, 8] without the batch, or conv3d, which reads channels, depth, height, width"
    found = only(net([1, 3, 8, 8], "locally_connected2d: {out_channels: 4, kernel_size: 3}"))
    assert found.fix == "[3, 8, 8] without the batch"
    assert not check(net([3, 8, 8], "locally_connected2d: {out_channels: 4, kernel_size: 3}"), RULE)


@pytest.mark.parametrize(
    ("layer", "neighbour", "message", "fix"),
    [
        (
            "permute: [0, 2, 3, 1]",
            "permute: [1, 2, 0]",
            "dims [0, 2, 3, 1] count a batch, but axes are counted without it: 0 is channels",
            "dims [1, 2, 0]",
        ),
        (
            "layer_norm: [4, 5]",
            "layer_norm: [4, 4]",
            "normalized_shape [4, 5] is not what the input [6, 4, 4] ends in",
            "normalized_shape [4, 4]",
        ),
    ],
)
def test_axes_that_the_input_does_not_have(layer, neighbour, message, fix):
    found = only(net([6, 4, 4], layer))
    assert (found.severity, found.message, found.fix) == ("error", message, fix)
    assert not check(net([6, 4, 4], neighbour), RULE)


@pytest.mark.parametrize(
    ("shape", "layer", "message", "fix"),
    [
        # There is no layer_norm1d to offer.
        ([6, 4], "layer_norm2d", "layer_norm2d reads 3 axes (channels, height, width), but its input is [6, 4]", ""),
        (
            [6],
            "layer_norm2d",
            "layer_norm2d reads 3 axes (channels, height, width), but its input is [6]",
            "put layer_norm2d above the layer that flattens its input",
        ),
        (
            [6],
            "local_response_norm: 5",
            "local_response_norm reads channels and at least one spatial axis, but its input is [6]",
            "put local_response_norm above the layer that flattens its input",
        ),
        (
            [6, 1, 1],
            "instance_norm2d",
            "instance_norm2d normalizes over positions, but its input [6, 1, 1] has only one",
            "put instance_norm2d above the layer that leaves one position",
        ),
    ],
)
def test_inputs_that_norms_do_not_take(shape, layer, message, fix):
    found = only(net(shape, layer))
    assert (found.severity, found.message, found.fix) == ("error", message, fix)


@pytest.mark.parametrize(
    ("shape", "layer", "fix", "right"),
    [
        # A factor of 1 does nothing: what is right is another input. 3² = 9 divides 9 and 18; 12 = 3*2² takes factor 2.
        ([10, 4, 4], "pixel_shuffle: 3", "9 or 18 channels above it", ([9, 4, 4], [18, 4, 4])),
        ([3, 4, 4], "pixel_shuffle: 2", "4 channels above it", ([4, 4, 4],)),
        ([12, 4, 4], "pixel_shuffle: 4", "upscale_factor 2", ()),
        ([3, 15, 15], "pixel_unshuffle: 2", "an input of 14×14 or 16×16", ([3, 14, 14], [3, 16, 16])),
        ([3, 2, 16], "pixel_unshuffle: 3", "an input of 3×18", ([3, 3, 18],)),
        ([3, 6, 6], "pixel_unshuffle: 4", "downscale_factor 2", ()),
    ],
)
def test_pixels_that_do_not_divide(shape, layer, fix, right):
    assert only(net(shape, layer)).fix == fix
    assert not any(check(net(other, layer), RULE) for other in right)


def test_one_path_shrinks():
    # 8 - 3 + 1 = 6 beside 8, at every size.
    found = only(net([3, 8, 8], "conv2d: {name: a, out_channels: 3, kernel_size: 3}", "add: [a, input]"))
    assert (found.layer, found.position) == ("add1", (4, 5))
    assert found.message == (
        "inputs [3, 6, 6] and [3, 8, 8] differ in height: 6 and 8; "
        "their paths part at input: the first goes 8 → 6 by a (kernel 3), the second stays 8"
    )
    # At 3 the path is one row high, which an addition repeats.
    assert found.fix == "an input of [3, 3, 3]"
    padded = "conv2d: {name: a, out_channels: 3, kernel_size: 3, padding: 1}"
    assert not check(net([3, 8, 8], padded, "add: [a, input]"), RULE)


def test_down_and_up_again():
    # (5 + 2 - 3)/2 + 1 = 3, doubled 6; a concatenation repeats nothing.
    found = only(
        net(
            [3, 5, 5],
            "conv2d: {name: conv1, out_channels: 4, kernel_size: 3, padding: 1}",
            "relu: {name: act}",
            "conv2d: {name: conv2, out_channels: 4, kernel_size: 3, stride: 2, padding: 1}",
            "conv_transpose2d: {name: up1, out_channels: 4, kernel_size: 2, stride: 2}",
            "relu",
            "concat: [act, above]",
        )
    )
    assert found.message == (
        "inputs [4, 5, 5] and [4, 6, 6] differ in height: 5 and 6; their paths part at act: "
        "the first stays 5, the second goes 5 → 3 by conv2 (stride 2), 3 → 6 by up1"
    )
    assert found.fix == "an input of [3, 4, 4], or an input of [3, 6, 6] (every even size fits)"


def test_channels_are_set_by_layers():
    found = only(
        net(
            [3, 8, 8],
            "relu: {name: stem}",
            "conv2d: {name: left, out_channels: 4, kernel_size: 1}",
            "tanh",
            "conv2d: {name: right, from: stem, out_channels: 8, kernel_size: 1}",
            "add: [tanh1, right]",
        )
    )
    assert found.message == (
        "inputs [4, 8, 8] and [8, 8, 8] differ in channels: 4 and 8; "
        "their paths part at stem: the first goes to 4 by left, the second goes to 8 by right"
    )
    assert found.fix == ""


def test_the_paths_that_differ_are_those_of_which_is_told():
    # The second input's 1 is repeated; the first and the third differ.
    found = only(
        net(
            [4, 8, 8],
            "adaptive_avg_pool2d: {name: squeeze, output_size: 1}",
            "max_pool2d: {name: half, from: input, kernel_size: 2}",
            "add: [input, squeeze, half]",
        )
    )
    assert found.message.endswith("their paths part at input: the first stays 8, the third goes 8 → 4 by half (stride 2)")


def test_a_long_way_is_shortened():
    convs = [f"conv2d: {{name: c{number}, out_channels: 4, kernel_size: 3}}" for number in range(1, 8)]
    found = only(net([4, 20, 20], *convs, "add: [input, c7]"))
    assert found.message.endswith(
        "the second goes 20 → 18 by c1 (kernel 3), 18 → 16 by c2 (kernel 3), … 3 more …, "
        "10 → 8 by c6 (kernel 3), 8 → 6 by c7 (kernel 3)"
    )


def test_the_way_leads_through_blocks():
    text = net(
        [4, 9, 9],
        "block: {name: b}",
        blocks="{block: {layers: [{max_pool2d: {name: p, kernel_size: 3}}, {add: [p, input]}]}}",
    )
    found = only(text)
    assert found.layer == "b.add1"
    assert found.message == (
        "inputs [4, 3, 3] and [4, 9, 9] differ in height: 3 and 9; their paths part at input: "
        "the first goes 9 → 3 by b.p (stride 3), the second stays 9 (in a block used at 4:5)"
    )


def test_several_inputs_have_nothing_in_common():
    text = "inputs: {a: [1, 8, 8], b: [1, 9, 9]}\nlayers:\n  - add: [a, b]\n"
    assert only(text).message == "inputs [1, 8, 8] and [1, 9, 9] differ in height: 8 and 9"


def test_a_network_too_large_to_be_asked_for_each_size_is_told_of_all_the_same():
    # Four thousand layers, each time elaborated anew: that is beyond a tenth of a second.
    layers = ["inline: {repeat: 4_000, layers: [relu]}", "conv2d: {name: a, out_channels: 4, kernel_size: 3}"]
    text = net([4, 9, 9], *layers, "concat: [a, input]")
    assert only(text).message.endswith("the first goes 9 → 7 by a (kernel 3), the second stays 9")
    assert only(text).fix == ""
    assert not check(text, "indivisible-input")


# -- random graphs ------------------------------------------------------------------------------------------------

SMALL = st.integers(1, 3)
PARTS = st.one_of(
    st.fixed_dictionaries({"kernel_size": SMALL, "stride": SMALL, "padding": st.integers(0, 1)}).map(
        lambda options: ("conv1d", {"out_channels": 2, **options})
    ),
    st.fixed_dictionaries({"kernel_size": SMALL, "stride": SMALL}).map(
        lambda options: ("conv_transpose1d", {"out_channels": 2, **options})
    ),
)


@settings(max_examples=200, derandomize=True, database=None, deadline=None)
@given(st.lists(st.tuples(PARTS, st.integers(0, 5)), min_size=2, max_size=6), st.integers(4, 30), st.data())
def test_each_suggested_input_is_right_for_the_whole_network(parts, size, data):
    layers, names = [], ["input"]
    for number, ((type, options), source) in enumerate(parts):
        layers.append({type: {**options, "name": f"l{number}", "from": names[source % len(names)]}})
        names.append(f"l{number}")
    layers.append({"concat": {"from": [names[-1], names[-2]]}})
    head = {"lint": {"ignore": ["CNN106"]}}
    for found in check(json.dumps({"input": [2, size], **head, "layers": layers}), RULE):
        assert "their paths part at" in found.message
        for fix in found.fixes:
            assert errors(json.dumps({"input": fix.value, **head, "layers": layers})) == []
