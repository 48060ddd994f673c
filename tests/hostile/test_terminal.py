"""Nothing that a file holds reaches a terminal or a log as anything but printable characters: ``check`` looks at each."""

import pytest

INPUT = "input: [1, 32, 32]\n"
CONTROLS = {
    "an escape": "\\e",
    "a bell": "\\a",
    "a backspace": "\\b",
    "a carriage return": "\\r",
    "a line feed": "\\n",
    "a zero": "\\0",
    "a delete": "\\x7f",
    "a control sequence in one character": "\\x9b",
    "a next line": "\\N",
    "a line separator": "\\L",
    "a paragraph separator": "\\P",
    "a right-to-left override": "\\u202e",
    "a left-to-right override": "\\u202d",
    "a pop": "\\u202c",
    "an isolate": "\\u2066",
    "the end of an isolate": "\\u2069",
    "a left-to-right mark": "\\u200e",
    "a right-to-left mark": "\\u200f",
    "a byte-order mark": "\\ufeff",
    "a tag": "\\U000e0041",
}

PLACES = {
    "a key": '"na{}me": x\n' + INPUT + "layers: [relu]\n",
    "a type": INPUT + 'layers: ["re{}lu"]\n',
    "an option": INPUT + 'layers: [relu: {{"in{}place": true}}]\n',
    "a name": INPUT + 'layers: [relu: {{name: "a{}b"}}]\n',
    "a reference": INPUT + 'layers: [relu: {{from: "a{}b"}}]\n',
    "an output": INPUT + 'layers: [relu]\noutputs: ["a{}b"]\n',
    "a word": INPUT + 'layers: [conv2d: {{out_channels: 1, kernel_size: 1, padding_mode: "a{}b"}}]\n',
    "an expression": INPUT + 'layers: [conv2d: {{out_channels: "4 +{} x", kernel_size: 1}}]\n',
    "a string in an expression": INPUT + "layers: [relu: {{when: \"'a{}b' * 2\"}}]\n",
    "a dtype": INPUT + 'dtype: "flo{}at"\nlayers: [relu]\n',
    "a variable": INPUT + 'vars: {{"a{}b": 1}}\nlayers: [relu]\n',
    "a fact": INPUT + 'expect: {{"par{}ams": 1}}\nlayers: [relu]\n',
    "an expected finding": INPUT + 'layers: [relu: {{expect: {{findings: ["a{}b"]}}}}]\n',
    "a rule": INPUT + 'lint: {{ignore: ["a{}b"]}}\nlayers: [relu]\n',
    "a key that stands twice": '"name{0}": x\n"name{0}": x\n' + INPUT + "layers: [relu]\n",
}


@pytest.mark.parametrize("place", PLACES)
def test_every_control_is_shown_as_an_escape(check, place):
    outcome = check(
        "".join(f"# {what}: {escape}\n" for what, escape in CONTROLS.items()) + PLACES[place].format("".join(CONTROLS.values()))
    )
    assert outcome.findings
    assert all(line.startswith(("  ", outcome.file)) for line in outcome.stdout.split("\n")[:-1])


def test_an_escape_is_readable(check):
    outcome = check(INPUT + 'layers: ["re\\e[31mlu"]\n')
    assert outcome.findings == ["2:10 CNN003 unknown layer type `re\\x1b[31mlu`: did you mean `relu`?"]


BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"


def test_what_turns_text_round_is_shown_as_escapes_in_the_frame_too(check):
    outcome = check(INPUT + f"layers: [rel{BIDI}u]\n")
    shown = "".join(f"\\u{ord(mark):04x}" for mark in BIDI)
    assert outcome.findings == [f"2:10 CNN003 unknown layer type `rel{shown}u`"]
    assert outcome.frames[0] == f"  2 | layers: [rel{shown}u]"


def test_the_caret_stands_under_what_follows_an_escape(check):
    line, caret = check(INPUT + f"layers: [{{relu: {{note: {BIDI[:2]}}}}}, tahn]\n").frames
    assert line[caret.index("^") :].startswith("tahn")


@pytest.mark.parametrize("name", ["a b.yaml", "é 层.yaml", "-.yaml", "a:1:2.yaml"])
def test_a_file_is_called_by_its_name(check, name):
    outcome = check("", name=name)
    assert outcome.stdout == f"{outcome.file}:1:1: CNN001 error: the file is empty\n"


def test_a_line_of_a_million_characters_is_cut(check):
    outcome = check(INPUT + "layers: [" + "relu, " * 10 + "tahn" + " " * 1_000_000 + "]\n")
    assert outcome.findings == ["2:70 CNN003 unknown layer type `tahn`: did you mean `tanh`?"]
    line, caret = outcome.frames
    assert line[caret.index("^") :].startswith("tahn")
    assert len(line) < 140


@pytest.mark.parametrize(
    "text",
    [
        INPUT + "layers: [" + "x" * 900_000 + "]\n",
        INPUT + "layers: [relu: {name: " + "x" * 900_000 + "}]\n",
        INPUT + "layers: [relu: {from: " + "x" * 900_000 + "}]\n",
        INPUT + "layers: [relu]\ndtype: " + "x" * 900_000 + "\n",
        INPUT + "layers: [relu]\noutputs: [" + "x" * 900_000 + "]\n",
        INPUT + "layers: [relu]\nlint: {ignore: [" + "x" * 900_000 + "]}\n",
        INPUT + 'layers: [relu]\n? "' + "x" * 900_000 + '"\n: 1\n',
        INPUT + "layers: [relu]\nvars: {? " + "x" * 900_000 + " : 1}\n",
        INPUT + "layers: [relu]\nname: {a: " + "x" * 900_000 + ", [}\n",
    ],
)
def test_a_message_never_holds_a_text_of_any_length(check, text):
    outcome = check(text)
    assert len(outcome.findings) == 1
    assert max(map(len, outcome.stdout.split("\n"))) < 500
