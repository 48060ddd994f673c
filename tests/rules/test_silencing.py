"""What a file says of rules: silent here or there, heavier or lighter."""

from rule_nets import check, net

BROKEN = "conv2d: {name: c1, out_channels: 4, kernel_size: 3, stride: 3%s}"


def test_a_layer_silences_a_rule():
    assert not check(net([1, 7, 7], BROKEN % ", ignore: [fractional-stride]"))
    assert not check(net([1, 7, 7], BROKEN % ", ignore: [CNN101]"))
    assert check(net([1, 7, 7], BROKEN % ", ignore: [window-too-large]"))


def test_the_file_weighs_rules():
    assert not check(net([1, 7, 7], BROKEN % "", lint="{ignore: [fractional-stride]}"))
    (warning,) = check(net([1, 7, 7], BROKEN % "", lint="{warning: [fractional-stride]}"), "fractional-stride")
    assert warning.severity == "warning"
    skipping = "conv2d: {out_channels: 1, kernel_size: 1, stride: 2}"
    (error,) = check(net([1, 8, 8], skipping, lint="{error: [CNN101]}"), "fractional-stride")
    assert error.severity == "error"


def test_an_unknown_rule_is_an_error():
    (found,) = check(net([1, 9, 9], "relu", lint="{ignore: [fractional-strid]}"))
    assert (found.code, found.position) == ("CNN002", (2, 17))
    assert found.message == "no rule is called `fractional-strid`: did you mean `fractional-stride`?"
    found = check(net([1, 9, 9], "relu: {expect: {findings: [fractional-strid]}}"))
    assert found[0].message == "no rule is called `fractional-strid`: did you mean `fractional-stride`?"


def test_a_scope_silences_a_rule_for_all_that_is_in_it():
    inner = "{conv2d: {out_channels: 1, kernel_size: 3, stride: 3}}"
    assert check(net([1, 7, 7], f"sequential: [{inner}]"))
    assert not check(net([1, 7, 7], f"sequential: {{ignore: [fractional-stride], layers: [{inner}]}}"))
    text = net([1, 7, 7], "b: {name: x, ignore: [CNN101], repeat: 1}", blocks=f"{{b: {{layers: [{inner}]}}}}")
    assert not check(text)


def test_what_the_language_refuses_cannot_be_silenced():
    found = check(net([1, 7, 7], "linear: {name: fc, out_features: 0, ignore: [CNN002]}"))
    assert [finding.message for finding in found] == [
        "out_features: 0 is less than 1",
        "no rule is called `CNN002`: did you mean `CNN102`?",
    ]
