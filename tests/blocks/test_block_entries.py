"""What every entry may say: left out, repeated, named, read."""

import pytest
from block_nets import CONV, column, inputs, messages, names, net, sound

# -- when -----------------------------------------------------------------------------------------------------------


def test_a_left_out_entry_hands_its_first_input_on_under_its_name():
    result = sound("relu: {name: a}", "conv2d: {name: b, out_channels: 4, kernel_size: 1, when: false}", "add: [b, input]")
    assert names(result) == ["a", "add1"]
    assert inputs(result, "add1") == ("a", "input")


def test_the_entry_below_a_left_out_one_gets_its_first_input_and_not_the_one_above():
    result = sound("relu: {name: a}", "relu: {name: b}", "add: {name: c, from: [a, b], when: false}", "tanh")
    assert inputs(result, "tanh1") == ("a",)


def test_none_of_the_other_options_of_a_left_out_entry_is_evaluated():
    sound("conv2d: {name: a, out_channels: nonsense, kernel_size: 1 // 0, repeat: 999999999, when: false}", "relu")
    sound("relu: {repeat: nonsense, trainable: 3, share: nobody, expect: {params: nothing}, when: false}", "relu")


def test_left_out_is_decided_first_and_may_ask_for_the_input():
    result = sound("conv2d: {name: a, out_channels: 4, kernel_size: 1, when: in_channels != 3}", "relu")
    assert names(result) == ["relu1"]
    (found,) = net("relu: {repeat: 2, when: index == 0}").findings
    assert (found.code, found.position) == ("CNN003", (3, 29))
    assert found.message.startswith("unknown name `index`")


def test_a_left_out_copy_of_an_outer_repeat_hands_on_under_its_own_name():
    result = sound('inline: {repeat: 2, layers: [{relu: {name: "a{index}", when: index == 0}}]}', "add: [a0, a1]")
    assert inputs(result, "add1") == ("a0", "a0")


def test_a_name_of_a_left_out_entry_that_cannot_be_told_is_no_error():
    sound('inline: {repeat: 2, layers: [{relu: {name: "a{1 // index}", when: index > 0}}]}')


def test_when_takes_a_boolean_and_no_number():
    assert messages(net("relu: {when: 1}")) == [("CNN002", (3, 18), "`1` is not true or false")]


# -- repeat ---------------------------------------------------------------------------------------------------------


def test_each_copy_is_fed_by_the_one_before_in_place_of_its_first_input():
    result = sound("tanh: {name: t}", "add: {name: sum, from: [input, t], repeat: 3}")
    assert [inputs(result, f"sum.{index}") for index in range(3)] == [("input", "t"), ("sum.0", "t"), ("sum.1", "t")]


def test_all_other_options_are_evaluated_for_each_copy_with_index_from_0():
    result = sound(
        'conv2d: {name: "c{index}", out_channels: index + 1, kernel_size: 1, repeat: 3, trainable: index > 0, '
        "expect: {output_shape: [index + 1, 8, 8]}}"
    )
    assert [layer.output_shape[0] for layer in result.layers] == [1, 2, 3]
    # A 1×1 convolution of i to o channels has i·o weights and o biases; the first copy's 3·1 + 1 are frozen.
    assert [layer.params for layer in result.layers] == [4, 1 * 2 + 2, 2 * 3 + 3]
    assert [layer.trainable_params for layer in result.layers] == [0, 4, 9]


def test_in_channels_is_that_of_the_copys_own_input():
    result = sound("conv2d: {out_channels: in_channels * 2, kernel_size: 1, repeat: 3}")
    assert [layer.output_shape[0] for layer in result.layers] == [6, 12, 24]


@pytest.mark.parametrize("entry", ["relu: {name: a, repeat: 0}", "relu: {repeat: 0}", 'relu: {name: "a{index}", repeat: 0}'])
def test_no_copies_are_the_identity(entry):
    result = sound("tanh", entry, "sigmoid")
    assert names(result) == ["tanh1", "sigmoid1"]
    assert inputs(result, "sigmoid1") == ("tanh1",)


def test_no_copies_hand_the_first_input_on_under_the_name():
    result = sound("tanh", "add: {name: a, from: [tanh1, input], repeat: 0}", "sigmoid: {from: a}")
    assert inputs(result, "sigmoid1") == ("tanh1",)


def test_index_is_the_innermost_repeats():
    result = sound(
        "inline: {repeat: 2, layers: [{conv2d: {out_channels: index + 1, kernel_size: 1}}, "
        "{conv2d: {out_channels: 10 + index, kernel_size: 1, repeat: 3}}, "
        "{conv2d: {out_channels: 20 + index, kernel_size: 1}}]}"
    )
    once = [10, 11, 12]
    assert [layer.output_shape[0] for layer in result.layers] == [1, *once, 20, 2, *once, 21]


def test_how_often_an_inner_entry_repeats_is_said_with_the_outer_index():
    result = sound('sequential: {name: "s{index}", repeat: 3, layers: [{relu: {repeat: index}}, tanh]}')
    assert names(result) == ["s0.0", "s1.0", "s1.1", "s2.0", "s2.1", "s2.2"]
    assert result["s2.1"].type == "relu"


def test_index_is_not_seen_inside_a_block():
    (found,) = net("b: {repeat: 2}", blocks="b: {layers: [{conv2d: {out_channels: index + 1, kernel_size: 1}}]}").findings
    assert (found.code, found.position) == ("CNN003", (3, 40))
    assert found.message.startswith("unknown name `index`")


def test_index_is_seen_where_a_block_is_used():
    blocks = "b: {params: {n: null}, layers: [{conv2d: {name: c, out_channels: n, kernel_size: 1}}]}"
    result = sound("b: {name: s, n: 4 + index, repeat: 2}", blocks=blocks)
    assert [result[f"s.{index}.c"].output_shape[0] for index in range(2)] == [4, 5]


@pytest.mark.parametrize("container", ["sequential", "inline"])
def test_index_is_seen_inside_bodies(container):
    result = sound(f"{container}: {{repeat: 2, layers: [{{conv2d: {{out_channels: 7 + index, kernel_size: 1}}}}]}}")
    assert [layer.output_shape[0] for layer in result.layers] == [7, 8]


@pytest.mark.parametrize("repeat", ["-1", "1.5", "true", "'two'"])
def test_a_repeat_is_a_whole_number_of_at_least_none(repeat):
    (found,) = net(f"relu: {{repeat: {repeat}}}").findings
    assert found.position == (3, 20)


# -- from -----------------------------------------------------------------------------------------------------------


def test_above_stands_for_the_default_in_a_list():
    result = sound("relu", "tanh", "add: [relu1, above]", "concat: [above, above]")
    assert inputs(result, "add1") == ("relu1", "tanh1")
    assert inputs(result, "concat1") == ("add1", "add1")


def test_above_is_for_the_first_entry_of_a_list_what_feeds_the_list():
    result = sound(
        "relu", "sequential: {name: s, layers: [{add: [above, above]}]}", blocks="b: {layers: [{add: [above, input]}]}"
    )
    assert inputs(result, "s.0") == ("relu1", "relu1")
    result = sound("relu", "b: {name: s}", blocks="b: {layers: [{add: [above, input]}]}")
    assert inputs(result, "s.add1") == ("relu1", "relu1")


def test_no_layer_is_called_above():
    (found,) = net("relu: {name: above}").findings
    assert (found.code, found.position) == ("CNN002", (3, 18))


@pytest.mark.parametrize("reference", ["0", "[0, input]", "'0'"])
def test_a_number_cannot_stand_in_from(reference):
    result = net(f"sequential: {{layers: [relu, {{add: {{from: {reference}}}}}]}}")
    assert messages(result)[0][0] == "CNN002"
    assert "from holds names of layers" in messages(result)[0][2]


def test_a_later_name_cannot_be_read():
    entry = "sequential: {layers: [{relu: {from: t}}, {tanh: {name: t}}]}"
    found = messages(net(entry))
    assert found == [("CNN003", (3, column(entry, "t}}, ")), "`t` stands below: a layer reads only what stands above it")]


# -- names ----------------------------------------------------------------------------------------------------------


def test_nameless_layers_are_called_by_type_without_the_dimension_and_a_count():
    result = sound(CONV, "relu", CONV, "batch_norm2d", "relu6", "relu6", "max_pool2d: 2", "sequential: {layers: [relu]}")
    assert names(result) == ["conv1", "relu1", "conv2", "batch_norm1", "relu6_1", "relu6_2", "max_pool1", "sequential1.0"]


def test_a_nameless_block_use_is_called_by_the_blocks_name_and_a_count():
    blocks = "b: {layers: [relu]}\nv2: {layers: [relu]}"
    assert names(sound("b", "v2", "b", "v2", blocks=blocks)) == ["b1.relu1", "v2_1.relu1", "b2.relu1", "v2_2.relu1"]


def test_counts_never_clash_with_a_given_name_above_or_below():
    assert names(sound("relu", "relu: {name: relu1}", "relu: {name: relu3}", "relu")) == ["relu2", "relu1", "relu3", "relu4"]


def test_counts_never_clash_with_a_given_name_in_an_inline_part():
    blocks = "inner: {inline: [{relu: {name: relu2}}]}\nouter: {inline: [inner]}"
    assert names(sound("relu", "relu", "outer", blocks=blocks)) == ["relu1", "relu3", "relu2"]
    layers = "branches: {paths: [[{inline: {layers: [{relu: {name: relu1}}]}}], []]}"
    assert names(sound("relu", layers)) == ["relu2", "relu1", "concat1"]


def test_counts_never_clash_with_a_name_that_an_index_made():
    assert names(sound('relu: {name: "relu{index + 1}", repeat: 2}', "relu")) == ["relu1", "relu2", "relu3"]


def test_counts_never_clash_with_a_blocks_inputs():
    blocks = "b: {inputs: [relu1, other], layers: [{relu: {from: relu1}}, {add: [relu2, other]}]}"
    assert names(sound("b: {from: [input, input]}", blocks=blocks)) == ["b1.relu2", "b1.add1"]


def test_a_repeated_entry_with_a_name_is_a_sequential_of_its_copies_even_of_one():
    assert names(sound("relu: {name: n, repeat: 2}", "tanh: {name: m, repeat: 1}")) == ["n.0", "n.1", "m.0"]
    result = sound("relu: {name: n, repeat: 2}", "b: {name: m, repeat: 1}", blocks="b: {layers: [{relu: {name: r}}]}")
    assert names(result) == ["n.0", "n.1", "m.0.r"]
    assert [part.name for part in result.graph.root.children] == ["n", "m"]


def test_a_repeated_sequential_with_a_name_numbers_twice():
    assert names(sound("sequential: {name: s, repeat: 2, layers: [relu, tanh]}")) == ["s.0.0", "s.0.1", "s.1.0", "s.1.1"]


def test_where_the_name_holds_index_the_copies_bear_the_names_themselves():
    result = sound('relu: {name: "denselayer{index + 1}", repeat: 2}', "add: [denselayer1, denselayer2]")
    assert names(result) == ["denselayer1", "denselayer2", "add1"]


def test_a_repeated_entry_with_no_name_is_as_if_written_so_many_times():
    assert names(sound("relu", "relu: {repeat: 2}", "relu")) == ["relu1", "relu2", "relu3", "relu4"]
    assert names(sound("b: {repeat: 2}", blocks="b: {layers: [relu]}")) == ["b1.relu1", "b2.relu1"]


def test_in_a_sequential_an_entry_is_called_by_its_position_among_those_present():
    layers = "[relu, {tanh: {name: t}}, {relu: {when: false}}, sigmoid, {relu: {repeat: 2}}, tanh]"
    result = sound(f"sequential: {{name: s, layers: {layers}}}")
    assert names(result) == ["s.0", "s.t", "s.2", "s.3", "s.4", "s.5"]
    assert result["s.2"].type == "sigmoid"


def test_a_name_stands_once_in_its_scope_and_again_in_another():
    sound("relu: {name: a}", "sequential: {name: s, layers: [{relu: {name: a}}]}", "sequential: {layers: [{relu: {name: a}}]}")
    entry = "sequential: {layers: [{relu: {name: a}}, {inline: {layers: [{tanh: {name: a}}]}}]}"
    found = messages(net(entry))
    assert found == [("CNN002", (3, column(entry, "a}}]")), "the name `a` stands twice, first in line 3")]


def test_a_layer_may_not_be_called_like_its_blocks_input():
    found = messages(net("b", blocks="b: {layers: [{relu: {name: input}}]}"))
    assert found == [("CNN002", (3, 30), "the name `input` stands twice, and is an input (in a block used at 5:5)")]


def test_a_name_is_visible_below_in_its_scope_and_in_the_scopes_inside_it():
    nested = "sequential: {name: s, layers: [{sequential: {name: t, layers: [{add: [a, b]}]}}, {relu: {name: b, when: false}}]}"
    result = sound("relu: {name: a}", "tanh: {name: b}", nested)
    assert inputs(result, "s.t.0") == ("a", "b")


def test_the_nearest_name_wins():
    result = sound(
        "relu: {name: a}", "sequential: {name: s, layers: [{tanh: {name: a}}, relu, {add: [a, a]}]}", "relu: {from: a}"
    )
    assert inputs(result, "s.2") == ("s.a", "s.a")
    assert inputs(result, "relu1") == ("a",)


@pytest.mark.parametrize("scope", ["sequential: {name: s, layers: [{relu: {name: hidden}}]}", "b: {name: s}"])
def test_a_scopes_inner_layers_are_private(scope):
    blocks = "b: {layers: [{relu: {name: hidden}}]}"
    assert messages(net(scope, "relu: {from: hidden}", blocks=blocks)) == [
        ("CNN003", (6, 18), "no layer or input is called `hidden`")
    ]
    assert messages(net(scope, "relu: {from: s.hidden}", blocks=blocks))[0][0] == "CNN002"


def test_an_output_bears_its_scopes_name():
    blocks = "b: {layers: [relu, {tanh: {name: last}}]}"
    result = sound("b: {name: s}", "sequential: {name: t, layers: [relu, relu]}", "add: [s, t]", blocks=blocks)
    assert inputs(result, "add1") == ("s.last", "t.1")
    assert dict(sound("b: {name: s}", blocks=blocks, head="input: [3, 8, 8]\noutputs: [s]\n").graph.outputs) == {"s": (3, 8, 8)}


def test_a_size_of_a_scopes_output_can_be_asked_for():
    blocks = "b: {layers: [{conv2d: {out_channels: 6, kernel_size: 1}}]}"
    result = sound("b: {name: s}", "conv2d: {name: c, out_channels: s.channels // 2, kernel_size: 1}", blocks=blocks)
    assert result["c"].output_shape == (3, 8, 8)


def test_full_names_join_scopes_with_dots():
    blocks = "b: {layers: [{sequential: {name: s, layers: [relu]}}]}"
    result = sound("b: {name: layer1, repeat: 1}", blocks=blocks)
    assert names(result) == ["layer1.0.s.0"]
    assert result["layer1.0.s.0"].node.scope == ("layer1", "0", "s")


# -- training_only and trainable ------------------------------------------------------------------------------------

HEADS = [
    "conv2d: {name: aux, out_channels: 2, kernel_size: 1, training_only: true}",
    "sequential: {name: aux, training_only: true, layers: [{conv2d: {out_channels: 2, kernel_size: 1}}]}",
    "inline: {name: aux, training_only: true, layers: [{conv2d: {out_channels: 2, kernel_size: 1}}]}",
    "head: {name: aux, training_only: true}",
]
HEAD = "head: {layers: [{conv2d: {out_channels: 2, kernel_size: 1}}]}"


@pytest.mark.parametrize("entry", HEADS)
def test_what_is_for_training_only_is_passed_over_and_its_params_count(entry):
    result = sound("relu", entry, "tanh", blocks=HEAD)
    assert inputs(result, "tanh1") == ("relu1",)
    assert result.totals.params == 3 * 2 + 2
    assert (result.totals.macs, result.totals.activations) == (0, 2 * 3 * 8 * 8)
    assert result.analysis.root.macs == 0


@pytest.mark.parametrize("entry", [*HEADS[1::2], HEADS[0].replace("aux,", "aux, repeat: 1,")])
def test_what_is_for_training_only_costs_what_is_in_it(entry):
    # 3 to 2 channels at 8·8 positions: a multiply-accumulate for each of 6 weights, two flops each and one for the bias.
    result = sound(entry, "tanh", blocks=HEAD)
    head = result.analysis.root.children[0]
    assert (head.name, head.macs, head.flops, head.activations) == ("aux", 6 * 64, 2 * 6 * 64 + 2 * 64, 2 * 64)
    assert (result.analysis.root.macs, result.analysis.root.activations) == (0, 3 * 64)
    sound(entry.replace("aux,", "aux, expect: {macs: 384},"), "tanh", blocks=HEAD)


def test_what_is_for_training_only_is_left_out_of_a_part_that_is_not():
    part = "sequential: {name: s, layers: [tanh, " + f"{{{HEADS[1]}}}" + ", relu]}"
    (found,) = sound(part).analysis.root.children
    assert (found.params, found.macs, found.activations) == (3 * 2 + 2, 0, 2 * 3 * 64)
    assert [child.macs for child in found.children] == [0, 6 * 64, 0]


@pytest.mark.parametrize("entry", HEADS)
@pytest.mark.parametrize("reader", ["relu: {from: aux}", "relu: {from: aux, training_only: false}", "add: [aux, input]"])
def test_what_is_for_training_only_may_not_be_read_at_inference(entry, reader):
    ((code, _, message),) = messages(net(entry, reader, blocks=HEAD))
    assert code == "CNN002"
    assert message == "`aux` is for training only: what runs at inference cannot read it"


@pytest.mark.parametrize("entry", HEADS)
def test_what_is_for_training_only_may_be_read_by_its_like(entry):
    result = sound("relu", entry, "linear: {name: more, from: aux, out_features: 5, training_only: true}", "tanh", blocks=HEAD)
    assert inputs(result, "tanh1") == ("relu1",)


@pytest.mark.parametrize("entry", HEADS)
def test_what_is_for_training_only_is_passed_over_where_it_is_left_out_too(entry):
    head = entry.replace("name: aux", "name: aux, from: early, when: false")
    result = sound("relu: {name: early}", "sigmoid: {name: late}", head, "tanh", blocks=HEAD)
    assert inputs(result, "tanh1") == ("late",)
    assert result.totals.params == 0


@pytest.mark.parametrize(("value", "read"), [("false", "early"), ("1 > 2", "early"), ("1 < 2", "late"), ("heads", "late")])
def test_what_is_left_out_and_for_training_only_is_passed_over_where_its_training_only_is_true(value, read):
    head = f"relu: {{name: aux, from: early, when: false, training_only: {value}}}"
    vars = "input: [3, 8, 8]\nvars: {heads: true}\n"
    result = sound("relu: {name: early}", "sigmoid: {name: late}", head, "tanh", "add: [above, late]", head=vars)
    assert inputs(result, "tanh1") == (read,)


def test_what_is_left_out_is_not_told_apart_where_its_training_only_cannot_be_known():
    head = "relu: {name: aux, from: early, when: false, training_only: nobody}"
    result = net("relu: {name: early}", "sigmoid: {name: late}", head, "tanh", "add: {name: sum, from: [aux, late]}")
    ((code, _, message),) = messages(result)
    assert code == "CNN003"
    assert message.startswith("unknown name `nobody`")
    assert result["tanh1"].output_shape is None
    assert result["sum"].output_shape is None


@pytest.mark.parametrize("entry", HEADS)
def test_what_is_left_out_does_not_hand_on_at_inference_what_is_for_training_only(entry):
    ((code, _, message),) = messages(net("relu", entry, "relu: {from: aux, when: false}", "tanh", blocks=HEAD))
    assert code == "CNN002"
    assert message == "`aux` is for training only: what runs at inference cannot read it"
    result = sound("relu: {name: early}", entry, "add: {from: [early, aux], when: false}", "tanh", blocks=HEAD)
    assert inputs(result, "tanh1") == ("early",)


def test_inside_what_is_for_training_only_entries_follow_one_another():
    result = sound("sequential: {name: s, training_only: true, layers: [relu, {tanh: {training_only: true}}, sigmoid]}")
    assert inputs(result, "s.2") == ("s.1",)
    assert all(layer.node.training_only for layer in result.layers)


def test_inside_what_is_for_training_only_what_is_left_out_gets_its_input():
    entries = "relu, tanh, {sigmoid: {from: 's', when: false, training_only: true}}, gelu"
    result = sound("relu: {name: s}", "sequential: {name: t, training_only: true, layers: [" + entries + "]}")
    assert inputs(result, "t.2") == ("s",)


@pytest.mark.parametrize(
    "entry",
    [
        "conv2d: {name: a, out_channels: 2, kernel_size: 1, trainable: false}",
        "sequential: {trainable: false, layers: [{conv2d: {out_channels: 2, kernel_size: 1, trainable: true}}]}",
        "inline: {trainable: 1 > 2, layers: [{sequential: {layers: [{conv2d: {out_channels: 2, kernel_size: 1}}]}}]}",
        "head: {trainable: false}",
        "branches: {trainable: false, paths: [[], {conv2d: {out_channels: 2, kernel_size: 1}}]}",
    ],
)
def test_trainable_freezes_the_weights_of_all_in_the_scope(entry):
    result = sound(entry, "conv2d: {out_channels: 1, kernel_size: 1, bias: false}", blocks=HEAD)
    below = result.layers[-1].input_shapes[0][0]
    assert (result.totals.params, result.totals.trainable_params) == (3 * 2 + 2 + below, below)
