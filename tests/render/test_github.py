"""Workflow commands: read as GitHub's runner reads them they say what was found, and nothing else."""

import re
from pathlib import Path

import pytest
from checked_specs import CLEAN, EXPECTED, LOST, REFUSED, SKIPPED, WARNED, checked

from cnnspec.errors import Finding, Position
from cnnspec.render.checked import Checked
from cnnspec.render.github import commands
from cnnspec.source import Source

_OF_DATA = {"%0D": "\r", "%0A": "\n", "%25": "%"}
_OF_PROPERTIES = {"%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ",", "%25": "%"}


def read(line):
    """A command as the runner takes it apart: what it is, its properties, what it says."""
    command, data = re.fullmatch(r"::(.*?)::(.*)", line).groups()
    word, _, given = command.partition(" ")
    properties = dict(part.split("=", 1) for part in given.split(","))
    return word, {name: unescaped(value, _OF_PROPERTIES) for name, value in properties.items()}, unescaped(data, _OF_DATA)


def unescaped(text, escapes):
    for escape, character in escapes.items():
        text = text.replace(escape, character)
    return text


def test_place_rule_and_remedy():
    word, properties, data = read(commands([checked(LOST)], Path.cwd()))
    assert word == "error"
    assert properties == {"file": "net.yaml", "line": "3", "col": "5", "title": "CNN101 fractional-stride"}
    assert data.startswith("c1: (7 + 0 - 3)/3 + 1 = 2.33 is not whole: the last 1 of 7 rows and columns are never read. Fix: ")


def test_errors_stand_before_warnings_and_notes_of_all_files():
    specs = [checked(SKIPPED, "a"), checked(LOST, "b"), checked(WARNED, "c"), checked(CLEAN, "d"), checked(LOST, "e")]
    told = [read(line) for line in commands(specs, Path.cwd()).split("\n")]
    assert [(word, properties["file"]) for word, properties, _ in told] == [
        ("error", "b"),
        ("error", "e"),
        ("warning", "c"),
        ("notice", "a"),
    ]


def test_what_is_expected_is_no_news():
    assert commands([checked(EXPECTED)], Path.cwd()) == ""


def test_files_are_named_as_they_lie_in_the_repository(tmp_path):
    def file(name, root):
        return read(commands([checked(LOST, name)], root))[1]["file"]

    assert file(str(tmp_path / "a" / "net.yaml"), tmp_path) == "a/net.yaml"
    assert file(str(tmp_path / "net.yaml"), tmp_path / "a") == str(tmp_path / "net.yaml")


NAMES = ["a\nb.yaml", "a\r\n::error::b", "a%0Ab", "a::b", "a,line=1,b", "a b", "%25", "é層😀"]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_comes_out_as_it_went_in_and_is_one_line(name):
    line = commands([checked(LOST, name)], Path.cwd())
    assert len(line.splitlines()) == 1
    assert read(line)[1]["file"] == name


@pytest.mark.parametrize("name", ["a\x1b[31m", "a\u202eb", "a\u2028b", "a\x85b", "a\udcffb"])
def test_what_a_terminal_acts_on_is_shown_as_an_escape(name):
    line = commands([checked(LOST, name)], Path.cwd())
    assert line.isprintable()


def test_what_a_spec_says_is_one_line():
    line = commands([checked(REFUSED)], Path.cwd())
    assert line.isprintable()
    word, _, data = read(line)
    assert word == "error"
    assert data.startswith("unknown layer type `re\\x1b[31m\\x0a::error::]]>%0A\\u202e💥lu`")


@pytest.mark.parametrize("text", ["::error::x", "x\n::error::y", "%0A::error::y", "100%", "%250A", "##[error]x"])
def test_a_message_cannot_end_its_command(text):
    finding = Finding("CNN101", "fractional-stride", "note", Position(1, 1), text, text)
    line = commands([Checked(Source("net.yaml", ""), (finding,))], Path.cwd())
    assert line.startswith("::notice file=net.yaml,line=1,col=1,title=CNN101 fractional-stride::")
    assert len(line.splitlines()) == 1
    shown = text.replace("\n", "\\x0a").replace("##[", "#\\x23[")
    assert read(line)[2] == f"{shown}: {shown}"
