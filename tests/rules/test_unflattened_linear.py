"""CNN209."""

import pytest
from rule_nets import check, net

RULE = "unflattened-linear"
CONV1D = "conv1d: {out_channels: 6, kernel_size: 3, padding: 1}"
CONV2D = "conv2d: {out_channels: 6, kernel_size: 3, padding: 1}"


def told(shape, *entries, **keys):
    return [finding.layer for finding in check(net(shape, *entries, **keys), RULE)]


def test_a_linear_layer_over_the_width():
    (found,) = check(net([1, 28, 28], "linear: {name: fc, out_features: 10}"))
    assert (found.code, found.severity, found.position, found.layer) == ("CNN209", "warning", (3, 5), "fc")
    assert found.message == "it reads the last axis alone, the 28 columns of [1, 28, 28]"
    assert found.fix == "flatten above it: then it reads all 784"
    assert not check(net([1, 28, 28], "flatten", "linear: {name: fc, out_features: 10}"))


@pytest.mark.parametrize(
    ("shape", "entries", "what"),
    [
        ([3, 8, 8], [CONV2D, "relu", "max_pool2d: 2", "linear: 10"], "the 4 columns of [6, 4, 4]"),
        ([3, 8, 8], [CONV2D, "adaptive_avg_pool2d: 1", "dropout", "linear: 10"], "the 1 column of [6, 1, 1]"),
        ([3, 8], [CONV1D, "batch_norm1d", "relu", "linear: 10"], "the 8 positions of [6, 8]"),
        ([3, 4, 8, 8], ["relu", "linear: 10"], "the 8 columns of [3, 4, 8, 8]"),
        ([3, 8, 8], [CONV2D, "flatten: {start_dim: 0, end_dim: 1}", "linear: 10"], "the 8 positions of [48, 8]"),
        ([3, 8, 8], ["tanh: {name: a}", "add: [a, input]", "linear: 10"], "the 8 columns of [3, 8, 8]"),
    ],
)
def test_wherever_space_is_last(shape, entries, what):
    (found,) = check(net(shape, *entries), RULE)
    assert found.message == f"it reads the last axis alone, {what}"


@pytest.mark.parametrize(
    ("shape", "entries"),
    [
        ([64], ["linear: 10"]),
        ([5, 64], ["linear: 10", "relu", "linear: 10"]),  # rows of features
        ([5, 64], ["relu", "dropout", "linear: 10"]),
        ([3, 8, 8], [CONV2D, "flatten: {start_dim: 1}", "linear: 10"]),  # all positions of a channel
        ([3, 8], [CONV1D, "flatten", "linear: 10"]),
    ],
)
def test_what_is_meant(shape, entries):
    assert not told(shape, *entries)


def test_it_is_told_where_it_begins():
    assert told([3, 8, 8], "linear: {name: a, out_features: 16}", "relu", "linear: {name: b, out_features: 4}") == ["a"]


def test_channels_put_last():
    assert not told([3, 8, 8], CONV2D, "permute: [1, 2, 0]", "linear: 10")
    assert not told([3, 8, 8], CONV2D, "permute: [1, 2, 0]", "relu", "linear: 10", "linear: 10")
    assert not told([3, 8], CONV1D, "permute: [1, 0]", "linear: 10")
    assert told([3, 8, 8], CONV2D, "permute: [1, 2, 0]", "permute: [2, 0, 1]", CONV2D, "linear: 10")


def test_axes_of_ones_own():
    assert not told([3, 8, 8], CONV2D, "reshape: [16, 24]", "linear: 10")
    assert not told([64], "unflatten: {dim: 0, sizes: [8, 8]}", "linear: 10")


def test_a_norm_over_the_last_axis_says_that_it_is_features():
    assert not told([3, 8, 8], CONV2D, "layer_norm", "linear: 10")


def test_what_keeps_space_where_it_is():
    assert told([4, 8, 8], "upsample: {scale_factor: 2}", "linear: 10")
    assert told([4, 8, 8], "pixel_shuffle: 2", "linear: 10")
    assert told([4, 8, 8], "channel_shuffle: 2", "slice: {stop: 2}", "linear: 10")
    assert told([4, 8, 8], "instance_norm2d", "linear: 10")


def test_copies_of_a_block_are_told_once():
    blocks = "{b: {layers: [{conv2d: {out_channels: 4, kernel_size: 1}}, {linear: 8}]}}"
    (found,) = check(net([4, 8, 8], "b: {name: x, repeat: 3}", blocks=blocks), RULE)
    assert found.layer == "x.0.linear1"
    assert found.message.endswith("[4, 8, 8] (in a block used at 4:5); 2 more like it")


def test_what_is_not_known_is_not_told():
    assert not told([3, 4, 4], "conv2d: {out_channels: 6, kernel_size: 9}", "linear: 10")
