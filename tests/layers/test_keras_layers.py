"""Keras' convolutions beside the ones of which they are made."""

from __future__ import annotations

import pytest

import cnnspec
from cnnspec.errors import Fix
from cnnspec.language.checker import parse


def network(*entries, shape="[3, 16, 16]"):
    return cnnspec.analyze(parse(f"input: {shape}\nlayers:\n" + "".join(f"  - {entry}\n" for entry in entries), "x.yaml"))


def errors(result):
    return [finding for finding in result.findings if finding.severity == "error"]


WINDOW = "kernel_size: [3, 5], stride: 2, padding: same"


def test_depthwise_is_a_convolution_with_a_group_a_channel():
    mine, conv = (
        network(f"depthwise_conv2d: {{{WINDOW}, depth_multiplier: 2}}"),
        network(f"conv2d: {{out_channels: 6, groups: 3, {WINDOW}}}"),
    )
    for figure in ("output_shape", "params", "macs", "flops", "unshared_params", "dense_params", "receptive_field", "coverage"):
        assert getattr(mine.layers[0], figure) == getattr(conv.layers[0], figure)


def test_separable_is_two_convolutions():
    mine = network(f"separable_conv2d: {{out_channels: 8, {WINDOW}}}").layers[0]
    pair = network(f"depthwise_conv2d: {{{WINDOW}, bias: false}}", "conv2d: {out_channels: 8, kernel_size: 1}")
    depthwise, pointwise = pair.layers
    assert mine.output_shape == pointwise.output_shape
    for figure in ("params", "macs", "flops", "unshared_params"):
        assert getattr(mine, figure) == getattr(depthwise, figure) + getattr(pointwise, figure)
    assert mine.receptive_field == pointwise.receptive_field
    # 3*16*16 inputs, 8*8*8 outputs, a bias each.
    assert mine.dense_params == 768 * 512 + 512


@pytest.mark.parametrize("bias", ["true", "false"])
def test_local_weights_are_a_convolutions_unshared(bias):
    options = f"{{out_channels: 4, {WINDOW}, bias: {bias}}}"
    local, conv = network(f"locally_connected2d: {options}").layers[0], network(f"conv2d: {options}").layers[0]
    assert local.params == conv.unshared_params
    for figure in ("output_shape", "macs", "flops", "receptive_field", "coverage"):
        assert getattr(local, figure) == getattr(conv, figure)
    assert local.unshared_params is None
    assert local.dense_params is None


def test_options_are_shown_in_full():
    layer = network("depthwise_conv2d: {kernel_size: 3, stride: 2, padding: same}").layers[0]
    # ceil(16/2) = 8 windows reach 7*2 + 3 = 17 rows: one more than there are, after them.
    assert layer.options == {
        "kernel_size": (3, 3),
        "depth_multiplier": 1,
        "stride": (2, 2),
        "padding": ((0, 1), (0, 1)),
        "dilation": (1, 1),
        "bias": True,
        "padding_mode": "zeros",
    }


@pytest.mark.parametrize("type", ["depthwise_conv2d", "separable_conv2d", "locally_connected2d"])
def test_what_is_wrong_is_told_in_their_own_words(type):
    out = "" if type == "depthwise_conv2d" else "out_channels: 4, "
    (found,) = errors(network(f"{type}: {{{out}kernel_size: 3}}", shape="[3, 16]"))
    assert found.message == f"{type} reads 3 axes (channels, height, width), but its input is [3, 16]"
    (found,) = errors(network(f"{type}: {{{out}kernel_size: 20}}"))
    assert found.rule == "window-too-large"
    # 16 + 2*2 = 20, and so is an input of 20.
    assert found.fixes == (Fix("kernel_size", 16), Fix("padding", 2), Fix(None, [3, 20, 20]))
    # (16 - 3)/2 leaves 1.
    (found,) = errors(network(f"{type}: {{{out}kernel_size: 3, stride: 2}}"))
    assert found.rule == "fractional-stride"
    assert Fix("kernel_size", 2) in found.fixes
