"""CNN216."""

from pathlib import Path

from rule_nets import check, net

import cnnspec
from cnnspec.errors import Fix

RULE = "indivisible-input"
EXAMPLES = Path(__file__).parents[2] / "examples"


def test_the_rule_is_told_at_the_input():
    text = net([3, 50, 50], *["max_pool2d: 2"] * 2, name="pools")
    (note,) = check(text, RULE)
    assert (note.code, note.severity, note.position, note.layer) == ("CNN216", "note", (1, 8), None)
    assert note.message == "50×50 does not go through max_pool2 whole: every multiple of 4 fits"
    assert note.fix == "an input of [3, 48, 48], or an input of [3, 52, 52]"
    assert note.fixes == (Fix(None, [3, 48, 48]), Fix(None, [3, 52, 52]))
    assert not check(net([3, 48, 48], *["max_pool2d: 2"] * 2), RULE)


def test_paths_that_do_not_fit_together():
    layers = ["max_pool2d: {kernel_size: 2, ceil_mode: true}", "conv_transpose2d: {out_channels: 3, kernel_size: 2, stride: 2}"]
    # 1 row becomes 2, to which an addition repeats the one of the input.
    (note,) = check(net([3, 9, 9], *layers, "add: [above, input]"), RULE)
    assert note.message == "9×9 does not go through add1 whole: 1 and every even size fits"


def test_sizes_that_leave_a_remainder():
    (note,) = check(net([3, 224, 224], "conv2d: {out_channels: 8, kernel_size: 11, stride: 4}"), RULE)
    # (n - 11)/4: 96 to 352 are asked, 99 is the first.
    assert note.message == "224×224 does not go through conv1 whole: 99 + 4·k fits"


def test_an_input_that_is_not_square():
    (note,) = check(net([1, 20, 33], "max_pool2d: 2"), RULE)
    assert note.message == "20×33 does not go through max_pool1 whole"
    assert note.fix == "an input of [1, 20, 32], or an input of [1, 20, 34]"


def test_where_it_is_meant_or_nothing_would_fit():
    assert not check(net([3, 9, 9], "max_pool2d: {kernel_size: 2, expect: {findings: [fractional-stride]}}"), RULE)
    # An error of another kind is none of the input's size.
    pool = "max_pool2d: {kernel_size: 2, expect: {findings: [fractional-stride]}}"
    assert not check(net([3, 9, 9], pool, "conv2d: {out_channels: 1, kernel_size: 50}"), RULE)
    layers = ["conv2d: {out_channels: 1, kernel_size: 3, stride: 2}", "max_pool2d: {from: input, kernel_size: 2}"]
    assert not check(net([1, 8, 8], *layers, outputs="[conv1, max_pool1]"), RULE)


def test_a_loss_that_is_silenced_is_not_told_at_the_input_instead():
    pool = "max_pool2d: {kernel_size: 2%s}"
    assert not check(net([1, 9, 9], pool % ", ignore: [fractional-stride]"), RULE)
    assert not check(net([1, 9, 9], pool % "" + "  # cnnspec: ignore[CNN101]"), RULE)
    assert not check(net([1, 9, 9], pool % "", lint="{ignore: [CNN101]}"), RULE)
    # 9 - 3 + 1 = 7 in the middle, of which the second pool loses a row and says so.
    both = [pool % ", ignore: [CNN101]", "conv2d: {from: input, out_channels: 1, kernel_size: 3}", pool % ""]
    assert check(net([1, 9, 9], *both, outputs="[max_pool1, max_pool2]"), RULE)


def test_padding_that_is_left_over_is_no_loss():
    assert not [f for f in cnnspec.analyze(EXAMPLES / "resnet50.yaml").findings if f.rule == RULE]


def test_vgg_at_225():
    (note,) = [f for f in cnnspec.analyze(EXAMPLES / "vgg.yaml", inputs=[3, 225, 225]).findings if f.rule == RULE]
    assert note.message == "225×225 does not go through features.4 whole: every multiple of 32 fits"
    assert note.fix == "an input of [3, 224, 224], or an input of [3, 256, 256]"
