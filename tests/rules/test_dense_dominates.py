"""CNN215."""

import pytest
from rule_nets import check, net

RULE = "dense-dominates"
CONV = "conv2d: {out_channels: 64, kernel_size: 3, padding: 1}"  # 27*64 + 64 = 1,792 params


def test_a_dense_layer_over_a_flattened_map():
    # 64*28*28*100 + 100 = 5,017,700; on the 64 averages 64*100 + 100 = 6,500.
    (note,) = check(net([3, 28, 28], CONV, "relu", "flatten", "dropout", "linear: {name: fc, out_features: 100}"), RULE)
    assert (note.code, note.severity, note.position, note.layer) == ("CNN215", "note", (7, 5), "fc")
    assert note.message == "it holds 5,017,700 of 5,019,492 params (100 %), as it weighs each place of a 64×28×28 map"
    assert note.fix == "a global average pool above it, which leaves 6,500 params"


def test_an_image_that_is_flattened():
    # 3*28*28*1000 + 1000
    (note,) = check(net([3, 28, 28], "flatten", "linear: 1000"), RULE)
    assert note.message == "it holds 2,353,000 of 2,353,000 params (100 %), as it weighs each place of a 3×28×28 map"
    assert note.fix == "convolutions above it, whose weights all places share"


@pytest.mark.parametrize(
    "layers",
    [
        [CONV, "relu", "flatten", "linear: 19"],  # 953,363 params: less than a million
        [CONV, "relu", "adaptive_avg_pool2d: 1", "flatten", "linear: 20000"],  # nothing is weighed by place
        # Two layers of 5,017,700 and 10,100,000 (SENet's head would be one such): neither reads a map and holds most.
        [CONV, "relu", "flatten", "linear: 100", "linear: 100000"],
    ],
)
def test_what_is_left_alone(layers):
    assert not check(net([3, 28, 28], *layers), RULE)


def test_a_perceptron_over_features():
    assert not check(net([2000], "linear: 1000", "relu", "linear: 10"), RULE)
