"""CNN204."""

import pytest
from rule_nets import check, net

RULE = "dropout-before-norm"
CONV = "conv2d: {out_channels: 4, kernel_size: 1, bias: false}"


def told(*entries, shape=(4, 8, 8), **keys):
    return [finding.layer for finding in check(net(list(shape), *entries, **keys), RULE)]


def test_a_norm_right_below():
    # Kept with probability 0.75 and divided by it, what has variance v and mean 0 has v/0.75 = 1.33 v.
    (found,) = check(net([4, 8, 8], CONV, "dropout: {name: drop, p: 0.25}", "batch_norm2d: {name: bn}"), RULE)
    assert (found.code, found.severity, found.position, found.layer) == ("CNN204", "warning", (4, 5), "drop")
    assert found.message == "what it puts out reaches bn, which learns a variance 1/(1 - 0.25) = 1.33 times that of inference"
    assert found.fix == "put it below bn, or below the last norm"
    assert not check(net([4, 8, 8], CONV, "batch_norm2d: {name: bn}", "dropout: {name: drop, p: 0.25}"))


def test_through_a_layer_with_weights():
    (found,) = check(net([4, 8, 8], "dropout2d: {name: drop}", "relu", CONV, "batch_norm2d: {name: bn}"), RULE)
    assert found.message == (
        "what it puts out reaches bn through conv1, which learns a variance about 1/(1 - 0.5) = 2 times that of inference"
    )


@pytest.mark.parametrize(
    "between",
    [
        ["relu"],
        ["max_pool2d: 2", "tanh"],
        ["dropout2d: {p: 0}", "identity"],
        [CONV],
        [CONV, "relu"],
        ["relu", "conv_transpose2d: {out_channels: 4, kernel_size: 2, stride: 2, bias: false}"],
    ],
)
def test_what_may_stand_between(between):
    assert told("dropout: {name: drop}", *between, "batch_norm2d") == ["drop"]


def test_features_too():
    assert told("dropout: {name: drop}", "linear: {out_features: 4, bias: false}", "batch_norm1d", shape=[8]) == ["drop"]


@pytest.mark.parametrize(
    "entries",
    [
        ["dropout: 0", "batch_norm2d"],
        ["alpha_dropout", "batch_norm2d"],
        ["dropout", "batch_norm2d: {track_running_stats: false}"],  # it has no statistics but the batch's
        ["dropout", CONV, "relu", CONV, "batch_norm2d"],  # who knows what is left of it
        ["dropout: {name: a}", "add: [a, input]", "batch_norm2d"],
        ["dropout", "relu"],
        ["batch_norm2d", "dropout"],
    ],
)
def test_what_is_left_alone(entries):
    assert not told(*entries)


def test_the_first_norm_counts_and_each_dropout_is_told():
    assert told("dropout: {name: a}", "dropout2d: {name: b}", "batch_norm2d", "batch_norm2d") == ["a", "b"]


def test_one_of_several_readers_is_enough():
    assert told("dropout: {name: a}", "relu", "batch_norm2d: {name: bn, from: a}", "add: [relu1, bn]") == ["a"]


def test_the_remedy_makes_it_go_away():
    assert told("dropout", "batch_norm2d")
    assert not told("batch_norm2d", "dropout")


def test_copies_of_a_block_are_told_once():
    blocks = "{b: {layers: [{dropout: {name: d}}, batch_norm2d]}}"
    (found,) = check(net([4, 8, 8], "b: {name: x, repeat: 3}", blocks=blocks), RULE)
    assert found.layer == "x.0.d"
    assert found.message.endswith("that of inference (in a block used at 4:5); 2 more like it")
