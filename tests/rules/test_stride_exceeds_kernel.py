"""CNN211."""

import pytest
from rule_nets import check, net

RULE = "stride-exceeds-kernel"


def test_a_shortcut_reads_a_quarter():
    (note,) = check(net([64, 56, 56], "conv2d: {name: short, out_channels: 128, kernel_size: 1, stride: 2}"), RULE)
    assert (note.code, note.severity, note.position, note.layer) == ("CNN211", "note", (3, 5), "short")
    assert note.message == "kernel 1 is smaller than stride 2: 25 % of its input is read"
    assert note.fix == "an average pool of 2 above it, or a kernel of 2"


def test_axes_that_differ():
    # Rows: 2 of 3. Columns: all. 9 rows: 6 read.
    (note,) = check(net([1, 9, 9], "max_pool2d: {kernel_size: [2, 3], stride: 3}"), RULE)
    assert note.message == "kernel 2×3 is smaller than stride 3: 67 % of its input is read"


def test_very_little_is_read():
    (note,) = check(net([1, 901, 901], "conv2d: {out_channels: 1, kernel_size: 1, stride: 100}"), RULE)
    assert note.message == "kernel 1 is smaller than stride 100: less than 1 % of its input is read"


@pytest.mark.parametrize(
    "layer",
    [
        "conv2d: {out_channels: 1, kernel_size: 2, stride: 2}",
        "conv2d: {out_channels: 1, kernel_size: 3, stride: 2}",  # the last row is lost, but none skipped
        "max_pool2d: 3",
        "slice: {step: 2, dim: height}",  # it has no kernel, and leaves out what it is told to
        "crop: 6",
        "pixel_unshuffle: 2",
    ],
)
def test_a_kernel_as_large_as_its_stride(layer):
    assert not check(net([1, 12, 12], layer), RULE)


def test_a_block_is_told_of_once():
    block = "{b: {layers: [{conv2d: {name: c, out_channels: 4, kernel_size: 1, stride: 2}}]}}"
    (note,) = check(net([4, 64, 64], "b: {name: stages, repeat: 3}", blocks=block), RULE)
    assert note.layer == "stages.0.c"
    assert note.message == (
        "kernel 1 is smaller than stride 2: 25 % of its input is read (in a block used at 4:5); 2 more like it"
    )
