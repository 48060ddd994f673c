"""CNN212."""

import pytest
from rule_nets import check, net

RULE = "receptive-field-too-small"
CONVS = [
    "conv2d: {out_channels: 16, kernel_size: 3, stride: 2, padding: 1}",
    "relu",
    "conv2d: {out_channels: 32, kernel_size: 3, stride: 2, padding: 1}",
    "relu: {name: last}",
]


def found(*layers, shape=(3, 32, 32), **keys):
    return check(net(list(shape), *layers, **keys), RULE)


def test_an_average_of_local_views():
    # 3 after the first convolution, 3 + 2*2 = 7 after the second; 49 of 1,024 pixels.
    (note,) = found(*CONVS, "adaptive_avg_pool2d: {name: pool, output_size: 1}", "flatten", "linear: 10")
    assert (note.code, note.severity, note.position, note.layer) == ("CNN212", "note", (6, 5), "last")
    assert note.message == "its units see 7×7 of input's 32×32 (5 %), and pool makes one of them all"
    assert note.fix == "more layers or strides above it, or a smaller input"


def test_a_pool_of_the_whole_map_by_its_size():
    (note,) = found(*CONVS, "avg_pool2d: {name: pool, kernel_size: 8}", "flatten", "linear: 10")
    assert note.layer == "last"


def test_one_axis_is_enough():
    # 7 of 7 rows, 7 of 32 columns.
    (note,) = found(*CONVS, "adaptive_max_pool2d: {name: pool, output_size: 1}", "flatten", "linear: 10", shape=(3, 7, 32))
    assert note.message == "its units see 7×7 of input's 7×32 (22 %), and pool makes one of them all"


def test_a_field_as_large_as_the_input():
    assert not found(*CONVS, "adaptive_avg_pool2d: 1", "flatten", "linear: 10", shape=(3, 7, 7))


@pytest.mark.parametrize(
    "head",
    [
        ["flatten", "linear: 10"],  # LeNet-5, VGG, AlexNet: each place has weights of its own
        ["adaptive_avg_pool2d: 4", "flatten", "linear: 10"],
        ["conv2d: {out_channels: 10, kernel_size: 8}", "flatten"],  # the same as a convolution
        ["conv2d: {out_channels: 2, kernel_size: 1}"],  # segmentation, PatchGAN
    ],
)
def test_heads_that_see_places(head):
    assert not found(*CONVS, *head)


def test_squeeze_and_excitation_sees_everything():
    gate = ["adaptive_avg_pool2d: 1", "conv2d: {out_channels: 32, kernel_size: 1}", "add: {name: gated, from: [last, above]}"]
    assert not found(*CONVS, *gate, "adaptive_avg_pool2d: 1", "flatten", "linear: 10")


def test_an_auxiliary_map_is_an_output_like_another():
    layers = [*CONVS, "adaptive_avg_pool2d: 1", "flatten", "linear: {name: fc, out_features: 10}"]
    assert not found(*layers, outputs="[fc, last]")


def test_a_network_in_error_is_not_judged():
    assert not found("conv2d: {out_channels: 16, kernel_size: 64}", *CONVS, "adaptive_avg_pool2d: 1", "flatten", "linear: 10")
