"""Blocks: parameters, inputs, bodies, what they see, and what is wrong with them."""

import pytest
from block_nets import CONV, WIDE, inputs, messages, names, net, sound

# -- parameters -----------------------------------------------------------------------------------------------------


def test_a_block_is_used_like_a_layer_type_with_its_parameters_as_options():
    result = sound("wide: {name: a, width: 5, stride: 7, bias: true}", blocks=WIDE)
    assert result["a.conv1"].output_shape == (5, 2, 2)
    assert result["a.conv1"].params == 3 * 5 + 5


def test_the_first_parameter_is_the_main_option():
    assert sound("wide: 5", blocks=WIDE)["wide1.conv1"].output_shape == (5, 8, 8)


def test_parameters_that_are_not_given_have_their_defaults():
    result = sound("wide: {width: 5}", blocks=WIDE)
    assert (result["wide1.conv1"].output_shape, result["wide1.conv1"].params) == ((5, 8, 8), 15)


def test_null_marks_a_required_parameter():
    assert messages(net("wide", "wide: {stride: 2}", blocks=WIDE)) == [
        ("CNN002", (5, 5), "wide needs `width`"),
        ("CNN002", (6, 5), "wide needs `width`"),
    ]


def test_a_block_without_parameters_takes_no_value():
    assert messages(net("b: 3", blocks="b: {layers: [relu]}")) == [
        ("CNN002", (5, 8), "b takes no value, but the number `3` is given")
    ]


def test_unknown_options_of_a_block_are_refused_with_the_nearest():
    assert messages(net("wide: {width: 5, strid: 2}", blocks=WIDE)) == [
        ("CNN002", (5, 22), "wide has no option `strid`: did you mean `stride`?")
    ]


def test_the_options_that_every_entry_takes_stand_beside_a_blocks_parameters():
    result = sound("relu: {name: r}", "tanh", "wide: {width: 5, name: w, from: r, repeat: 2, note: said}", blocks=WIDE)
    assert inputs(result, "w.0.conv1") == ("r",)


def test_a_parameter_is_evaluated_where_the_block_is_used():
    result = sound(
        CONV, "wide: {width: in_channels * conv1.channels + n}", blocks=WIDE, head="input: [3, 8, 8]\nvars: {n: 2}\n"
    )
    assert result["wide1.conv1"].output_shape == (4 * 4 + 2, 8, 8)


def test_a_parameter_hands_on_a_list_or_a_boolean():
    conv = "{conv2d: {out_channels: 'kernel[1]', kernel_size: kernel, bias: bias}}"
    blocks = f"b: {{params: {{kernel: [1, 1], bias: true}}, layers: [{conv}]}}"
    result = sound("b: {kernel: [3, 5]}", "b: {kernel: [2, 2], bias: 1 > 2}", blocks=blocks)
    assert [layer.output_shape for layer in result.layers] == [(5, 6, 4), (2, 5, 3)]
    # 3×5 kernels from 3 to 5 channels with a bias each; 2×2 ones from 5 to 2 without.
    assert [layer.params for layer in result.layers] == [15 * 3 * 5 + 5, 4 * 5 * 2]


def test_lists_for_a_blocks_loop_are_indexed_by_the_use():
    blocks = "b: {params: {n: null}, layers: [{conv2d: {out_channels: n, kernel_size: 1}}]}"
    head = "input: [3, 8, 8]\nvars: {widths: [4, 6, 9]}\n"
    result = sound('b: {n: "widths[index]", repeat: len(widths)}', blocks=blocks, head=head)
    assert [layer.output_shape[0] for layer in result.layers] == [4, 6, 9]


ACT = """
act:
  params: {act: relu, n: 2}
  layers: [{activation: act}]
twice:
  params: {act: tanh}
  layers: [{act: {act: act, n: 1}}, {act: {act: sigmoid}}]
"""


def functions(result):
    return [layer.node.layer.function for layer in result.layers]


def test_a_parameter_whose_default_is_text_takes_a_word():
    assert functions(sound("act", "act: gelu", "act: {act: silu}", blocks=ACT)) == ["relu", "gelu", "silu"]


def test_the_name_of_such_a_parameter_hands_its_word_on():
    assert functions(sound("twice", "twice: {act: elu}", blocks=ACT)) == ["tanh", "sigmoid", "elu", "sigmoid"]


def test_a_variable_that_holds_a_word_hands_it_on():
    assert functions(sound("act: chosen", blocks=ACT, head="input: [3, 8, 8]\nvars: {chosen: mish}\n")) == ["mish"]


def test_a_known_word_comes_before_a_name():
    blocks = "b: {params: {relu: tanh}, layers: [{activation: relu}, {c: {act: relu}}]}\n" + (
        "c: {params: {act: elu}, layers: [{activation: act}]}"
    )
    assert functions(sound("b", blocks=blocks)) == ["relu", "relu"]


def test_a_word_that_no_type_of_the_file_takes_is_a_name_like_any():
    """``none`` is a word of gelu's."""
    blocks = "b: {params: {none: tanh}, layers: [{c: {act: none}}]}\nc: {params: {act: elu}, layers: [{activation: act}]}"
    assert functions(sound("b", blocks=blocks)) == ["tanh"]
    gelu = blocks.replace("activation: act", "gelu: act")
    assert sound("b", blocks=gelu).layers[0].node.layer.approximate == "none"


def test_padding_may_be_a_parameter():
    blocks = "b: {params: {padding: same}, layers: [{conv2d: {out_channels: 3, kernel_size: 5, padding: padding}}]}"
    assert [layer.output_shape for layer in sound("b", "b: valid", blocks=blocks).layers] == [(3, 8, 8), (3, 4, 4)]


@pytest.mark.parametrize(
    ("entry", "column", "message"),
    [
        ("act: {act: 3}", 16, "act: `3` is not a word"),
        ("act: {act: [relu]}", 16, "act: `` is not a word"),
        ("act: {n: same}", 14, "unknown name `same`"),
        ("act: {n: \"'same'\"}", 14, "n: `'same'` is not a number, a boolean or a list"),
        ("act: {n: chosen}", 14, "n: `chosen` is not a number, a boolean or a list"),
        ("act: {n: {a: 1}}", 14, "a mapping stands where a value is expected"),
        ("act: {n: }", 14, "n has no value: write one, or leave n out"),
    ],
)
def test_a_parameter_takes_what_its_default_is(entry, column, message):
    result = net(entry, "relu", blocks=ACT, head="input: [3, 8, 8]\nvars: {chosen: mish}\n")
    ((_, position, told),) = messages(result)
    assert position == (11, column)
    assert told.startswith(message)
    assert result.layers[-1].output_shape is None


EVERY = ["name", "repeat", "when", "share", "training_only", "trainable", "ignore", "expect", "note"]


@pytest.mark.parametrize("name", EVERY)
def test_no_parameter_is_called_like_an_option_that_every_entry_takes(name):
    ((code, position, message),) = messages(net("relu", blocks=f"b: {{params: {{{name}: 1}}, layers: []}}"))
    assert (code, position) == ("CNN002", (3, 16))
    assert message == f"a parameter cannot be called `{name}`: every entry takes an option of that name"


SECTION_3 = ["index", "in_channels", "in_height", "in_width", "in_depth", "in_length", "in_features", "min", "max", "abs"]
SECTION_3 += ["round", "ceil", "floor", "int", "len", "make_divisible", "true", "false"]


@pytest.mark.parametrize("name", SECTION_3)
def test_no_parameter_is_called_like_a_name_of_expressions(name):
    ((code, position, message),) = messages(net("relu", blocks=f"b: {{params: {{{name}: 1}}, layers: []}}"))
    assert (code, position) == ("CNN002", (3, 16))
    assert message == f"a parameter cannot be called `{name}`: it has a meaning of its own in expressions"


@pytest.mark.parametrize("name", ["from", "if", "None", "__class__", "a-b", "7up", "ø"])
def test_no_parameter_has_a_name_that_is_none(name):
    ((code, position, _),) = messages(net("relu", blocks=f"b: {{params: {{{name}: 1}}, layers: []}}"))
    assert (code, position) == ("CNN002", (3, 16))


# -- inputs and output ------------------------------------------------------------------------------------------------

TWO = "two: {inputs: [x, skip], layers: [{relu: {name: r}}, {add: [r, skip]}]}"


def test_the_input_is_named_input():
    result = sound("tanh", "b", blocks="b: {layers: [relu, {add: [above, input]}]}")
    assert inputs(result, "b1.add1") == ("b1.relu1", "tanh1")


def test_a_block_with_several_inputs_is_given_them_in_from():
    result = sound("relu: {name: a}", "tanh: {name: b}", "two: {name: t, from: [above, a]}", blocks=TWO)
    assert inputs(result, "t.r") == ("b",)
    assert inputs(result, "t.add1") == ("t.r", "a")


def test_the_first_of_several_inputs_feeds_the_first_entry_and_tells_in_channels():
    blocks = "b: {inputs: [x, y], layers: [{conv2d: {out_channels: in_channels + y.channels, kernel_size: 1}}]}"
    result = sound(CONV, "b: {from: [above, input]}", blocks=blocks)
    assert inputs(result, "b1.conv1") == ("conv1",)
    assert result["b1.conv1"].output_shape == (4 + 3, 8, 8)


@pytest.mark.parametrize(("given", "count"), [("", 1), ("from: [a, a, a]", 3)])
def test_as_many_inputs_are_given_as_the_block_has(given, count):
    result = net("relu: {name: a}", f"two: {{{given}}}", "relu", blocks=TWO)
    assert messages(result) == [("CNN002", (6, 5), f"two has the inputs x, skip and is given {count}: list them in `from`")]


def test_a_repeated_block_of_several_inputs_is_fed_by_itself_in_place_of_the_first():
    result = sound("relu: {name: a}", "two: {name: t, from: [input, a], repeat: 2}", blocks=TWO)
    assert inputs(result, "t.1.r") == ("t.0.add1",)
    assert inputs(result, "t.1.add1") == ("t.1.r", "a")


@pytest.mark.parametrize(
    ("listed", "column"),
    [("[]", 15), ("x", 15), ("[x, x]", 19), ("[x, 3]", 19), ("[x, above]", 19), ("[x, a b]", 19), ("[x, lambda]", 19)],
)
def test_inputs_are_a_list_of_names(listed, column):
    assert messages(net("relu", blocks=f"b: {{inputs: {listed}, layers: []}}"))[0][:2] == ("CNN002", (3, column))


def test_the_output_is_the_last_layers():
    result = sound("b: {name: s}", "tanh", blocks="b: {layers: [{relu: {name: a}}, {relu: {from: input}}]}")
    assert inputs(result, "tanh1") == ("s.relu1",)


def test_a_block_with_no_layers_is_the_identity():
    result = sound("relu", "b: {name: s}", "add: [s, relu1]", "b: {repeat: 3}", "tanh", blocks="b: {layers: []}")
    assert names(result) == ["relu1", "add1", "tanh1"]
    assert inputs(result, "add1") == ("relu1", "relu1")
    assert inputs(result, "tanh1") == ("add1",)


def test_a_block_whose_layers_are_all_left_out_is_the_identity():
    assert inputs(sound("b", "tanh", blocks="b: {layers: [{relu: {when: false}}]}"), "tanh1") == ("input",)


# -- blocks in blocks -------------------------------------------------------------------------------------------------


def test_blocks_may_use_blocks_also_those_that_stand_below():
    blocks = "outer: {params: {n: 1}, layers: [{inner: {name: i, n: n + 1}}]}\n" + (
        "inner: {params: {n: 1}, layers: [{conv2d: {name: c, out_channels: n, kernel_size: 1}}]}"
    )
    assert sound("outer: {name: o, n: 6}", blocks=blocks)["o.i.c"].output_shape == (7, 8, 8)


@pytest.mark.parametrize(
    ("blocks", "line", "message"),
    [
        ("a: {layers: [relu, a]}", 3, "block `a` uses itself"),
        ("z: {layers: []}\na: {layers: [b]}\nb: {layers: [a, z]}", 4, "block `a` uses itself through `b`"),
        ("a: {layers: [b]}\nb: {inline: [c]}\nc: {sequential: [a]}", 3, "block `a` uses itself through `b`, `c`"),
        ("a: {layers: [{sequential: {layers: [{branches: {paths: [[], a]}}]}}]}", 3, "block `a` uses itself"),
        ("a: {layers: [{a: {when: false}}]}", 3, "block `a` uses itself"),
    ],
)
def test_a_cycle_is_an_error(blocks, line, message):
    assert messages(net("a", "relu", blocks=blocks)) == [("CNN002", (line, 3), message)]


def test_every_cycle_is_told_and_what_leads_to_one_is_none():
    blocks = "a: {layers: [b]}\nb: {layers: [b]}\nc: {layers: [d]}\nd: {layers: [c]}\ne: {layers: [relu, relu]}"
    found = messages(net("a", "c", "e", blocks=blocks))
    assert found == [
        ("CNN002", (4, 3), "block `b` uses itself"),
        ("CNN002", (5, 3), "block `c` uses itself through `d`"),
    ]


def test_cycles_through_a_block_that_two_share_are_all_broken():
    # a → b → a, and a → c → b: c is in a cycle too, which ends where that of a does.
    blocks = "a: {layers: [b, c]}\nb: {layers: [a]}\nc: {layers: [b]}"
    assert messages(net("c", blocks=blocks)) == [("CNN002", (3, 3), "block `a` uses itself through `b`")]


@pytest.mark.parametrize("name", ["relu", "conv2d", "concat", "sequential", "inline", "branches"])
def test_a_block_may_not_take_the_name_of_a_layer_type(name):
    assert messages(net("tanh", blocks=f"{name}: {{layers: []}}")) == [
        ("CNN002", (3, 3), f"a block cannot be called `{name}`: that is a layer type")
    ]


@pytest.mark.parametrize("name", ["d", "x1d", "layer", "blocks", "input", "_"])
def test_a_block_may_take_any_other_name(name):
    assert names(sound(f"{name}: {{name: s}}", blocks=f"{name}: {{layers: [{{relu: {{name: r}}}}]}}")) == ["s.r"]


# -- what a block sees --------------------------------------------------------------------------------------------------


def test_a_block_sees_its_inputs_its_parameters_the_files_vars_and_its_own_layers():
    blocks = "b: {params: {n: 2}, layers: [{conv2d: {name: c, out_channels: n * k, kernel_size: 1}}, " + (
        "{conv2d: {name: e, out_channels: c.channels + input.channels, kernel_size: 1}}]}"
    )
    result = sound("b: {name: s}", blocks=blocks, head="input: [3, 8, 8]\nvars: {k: 5}\n")
    assert (result["s.c"].output_shape[0], result["s.e"].output_shape[0]) == (10, 13)


def test_a_parameter_wins_over_a_variable():
    blocks = "b: {params: {k: 2}, layers: [{conv2d: {out_channels: k, kernel_size: 1}}, c]}\n" + (
        "c: {layers: [{conv2d: {out_channels: k, kernel_size: 1}}]}"
    )
    result = sound("b", blocks=blocks, head="input: [3, 8, 8]\nvars: {k: 5}\n")
    assert [layer.output_shape[0] for layer in result.layers] == [2, 5]


@pytest.mark.parametrize("body", ["layers", "sequential", "inline"])
@pytest.mark.parametrize(
    ("entry", "name"),
    [
        ("{add: [above, stem]}", "stem"),
        ("{conv2d: {out_channels: stem.channels, kernel_size: 1}}", "stem"),
        ("{linear: n}", "n"),
    ],
)
def test_a_block_never_sees_the_names_at_the_place_of_its_use(body, entry, name):
    blocks = f"b: {{{body}: [{entry}]}}\nouter: {{params: {{n: 4}}, layers: [{{relu: {{name: stem}}}}, b]}}"
    ((code, position, message),) = messages(net("relu: {name: stem}", "outer", blocks=blocks))
    assert (code, position[0]) == ("CNN003", 3)
    assert f"`{name}`" in message


def test_the_files_input_is_not_a_blocks():
    blocks = "b: {inputs: [x, y], layers: [{add: [x, input]}]}"
    ((code, position, message),) = messages(net("b: {from: [input, input]}", blocks=blocks))
    assert (code, position) == ("CNN003", (3, 42))
    assert message.startswith("no layer or input is called `input`")


# -- bodies -------------------------------------------------------------------------------------------------------------


def test_the_three_bodies_differ_in_names_only():
    blocks = {body: f"b: {{{body}: [{{{CONV}}}, relu, {{tanh: {{name: 't'}}}}]}}" for body in ("layers", "sequential")}
    layers = sound("b: {name: s}", "relu", "b", blocks=blocks["layers"])
    sequential = sound("b: {name: s}", "relu", "b", blocks=blocks["sequential"])
    inline = sound("b: {name: s}", "relu", "b", blocks=f"b: {{inline: [{{{CONV}}}, relu, tanh]}}")
    assert names(layers) == ["s.conv1", "s.relu1", "s.t", "relu1", "b1.conv1", "b1.relu1", "b1.t"]
    assert names(sequential) == ["s.0", "s.1", "s.t", "relu1", "b1.0", "b1.1", "b1.t"]
    assert names(inline) == ["conv1", "relu1", "tanh1", "relu2", "conv2", "relu3", "tanh2"]
    assert layers.totals == sequential.totals == inline.totals


def test_an_inline_block_in_a_sequential_is_numbered_with_the_lines_around_it():
    result = sound("sequential: {name: s, layers: [relu, b, relu, b]}", blocks=f"b: {{inline: [{{{CONV}}}, tanh]}}")
    assert [(layer.name, layer.type) for layer in result.layers] == [
        *(("s.0", "relu"), ("s.1", "conv2d"), ("s.2", "tanh"), ("s.3", "relu"), ("s.4", "conv2d"), ("s.5", "tanh")),
    ]


def test_an_inline_blocks_names_can_be_read_where_it_is_used():
    result = sound("b: {name: whole}", "add: [t, whole]", blocks="b: {inline: [{tanh: {name: t}}, {relu: {name: r}}]}")
    assert inputs(result, "add1") == ("t", "r")


def test_a_repeated_inline_block_with_a_name_is_a_sequential():
    assert names(sound("b: {name: s, repeat: 2}", blocks="b: {inline: [relu, tanh]}")) == ["s.0", "s.1", "s.2", "s.3"]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("{}", "block `b` has no body: write one of layers, sequential, inline"),
        ("{params: {n: 1}}", "block `b` has no body: write one of layers, sequential, inline"),
        ("{layers: [], inline: []}", "block `b` has 2 bodies: write one of layers, sequential, inline"),
    ],
)
def test_a_block_has_one_body(body, message):
    assert messages(net("relu", blocks=f"b: {body}")) == [("CNN002", (3, 3), message)]


@pytest.mark.parametrize(
    ("block", "column"),
    [("[relu]", 6), ("relu", 6), ("{layer: [relu]}", 7), ("{layers: relu}", 15), ("{params: [n], layers: []}", 15)],
)
def test_a_malformed_block_is_told(block, column):
    assert ("CNN002", (3, column)) in [found[:2] for found in messages(net("relu", blocks=f"b: {block}"))]
