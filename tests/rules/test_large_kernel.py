"""CNN210."""

import pytest
from rule_nets import check, net

RULE = "large-kernel"
STEM = "conv2d: {out_channels: 16, kernel_size: 3, padding: 1}"


def found(*layers, shape=(3, 64, 64)):
    return check(net(list(shape), *layers), RULE)


def test_a_large_kernel_after_the_first_layer():
    # 11*11 = 121 weights for each pair of channels; five of 3×3 see 1 + 5*2 = 11 and have 5*9 = 45.
    (note,) = found(STEM, "relu", "conv2d: {name: c2, out_channels: 16, kernel_size: 11, padding: 5}")
    assert (note.code, note.severity, note.position, note.layer) == ("CNN210", "note", (5, 5), "c2")
    assert note.message == "kernel 11×11 has 121 weights for each pair of channels"
    assert note.fix == "5 convolutions of 3×3 in a row, which see as much with 45"


def test_an_even_kernel_is_covered_by_the_next_odd_one():
    # 10 wide: five of 3 see 11. 10*3 = 30 weights; five of 3×3 have 45, five of 3×1... the 3 needs one of 3: 5*9 > 30.
    assert not found(STEM, "relu", "conv2d: {out_channels: 16, kernel_size: [10, 3], padding: [5, 1]}")
    (note,) = found(STEM, "relu", "conv2d: {out_channels: 16, kernel_size: 10, padding: 5}")
    assert note.fix == "5 convolutions of 3×3 in a row, which see as much with 45"


@pytest.mark.parametrize(
    "layers",
    [
        ["conv2d: {out_channels: 16, kernel_size: 11}"],  # the first layer (AlexNet)
        ["batch_norm2d", "conv2d: {out_channels: 16, kernel_size: 11}"],  # still the first that looks around
        ["pad: {padding: 5}", "conv2d: {out_channels: 16, kernel_size: 11}"],
        ["slice: {step: 2, dim: height}", "crop: [20, 40]", "conv2d: {out_channels: 16, kernel_size: 11}"],
        [STEM, "relu", "conv2d: {out_channels: 16, kernel_size: 9, padding: 4}"],
        [STEM, "relu", "conv2d: {out_channels: 16, kernel_size: [1, 15], padding: [0, 7]}"],  # 15 against 7*3
        [STEM, "relu", "conv2d: {out_channels: 16, kernel_size: 13, padding: 6, groups: 16}"],  # depthwise (RepLKNet)
        [STEM, "relu", "conv2d: {out_channels: 16, kernel_size: 16, stride: 16}"],  # patches
        [STEM, "relu", "conv2d: {out_channels: 16, kernel_size: 64}"],  # a dense layer by another name
        [STEM, "relu", "max_pool2d: {kernel_size: 13, stride: 1, padding: 6}"],  # a pool (SPP)
    ],
)
def test_what_has_its_reasons(layers):
    assert not found(*layers)


def test_a_1d_kernel_is_no_heavier_than_its_stack():
    # 25 weights (WaveGAN); twelve of 3 have 36.
    layers = ["conv1d: {out_channels: 8, kernel_size: 3, padding: 1}", "conv1d: {out_channels: 8, kernel_size: 25}"]
    assert not found(*layers, shape=(1, 100))
