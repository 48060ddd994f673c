"""From file to network: names, inputs, repeats and switches, and what stays unknown where something is wrong."""

import networkx
import pytest

import cnnspec
from cnnspec.language.checker import parse


def analyze(text):
    return cnnspec.analyze(parse(text, "net.yaml"))


def net(*layers, shape="[3, 32, 32]", head=""):
    return analyze(f"input: {shape}\n{head}layers:\n" + "".join(f"  - {layer}\n" for layer in layers))


def names(result):
    return [layer.name for layer in result.layers]


def messages(result):
    return [(finding.code, tuple(finding.position), finding.message) for finding in result.findings]


CONV = "conv2d: {out_channels: 8, kernel_size: 3, padding: 1"


# -- names ------------------------------------------------------------------------------------------------------


def test_nameless_layers_are_called_by_type_and_count():
    result = net(CONV + "}", "relu6", "relu", CONV + "}", "relu6", "max_pool2d: 2", "adaptive_avg_pool2d: 1")
    assert names(result) == ["conv1", "relu6_1", "relu1", "conv2", "relu6_2", "max_pool1", "adaptive_avg_pool1"]


def test_a_given_name_is_not_taken_by_a_nameless_layer_above_it():
    assert names(net(CONV + "}", CONV + ", name: conv1}", CONV + "}")) == ["conv2", "conv1", "conv3"]


def test_left_out_layers_are_not_counted():
    assert names(net(CONV + ", when: false}", CONV + "}")) == ["conv1"]


def test_a_name_stands_once():
    result = net("relu: {name: a}", "relu: {name: a}", "relu: {name: input}")
    assert messages(result) == [
        ("CNN002", (4, 18), "the name `a` stands twice, first in line 3"),
        ("CNN002", (5, 18), "the name `input` stands twice, and is an input"),
    ]


def test_a_nameless_layer_can_be_read_by_its_name():
    result = net(CONV + "}", "relu", "add: [conv1, relu1]")
    assert result["add1"].node.inputs == ("conv1", "relu1")
    assert not result.findings


# -- inputs -----------------------------------------------------------------------------------------------------


def test_a_layer_reads_the_one_above_or_those_it_names():
    result = net(CONV + ", name: a}", CONV + ", name: b, from: input}", "add: [above, a]")
    assert [layer.node.inputs for layer in result.layers] == [("input",), ("input",), ("b", "a")]
    assert result["add1"].receptive_field["input"][0].field.size == 3


def test_unknown_and_later_names():
    result = net("relu: {from: c3}", "add: [above, c2]", CONV + ", name: c2}")
    assert messages(result) == [
        ("CNN003", (3, 18), "no layer or input is called `c3`"),
        ("CNN003", (4, 18), "`c2` stands below: a layer reads only what stands above it"),
    ]


def test_how_many_inputs_a_layer_takes():
    result = net("add: [input]", "relu: {from: [input, input]}")
    assert messages(result) == [
        ("CNN002", (3, 5), "add joins two or more inputs and is given 1: list them in `from`"),
        ("CNN002", (4, 5), "relu takes one input, not 2"),
    ]


def test_several_inputs_and_outputs():
    text = "inputs: {left: [3, 8, 8], right: [5, 8, 8]}\noutputs: [both, r]\nlayers:\n  - relu: {name: r, from: right}\n"
    result = analyze(text + "  - concat: {name: both, from: [left, r]}\n")
    assert dict(result.graph.outputs) == {"both": (8, 8, 8), "r": (5, 8, 8)}
    assert list(result["both"].receptive_field) == ["left", "right"]
    assert result.to_dict()["totals"]["receptive_field"] == {"left": [1, 1], "right": [1, 1]}
    (found,) = analyze(text + "  - concat: [above, left]\n  - relu: {name: both}\n").findings or (None,)
    assert found is None


def test_with_several_inputs_the_first_layer_says_which():
    result = analyze("inputs: {left: [3, 8, 8], right: [5, 8, 8]}\nlayers: [relu]\n")
    assert messages(result) == [("CNN002", (2, 10), "there are several inputs: say with `from` which is read, of left, right")]


def test_an_unknown_output():
    result = net("relu: {name: last}", head="outputs: [lst]\n")
    assert messages(result) == [("CNN003", (2, 11), "no layer or input is called `lst`: did you mean `last`?")]


# -- repeats and switches -----------------------------------------------------------------------------------------


def test_a_repeated_layer_with_a_name_is_a_scope_of_its_copies():
    result = net("conv2d: {name: body, out_channels: 4 * (index + 1), kernel_size: 3, repeat: 3}", "relu: {from: body}")
    assert names(result) == ["body.0", "body.1", "body.2", "relu1"]
    # Each valid 3×3 takes 2 rows and columns: 32, 30, 28, 26.
    assert [layer.output_shape for layer in result.layers[:3]] == [(4, 30, 30), (8, 28, 28), (12, 26, 26)]
    assert result["body.1"].node.scope == ("body",)
    assert result["relu1"].node.inputs == ("body.2",)
    assert [part.name for part in result.graph.root.children] == ["body", "relu1"]


def test_a_repeated_layer_without_a_name_is_as_if_written_so_many_times():
    assert names(net(CONV + ", repeat: 2}", CONV + "}")) == ["conv1", "conv2", "conv3"]


def test_a_name_with_an_index_is_each_copys_own():
    result = net('relu: {name: "act{index + 1}", repeat: 2}', "add: [act1, act2]")
    assert names(result) == ["act1", "act2", "add1"]
    assert not result.findings


def test_a_repeated_merge_is_fed_by_itself_in_place_of_its_first_input():
    result = net("relu: {name: a}", "add: {from: [input, a], name: sum, repeat: 2}")
    assert [layer.node.inputs for layer in result.layers[1:]] == [("input", "a"), ("sum.0", "a")]


def test_no_copies_are_the_identity():
    result = net(CONV + ", name: body, repeat: 0}", "relu: {from: body}")
    assert [layer.node.inputs for layer in result.layers] == [("input",)]


def test_a_left_out_layer_hands_its_input_on_and_its_other_options_are_not_evaluated():
    result = net("conv2d: {name: c, out_channels: nonsense, kernel_size: 0, when: in_channels == 4}", "relu: {from: c}")
    assert names(result) == ["relu1"]
    assert result["relu1"].node.inputs == ("input",)
    assert not result.findings


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("repeat: -1", "repeat: -1 is less than 0"),
        ("repeat: 1.5", "repeat: 1.5 is not a whole number: write // or round()"),
        ("repeat: true", "repeat: true is not a whole number"),
        ("when: 1", "`1` is not true or false"),
        ("when: yes", "unknown name `yes`: write true"),
    ],
)
def test_repeat_and_when_want_their_kinds(option, message):
    result = net(f"relu: {{{option}}}", "relu")
    assert [finding.message for finding in result.findings] == [message]


def test_too_many_entries():
    result = net("relu: {repeat: 999999999}")
    assert messages(result) == [("CNN005", (3, 5), "the network has more than 100,000 entries")]


# -- training_only and trainable ------------------------------------------------------------------------------------


def test_training_only_counts_params_and_not_inference():
    conv = "conv2d: {name: aux, out_channels: 1, kernel_size: 1, training_only: true}"
    result = net("relu: {name: a}", conv, "relu: {name: b}")
    assert result["b"].node.inputs == ("a",)
    assert result.totals.params == 4  # 3 weights and a bias
    assert (result.totals.macs, result.totals.activations) == (0, 2 * 3 * 32 * 32)
    assert result["aux"].macs == 3 * 32 * 32


def test_inference_cannot_read_training_only():
    result = net("relu: {name: aux, training_only: true}", "relu: {from: aux}")
    assert messages(result) == [("CNN002", (4, 18), "`aux` is for training only: what runs at inference cannot read it")]


def test_frozen_params():
    result = net(CONV + ", trainable: false}", CONV + "}")
    # 8*(3*9 + 1) = 224 and 8*(8*9 + 1) = 584.
    assert (result.totals.params, result.totals.trainable_params) == (808, 584)
    assert (result["conv1"].params, result["conv1"].trainable_params) == (224, 0)


# -- expressions and vars -------------------------------------------------------------------------------------------


def test_expressions_see_vars_sizes_and_layers():
    result = net(
        "conv2d: {name: c, out_channels: width * 2, kernel_size: '[k, k]', padding: k // 2}",
        "linear: in_features + c.channels + input.height",
        head="vars: {width: 8, k: 3}\n",
    )
    assert result["c"].output_shape == (16, 32, 32)
    assert result["linear1"].output_shape == (16, 32, 32 + 16 + 32)


def test_vars_and_inputs_can_be_overridden():
    spec = cnnspec.loads("input: [3, size, size]\nvars: {size: 8, n: 10}\nlayers: [flatten, linear: n]")
    assert cnnspec.analyze(spec)["linear1"].params == 3 * 8 * 8 * 10 + 10
    assert cnnspec.analyze(spec, vars={"n": 2, "size": 4})["linear1"].params == 3 * 4 * 4 * 2 + 2
    assert cnnspec.analyze(spec, inputs=[1, 2, 2])["linear1"].params == 4 * 10 + 10


@pytest.mark.parametrize(
    ("option", "code", "message"),
    [
        ("out_channels: wdth", "CNN003", "unknown name `wdth`: did you mean `width`?"),
        ("out_channels: width / 3", "CNN002", "out_channels: 2.6666666666666665 is not a whole number: write // or round()"),
        ("out_channels: 'true'", "CNN002", "out_channels: true is not a whole number"),
        ("out_channels: 10**10**10", "CNN005", "`10 ** 10 ** 10` has more than 18 digits"),
        ("out_channels: max(1", "CNN004", None),
    ],
)
def test_wrong_expressions(option, code, message):
    result = net(f"conv2d: {{kernel_size: 1, {option}}}", "relu", head="vars: {width: 8}\n")
    (found,) = result.findings
    assert (found.code, tuple(found.position)) == (code, (4, 44))
    assert message is None or found.message == message


# -- what is unknown ------------------------------------------------------------------------------------------------


def test_one_mistake_is_told_once_and_independent_ones_all():
    result = net(
        "conv2d: {name: a, out_channels: 8, kernel_size: 99}",
        "conv2d: {name: b, out_channels: in_channels * 2, kernel_size: 3}",
        "linear: {name: c, out_features: b.channels}",
        "linear: {name: d, out_features: 0}",
        "max_pool2d: {name: e, kernel_size: 33, from: input}",
    )
    assert [(finding.layer, finding.rule) for finding in result.findings] == [
        ("a", "window-too-large"),
        ("d", "invalid-spec"),
        ("e", "window-too-large"),
    ]
    assert [layer.output_shape for layer in result.layers] == [None] * 5
    assert result.totals.params is None


def test_what_is_above_an_error_is_known():
    result = net(CONV + ", name: a}", "linear: nonsense")
    assert result["a"].params == 8 * (3 * 9 + 1)
    assert result.totals.macs is None
    assert result.to_dict()["layers"][1]["output_shape"] is None


# -- networkx -------------------------------------------------------------------------------------------------------


def test_to_networkx():
    graph = net(CONV + ", name: a}", "relu", "add: [a, relu1]").graph.to_networkx()
    assert list(networkx.topological_sort(graph)) == ["input", "a", "relu1", "add1"]
    assert graph.nodes["a"] == {"type": "conv2d", "shape": (8, 32, 32)}
    assert sorted(graph.predecessors("add1")) == ["a", "relu1"]


# -- places where a name means nothing --------------------------------------------------------------------------------


@pytest.mark.parametrize("head", ["input: [in_channels, 8, 8]\n", "input: [3, 8, 8]\nbudget: {params: in_channels}\n"])
def test_at_the_files_top_there_is_no_input_to_ask_for(head):
    (found,) = analyze(head + "layers: [relu]\n").findings
    assert found.code == "CNN003"
    assert found.message.startswith("unknown name `in_channels`")


def test_copies_whose_number_is_unknown_have_unknown_names():
    result = net(
        "conv2d: {name: broken, out_channels: 3, kernel_size: 99}",
        'relu: {name: "r{index}", repeat: in_height, from: broken}',
        "relu: {from: r1}",
    )
    assert [finding.layer for finding in result.findings] == ["broken"]


def test_a_filled_name_is_held_to_what_names_may_be():
    (found,) = net("relu: {name: \"{'__class__'}\", repeat: 1}").findings
    assert found.code == "CNN002"
    assert "`__class__`" in found.message


def test_a_word_that_is_not_known_is_told_the_known_ones():
    (found,) = net("conv2d: {out_channels: 2, kernel_size: 1, padding_mode: zero}").findings
    assert found.message == "unknown word `zero`: did you mean `zeros`?"
    (found,) = net("gelu: {approximate: fast}").findings
    assert found.message == "unknown word `fast`: there are none, tanh"
