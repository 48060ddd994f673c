"""CNN214."""

import pytest
from rule_nets import check, net

RULE = "narrowing-channels"
CONV = "conv2d: {out_channels: %s, kernel_size: 3, padding: 1}"
WIDE = [CONV % 64, "relu"]


def found(*layers, shape=(3, 32, 32), **keys):
    return check(net(list(shape), *layers, **keys), RULE)


def test_a_pool_after_which_nothing_widens():
    # 64*32*32 = 65,536; 64*16*16 = 16,384.
    (note,) = found(*WIDE, "max_pool2d: {name: pool, kernel_size: 2}", CONV % 64, "relu", "flatten", "linear: 10")
    assert (note.code, note.severity, note.position, note.layer) == ("CNN214", "note", (5, 5), "pool")
    assert note.message == "32×32 becomes 16×16 and channels stay 64: 65,536 numbers become 16,384"
    assert note.fix == "128 channels"


def test_a_convolution_that_narrows():
    # 32*16*16 = 8,192
    (note,) = found(*WIDE, "conv2d: {name: down, out_channels: 32, kernel_size: 3, stride: 2, padding: 1}", "relu", "flatten")
    assert note.layer == "down"
    assert note.message == "32×32 becomes 16×16 and 64 channels become 32: 65,536 numbers become 8,192"


@pytest.mark.parametrize(
    "layers",
    [
        ["max_pool2d: 2", CONV % 128],  # VGG's order
        ["max_pool2d: 2", "conv2d: {out_channels: 32, kernel_size: 1}", "relu", CONV % 96],  # a bottleneck widens later
        ["conv2d: {out_channels: 128, kernel_size: 3, stride: 2, padding: 1}"],
        ["max_pool2d: 2", "flatten", "linear: 10"],  # the head begins
        ["max_pool2d: 2"],
        ["conv2d: {out_channels: 1, kernel_size: 4, stride: 2, padding: 1}"],  # what the network puts out
        ["max_pool2d: {kernel_size: 3, stride: 1, padding: 1}", CONV % 64],  # no smaller
        ["max_pool2d: {kernel_size: [2, 1]}", CONV % 64],  # along one axis only
        ["conv_transpose2d: {out_channels: 32, kernel_size: 2, stride: 2}", CONV % 32],
        ["adaptive_avg_pool2d: 8", CONV % 64],
    ],
)
def test_what_widens_or_is_no_halving(layers):
    assert not found(*WIDE, *layers)


def test_merges_widen():
    # DenseNet: what a transition halves grows by concatenation.
    grown = [CONV % 32, "concat: {name: g1, from: [above, pool]}"]
    assert not found(*WIDE, "avg_pool2d: {name: pool, kernel_size: 2}", *grown)


def test_merges_that_read_the_pool_count_before_any_convolution_is_met():
    # DenseNet in its pre-activation order: 64 + 32 = 96.
    grown = ["batch_norm2d", "relu", CONV % 32, "concat: [p, above]", "adaptive_avg_pool2d: 1"]
    assert not found(*WIDE, "max_pool2d: {name: p, kernel_size: 2}", *grown)
    # 64 and 64 added are 64 still.
    added = ["batch_norm2d", "relu", CONV % 64, "add: [p, above]", "adaptive_avg_pool2d: 1"]
    assert [note.layer for note in found(*WIDE, "max_pool2d: {name: p, kernel_size: 2}", *added)] == ["p"]


BLUR = "conv2d: {weight: [[1, 2, 1], [2, 4, 2], [1, 2, 1]], stride: 2, padding: 1}"
DEPTHWISE = "conv2d: {out_channels: 64, kernel_size: 3, stride: 2, padding: 1, groups: 64}"


@pytest.mark.parametrize("down", [BLUR, DEPTHWISE])
def test_channels_that_cannot_be_chosen(down):
    assert not found(*WIDE, down, "relu", "flatten", "linear: 10")
    assert not found(*WIDE, down, CONV % 128, "relu")
    (note,) = found(*WIDE, down, CONV % 64, "relu")
    assert note.fix == "128 channels"


def test_a_merge_alone_is_no_convolution():
    assert not found(*WIDE, "max_pool2d: {name: p, kernel_size: 2}", "add: [p, p]", "flatten", "linear: 10")


@pytest.mark.parametrize("down", ["pixel_unshuffle: 2", "max_pool2d: 2"])
def test_the_scale_ends_where_pixels_become_channels(down):
    (note,) = found(*WIDE, "max_pool2d: {name: p, kernel_size: 2}", CONV % 64, "relu", down, CONV % 256)
    assert note.layer == "p"


def test_heads_for_training_only_begin_anew():
    # GoogLeNet (2014): an average of 5×5/3, then a 1×1 to fewer channels.
    head = "sequential: {name: aux, LAYERS: [{avg_pool2d: {kernel_size: 5, stride: 3}}, {CONV}, relu, flatten, {linear: 10}]}"
    head = head.replace("CONV", CONV % 32)
    end = ["adaptive_avg_pool2d: 1", "flatten", "linear: 10"]
    assert not found(*WIDE, head.replace("LAYERS", "training_only: true, layers"), *end)
    assert [note.layer for note in found(*WIDE, head.replace("LAYERS", "layers"))] == ["aux.0"]


def test_only_the_widest_up_to_the_next_halving_counts():
    layers = [*WIDE, "max_pool2d: {name: p1, kernel_size: 2}", CONV % 64, "max_pool2d: {name: p2, kernel_size: 2}", CONV % 128]
    assert [note.layer for note in found(*layers)] == ["p1"]


def test_what_is_upsampled_again_does_not_count():
    up = "conv_transpose2d: {out_channels: 128, kernel_size: 2, stride: 2}"
    (note,) = found(*WIDE, "max_pool2d: 2", CONV % 64, "relu", up)
    assert note.layer == "max_pool1"


def test_a_pool_over_the_input():
    assert not found("avg_pool2d: 2", "conv2d: {out_channels: 3, kernel_size: 3}")
