"""What an error keeps from being known is null, never 0 and never a guess; and nothing hides why."""

import pytest

import cnnspec
from cnnspec.language.checker import parse


def analyze(text):
    return cnnspec.analyze(parse(text, "net.yaml"))


CONV = "conv1d: {out_channels: 1, kernel_size: 3}"


@pytest.mark.parametrize(
    "text",
    [
        f"input: [1, 16]\nlayers: [{CONV}, relu: {{repeat: 200000}}]\n",
        f"input: [1, 16]\nlayers: [{CONV}, sequential: {{layers: 5}}]\n",
        f"input: [1, 16]\nlayers: [{CONV}, sequential: {{repeat: [2], layers: [relu]}}]\n",
        f"input: [1, 16]\nblocks: {{b: {{params: {{}}}}}}\nlayers: [{CONV}, b]\n",
        "layers: [",
    ],
)
def test_sums_over_what_is_broken_are_null(text):
    result = analyze(text)
    assert result.has_errors
    assert (result.totals.params, result.totals.macs, result.totals.activations) == (None, None, None)
    assert result.to_dict()["totals"]["receptive_field"] is None


@pytest.mark.parametrize(
    "head", ["vars: {a: {x: 1}}\n", "blocks: {b: {params: {a: {x: 1}}, layers: [conv1d: {out_channels: a, kernel_size: 1}]}}\n"]
)
def test_a_mapping_where_a_value_belongs_is_told_once(head):
    layer = "b" if "blocks" in head else "conv1d: {out_channels: a, kernel_size: 1}"
    (found,) = analyze(f"input: [1, 16]\n{head}layers:\n  - {layer}\n").findings
    assert found.message.endswith("not a mapping")


@pytest.mark.parametrize("layer", ["adaptive_avg_pool1d: 4", "conv_transpose1d: {out_channels: 1, kernel_size: 3}", CONV])
def test_windows_over_a_folded_axis_see_what_is_not_known(layer):
    result = analyze(f"input: [1, 8, 8]\nlayers: [flatten: {{start_dim: 1}}, {layer}]\n")
    assert result.to_dict()["layers"][1]["receptive_field"]["size"] == [None, None]


def test_with_several_inputs_fields_are_by_input_even_where_one_is_seen():
    result = analyze(f"inputs: {{a: [1, 8], b: [1, 8]}}\noutputs: [c]\nlayers:\n  - {CONV[:-1]}, from: a, name: c}}\n")
    assert result.to_dict()["totals"]["receptive_field"] == {"a": [3]}
    assert result.to_dict()["layers"][0]["receptive_field"] == {"a": {"size": [3], "jump": [1], "start": [0]}}


def test_a_unit_that_sees_nothing_starts_nowhere():
    # Every second output of the transposed convolution has no input; after a crop the pool reads those alone.
    text = "input: [1, 4]\nlayers: [conv_transpose1d: {out_channels: 1, kernel_size: 1, stride: 2}, crop: 5, %s]\n"
    layer = analyze(text % "max_pool1d: {kernel_size: 1, stride: 2}").to_dict()["layers"][2]
    assert layer["receptive_field"] == {"size": [None], "jump": [None], "start": [None]}


def test_what_keeps_figures_from_being_known_cannot_be_silenced():
    for where in ("lint: {ignore: [window-too-large]}\nlayers: [%s]", "layers: [%s]"):
        layer = "conv1d: {out_channels: 1, kernel_size: 9, ignore: [CNN102]}"
        found = analyze(f"input: [1, 4]\n{where % layer}\n").findings
        assert [finding.rule for finding in found if finding.severity == "error"] == ["window-too-large"]
        assert {finding.rule for finding in found if finding.severity == "note"} == {"unused-suppression"}


def test_an_expectation_can_be_weighed_and_silenced():
    layer = "relu: {expect: {findings: [fractional-stride]}}"
    assert not analyze(f"input: [1, 8]\nlint: {{ignore: [expectation-failed]}}\nlayers: [{layer}]\n").findings
    (found,) = analyze(f"input: [1, 8]\nlint: {{warning: [CNN109]}}\nlayers: [{layer}]\n").findings
    assert found.severity == "warning"


@pytest.mark.parametrize("budget", ["{params: -1}", "{params: 1 - 3}"])
def test_a_negative_budget_is_none(budget):
    (found,) = analyze(f"input: [1, 8]\nbudget: {budget}\nlayers: [{CONV}]\n").findings
    assert found.message.endswith("is not a figure")


def test_a_budget_may_be_an_expression():
    (found,) = analyze(f"input: [1, 8]\nbudget: {{params: 3 - 1}}\nlayers: [{CONV}]\n").findings
    assert found.message == "params are 4, 2 more than the budget of 2"  # 3 weights and a bias


def test_a_field_of_each_input_is_held_to_the_expectation():
    text = "inputs: {a: [1, 8], b: [1, 8]}\nexpect: {receptive_field: %s}\nlayers:\n  - add: [a, b]\n"
    assert not analyze(text % 1).findings
    (found,) = analyze(text % 3).findings
    assert found.message == "receptive_field is a [1], b [1], not 3 as expected"


def test_an_option_that_counts_axes_waits_for_an_input_that_is_known():
    found = analyze("input: [1, 8, 8]\nlayers: [conv2d: {out_channels: 1, kernel_size: 99}, softmax: {dim: height}]\n").findings
    assert [finding.rule for finding in found] == ["window-too-large"]


def test_the_output_is_called_by_the_layer_and_not_by_what_was_left_out():
    result = analyze(f"input: [1, 8]\nlayers: [{CONV[:-1]}, name: c1}}, dropout: {{name: d, when: false}}]\n")
    assert dict(result.graph.outputs) == {"c1": (1, 6)}
