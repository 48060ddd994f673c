"""CNN207."""

import pytest
from rule_nets import check, net

from cnnspec.analysis.alignment import unit_apart
from cnnspec.arithmetic.field import POINT, Field
from cnnspec.arithmetic.window import Window

RULE = "misaligned-merge"


def told(shape, *entries, **keys):
    return [(finding.layer, finding.message) for finding in check(net(shape, *entries, **keys), RULE)]


def branches(*paths, merge="concat"):
    return f"branches: {{name: joined, merge: {merge}, paths: [{', '.join(paths)}]}}"


def conv(kernel, more=""):
    return f"[{{conv2d: {{out_channels: 4, kernel_size: {kernel}{', ' if more else ''}{more}}}}}]"


def test_jumps_that_differ():
    # 8 - 5 + 1 = 4 units that see [i, i + 4], and 8/2 = 4 that see [2i, 2i + 1].
    (found,) = check(net([4, 8, 8], branches(conv(5), "[max_pool2d: 2]", merge="add")))
    assert (found.code, found.severity, found.position, found.layer) == ("CNN207", "warning", (3, 5), "joined")
    assert found.message == (
        "unit 3 sees rows and columns 3 to 7 through conv1 and 6 to 7 through max_pool1: "
        "a unit of conv1 lies 1 from the next, one of max_pool1 2"
    )
    assert found.fix == "the same strides on both paths"
    assert not told([4, 8, 8], branches(conv(5, "stride: 2, padding: 2"), "[max_pool2d: 2]", merge="add"))


def test_one_path_beside_the_other():
    # The one sees what came before, the other what comes after: [i - 2, i] and [i, i + 2].
    paths = [
        "[{conv1d: {out_channels: 4, kernel_size: 3, padding: [[2, 0]]}}]",
        "[{conv1d: {out_channels: 4, kernel_size: 3, padding: [[0, 2]]}}]",
    ]
    (found,) = check(net([4, 8], branches(*paths)), RULE)
    assert found.message == "unit 0 sees positions -2 to 0 through conv1 and 0 to 2 through conv2"
    assert found.fix == "padding, or a crop, that puts both on one place"
    assert not told([4, 8], branches(paths[0], paths[0]))
    assert not told([4, 8], branches(*(path.replace("[[2, 0]]", "1").replace("[[0, 2]]", "1") for path in paths)))


def test_a_path_that_sees_only_what_comes_after():
    # Unpadded 3 wide: [i, i + 2]; beside it the first 6 of 8 inputs: [i].
    ahead = "[{conv1d: {out_channels: 4, kernel_size: 3, padding: [[0, 2]]}}]"
    assert told([4, 8], branches(ahead, "[]")) == [
        ("joined", "unit 0 sees positions 0 to 2 through conv1 and 0 to 0 through input")
    ]
    causal = ahead.replace("[[0, 2]]", "[[2, 0]]")
    assert not told([4, 8], branches(causal, "[]"))


def test_along_one_axis_only():
    assert told([4, 8, 8], branches(conv("[1, 3]", "padding: [[0, 0], [0, 2]]"), "[]")) == [
        ("joined", "unit 0 sees columns 0 to 2 through conv1 and 0 to 0 through input")
    ]


@pytest.mark.parametrize(
    "paths",
    [
        (conv(3, "stride: 2, padding: 1"), conv(1, "stride: 2")),  # a shortcut: [2i - 1, 2i + 1] and [2i]
        (conv(3, "stride: 2, padding: 1"), "[avg_pool2d: 2, {conv2d: {out_channels: 4, kernel_size: 1}}]"),
        (conv(1), conv(3, "padding: 1"), conv(5, "padding: 2"), "[max_pool2d: {kernel_size: 3, stride: 1, padding: 1}]"),
        (conv(2, "padding: same"), "[]"),  # the even kernel is told of, not the merge
        (conv(3, "padding: same, stride: 2"), conv(1, "stride: 2")),
        ("[max_pool2d: 2, {conv_transpose2d: {out_channels: 4, kernel_size: 2, stride: 2}}]", "[]"),
        (
            "[max_pool2d: 2, {conv_transpose2d: {out_channels: 4, kernel_size: 3, stride: 2, padding: 1, output_padding: 1}}]",
            "[]",
        ),
        (conv(3), "[{crop: {size: 14}}]"),
    ],
)
def test_what_lies_on_one_place(paths):
    assert not told([4, 16, 16], branches(*paths))


def test_a_crop_that_is_not_centred():
    cut = "[{slice: {stop: 14, dim: height}}, {slice: {stop: 14, dim: width}}]"
    assert told([4, 16, 16], branches(conv(3), cut)) == [
        ("joined", "unit 0 sees rows and columns 0 to 2 through conv1 and 0 to 0 through slice2")
    ]
    # A factorized reduction reads the even pixels on one path and the odd ones on the other: half a jump.
    shifted = "{slice: {start: 1, dim: height}}, {slice: {start: 1, dim: width}}"
    odd = f"[{shifted}, {{conv2d: {{out_channels: 4, kernel_size: 1, stride: 2}}}}]"
    assert not told([4, 16, 16], branches(conv(1, "stride: 2"), odd))


def test_a_map_resized_where_it_should_be_cropped():
    # 16 columns pressed into 12: jump 16/12; the unpadded path keeps jump 1. They drift apart by 11·(4/3 - 1) = 3.67.
    assert told([4, 16, 16], branches(conv(5), "[{upsample: {size: 12}}]"))
    # 13 made 25 beside 25 of jump 1: 25·(1 - 26/25)… less than one jump over the whole axis.
    assert not told(
        [4, 25, 25], branches("[]", "[{max_pool2d: {kernel_size: 3, stride: 2, padding: 1}}, {upsample: {size: 25}}]")
    )


def test_what_sees_the_whole_axis_or_is_put_side_by_side():
    gate = "[adaptive_avg_pool2d: 1, {conv2d: {out_channels: 4, kernel_size: 1}}]"
    assert not told([4, 8, 8], branches(gate, "[]", merge="add"))
    beside = "[{conv2d: {out_channels: 4, kernel_size: [1, 3], padding: [[0, 0], [0, 2]]}}]"
    assert told([4, 8, 8], branches(beside, "[]"))
    text = net([4, 8, 8], "branches: {dim: width, paths: [" + beside + ", []]}")
    assert not check(text, RULE)


def test_inputs_are_compared_each_with_itself():
    text = "inputs: {left: [4, 8], right: [4, 8]}\nlayers:\n"
    text += "  - conv1d: {name: a, from: left, out_channels: 4, kernel_size: 3, padding: [[0, 2]]}\n"
    assert not check(text + "  - add: [a, right]\n", RULE)
    (found,) = check(text + "  - add: {name: b, from: [a, right]}\n  - add: {name: c, from: [b, left]}\n", RULE)
    assert found.layer == "c"
    assert found.message == "unit 0 sees positions 0 to 2 through b and 0 to 0 through left of left"


def test_what_is_not_known_is_not_told():
    assert not told([4, 8, 8], branches(conv(9), "[]"))


def test_copies_of_a_block_are_told_once():
    path = "{conv1d: {name: ahead, out_channels: 4, kernel_size: 3, padding: [[0, 2]]}}"
    blocks = f"{{b: {{layers: [{path}, {{add: [ahead, input]}}]}}}}"
    (found,) = check(net([4, 8], "b: {name: x, repeat: 3}", blocks=blocks), RULE)
    assert (found.layer, found.position) == ("x.0.add1", (2, 101))
    assert found.message.endswith("0 to 0 through input (in a block used at 4:5); 2 more like it")


# -- fields -------------------------------------------------------------------------------------------------------

WIDE = POINT.through(Window(3, before=1))


@pytest.mark.parametrize(
    ("one", "other", "units", "unit"),
    [
        (POINT, POINT, 8, None),
        (POINT, WIDE, 8, None),
        (Field(2, (0,), (0,)), Field(2, (1,), (1,)), 8, None),  # half a jump
        (Field(2, (0,), (0,)), Field(2, (2,), (2,)), 8, 0),  # a jump
        (Field(2, (0,), (2,)), Field(2, (1,), (3,)), 8, None),
        (Field(2, (0,), (2,)), Field(2, (2,), (4,)), 8, 0),
        (Field(2, (0,), (1,)), Field(1, (0,), (0,)), 1, None),  # with one unit there is no drift
        (Field(2, (-9,), (9,)), Field(1, (0,), (0,)), 3, None),  # 2·(2 - 1) is one jump of 2
        (Field(2, (-9,), (9,)), Field(1, (0,), (0,)), 4, 3),
        (Field(2, (0,), (1,)), Field(1, (0,), (0,)), 4, 3),
        (Field(2, (0, 0), (1, 1)), POINT, 8, None),  # upsampled: both units of a pair see the pair
        (Field(2, (0, 5), (1, 6)), POINT, 8, 1),  # one of two phases lies elsewhere
        (Field(4, (0, 1, 2), (0, 1, 9), periodic=False), Field(4, (0, 1, 5), (0, 1, 5), periodic=False), 3, None),
        (Field(4, (0, 1, 2), (0, 1, 2), periodic=False), Field(4, (0, 1, 9), (0, 1, 9), periodic=False), 3, 2),
        (Field(1, (10**60,), (-(10**60),)), POINT, 8, None),  # it sees nothing
    ],
)
def test_units_apart(one, other, units, unit):
    assert unit_apart(one, other, units) == unit
    assert (unit_apart(other, one, units) is None) == (unit is None)
