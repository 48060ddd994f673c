"""``told`` says what is found in a text: each finding as ``line:column code message``, the layer's name left out."""

import pytest

import cnnspec
from cnnspec.language.checker import parse
from cnnspec.rules.selection import Selection, chosen

MEANING = Selection(chosen(None, ["CNN106", "CNN2"]))
"""Every rule but those about layers that nobody reads and about what is unwise: these networks are not built to be run."""


@pytest.fixture
def told():
    def told(text):
        findings = cnnspec.analyze(parse(text, "x.yaml"), selection=MEANING).findings
        return [f"{found.position.line}:{found.position.column} {found.code} {found.message}" for found in findings]

    return told
