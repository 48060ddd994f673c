"""What is wrong in a block is told once, with the places where it is written and used; and what its use expects."""

import pytest
from block_nets import CONV, WIDE, column, messages, names, net, sound

# -- expressions where a value is asked for ---------------------------------------------------------------------------

PARAMS = 'params: {out: null, wide: true, act: gelu, width: 16, more: "DEFAULT"}'


@pytest.mark.parametrize(
    "default",
    ["2 * out", "out", "width // 2", "width", "in_channels", "in_channels // 2", "max(out, 8)", "16 if wide else 8", "1/2"],
)
def test_an_expression_is_no_default(default):
    body = "layers: [{conv2d: {out_channels: out, kernel_size: 1}}, {conv2d: {out_channels: more, kernel_size: 1}}]"
    result = net("b: 4", "b: {out: 4, more: 5}", blocks=f"b: {{{PARAMS.replace('DEFAULT', default)}, {body}}}")
    what = f"more: a default is a value, not an expression: write `{default}` where `more` is used"
    assert messages(result) == [("CNN002", (3, len("  b: {") + PARAMS.index('"') + 1), what)]


@pytest.mark.parametrize("word", ["relu", "pre-norm", "same", "1x1", "wide", "act", "more", "max", "true"])
def test_a_word_is_a_default(word):
    """Also one that is the name of a switch, of a text, of a function or its own."""
    body = f"layers: [relu: {{when: \"more == '{word}'\"}}]"
    result = sound("b: 4", "b: {out: 4, more: other}", blocks=f"b: {{{PARAMS.replace('DEFAULT', word)}, {body}}}")
    assert names(result) == ["b1.relu1"]


def test_an_expression_in_a_list_is_no_default():
    block = "b: {params: {one: 1, sizes: [one, 2 * one]}, layers: [{max_pool2d: sizes}]}"
    found = messages(net("b", blocks=block))
    assert [position for _, position, _ in found] == [(3, 3 + block.index("one, ")), (3, 3 + block.index("2 *"))]


def test_a_default_may_not_be_an_expression_of_vars_nor_a_variable_of_others():
    line = "vars: {growth: 4, stem: 2 * growth}"
    head = f"input: [3, 8, 8]\n{line}\n"
    block = "b: {params: {out: 4 * growth}, layers: [conv2d: {out_channels: out, kernel_size: 1}]}"
    assert messages(net("conv2d: {out_channels: stem, kernel_size: 1}", "b", blocks=block, head=head)) == [
        (
            "CNN002",
            (2, 1 + line.index("2 *")),
            "variable stem is a value, not an expression: write `2 * growth` where it is used",
        ),
        (
            "CNN002",
            (4, 3 + block.index("4 *")),
            "out: a default is a value, not an expression: write `4 * growth` where `out` is used",
        ),
    ]


# -- what is wrong inside ---------------------------------------------------------------------------------------------


def test_an_error_inside_a_block_names_both_places():
    blocks = "inner: {layers: [{relu: {from: nobody}}]}\nouter: {layers: [{inner: {name: i}}]}"
    assert messages(net("relu", "outer: {name: o}", blocks=blocks)) == [
        ("CNN003", (3, 34), "no layer or input is called `nobody` (in a block used at 4:21, in one used at 7:5)")
    ]


def test_a_shape_that_does_not_fit_inside_a_block_names_both_places():
    blocks = "b: {params: {k: 3}, layers: [{conv2d: {name: c, out_channels: 2, kernel_size: k}}]}"
    ((finding),) = net("b", "b: {k: 9}", "b", blocks=blocks).findings
    assert (finding.rule, finding.layer, finding.position) == ("window-too-large", "b2.c", (3, 33))
    assert "(in a block used at 6:5)" in finding.message


def test_a_mistake_is_told_once_and_not_once_a_copy():
    blocks = "b: {layers: [{conv2d: {out_channels: wrong, kernel_size: 1}}, {relu: {from: nobody}}]}"
    found = messages(net("b: {repeat: 50}", "sequential: {repeat: 9, layers: [{relu: {from: lost}}]}", "b", blocks=blocks))
    assert [(code, position[0]) for code, position, _ in found] == [("CNN003", 3), ("CNN003", 3), ("CNN003", 6)]
    assert all("used at 5:5" in message for _, (line, _), message in found if line == 3)


def test_independent_mistakes_in_a_block_are_each_told():
    blocks = "b: {layers: [{conv2d: {out_channels: j, kernel_size: k}}, {linear: 1 // 0}, {linear: 0}, {relu: {repeat: -1}}]}"
    (defined,) = blocks.splitlines()
    found = messages(net("b", "linear: 0", blocks=blocks))
    columns = [len("  ") + defined.index(what) + 1 for what in ("j,", "k}", "1 //", "0}, {relu", "-1")]
    assert [position for _, position, _ in found] == [*((3, column) for column in columns), (6, 13)]


def test_an_error_in_a_parameter_is_told_at_the_use_alone():
    result = net("wide: {width: nobody, repeat: 3}", "relu", blocks=WIDE)
    assert messages(result) == [("CNN003", (5, 19), "unknown name `nobody`")]
    assert result.totals.params is None


@pytest.mark.parametrize("given", ["[input, nobody]", "[nobody, input]"])
def test_an_unknown_input_of_a_repeated_block_is_told_once(given):
    blocks = "two:\n  inputs: [x, y]\n  layers: [relu, add: [above, y]]"
    entry = f"two: {{from: {given}, repeat: 3}}"
    ((code, position, message),) = messages(net(entry, "relu", blocks=blocks))
    assert (code, position) == ("CNN003", (7, column(entry, "nobody")))
    assert message == "no layer or input is called `nobody`"


# -- facts of scopes --------------------------------------------------------------------------------------------------


def test_facts_of_a_blocks_use_and_of_a_sequential_hold():
    # 3 to 4 channels, 1×1: 12 weights, 4 biases, 12·64 multiply-accumulates.
    facts = "expect: {params: 16, macs: 768, output_shape: [4, 8, 8]}"
    blocks = f"b: {{layers: [{{{CONV}}}]}}"
    sound(f"b: {{{facts}}}", f"sequential: {{from: input, {facts}, layers: [{{{CONV}}}]}}", blocks=blocks)
    wrong = facts.replace("16", "17")
    for entry in (f"b: {{{wrong}}}", f"sequential: {{{wrong}, layers: [{{{CONV}}}]}}"):
        ((code, position, message),) = messages(net(entry, blocks=blocks))
        assert (code, position) == ("CNN109", (5, len("  - ") + entry.index("17") + 1))
        assert message == "params is 16, not 17 as expected"


@pytest.mark.parametrize("entry", ["b: {expect: {params: 0}}", "inline: {expect: {params: 0}, layers: []}"])
def test_an_inline_part_has_no_figures_to_expect(entry):
    ((code, position, message),) = messages(net(entry, blocks="b: {inline: [relu]}"))
    assert (code, position) == ("CNN002", (5, len("  - ") + entry.index("0}") + 1))
    assert message == "an inline part has no figures of its own: write `expect` on what stands in it"


def test_of_a_count_that_is_in_error_nothing_is_said_of_index():
    entry = 'conv2d: {name: "c{index}", out_channels: 2 + index, kernel_size: 1, repeat: "[1, 2][2]"}'
    ((code, _, what),) = messages(net(entry))
    assert (code, what) == ("CNN004", "`[1, 2][2]`: the list has 2 items, there is no item 2")
