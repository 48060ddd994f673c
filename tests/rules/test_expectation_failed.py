"""CNN109."""

import pytest
from rule_nets import check, net

import cnnspec

CONV = "conv2d: {name: c1, out_channels: 6, kernel_size: 5"  # 6*(25 + 1) = 156 params, 28*28*6*25 = 117,600 macs


@pytest.mark.parametrize(
    ("fact", "holds", "broken", "message"),
    [
        ("params", "156", "157", "params is 156, not 157 as expected"),
        ("macs", "117.6k", "118.6k", "macs is 117,600, not 118.6k as expected"),
        ("output_shape", "[6, 28, 28]", "[6, 28, 27]", "output_shape is [6, 28, 28], not [6, 28, 27] as expected"),
        ("receptive_field", "5", "[5, 7]", "receptive_field is [5, 5], not [5, 7] as expected"),
        # The slide's dense layer between 32*32 = 1,024 and 4,704 units with a bias each: 4,821,600.
        ("dense_params", "4_821_600", "4_816_896", "dense_params is 4,821,600, not 4_816_896 as expected"),
    ],
)
def test_expectations_of_a_layer(fact, holds, broken, message):
    assert not check(net([1, 32, 32], CONV + f", expect: {{{fact}: {holds}}}}}"))
    (found,) = check(net([1, 32, 32], CONV + f", expect: {{{fact}: {broken}}}}}"))
    assert (found.code, found.severity, found.layer, found.message) == ("CNN109", "error", "c1", message)


def test_a_fix_says_what_to_expect():
    def checked(fact, more=""):
        text = net([1, 32, 32], CONV + f"{more}, expect: {{{fact}}}}}")
        return [finding.fix for finding in check(text, "expectation-failed")]

    # With a stride of 7 the windows start at 0, 7, 14 and 21, and read 20 of 32 rows and columns.
    for wrong, right, more in (
        ("params: 7", "params: 156", ""),
        ("macs: 7k", "macs: 117_600", ""),
        ("output_shape: [7]", "output_shape: [6, 28, 28]", ""),
        ("receptive_field: 7", "receptive_field: [5, 5]", ""),
        ("coverage: 0.5", f"coverage: {20 * 20 / 32**2}", ", stride: 7"),
    ):
        assert checked(wrong, more) == [f"expect `{right}`, or take it out"]
        assert checked(right, more) == []


def test_a_fix_of_the_file_says_what_to_expect():
    def checked(fact):
        text = net(
            [1, 32], "conv1d: {out_channels: 2, kernel_size: 32}", "linear: 3", expect=f"{{{fact}}}", outputs="[conv1, linear1]"
        )
        return [finding.fix for finding in check(text, "expectation-failed")]

    # 2·32 + 2 params, and 3·1 + 3.
    for wrong, right in (
        ("params: 7", "params: 72"),
        ("outputs: {linear1: [2, 4]}", "outputs: {conv1: [2, 1], linear1: [2, 3]}"),
    ):
        assert checked(wrong) == [f"expect `{right}`, or take it out"]
        assert checked(right) == []


def test_what_cannot_be_expected_is_taken_out():
    linear = "linear: {name: fc, out_features: 2, expect: {dense_params: 7}}"
    relu = "relu: {expect: {findings: [even-kernel]}}"
    assert [found.fix for found in check(net([3], linear, relu))] == ["take it out", "take it out"]
    text = "inputs: {a: [1, 4], b: [1, 4]}\nexpect: {receptive_field: 2}\nlayers:\n  - add: [a, b]\n"
    assert [found.fix for found in check(text)] == ["take it out"]


@pytest.mark.parametrize(("written", "error"), [("117.6k", False), ("0.12M", False), ("0.11M", True), ("118k", True)])
def test_a_figure_with_a_point_holds_to_the_digits_written(written, error):
    assert bool(check(net([1, 32, 32], CONV + "}", expect=f"{{macs: {written}}}"))) is error


def test_expectations_of_the_file():
    assert not check(net([1, 32, 32], CONV + "}", expect="{layers: 1, outputs: {c1: [6, 28, 28]}, receptive_field: 5}"))
    (found,) = check(net([1, 32, 32], CONV + "}", expect="{outputs: {c1: [6, 28, 27]}}"))
    assert found.message == "outputs is c1 [6, 28, 28], not c1 [6, 28, 27] as expected"


def test_expectations_of_what_is_unknown_are_silent():
    found = check(net([1, 4, 4], CONV + ", expect: {params: 1}}", expect="{params: 1}"))
    assert [finding.rule for finding in found] == ["window-too-large"]


def test_an_expected_finding_is_a_note_and_its_absence_an_error():
    layer = "conv2d: {{name: c1, out_channels: 4, kernel_size: 3, stride: {}, expect: {{findings: [fractional-stride]}}}}"
    (found,) = check(net([1, 7, 7], layer.format(3)))
    assert (found.rule, found.severity, found.expected) == ("fractional-stride", "note", True)
    (absent,) = check(net([1, 7, 7], layer.format(2)))
    assert (absent.rule, absent.severity) == ("expectation-failed", "error")
    assert absent.message == "the finding fractional-stride is expected, but there is none"


def test_a_fact_that_does_not_apply_is_not_as_expected():
    (found,) = check(net([3], "linear: {name: fc, out_features: 2, expect: {dense_params: 7}}"))
    assert found.message == "dense_params is nothing that this has, not 7 as expected"
    (found,) = check(net([3], "linear: 2", expect="{receptive_field: 7}"))
    assert found.message == "receptive_field is nothing that this has, not 7 as expected"


def test_facts_are_of_the_file_as_it_is_written():
    spec = cnnspec.loads(net([1, 32, 32], CONV + ", expect: {macs: 117600}}", expect="{macs: 117600}", budget="{macs: 200k}"))
    assert not cnnspec.analyze(spec).findings
    assert not cnnspec.analyze(spec, inputs=[1, 33, 33]).findings
    (found,) = cnnspec.analyze(spec, inputs=[1, 64, 64]).findings
    assert found.rule == "budget-exceeded"  # 60*60*6*25 = 540,000


def test_outputs_that_are_unknown_are_not_compared():
    found = check(net([1, 4, 4], "max_pool2d: 9", "linear: {name: fc, out_features: 10}", expect="{outputs: {fc: [1, 4, 10]}}"))
    assert [finding.rule for finding in found] == ["window-too-large"]
