"""Each rule's page: its parts, and its two examples, run."""

import re
from inspect import cleandoc

import pytest

import cnnspec
from cnnspec import layers, rules
from cnnspec.language.checker import parse
from cnnspec.language.signature import CONTAINERS
from cnnspec.render.rule_page import text
from cnnspec.rules.page import page

RULES = list(rules.known().values())
CODE = re.compile("`[^`]*`")
every_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)


def findings(rule, label):
    return cnnspec.analyze(parse(page(rule).examples[label], "page.yaml")).findings


def prose(rule):
    found = page(rule)
    return [found.summary, *found.paragraphs, *found.sections.values()]


def test_codes_and_names_are_unique():
    assert len({rule.code for rule in RULES}) == len({rule.name for rule in RULES}) == len(RULES) >= 7


@every_rule
def test_a_rule_is_a_file_of_its_name_with_a_page(rule):
    assert type(rule).__module__ == f"cnnspec.rules.{rule.name.replace('-', '_')}"
    assert page(rule).summary.endswith(".")
    assert len(page(rule).summary) <= 110
    assert page(rule).sections.keys() | {"Arithmetic"} == {"Why", "Arithmetic", "Source"}
    assert page(rule).examples.keys() == {"Bad", "Good"}


@every_rule
def test_the_bad_example_is_found_and_nothing_worse(rule):
    found = findings(rule, "Bad")
    assert {finding.severity for finding in found if finding.rule == rule.name} == {rule.severity}, found
    assert all(finding.rule == rule.name for finding in found if finding.severity == "error"), found


@every_rule
def test_the_good_example_is_not(rule):
    found = findings(rule, "Good")
    assert not [finding for finding in found if finding.rule == rule.name or finding.severity == "error"], found


@every_rule
def test_it_says_whether_it_can_be_fixed(rule):
    assert any(finding.edits for finding in findings(rule, "Bad") if finding.rule == rule.name) == rule.can_be_fixed


@every_rule
def test_its_prose_is_plain(rule):
    """What Markdown would take for a tag, a link, emphasis or a cell's end stands in code."""
    for part in prose(rule):
        assert part.count("`") % 2 == 0, part
        assert not re.search(r"[*<|#]|\]\(|(?<!\w)_|_(?!\w)", CODE.sub("", part)), part


@every_rule
def test_nothing_stands_below_the_sections(rule):
    """It would become a part of the last one."""
    opened = False
    for block in cleandoc(type(rule).__doc__).split("\n\n"):
        is_section = re.match("(Why|Arithmetic|Bad|Good|Source):", block) is not None
        assert is_section or not opened, block
        opened |= is_section


@every_rule
def test_it_fits_a_terminal(rule):
    shown, _, _ = text(page(rule), 80).partition("\nBad:\n")
    for line in shown.splitlines():
        # Code is not broken.
        assert len(line) <= 80 or "`" in line, line
    for part in prose(rule):
        assert set(part.split()) <= set(shown.split()), part


def test_a_list_stays_one():
    class Listing(type(rules.known()["even-kernel"])):
        """A rule.

        It tells of
        - what is
          long, and
        - ``what`` is short.

        Why: it
        matters.

        Bad:
            input: [1]
            layers: []
        """

    found = page(Listing())
    assert (found.summary, found.paragraphs) == ("A rule.", ("It tells of\n- what is long, and\n- `what` is short.",))
    assert found.sections == {"Why": "it matters."}
    assert found.examples == {"Bad": "input: [1]\nlayers: []"}
    assert "\n- what is long, and\n- `what` is short.\n" in text(found, 80)


def test_no_rule_is_called_as_a_layer_type():
    assert {rule.name for rule in RULES}.isdisjoint({*layers.known(), *CONTAINERS})
