"""``told`` says what is found in a text: each finding as ``line:column code message``, the layer's name left out."""

import pytest

import cnnspec
from cnnspec.language.checker import parse


@pytest.fixture
def told():
    def told(text):
        findings = cnnspec.analyze(parse(text, "x.yaml")).findings
        return [f"{found.position.line}:{found.position.column} {found.code} {found.message}" for found in findings]

    return told
