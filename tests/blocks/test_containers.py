"""``sequential``, ``inline`` and ``branches`` as entries."""

import pytest
from block_nets import CONV, column, inputs, messages, names, net, sound

# -- sequential and inline ------------------------------------------------------------------------------------------


def test_a_sequential_is_a_scope_numbered_as_pytorchs():
    result = sound(f"sequential: {{name: features, layers: [{CONV}, relu, max_pool2d: 2]}}", "flatten")
    assert names(result) == ["features.0", "features.1", "features.2", "flatten1"]
    assert result["features.2"].node.scope == ("features",)
    assert inputs(result, "flatten1") == ("features.2",)


def test_an_inline_part_is_no_scope():
    result = sound("relu", "inline: {layers: [relu, {tanh: {name: t}}]}", "relu", "add: [t, relu2]")
    assert names(result) == ["relu1", "relu2", "t", "relu3", "add1"]


def test_the_entries_of_an_inline_part_are_repeated_together():
    result = sound("inline: {repeat: 2, layers: [relu, tanh]}")
    assert [(layer.name, *layer.node.inputs) for layer in result.layers] == [
        ("relu1", "input"),
        ("tanh1", "relu1"),
        ("relu2", "tanh1"),
        ("tanh2", "relu2"),
    ]


def test_the_entries_of_an_inline_part_are_switched_together():
    result = sound("tanh", "inline: {name: part, when: false, layers: [relu, relu]}", "add: [part, input]")
    assert names(result) == ["tanh1", "add1"]
    assert inputs(result, "add1") == ("tanh1", "input")


def test_the_output_of_an_inline_part_bears_its_name():
    result = sound("inline: {name: part, layers: [relu, tanh]}", "sigmoid", "add: [part, above]")
    assert inputs(result, "add1") == ("tanh1", "sigmoid1")


def test_a_repeated_inline_part_with_a_name_is_a_sequential_of_its_copies():
    result = sound("inline: {name: part, repeat: 2, layers: [relu, tanh]}", "sigmoid: {from: part}")
    assert names(result) == ["part.0", "part.1", "part.2", "part.3", "sigmoid1"]
    assert inputs(result, "sigmoid1") == ("part.3",)


@pytest.mark.parametrize("container", ["sequential", "inline"])
def test_bodies_see_what_stands_above_as_the_lines_around_them_do(container):
    entry = f"{container}: {{layers: [{{add: [above, a]}}, {{conv2d: {{out_channels: a.channels + k, kernel_size: 1}}}}]}}"
    result = sound("relu: {name: a}", "tanh", entry, head="input: [3, 8, 8]\nvars: {k: 4}\n")
    assert result.layers[2].node.inputs == ("tanh1", "a")
    assert result.layers[3].output_shape == (3 + 4, 8, 8)


@pytest.mark.parametrize("container", ["sequential", "inline"])
def test_bodies_in_a_block_see_its_parameters_and_layers(container):
    conv = "{conv2d: {name: c, out_channels: n + a.channels, kernel_size: 1}}"
    blocks = f"b: {{params: {{n: 1}}, layers: [{{relu: {{name: a}}}}, {{{container}: {{layers: [{conv}]}}}}]}}"
    assert sound("b: {n: 9}", blocks=blocks).layers[-1].output_shape == (12, 8, 8)


@pytest.mark.parametrize("container", ["sequential", "inline"])
def test_layers_is_the_main_option(container):
    assert sound(f"{container}: [relu, tanh]").layers[1].type == "tanh"
    assert [layer.name for layer in sound("sequential: [relu, tanh]").layers] == ["sequential1.0", "sequential1.1"]


@pytest.mark.parametrize("container", ["sequential", "inline"])
def test_an_empty_body_is_the_identity(container):
    result = sound("relu", f"{container}: {{name: s, layers: []}}", "tanh", "add: [s, above]")
    assert inputs(result, "tanh1") == ("relu1",)
    assert inputs(result, "add1") == ("relu1", "tanh1")


@pytest.mark.parametrize("container", ["sequential", "inline"])
@pytest.mark.parametrize(
    ("options", "what"),
    [("{}", None), ("{layers: relu}", "relu"), ("{layers: [3]}", "3"), ("{layers: [], stride: 2}", "stride")],
)
def test_a_malformed_body_is_told(container, options, what):
    entry = f"{container}: {options}"
    at = (3, column(entry, what) if what else 5)
    assert ("CNN002", at) in [found[:2] for found in messages(net(entry))]


@pytest.mark.parametrize("container", ["sequential", "inline"])
def test_a_container_takes_one_input(container):
    found = messages(net(f"{container}: {{from: [input, input], layers: [relu]}}"))
    assert found == [("CNN002", (3, 5), f"{container} takes one input, not 2")]


# -- branches -------------------------------------------------------------------------------------------------------

PATHS = """branches:
      paths:
        - conv2d: {out_channels: 2, kernel_size: 1}
        - [relu, {conv2d: {out_channels: 4, kernel_size: 1}}]
        - sequential: {name: branch2, layers: [relu, {conv2d: {out_channels: 5, kernel_size: 1}}]}
        - []
"""


def test_paths_are_parallel_over_one_input_and_concatenated():
    result = sound("tanh", PATHS, "sigmoid")
    assert names(result) == ["tanh1", "conv1", "relu1", "conv2", "branch2.0", "branch2.1", "concat1", "sigmoid1"]
    assert [inputs(result, name) for name in ("conv1", "relu1", "branch2.0")] == [("tanh1",)] * 3
    assert inputs(result, "concat1") == ("conv1", "conv2", "branch2.1", "tanh1")
    assert result["concat1"].output_shape == (2 + 4 + 5 + 3, 8, 8)
    assert inputs(result, "sigmoid1") == ("concat1",)


def test_paths_is_the_main_option():
    assert names(sound("branches: [relu, tanh]")) == ["relu1", "tanh1", "concat1"]


@pytest.mark.parametrize("merge", ["add"])
def test_the_merge_may_be_any_merge_type(merge):
    result = sound(f"branches: {{merge: {merge}, paths: [relu, []]}}")
    assert (result.layers[-1].type, result.layers[-1].output_shape) == (merge, (3, 8, 8))
    assert inputs(result, "add1") == ("relu1", "input")


def test_the_merge_takes_its_own_options():
    assert sound("branches: {dim: 1, paths: [[], []]}")["concat1"].output_shape == (3, 16, 8)
    entry = "branches: {merge: add, dim: 1, paths: [[], []]}"
    ((code, position, message),) = messages(net(entry))
    assert (code, position) == ("CNN002", (3, column(entry, "dim")))
    assert message.startswith("add has no option `dim`")


def test_the_merge_bears_the_name():
    result = sound(
        "branches: {name: m, paths: [relu, tanh]}",
        "sigmoid",
        "add: [above, above]",
        "conv2d: {out_channels: m.channels, kernel_size: 1}",
    )
    assert names(result)[2] == "m"
    assert result["conv1"].output_shape[0] == 6


def test_a_list_makes_no_scope_its_layers_can_be_read_below():
    result = sound("branches: {merge: add, paths: [[{relu: {name: r}}, tanh], []]}", "add: [r, above]")
    assert inputs(result, "add2") == ("r", "add1")


def test_in_a_sequential_paths_are_numbered_in_order_and_the_merge_after_them():
    result = sound("sequential: {name: s, layers: [relu, {branches: {paths: [relu, [tanh, sigmoid], []]}}, relu]}")
    types = ["relu", "relu", "tanh", "sigmoid", "concat", "relu"]
    assert [(layer.name, layer.type) for layer in result.layers] == [(f"s.{place}", type) for place, type in enumerate(types)]


def test_branches_read_what_from_names_and_repeat_and_are_left_out():
    result = sound("relu: {name: a}", "tanh", "branches: {merge: add, from: a, repeat: 2, paths: [relu, []]}", "sigmoid")
    assert inputs(result, "relu1") == ("a",)
    assert inputs(result, "relu2") == ("add1",)
    assert inputs(sound("relu", "branches: {when: false, paths: [tanh, tanh]}", "sigmoid"), "sigmoid1") == ("relu1",)


def test_branches_may_stand_in_paths():
    result = sound("branches: {paths: [{branches: {merge: add, paths: [relu, tanh]}}, []]}")
    assert names(result) == ["relu1", "tanh1", "add1", "concat1"]
    assert inputs(result, "concat1") == ("add1", "input")


@pytest.mark.parametrize(
    ("options", "what", "message"),
    [
        ("{paths: [relu]}", "[relu]", "branches has fewer than two paths: write two or more below `paths`"),
        ("{paths: []}", "[]", "branches has fewer than two paths: write two or more below `paths`"),
        ("{paths: relu}", "relu", "branches has no list of paths: write two or more below `paths`"),
        ("{merge: add}", "branches", "branches has no paths: write two or more below `paths`"),
        (
            "{merge: relu, paths: [[], []]}",
            "relu",
            "merge is one of add, average, concat, maximum, multiply, subtract, not the text `relu`",
        ),
        ("{from: [input, input], paths: [[], []]}", "branches", "concat takes one input, not 2"),
    ],
)
def test_malformed_branches_are_told(options, what, message):
    entry = f"branches: {options}"
    assert messages(net(entry)) == [("CNN002", (3, column(entry, what)), message)]


@pytest.mark.parametrize("merge", ["add: [input]", "concat: input", "add", "concat: {dim: 1}"])
def test_a_merge_with_one_input_is_refused(merge):
    type = merge.partition(":")[0]
    wants = f"{type} joins two or more inputs and is given 1: list them in `from`"
    assert messages(net("relu", merge)) == [("CNN002", (4, 5), wants)]


def test_shapes_that_do_not_fit_are_told_at_the_branches():
    result = net("branches: {merge: add, paths: [{conv2d: {out_channels: 2, kernel_size: 1}}, []]}", "relu")
    (found,) = result.findings
    assert (found.rule, found.layer, found.position) == ("shape-mismatch", "add1", (3, 5))


def test_mistakes_in_paths_are_each_told():
    entry = "branches: {paths: [{relu: {from: nobody}}, [tanh, {linear: 0}], nothing]}"
    found = messages(net(entry))
    assert sorted(at for _, at, _ in found) == [(3, column(entry, what)) for what in ("nobody", "0}", "nothing")]


# -- expressions in flow style --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entry", "what"),
    [
        ("sequential: {repeat: max(1, 2), layers: [relu]}", "max(1, 2)"),
        ("inline: {layers: [{conv2d: {out_channels: min(4, 8), kernel_size: 1}}]}", "min(4, 8)"),
        ("b: {n: make_divisible(30, 8), name: s}", "make_divisible(30, 8)"),
    ],
)
def test_an_unquoted_comma_inside_braces_is_explained(entry, what):
    blocks = "b: {params: {n: 1}, layers: [{conv2d: {out_channels: n, kernel_size: 1}}]}"
    assert messages(net(entry, blocks=blocks)) == [
        ("CNN004", (5, column(entry, what)), f"`{what}` holds a comma: inside {{…}} and […] YAML wants quotes round it")
    ]
