"""How places of a text are shown: the line, the caret under its column, and only what a terminal shows as it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnspec.errors import Position
from cnnspec.source import Source, lines_of, printable, quoted, width


def frame(text, line, column):
    return Source("x.yaml", text).frame(Position(line, column))


@pytest.mark.parametrize(
    ("text", "place", "expected"),
    [
        ("a: 1\nb: 2\n", (2, 4), "2 | b: 2\n  |    ^"),
        ("a: 1", (1, 1), "1 | a: 1\n  | ^"),
        ("\n" * 99 + "a: 1", (100, 4), "100 | a: 1\n    |    ^"),
        ("a: 1\n", (1, 5), "1 | a: 1\n  |     ^"),
        ("a:\t1\n", (1, 4), "1 | a: 1\n  |    ^"),
        ("层: 1\n", (1, 4), "1 | 层: 1\n  |     ^"),
        ("e\u0301: 1\n", (1, 5), "1 | e\u0301: 1\n  |    ^"),
        ("\u202ea: 1\n", (1, 5), "1 | \\u202ea: 1\n  |          ^"),
        ("a: 1\n", (2, 1), ""),
        ("a: 1\n", (9, 1), ""),
        ("  \na: 1\n", (1, 1), ""),
        ("", (1, 1), ""),
    ],
)
def test_a_frame_shows_the_line_and_the_column(text, place, expected):
    assert frame(text, *place) == expected


@pytest.mark.parametrize("column", [1, 2, 60, 61, 120, 121, 5_000, 9_999, 10_001])
def test_a_long_line_is_cut_round_its_column(column):
    text = "".join(chr(ord("a") + number % 26) for number in range(10_000))
    shown, caret = frame(text, 1, column).split("\n")
    assert len(shown) <= 124
    under = shown[caret.index("^") :][:1]
    assert under == text[column - 1 : column]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", ("",)),
        ("a", ("a",)),
        ("a\n", ("a", "")),
        ("a\nb\r\nc\rd\x85e\u2028f\u2029g", ("a", "b", "c", "d", "e", "f", "g")),
        ("a\x0bb\x0cc", ("a\x0bb\x0cc",)),
        ("\n\r", ("", "", "")),
    ],
)
def test_lines_are_those_of_yaml_s_parser(text, lines):
    assert lines_of(text) == lines


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("é层😀", "é层😀"),
        ("a\x1b[31m", "a\\x1b[31m"),
        ("\x00\x7f\x9b", "\\x00\\x7f\\x9b"),
        ("a\nb\tc", "a\\x0ab\\x09c"),
        ("\u202e\u2066\ufeff", "\\u202e\\u2066\\ufeff"),
        ("\U000e0041", "\\U000e0041"),
        ("\ud800", "\\ud800"),
        ("\\x1b", "\\x1b"),
        ("##[error] ###vso[a]##VSO[b]", "#\\x23[error] ##\\x23vso[a]#\\x23VSO[b]"),
        ("## [a] ## vso", "## [a] ## vso"),
    ],
)
def test_only_what_can_be_shown_is_shown(text, shown):
    assert printable(text) == shown


@given(st.text())
def test_what_is_shown_is_printable(text):
    assert printable(text).isprintable()


@given(st.text(), st.integers(1, 9), st.integers(1, 400))
def test_a_frame_is_two_lines_of_printable_characters(text, line, column):
    shown = frame(text, line, column)
    assert shown == "" or [part.isprintable() for part in shown.split("\n")] == [True, True]


@pytest.mark.parametrize(("text", "columns"), [("abc", 3), ("层", 2), ("e\u0301", 1), ("Ａ", 2), ("é", 1), ("", 0)])
def test_wide_characters_are_two_columns(text, columns):
    assert width(text) == columns


@pytest.mark.parametrize(
    ("text", "shown"),
    [("a", "`a`"), ("x" * 60, f"`{'x' * 60}`"), ("x" * 61, f"`{'x' * 60}…`"), ("x" * 10**6, f"`{'x' * 60}…`")],
)
def test_a_quotation_is_cut_where_it_is_long(text, shown):
    assert quoted(text) == shown
