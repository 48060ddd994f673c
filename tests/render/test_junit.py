"""JUnit's XML: parsed, it holds a case for each file, and no character that XML forbids."""

import re
from xml.etree import ElementTree as ET

import pytest
from checked_specs import CLEAN, EXPECTED, LOST, REFUSED, SKIPPED, WARNED, checked

from cnnspec.errors import Finding, Position
from cnnspec.render.checked import Checked
from cnnspec.render.junit import suite
from cnnspec.source import Source

FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 leaves out of ``Char``."""


def cases(*of):
    """The suite and its cases."""
    (only,) = ET.fromstring(suite(of))
    assert only.tag == "testsuite"
    assert only.get("name") == "cnnspec"
    return only, list(only)


def test_each_file_is_a_case_and_what_fails_it_its_failure():
    given, (lost, clean) = cases(checked(LOST, "a/lost.yaml"), checked(CLEAN, "clean.yaml"))
    assert (given.get("tests"), given.get("failures"), given.get("errors")) == ("2", "1", "0")
    assert [(case.get("name"), case.get("classname"), len(case)) for case in (lost, clean)] == [
        ("a/lost.yaml", "cnnspec", 1),
        ("clean.yaml", "cnnspec", 0),
    ]
    (failure,) = lost
    assert (failure.tag, failure.get("message"), failure.get("type")) == ("failure", "1 error", "error")
    first, *frame = failure.text.split("\n")
    assert first.startswith("a/lost.yaml:3:5: CNN101 error: c1: (7 + 0 - 3)/3 + 1 = 2.33 is not whole")
    assert frame == ["  3 |   - conv2d: {name: c1, out_channels: 2, kernel_size: 3, stride: 3}", "    |     ^"]


@pytest.mark.parametrize(("threshold", "failed"), [("error", [0]), ("warning", [0, 1]), ("note", [0, 1, 2])])
def test_what_is_less_severe_is_output(threshold, failed):
    _, found = cases(*(checked(text, threshold=threshold) for text in (LOST, WARNED, SKIPPED, EXPECTED)))
    assert [[part.tag for part in case] for case in found] == [
        ["failure" if number in failed else "system-out"] for number in range(4)
    ]
    assert [case[0].get("type") for case in found][: len(failed)] == ["error", "warning", "note"][: len(failed)]
    assert found[3][0].text.startswith("net.yaml:3:5: CNN101 note (expected): c1: ")


def test_findings_of_both_kinds_stand_in_one_case():
    text = "input: [1, 8, 8]\nlayers:\n  - conv2d: {out_channels: 1, kernel_size: 1, stride: 2}\n  - max_pool2d: 3\n"
    # (8 - 1)/2 + 1 = 4.5 skips on purpose; (4 - 3)/3 + 1 = 1.33 loses a row.
    _, (case,) = cases(checked(text))
    assert [part.tag for part in case] == ["failure", "system-out"]
    assert "pool1: (4 + 0 - 3)/3 + 1 = 1.33" in case[0].text
    assert "conv1: (8 + 0 - 1)/2 + 1 = 4.5" in case[1].text


def test_without_files_there_are_no_cases():
    given, found = cases()
    assert (given.get("tests"), given.get("failures"), found) == ("0", "0", [])


def test_markup_in_a_spec_is_text():
    (case,) = cases(checked(REFUSED, '<a b="&amp;">]]>.yaml'))[1]
    assert case.get("name") == '<a b="&amp;">]]>.yaml'
    assert "unknown layer type `re\\x1b[31m\\x0a::error::]]>%0A\\u202e💥lu`" in case[0].text


def test_no_character_that_xml_forbids_is_left():
    every = "".join(map(chr, (*range(0x3000), *range(0xD7F0, 0xE010), *range(0xFEF0, 0x10010), 0x1FFFF, 0x10FFFF)))
    assert FORBIDDEN.search(every)
    finding = Finding("CNN101", "fractional-stride", "error", Position(1, 1), every, every, every)
    text = suite([Checked(Source(every, every), (finding, finding._replace(severity="note")))])
    assert text.isascii()
    (case,) = next(iter(ET.fromstring(text)))
    for part in (case.get("name"), *(part.text for part in case)):
        assert FORBIDDEN.search(part) is None
        assert "\U00010000" in part
