"""``share``: an earlier entry's options and weights, used once more."""

import pytest
from block_nets import CONV, column, inputs, keys, messages, names, net, sound

TOWER = """
tower:
  params: {width: null}
  layers:
    - conv2d: {name: c, out_channels: width, kernel_size: 3}
    - batch_norm2d: {name: n}
    - relu
"""


def test_a_layer_shares_options_and_weights_params_once_macs_each_time():
    result = sound("conv2d: {name: a, out_channels: 3, kernel_size: 3, padding: 1}", "relu", "conv2d: {name: b, share: a}")
    assert result["b"].options == result["a"].options
    assert result["b"].node.shares == "a"
    # 3 to 3 channels, 3×3: 81 weights and 3 biases; 27 multiply-accumulates for each of 3·8·8 outputs, twice.
    assert result.totals.params == 81 + 3
    assert (result["a"].macs, result["b"].macs, result.totals.macs) == (27 * 192, 27 * 192, 2 * 27 * 192)
    assert keys(result) == ["a.weight", "a.bias"]


def test_a_nameless_entry_is_shared_by_its_name():
    result = sound(CONV, "conv2d: {share: conv1, from: input}", "linear: 8", "linear: {share: linear1}")
    assert [layer.node.shares for layer in result.layers] == [None, "conv1", None, "linear1"]


def test_a_block_shares_params_and_weights():
    result = sound(
        *("tower: {name: left, width: 5}", "tower: {name: right, share: left, from: input}", "concat: [left, right]"),
        blocks=TOWER,
    )
    assert names(result)[3:6] == ["right.c", "right.n", "right.relu1"]
    assert result["right.c"].node.shares == "left.c"
    assert inputs(result, "right.c") == ("input",)
    assert inputs(result, "concat1") == ("left.relu1", "right.relu1")
    # The convolution's 5·3·9 weights and 5 biases, the norm's 2·5; buffers: two fives and a counter.
    assert (result.totals.params, result.totals.buffers) == (135 + 5 + 10, 11)
    assert result.totals.macs == 2 * 135 * 6 * 6
    assert {key.partition(".")[0] for key in keys(result)} == {"left"}


def test_a_sequential_shares_its_body_and_weights():
    result = sound(f"sequential: {{name: s, layers: [{CONV}, relu]}}", "sequential: {name: t, share: s, from: input}", "tanh")
    assert names(result) == ["s.0", "s.1", "t.0", "t.1", "tanh1"]
    assert inputs(result, "t.0") == ("input",)
    assert (result["t.0"].node.shares, result.totals.params) == ("s.0", 4 * 3 + 4)


def test_what_is_nested_in_a_shared_block_is_shared():
    blocks = TOWER + "outer: {layers: [{sequential: {name: s, layers: [{tower: {name: t, width: 3, repeat: 2}}]}}]}"
    result = sound("outer: {name: a}", "outer: {name: b, share: a, from: input}", blocks=blocks)
    assert result["b.s.t.1.c"].node.shares == "a.s.t.1.c"
    assert {key.partition(".")[0] for key in keys(result)} == {"a"}


def test_sharing_what_shares_uses_the_first_ones_weights():
    result = sound("linear: {name: a, out_features: 8}", "linear: {name: b, share: a}", "linear: {name: c, share: b}")
    assert result["c"].node.shares == "a"
    assert result.totals.params == 8 * 8 + 8


def test_a_repeated_entry_may_share():
    result = sound("linear: {name: a, out_features: 8}", "linear: {name: b, share: a, repeat: 3}")
    assert [layer.node.shares for layer in result.layers] == [None, "a", "a", "a"]
    assert result.totals.params == 8 * 8 + 8


@pytest.mark.parametrize(
    "holder",
    [
        "inline: {layers: [{linear: {name: a, out_features: 8}}]}",
        "inline: {trainable: false, layers: [{linear: {name: a, out_features: 8}}]}",
        "branches: {merge: add, paths: [{linear: {name: a, out_features: 8}}, []]}",
        "linear: {name: a, out_features: 8, training_only: true}",
        'inline: {repeat: 2, layers: [{linear: {name: "a{index}", out_features: 8}}, {relu: {name: "r{index}"}}]}',
    ],
)
def test_a_layer_that_is_visible_can_be_shared(holder):
    name = "a1" if "index" in holder else "a"
    result = sound(holder, f"linear: {{name: b, share: {name}}}")
    assert result["b"].node.shares == name


def test_a_block_shares_what_is_its_own_and_not_what_stands_at_its_use():
    blocks = "b: {layers: [{linear: {name: a, out_features: 8}}, {linear: {share: a}}]}"
    assert sound("b: {name: s}", blocks=blocks)["s.linear1"].node.shares == "s.a"
    blocks = "b: {layers: [{linear: {share: a}}]}\nc: {inline: [{linear: {share: a}}]}"
    found = messages(net("linear: {name: a, out_features: 8}", "b", "c", blocks=blocks))
    assert [(code, at) for code, at, _ in found] == [("CNN003", (3, 33)), ("CNN003", (4, 33))]


@pytest.mark.parametrize("second", ["conv2d: {share: a}", "sequential: {layers: [{conv2d: {share: a}}]}"])
def test_different_shapes_are_refused(second):
    result = net("conv2d: {name: a, out_channels: 4, kernel_size: 1}", second)
    ((code, position, message),) = messages(result)
    assert (code, position) == ("CNN105", (4, column(second, "conv2d")))
    assert message == "it would share weight with a, where that is [4, 3, 1, 1]; here it is [4, 4, 1, 1]"
    assert result.totals.params is None


def test_different_shapes_inside_a_block_are_refused():
    ((code, position, message),) = messages(net("tower: {name: a, width: 4}", "tower: {name: b, share: a}", blocks=TOWER))
    assert (code, position) == ("CNN105", (6, 9))
    assert message.startswith("it would share weight with a.c, where that is [4, 3, 3, 3]; here it is [4, 4, 3, 3]")
    assert message.endswith("(in a block used at 11:5)")


def test_layers_that_the_other_does_not_have_are_refused():
    blocks = "b: {layers: [{conv2d: {name: c, out_channels: 3, kernel_size: 1, when: in_channels != 3}}, relu]}"
    ((code, position, message),) = messages(net("b: {name: p}", CONV, "b: {share: p}", blocks=blocks))
    assert (code, position) == ("CNN105", (3, 17))
    assert message.startswith("it would share its weights with p.c, but there is no such layer")


def test_another_layer_of_the_same_name_is_refused():
    layers = "[{conv2d: {out_channels: 3, kernel_size: 1, when: in_height == 8}}, {conv2d: {out_channels: 3, kernel_size: 1}}]"
    result = net("b: {name: p}", "max_pool2d: 2", "b: {name: q, share: p}", blocks=f"b: {{layers: {layers}}}")
    # At 4×4 the first is left out, and the second is called conv1 in its place.
    ((_, _, message),) = messages(result)
    assert message.startswith("it would share its weights with p.conv1, but there is no such layer")


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("conv2d: {share: r}", "`r` is a relu, not a conv2d: weights are shared by entries of one type"),
        ("tower: {share: s}", "`s` is a sequential, not a tower: weights are shared by entries of one type"),
        ("sequential: {share: t}", "`t` is a tower, not a sequential: weights are shared by entries of one type"),
    ],
)
def test_another_type_is_refused(entry, message):
    result = net("relu: {name: r}", "sequential: {name: s, layers: [relu]}", "tower: {name: t, width: 3}", entry, blocks=TOWER)
    assert messages(result) == [("CNN002", (13, column(entry, entry[-2:-1] + "}")), message)]
    assert result.layers[-1].output_shape is None


@pytest.mark.parametrize("name", ["later", "itself"])
def test_a_later_entry_is_refused(name):
    entry = f"linear: {{name: itself, share: {name}}}"
    result = net(entry, "linear: {name: later, out_features: 8}")
    stands_below = f"`{name}` stands below: a layer reads only what stands above it"
    assert messages(result) == [("CNN003", (3, column(entry, f"{name}}}")), stands_below)]


@pytest.mark.parametrize(
    "name",
    ["input", "gone", "many", "part"],
)
def test_what_has_no_weights_of_its_own_is_refused(name):
    entries = ["linear: {name: a, out_features: 8}", "linear: {name: gone, out_features: 8, when: false}"]
    entries += ["linear: {name: many, out_features: 8, repeat: 2}", "inline: {name: part, layers: [linear: 8]}"]
    result = net(*entries, f"linear: {{share: {name}}}")
    why = f"`{name}` has no weights to share: it is an input, or is repeated, inline or left out"
    assert messages(result) == [("CNN002", (7, 21), why)]


def test_options_beside_share_are_refused():
    result = net(
        *("linear: {name: a, out_features: 8}", "linear: {share: a, out_features: 8}"),
        *("tower: {name: t, width: 3}", "tower: {share: t, width: 3, note: another}"),
        blocks=TOWER,
    )
    assert messages(result) == [
        ("CNN002", (11, 24), "`share` uses the options of another entry: leave out `out_features`"),
        ("CNN002", (13, 23), "`share` uses the options of another entry: leave out `width`"),
    ]


def test_a_wrong_share_is_the_only_thing_told_of_its_entry():
    result = net("tower: {share: nobody}", "linear: {share: nothing}", "relu", blocks=TOWER)
    assert [(code, at) for code, at, _ in messages(result)] == [("CNN003", (10, 20)), ("CNN003", (11, 21))]
