"""CNN106."""

import pytest
from rule_nets import check, net

RULE = "unused-layer"
CONV = "conv2d: {{name: {}, from: {}, out_channels: 4, kernel_size: 1}}"
UNREAD = "nobody reads its output, and it is no output of the network"


def told(text):
    return [(finding.layer, tuple(finding.position), finding.message) for finding in check(text, RULE)]


def test_a_layer_that_nobody_reads():
    text = net([3, 8, 8], CONV.format("boxes", "input"), "relu", CONV.format("classes", "input"))
    (found,) = check(text)
    assert (found.code, found.severity, found.position, found.layer) == ("CNN106", "error", (4, 5), "relu1")
    assert found.message == UNREAD
    assert found.fix == "name it in `outputs`, or remove it"
    assert not check(net([3, 8, 8], CONV.format("boxes", "input"), "relu", CONV.format("classes", "above")))


def test_each_remedy_makes_it_go_away():
    layers = [CONV.format("boxes", "input"), CONV.format("classes", "input")]
    assert check(net([3, 8, 8], *layers))
    assert not check(net([3, 8, 8], *layers, outputs="[boxes, classes]"))
    assert not check(net([3, 8, 8], layers[1]))


def test_what_stands_below_the_last_output():
    assert told(net([3, 8, 8], "relu", "tanh: {name: t}", outputs="[relu1]")) == [("t", (5, 5), UNREAD)]


def test_an_output_may_be_a_scope_a_copy_an_input_or_left_out():
    layers = [
        "sequential: {name: part, layers: [relu, tanh]}",
        "relu: {name: copies, repeat: 2}",
        "relu: {name: gone, when: 1 > 2}",
        "tanh: {name: last}",
    ]
    assert not told(net([3, 8, 8], *layers, outputs="[part, copies, input, gone, last]"))


def test_the_last_layer_of_a_head_for_training_is_read_by_the_loss():
    head = "sequential: {name: head, from: a, training_only: true, layers: [flatten, linear: 10]}"
    assert not told(net([3, 8, 8], CONV.format("a", "input"), head, "relu"))
    assert told(net([3, 8, 8], CONV.format("a", "input"), head.replace("training_only: true, ", ""), "relu: {from: a}"))


BLOCK = "{two: {layers: [{relu: {name: a}}, {tanh: {name: b}}, {sigmoid: {name: c, from: a}}]}}"


def test_a_layer_inside_a_block_is_told_at_its_entry_once():
    # The block's output is c, which reads a; b is read by nobody in any of the three copies.
    text = net([3, 8, 8], "two: {name: x, repeat: 2}", "two: {name: y}", blocks=BLOCK)
    (found,) = check(text, RULE)
    assert (found.layer, found.position) == ("x.0.b", (2, 45))
    assert found.message == f"{UNREAD} (in a block used at 4:5); 2 more like it"
    assert found.fix == "remove it"


@pytest.mark.parametrize(
    ("entry", "name"),
    [
        ("one: {name: x}", "x"),
        ("one: {name: x, repeat: 2}", "x"),
        ("sequential: {name: x, layers: [tanh, one]}", "x"),
        ("one", "one1"),
    ],
)
def test_a_scope_that_nobody_reads_is_told_itself(entry, name):
    blocks = "{inner: {layers: [relu]}, one: {layers: [inner, tanh, inner]}}"
    assert told(net([3, 8, 8], entry, "relu: {from: input}", blocks=blocks)) == [(name, (4, 5), UNREAD)]


def test_a_scope_inside_a_block():
    blocks = "{outer: {layers: [{sequential: {name: lost, layers: [relu]}}, {tanh: {from: input}}]}}"
    text = net([3, 8, 8], "outer: {name: x}", blocks=blocks)
    assert told(text) == [("x.lost", (2, 28), f"{UNREAD} (in a block used at 4:5)")]


def test_an_input_that_nobody_reads():
    text = "inputs:\n  left: [3, 8, 8]\n  right: [3, 8, 8]\nlayers:\n  - relu: {from: left}\n"
    (found,) = check(text, RULE)
    assert (found.position, found.layer) == ((3, 10), None)
    assert found.message == "no layer reads the input `right`"
    assert not check(text.replace("relu: {from: left}", "add: [left, right]"))


@pytest.mark.parametrize(
    "broken",
    [
        "relu: {from: nothing}",  # who knows what it meant to read
        "linear: {from: a, out_features: 0}",
        "relu: {from: a, inplac: true}",
    ],
)
def test_where_the_language_finds_errors_it_is_silent(broken):
    assert not told(net([3, 8, 8], CONV.format("a", "input"), CONV.format("b", "input"), broken))


def test_what_hangs_on_an_unknown_size_is_not_guessed():
    # The kernel does not fit, so nobody knows what `when` says, nor what the entries below read.
    layers = ["conv2d: {name: a, out_channels: 4, kernel_size: 9}", "relu: {name: b}", "tanh: {from: a, when: in_channels > 3}"]
    found = check(net([3, 8, 8], *layers))
    assert [finding.rule for finding in found] == ["window-too-large"]


def test_shapes_that_do_not_fit_change_nothing_about_who_reads_whom():
    layers = [
        CONV.format("a", "input"),
        "conv2d: {name: b, out_channels: 4, kernel_size: 9}",
        "relu: {from: a}",
        "tanh: {from: b}",
    ]
    assert told(net([3, 8, 8], *layers)) == [("relu1", (5, 5), UNREAD)]


def test_it_may_be_silenced():
    layers = ["tanh: {from: input, ignore: [unused-layer]}", "relu: {from: input}"]
    assert not told(net([3, 8, 8], *layers))
