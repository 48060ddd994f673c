"""Each rule's page: its parts, and its two examples, run."""

import pytest

import cnnspec
from cnnspec import rules
from cnnspec.language.checker import parse
from cnnspec.rules.page import sections

RULES = list(rules.known().values())
every_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)


def findings(rule, label):
    return cnnspec.analyze(parse(sections(type(rule).__doc__)[label], "page.yaml")).findings


def test_codes_and_names_are_unique():
    assert len({rule.code for rule in RULES}) == len({rule.name for rule in RULES}) == len(RULES) >= 7


@every_rule
def test_a_rule_is_a_file_of_its_name_with_a_page(rule):
    assert type(rule).__module__ == f"cnnspec.rules.{rule.name.replace('-', '_')}"
    assert rule.summary.endswith(".")
    assert len(rule.summary) <= 110
    assert {"Why", "Bad", "Good", "Source"} <= sections(type(rule).__doc__).keys()


@every_rule
def test_the_bad_example_is_found_and_nothing_worse(rule):
    found = findings(rule, "Bad")
    assert {finding.severity for finding in found if finding.rule == rule.name} == {rule.severity}, found
    assert all(finding.rule == rule.name for finding in found if finding.severity == "error"), found


@every_rule
def test_the_good_example_is_not(rule):
    found = findings(rule, "Good")
    assert not [finding for finding in found if finding.rule == rule.name or finding.severity == "error"], found


def test_sections_end_with_the_next_label_or_a_blank_line():
    page = """First line.

    A paragraph.

    Why: it matters,
    much.
    Bad:
        input: [1]
        layers: []

    After it.
    """
    assert sections(page) == {
        "": "First line.\n\nA paragraph.\n\n\nAfter it.",
        "Why": "it matters,\nmuch.",
        "Bad": "input: [1]\nlayers: []",
    }
