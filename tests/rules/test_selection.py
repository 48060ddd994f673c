"""Which rules are asked: names, codes, beginnings of codes, and what no selection leaves out."""

from dataclasses import replace

import pytest
from rule_nets import net

import cnnspec
from cnnspec import rules
from cnnspec.errors import Position, UsageError
from cnnspec.language.checker import parse
from cnnspec.language.spec import Reference
from cnnspec.rules.page import page
from cnnspec.rules.selection import Selection, chosen, codes_of, of_errors

EVERY = {rule.code for rule in rules.known().values() if rule.can_be_silenced}
ALWAYS = ["window-too-large", "padding-too-large", "groups-mismatch", "shape-mismatch"]

LOST = "conv2d: {out_channels: 1, kernel_size: 3, stride: 3}"
SKIPPED = "conv2d: {out_channels: 1, kernel_size: 1, stride: 2}"


def found(text, selection):
    return [finding.rule for finding in cnnspec.analyze(parse(text, "net.yaml"), selection=selection).findings]


def test_a_rule_is_meant_by_its_name_its_code_or_the_beginning_of_codes():
    assert codes_of("fractional-stride") == codes_of("CNN101") == "CNN101"
    assert codes_of("CNN1") == "CNN1"
    assert codes_of("CNN") == "CNN"


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("fractional-strid", ": did you mean `fractional-stride`?"),
        ("cnn101", ": did you mean `CNN101`?"),
        ("xyz", ""),
        ("", ""),
        ("CNN1011", ": did you mean `CNN101`?"),
    ],
)
def test_an_unknown_rule_is_told_with_the_nearest(word, hint):
    with pytest.raises(UsageError) as raised:
        codes_of(word)
    assert str(raised.value) == f"no rule is called `{word}`{hint}"


@pytest.mark.parametrize("word", [*ALWAYS, "CNN102", "CNN0", "CNN001", "invalid-yaml"])
def test_what_keeps_figures_from_being_known_cannot_be_ignored(word):
    with pytest.raises(UsageError, match=f"`{word}` cannot be ignored: what it tells of keeps figures from being known"):
        codes_of(word, to_ignore=True)
    assert codes_of(word)


def test_all_that_is_not_ignored():
    assert chosen(None) is None
    assert chosen(None, ["CNN101"]) == EVERY - {"CNN101"}
    assert chosen(None, ["CNN1"]) == {code for code in EVERY if code[3] != "1"}
    assert chosen(["CNN"]) == EVERY


def test_only_what_is_selected():
    assert chosen(["CNN101", "CNN108"]) == {"CNN101", "CNN108"}
    assert chosen(["CNN1"], ["CNN101"]) == {code for code in EVERY if code[3] == "1"} - {"CNN101"}
    assert chosen([]) == set()


def test_the_longest_beginning_decides():
    assert chosen(["CNN101"], ["CNN1"]) == {"CNN101"}
    assert chosen(["CNN10"], ["CNN1", "CNN101"]) == {code for code in EVERY if code.startswith("CNN10")} - {"CNN101"}
    assert chosen(["CNN101"], ["CNN101"]) == set()


def test_never_overrules_both():
    assert chosen(["CNN101", "CNN108"], (), ("CNN101",)) == {"CNN108"}
    assert chosen(None, (), ("CNN1",)) == {code for code in EVERY if code[3] != "1"}


def test_rules_that_are_not_selected_find_nothing():
    text = net([1, 7, 7], LOST, budget="{params: 1}")
    assert found(text, Selection(chosen(["CNN10"]))) == ["budget-exceeded", "fractional-stride"]
    assert found(text, Selection(chosen(["CNN108"]))) == ["budget-exceeded"]
    assert found(text, Selection(chosen([]))) == []


def test_what_keeps_figures_from_being_known_is_told_whatever_is_selected():
    assert found(net([1, 2, 2], LOST), Selection(frozenset())) == ["window-too-large"]
    assert found(net([1, 7, 7], "rleu"), Selection(frozenset())) == ["unknown-name"]


def test_a_rule_that_is_not_asked_is_not_missed():
    expects = net([1, 8, 8], "relu: {expect: {findings: [fractional-stride]}}")
    assert found(expects, Selection(chosen(["CNN109"]))) == []
    assert found(expects, Selection(chosen(["CNN109", "CNN101"]))) == ["expectation-failed"]
    assert found(expects, Selection(chosen(["CNN101"]))) == []


def test_strict_makes_every_fractional_stride_an_error():
    spec = parse(net([1, 8, 8], SKIPPED), "net.yaml")
    for strict, severity in ((False, "note"), (True, "error")):
        selection = Selection(chosen(["CNN101"]), strict=strict)
        assert [finding.severity for finding in cnnspec.analyze(spec, selection=selection).findings] == [severity]


DISTRUSTED = {
    "a comment": net([1, 7, 7], f"{LOST}  # cnnspec: ignore[fractional-stride]"),
    "the layer": net([1, 7, 7], LOST.replace("}", ", ignore: [CNN101]}")),
    "the scope": net([1, 7, 7], f"sequential: {{ignore: [CNN101], layers: [{{{LOST}}}]}}"),
    "the file": net([1, 7, 7], LOST, lint="{ignore: [CNN101]}"),
    "a lighter severity": net([1, 7, 7], LOST, lint="{warning: [CNN101]}"),
    "an expectation": net([1, 7, 7], LOST.replace("}", ", expect: {findings: [CNN101]}}")),
}


@pytest.mark.parametrize("by", DISTRUSTED)
def test_a_spec_that_is_not_trusted_silences_nothing(by):
    def errors(trusts_spec):
        selection = Selection(chosen(["CNN1"]), trusts_spec=trusts_spec)
        findings = cnnspec.analyze(parse(DISTRUSTED[by], "net.yaml"), selection=selection).findings
        return [finding.rule for finding in findings if finding.severity == "error"]

    assert errors(trusts_spec=True) == []
    assert errors(trusts_spec=False) == ["fractional-stride"]


def test_a_spec_that_is_not_trusted_may_still_be_harder_on_itself():
    selection = Selection(chosen(["CNN101"]), trusts_spec=False)
    for lint, severity in (("{error: [CNN101]}", "error"), ("{warning: [CNN101]}", "warning"), ("{strict: true}", "error")):
        spec = parse(net([1, 8, 8], SKIPPED, lint=lint), "net.yaml")
        assert [finding.severity for finding in cnnspec.analyze(spec, selection=selection).findings] == [severity]


def test_a_finding_that_is_expected_of_a_spec_that_is_not_trusted_is_not_missed():
    text = net([1, 7, 7], LOST.replace("}", ", expect: {findings: [CNN101]}}"))
    assert found(text, Selection(chosen(["CNN1"]), trusts_spec=False)) == ["fractional-stride"]


def errors(spec, selection):
    return [finding for finding in cnnspec.analyze(spec, selection=selection).findings if finding.severity == "error"]


@pytest.mark.parametrize("rule", rules.known().values(), ids=lambda rule: rule.name)
def test_what_is_asked_for_errors_finds_all_of_them(rule):
    spec = parse(page(rule).examples["Bad"], "page.yaml")
    harder = replace(spec, lint=replace(spec.lint, error=(Reference(rule.name, Position(1, 1)),)))
    assert errors(spec, of_errors(spec)) == errors(spec, Selection())
    assert errors(harder, of_errors(harder)) == errors(harder, Selection())
    assert rule.code in {finding.code for finding in errors(harder, of_errors(harder))}


def test_a_finding_that_is_expected_is_asked_for_where_its_absence_is_an_error():
    spec = parse(net([1, 8, 8], "relu: {expect: {findings: [even-kernel]}}"), "net.yaml")
    assert [finding.rule for finding in errors(spec, of_errors(spec))] == ["expectation-failed"]
