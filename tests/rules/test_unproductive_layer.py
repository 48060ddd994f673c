"""CNN213."""

from pathlib import Path

import pytest
from rule_nets import check, net

import cnnspec

RULE = "unproductive-layer"
EXAMPLES = Path(__file__).parents[2] / "examples"
DOWN = ["conv2d: {out_channels: 8, kernel_size: 3, stride: 2, padding: 1}", "relu"]
CONV = "conv2d: {name: %s, out_channels: 8, kernel_size: 3, padding: 1}"


def layers(result):
    return [finding.layer for finding in result.findings if finding.rule == RULE]


def test_a_convolution_whose_input_has_seen_everything():
    # Strides of 2: 3, 7, 15 see so many; the jump is 8: 15 + 2*8 = 31 after `one`, 47 after `two`; `three` sees nothing new.
    parts = [*DOWN * 3, CONV % "one", "relu", CONV % "two", "relu", CONV % "three"]
    (note,) = check(net([3, 32, 32], *parts), RULE)
    assert (note.code, note.severity, note.position, note.layer) == ("CNN213", "note", (13, 5), "three")
    assert note.message == "the units of its input see 47×47 already, more than all of input's 32×32"
    assert note.fix == "leave it out, give it kernel_size 1, or give the network a larger input"
    assert not check(net([3, 47, 47], *parts), RULE)


@pytest.mark.parametrize("down", ["pixel_unshuffle: 8", "max_pool2d: 8"])
def test_whatever_makes_the_map_smaller(down):
    # 8, then 2·8 more a layer: 24 and 40. The input of `three` sees 40 of 32.
    parts = [down, CONV % "one", "relu", CONV % "two", "relu", CONV % "three"]
    assert [note.layer for note in check(net([3, 32, 32], *parts), RULE)] == ["three"]
    assert not check(net([3, 40, 40], *parts), RULE)


@pytest.mark.parametrize("cut", [["slice: {step: 8, dim: height}", "slice: {step: 8, dim: width}"], ["crop: 32"]])
def test_what_takes_a_part(cut):
    # Sliced: 1, then 2·8 more a layer, 17 and 33 of 32. Cropped: 3 and 5 of 64.
    size = 32 if len(cut) > 1 else 64
    found = check(net([3, size, size], *cut, CONV % "one", "relu", CONV % "two", "relu", CONV % "three"), RULE)
    assert [note.layer for note in found] == (["three"] if len(cut) > 1 else [])


@pytest.mark.parametrize(
    "last",
    [
        "conv2d: {out_channels: 8, kernel_size: 1}",
        "max_pool2d: 2",
        "conv2d: {weight: blur, padding: 1, trainable: false}",
        "conv_transpose2d: {out_channels: 8, kernel_size: 2, stride: 2}",
    ],
)
def test_what_does_not_look_around(last):
    assert not check(net([3, 32, 32], *DOWN * 3, CONV % "one", "relu", CONV % "two", "relu", last), RULE)


@pytest.mark.parametrize(
    "last",
    [
        "conv2d: {name: last, weight: blur, padding: 1}",
        "conv2d: {name: last, out_channels: 8, kernel_size: 3, padding: 1, trainable: false}",
    ],
)
def test_a_given_kernel_learns_and_a_frozen_one_has_learned(last):
    found = check(net([3, 32, 32], *DOWN * 3, CONV % "one", "relu", CONV % "two", "relu", last), RULE)
    assert [note.layer for note in found] == ["last"]


def test_both_axes_must_be_exceeded():
    assert not check(net([3, 32, 64], *DOWN * 3, CONV % "one", "relu", CONV % "two", "relu", CONV % "three"), RULE)


def test_a_skip_keeps_the_shortest_path_small():
    # Along the skips only the strides count, 15: every convolution may look at what is near.
    parts = [*DOWN * 3, "identity: {name: x}"]
    for number in range(4):
        parts += [
            CONV % f"c{number}",
            f"add: {{name: s{number}, from: [c{number}, {'x' if not number else f's{number - 1}'}]}}",
        ]
    assert not check(net([3, 32, 32], *parts), RULE)


def test_the_shortest_path_may_lead_through_what_seems_longer():
    # At the merge the first input sees 47 along both of its ways, the second 63 along one and 15 along the other.
    parts = [
        *DOWN * 3,
        "identity: {name: x}",
        CONV % "a1",
        CONV % "a2",
        "conv2d: {name: b1, from: x, out_channels: 8, kernel_size: 7, padding: 3}",
        "add: {name: b, from: [b1, x]}",
        "add: {name: joined, from: [a2, b]}",
        CONV % "after",
    ]
    assert not check(net([3, 32, 32], *parts), RULE)
    assert check(net([3, 32, 32], *parts[:-3], "add: {name: b, from: [b1, a2]}", *parts[-2:]), RULE)


def test_what_draws_a_picture_is_left_alone():
    parts = [*DOWN * 4, CONV % "one", "relu", "conv_transpose2d: {out_channels: 8, kernel_size: 2, stride: 2}", CONV % "two"]
    assert not check(net([3, 32, 32], *parts), RULE)


def test_squeeze_and_excitation_is_no_shortest_path():
    # The gate sees everything at once; the convolutions beside it are judged by what comes to them.
    gate = ["adaptive_avg_pool2d: 1", "conv2d: {name: gate, out_channels: 8, kernel_size: 1}", "add: [x, gate]"]
    assert not check(net([3, 32, 32], *DOWN * 2, "identity: {name: x}", *gate, CONV % "c"), RULE)


def test_vgg_on_small_images():
    # Fields: 5, 6, 14, 16, 40 with features.16's pool 44, then the jump is 8: 60, 76, 92 with its pool 100, and so on.
    assert layers(cnnspec.analyze(EXAMPLES / "vgg.yaml")) == []
    (note,) = [f for f in cnnspec.analyze(EXAMPLES / "vgg.yaml", inputs=[3, 32, 32]).findings if f.rule == RULE]
    # All convolutions of the last two stages of VGG-16 are one entry: six of them.
    assert note.layer == "features.17"
    assert note.message == (
        "the units of its input see 44×44 already, more than all of input's 32×32 (in a block used at 30:11); 5 more like it"
    )


def test_a_residual_network_has_none():
    assert layers(cnnspec.analyze(EXAMPLES / "resnet50.yaml", inputs=[3, 64, 64])) == []
