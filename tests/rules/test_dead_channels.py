"""CNN208."""

import pytest
from rule_nets import check, net

RULE = "dead-channels"
CONV = "conv2d: {name: a, out_channels: 8, kernel_size: 1}"


def cut(name, options):
    return f"slice: {{name: {name}, from: a, {options}}}"


def table(rows, source="a"):
    return f"conv2d: {{name: t, from: {source}, out_channels: {len(rows)}, kernel_size: 1, connections: {rows}}}"


def told(*entries, **keys):
    return [(finding.layer, finding.message) for finding in check(net([4, 8, 8], *entries, **keys), RULE)]


def test_channels_between_two_slices():
    text = net([4, 8, 8], CONV, cut("low", "stop: 3"), cut("high", "start: 5"), outputs="[low, high]")
    (found,) = check(text)
    assert (found.code, found.severity, found.position, found.layer) == ("CNN208", "warning", (5, 5), "low")
    assert found.message == "no layer reads channels 3 and 4 of the 8 of a"
    assert found.fix == "read them, or let a have 6"
    assert not check(text.replace("stop: 3", "stop: 5"))


def test_a_connection_table_that_leaves_one_out():
    assert told(CONV, table([[0, 1, 2, 3], [3, 4, 5, 7]])) == [("t", "no layer reads channel 6 of the 8 of a")]
    assert not told(CONV, table([[0, 1, 2, 3], [3, 4, 5, 6, 7]]))


@pytest.mark.parametrize(
    ("slices", "dead"),
    [
        (["step: 2"], "channels 1, 3, 5 and 7"),
        (["step: 2", "start: 1, step: 2"], None),
        (["start: 2, stop: -2"], "channels 0, 1, 6 and 7"),
        (["stop: 2"], "channels 2 to 7"),
        (["stop: 99"], None),
    ],
)
def test_slices_as_python_has_them(slices, dead):
    names = [f"s{number}" for number in range(len(slices))]
    entries = [cut(name, options) for name, options in zip(names, slices, strict=True)]
    found = told(CONV, *entries, outputs=f"[{', '.join(names)}]")
    assert found == ([("s0", f"no layer reads {dead} of the 8 of a")] if dead else [])


def test_one_reader_of_all_is_enough():
    assert not told(CONV, cut("s", "stop: 2"), "relu: {name: r, from: a}", outputs="[s, r]")
    assert not told(CONV, cut("s", "stop: 2"), outputs="[a, s]")
    assert not told(CONV, cut("s", "stop: 2, dim: height"))


def test_a_slice_of_another_axis_reads_every_channel():
    assert not told(CONV, cut("s", "stop: 2"), cut("h", "stop: 2, dim: 1"), outputs="[s, h]")


def test_inputs_may_be_cut_but_a_table_is_meant_to_read_them():
    assert not told("slice: {stop: 3}")
    assert told(table([[0, 1], [3, 1]], "input")) == [("t", "no layer reads channel 2 of the 4 of input")]


def test_many_are_not_all_listed():
    wide = CONV.replace("8", "40")
    assert told(wide, cut("s", "step: 3")) == [
        ("s", "no layer reads channels 1, 2, 4, 5, 7 and 21 more of the 40 of a"),
    ]


def test_more_channels_than_a_network_can_have_are_not_counted():
    assert not told(CONV.replace("8", "100_000_000_000"), cut("s", "stop: 1"))


@pytest.mark.parametrize(
    ("entries", "fix"),
    [
        ([CONV, "relu"], "read them, or let a have 6"),
        ([CONV, "batch_norm2d", "relu", "max_pool2d: 2"], "read them, or let a have 6"),
        ([CONV, "group_norm: 4"], "read them"),  # which 6 do not divide into
        (["conv2d: {name: a, out_channels: 8, kernel_size: 1, groups: 4}", "relu"], "read them"),
        (["conv2d: {out_channels: 8, kernel_size: 1}", "conv2d: {name: a, weight: [[1, 2], [3, 4]]}"], "read them"),
        ([CONV, "add: [a, a]"], "read them"),
        (["pad: {padding: 1}", "conv2d: {name: b, out_channels: 8, kernel_size: 1}"], "read them, or let b have 6"),
        (
            ["flatten: {start_dim: 1}", "conv1d: {name: c, out_channels: 8, kernel_size: 1}", "linear: 5"],
            "read them, or let c have 6",
        ),
        (["flatten", "linear: {name: l, out_features: 8}", "relu"], "read them, or let l have 6"),
    ],
)
def test_fewer_are_offered_of_the_layer_that_makes_them(entries, fix):
    (found,) = check(net([4, 8, 8], *entries, "slice: {stop: 6}"), RULE)
    assert found.fix == fix


def test_what_others_read_keeps_its_channels():
    text = net([4, 8, 8], CONV, "relu: {name: r}", "slice: {name: s, stop: 6}", "tanh: {name: t, from: a}", outputs="[s, t]")
    (found,) = check(text, RULE)
    assert found.fix == "read them"


def test_what_comes_from_the_input_is_left_out_there():
    (found,) = check(net([4, 8, 8], "relu", "slice: {stop: 3}"), RULE)
    assert found.fix == "read it, or leave it out of input"
    (found,) = check(net([4, 8, 8], table([[0, 1], [3, 1]], "input")), RULE)
    assert found.fix == "read it, or leave it out of input"


def test_a_table_that_makes_the_channels_fixes_how_many_there_are():
    made = "conv2d: {name: a, out_channels: 3, kernel_size: 1, connections: [[0], [1], [2, 3]]}"
    (found,) = check(net([4, 8, 8], made, "slice: {stop: 2}"), RULE)
    assert found.message == "no layer reads channel 2 of the 3 of a"
    assert found.fix == "read it"


def test_the_remedies_make_it_go_away():
    assert told(CONV, table([[0, 1, 2, 3], [4, 5, 6]]))
    assert not told(CONV.replace("8", "7"), table([[0, 1, 2, 3], [4, 5, 6]]))
    assert not told(CONV, table([[0, 1, 2, 3], [4, 5, 6, 7]]))
