"""Findings as JUnit's XML, which most build servers read: a test case for each file."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from cnnspec.errors import SEVERITIES
from cnnspec.render.checked import Checked
from cnnspec.render.concise import full, line, tally
from cnnspec.source import printable


def suite(checked: Sequence[Checked]) -> str:
    """A suite with a case for each file: what fails it is its failure, the other findings are its output.

    All text of a spec is made printable, so that no character is left that XML forbids.
    """
    failed = sum(any(map(each.fails, each.findings)) for each in checked)
    root = ET.Element("testsuites")
    suite = ET.SubElement(root, "testsuite", name="cnnspec", tests=str(len(checked)), failures=str(failed), errors="0")
    for each in checked:
        case = ET.SubElement(suite, "testcase", name=printable(each.source.name), classname="cnnspec")
        if failures := [finding for finding in each.findings if each.fails(finding)]:
            worst = min((finding.severity for finding in failures), key=SEVERITIES.index)
            failure = ET.SubElement(case, "failure", message=tally(failures), type=worst)
            failure.text = full(failures, each.source)
        if others := [finding for finding in each.findings if not each.fails(finding)]:
            ET.SubElement(case, "system-out").text = "\n".join(line(finding, each.source) for finding in others)
    ET.indent(root)
    text: bytes = ET.tostring(root, encoding="us-ascii", xml_declaration=True)
    return text.decode("ascii")
