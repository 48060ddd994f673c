"""Bytes that are no text, text that is no YAML, and every way to end a line: places are those that an editor shows."""

import random

import pytest

SPEC = "input: [1, 32, 32]\nlayers:\n  - relu\n"
MARK = b"\xef\xbb\xbf"

REFUSED = {
    "a picture": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "1:1 CNN001 byte 0x89 is not UTF-8"),
    "a program": (b"\x7fELF\x02\x01\x01\x00\x00", "1:1 CNN001 character U+007F is not allowed in YAML"),
    "random bytes": (random.Random(1).randbytes(100_000), "1:1 CNN001 byte 0xf5 is not UTF-8"),
    "UTF-16, the low byte first": (
        SPEC.encode("utf-16-le").join([b"\xff\xfe", b""]),
        "1:1 CNN001 the file is UTF-16: save it as UTF-8",
    ),
    "UTF-16, the high byte first": (
        SPEC.encode("utf-16-be").join([b"\xfe\xff", b""]),
        "1:1 CNN001 the file is UTF-16: save it as UTF-8",
    ),
    "UTF-16 without a mark": (SPEC.encode("utf-16-le"), "1:2 CNN001 character U+0000 is not allowed in YAML"),
    "Latin-1": (b"input: [1, 32, 32]\nname: caf\xe9\n", "2:10 CNN001 byte 0xe9 is not UTF-8"),
    "a byte that is no text after a mark": (MARK + b"name: caf\xe9\n", "1:10 CNN001 byte 0xe9 is not UTF-8"),
    "a character cut off at the end": (b"name: caf\xc3", "1:10 CNN001 byte 0xc3 is not UTF-8"),
    "a surrogate in UTF-8": (b"name: \xed\xa0\x80\n", "1:7 CNN001 byte 0xed is not UTF-8"),
    "a slash in two bytes": (b"name: \xc0\xaf\n", "1:7 CNN001 byte 0xc0 is not UTF-8"),
    "a zero byte": (b"name: a\x00b\n", "1:8 CNN001 character U+0000 is not allowed in YAML"),
    "an escape": (b"name: \x1b[31mred\n", "1:7 CNN001 character U+001B is not allowed in YAML"),
    "a bell": (b"input: [1, 32, 32]\nname: a\x07\n", "2:8 CNN001 character U+0007 is not allowed in YAML"),
    "a form feed between lines": (b"name: a\n\x0cinput: [1]\n", "2:1 CNN001 character U+000C is not allowed in YAML"),
    "a second mark": (MARK + MARK + SPEC.encode(), "1:1 CNN001 character U+FEFF is not allowed in YAML"),
    "a mark further on": (b"name: a" + MARK + b"\n", "1:8 CNN001 character U+FEFF is not allowed in YAML"),
    "a character that is none": ("name: \ufffe\n".encode(), "1:7 CNN001 character U+FFFE is not allowed in YAML"),
    "a mark and nothing else": (MARK, "1:1 CNN001 the file is empty"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_text_is_refused_where_it_stands(check, case):
    data, expected = REFUSED[case]
    assert check(data).findings == [expected]


def test_a_byte_order_mark_moves_no_column(check):
    outcome = check(MARK + b"nome: x\n" + SPEC.encode())
    assert outcome.findings == ["1:1 CNN002 unknown key `nome`: did you mean `name`?"]
    assert outcome.frames == ["  1 | nome: x", "    | ^"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\x85", "\u2028", "\u2029"])
def test_every_line_break_ends_a_line(check, end):
    text = "# first\ninput: [1, 32, 32]\nlayers:\n  - relu\n  - tahn\n".replace("\n", end)
    outcome = check(text)
    assert outcome.findings == ["5:5 CNN003 unknown layer type `tahn`: did you mean `tanh`?"]
    assert outcome.frames == ["  5 |   - tahn", "    |     ^"]


def test_line_breaks_in_one_file_may_differ(check):
    text = "# a\r\n# b\r# c\n\r\n# e\u2028# f\x85input: [1, 32, 32]\r\nlayers: [tahn]"
    assert check(text).findings == ["8:10 CNN003 unknown layer type `tahn`: did you mean `tanh`?"]


def test_columns_count_characters_and_carets_stand_under_them(check):
    outcome = check("input: [1, 32, 32]\nlayers: [relu: {note: 层层 e\u0301 😀}, tahn]\n")
    assert outcome.findings == ["2:33 CNN003 unknown layer type `tahn`: did you mean `tanh`?"]
    line, caret = outcome.frames
    assert line == "  2 | layers: [relu: {note: 层层 e\u0301 😀}, tahn]"
    assert caret == "    |" + " " * 35 + "^"


def test_a_tab_is_one_column(check):
    outcome = check("input:\t[1,\t32,\t32]\nlayers:\t[tahn]\n")
    assert outcome.findings == ["2:10 CNN003 unknown layer type `tahn`: did you mean `tanh`?"]
    assert outcome.frames == ["  2 | layers: [tahn]", "    |          ^"]
