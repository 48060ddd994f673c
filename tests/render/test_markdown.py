"""The Markdown report: complete, its tables whole, and nothing of a spec a mark of its own."""

import re

import pytest

import cnnspec
from cnnspec.language.checker import parse
from cnnspec.render.markdown import _escaped

LENET = """
name: LeNet-5
description: |
  Reads digits.
  - since 1998

  # Second paragraph.
reference: http://yann.lecun.com/exdb/lenet/?a_b=1&c=|REFERENCE
input: [1, 32, 32]
layers:
  - conv2d: {name: c1, out_channels: 6, kernel_size: 5, note: "six maps"}
  - tanh
  - avg_pool2d: 2
  - conv2d: {name: c3, out_channels: 16, kernel_size: 5}
  - tanh
  - avg_pool2d: 2
  - flatten
  - linear: 120
  - tanh
  - linear: 84
  - tanh
  - linear: 10
""".replace("|REFERENCE", "2")

HOSTILE = r"""
name: "<script>alert(1)</script> [a](javascript:b) ![c](https://d) | `e` **f** \u202Eg \n# h"
description: "    code\n<img src=x>\n> quote\n| a | b |\n```\n---\n1. one\n<https://a.org> www.a.org [x]: y"
reference: "javascript:alert(1)"
input: [1, 8, 8]
layers:
  - conv2d: {name: c1, out_channels: 2, kernel_size: 3, note: "a | b\n| c | `d` <br> &lt; \\| __e__ \u2066"}
  - "[x](y)|": 3
  - relu: {from: "</pre>``` |"}
"""

BROKEN = """
name: Broken
input: [3, 32, 32]
layers:
  - conv2d: {name: c1, out_channels: 6, kernel_size: 5, expect: {findings: [fractional-stride]}, stride: 2}
  - conv2d: {name: c3, out_channels: 6, kernel_size: 50}
  - relu
"""


COLUMNS = ["Layer", "Type", "Options", "Output", "Params", "MACs", "FLOPs", "Activations", "Field", "Jump", "Start", "Notes"]
TITLE = (
    r"# &lt;script&gt;alert(1)&lt;/script&gt; \[a\](javascript:b) !\[c\](https\://d) &#124; \`e\` \*\*f\*\* \\u202eg \\x0a# h"
)
OURS = ("**error**", "**CNN002**", "**CNN003**", "`?`", "`–`")


def markdown(text):
    return cnnspec.analyze(parse(text, "net.yaml")).to_markdown()


def tables(text):
    """Each table's rows of cells; a bar inside a cell would stand as an entity."""
    found, last = [], ""
    for line in markdown(text).split("\n"):
        if line.startswith("|"):
            assert line.endswith(" |")
            if not last.startswith("|"):
                found.append([])
            found[-1].append([cell.strip() for cell in line[1:-1].split("|")])
        last = line
    return found


def prose(text):
    """The document without its code frames."""
    return "\n".join(line for line in markdown(text).split("\n") if not line.startswith("    "))


def test_every_figure_of_lenet_is_there():
    text = markdown(LENET)
    for figure in ("61,706", "416,520", "416.5 k", "852,370", "15,002", "16×16", "58.6 KiB", "60,008 bytes"):
        assert f"| {figure} |" in text
    assert text.startswith("# LeNet-5\n\nReads digits.\n\\- since 1998\n\n\\# Second paragraph.\n\nReference: <http://yann.")
    assert "<http://yann.lecun.com/exdb/lenet/?a_b=1&c=2>\n" in text, "an address is not escaped"
    assert "\ninput 1×32×32 → linear3 10, float32. Spec: net.yaml\n" in text
    assert "\nno findings\n" in text
    assert text.endswith(" does not apply.\n")
    assert "\n\n\n" not in text


def test_a_row_a_layer():
    _, layers, convolutions = tables(LENET)
    head, rule, *rows = layers
    assert head == COLUMNS
    assert rule == ["---"] * 3 + ["---:"] * 8 + ["---"]
    assert len(rows) == 12
    options = "out_channels 6, kernel_size 5"
    assert rows[0] == ["c1", "conv2d", options, "6×28×28", "156", "117,600", "239,904", "4,704", "5×5", "1", "0", "six maps"]
    assert rows[7] == [
        "linear1",
        "linear",
        "out_features 120",
        "120",
        "48,120",
        "48,000",
        "96,120",
        "120",
        "global",
        "–",
        "–",
        "",
    ]
    assert convolutions[2:] == [["c1", "156", "122,304", "4,821,600"], ["c3", "2,416", "241,600", "1,883,200"]]


@pytest.mark.parametrize("text", [LENET, HOSTILE, BROKEN])
def test_rows_of_a_table_have_the_same_cells(text):
    assert len(tables(text)) == 3
    for table in tables(text):
        assert len(table) > 2
        assert {len(row) for row in table} == {len(table[0])}


def test_hostile_text_is_text():
    text, words = markdown(HOSTILE), prose(HOSTILE)
    assert not set(text) & set("\u202e\u2066\x07\r")
    assert not re.search(r"[<>]", words), "no tag, no quote, no autolink"
    theirs = words
    for mark in OURS:
        theirs = theirs.replace(mark, "")
    assert not re.search(r"(?<!\\)[\[\]*`]", theirs), "no link, picture, code or emphasis"
    assert not re.search(r"(?<!\\)://|www\.", words), "no bare link"
    assert words.startswith(f"{TITLE}\n")
    assert "\n&lt;img src=x&gt;\n&gt; quote\n&#124; a &#124; b &#124;\n\\`\\`\\`\n\\---\n1\\. one\n" in words
    assert "Reference: javascript:alert(1)\n" in words
    note = tables(HOSTILE)[1][2][-1]
    assert note == r"a &#124; b &#124; c &#124; \`d\` &lt;br&gt; &amp;lt; \\&#124; \_\_e\_\_ \\u2066"


def test_what_is_overridden_says_which_network_it_is():
    spec = parse("name: a\ninput: [1, 4]\nvars: {a_b: [1], n: 1}\nlayers: [{linear: n}]", "net.yaml")
    overridden = cnnspec.analyze(spec, vars={"a_b": [2, 3], "n": "<b>\u202e"}).to_markdown()
    assert overridden.startswith('# a with a_b=\\[2,3\\], n="&lt;b&gt;\\\\u202e"\n')
    assert cnnspec.analyze(spec).to_markdown().startswith("# a\n")


@pytest.mark.parametrize(
    ("plain", "escaped"),
    [
        ("kernel_size 5", "kernel_size 5"),
        ("_a_ __b__ c_", r"\_a\_ \_\_b\_\_ c\_"),
        ("layer1.0.conv2", "layer1.0.conv2"),
        ("1.5", "1.5"),
        ("1) a", r"1\) a"),
        ("2.", r"2\."),
        ("-1", r"\-1"),
        ("=====", r"\====="),
        ("  # a", r"\# a"),
        ("a # b - c", "a # b - c"),
        ("~~a~~ $b$", r"\~\~a\~\~ \$b\$"),
        ("a@b.org", r"a\@b.org"),
        ("WWW.a.org", r"WWW\.a.org"),
        ("&amp;", "&amp;amp;"),
        ("a\\", r"a\\"),
        ("a\nb", r"a\\x0ab"),
    ],
)
def test_escapes_are_few_and_enough(plain, escaped):
    assert str(_escaped(plain)) == escaped


def test_findings_with_their_place_and_frame_errors_first():
    text = markdown(BROKEN)
    assert (
        "## Findings\n\n1 error, 1 note\n\n"
        "**error** **CNN102** window-too-large, net.yaml:6:5\n\n"
        "c3: kernel 50 does not fit the padded input 14×14\n\n"
        "Fix: " in text
    )
    assert "\n\n    6 |   - conv2d: {name: c3, out_channels: 6, kernel_size: 50}\n      |     ^\n\n" in text
    note = text[text.index("**note** (expected) **CNN101** fractional-stride, net.yaml:5:5\n\nc1: (32 + 0 - 5)/2 + 1 = 14.5") :]
    assert "Fix: " not in note


def test_frames_are_code_after_a_blank_line():
    lines = markdown(HOSTILE).split("\n")
    frames = [index for index, line in enumerate(lines) if line.startswith("    ")]
    assert len(frames) >= 4
    assert all(lines[index - 1] == "" or lines[index - 1].startswith("    ") for index in frames)


def test_a_broken_spec_gets_its_report():
    _, layers, _ = tables(BROKEN)
    assert [row[layers[0].index("Params")] for row in layers[2:]] == ["456", "?", "?"]
    assert "| Params | ? |  |" in markdown(BROKEN)


@pytest.mark.parametrize("text", ["", "input: [1, 8", "layers: []", "- a\n- b", "\0", "name: x\ninput: [1, 8, 8]\nlayers: 3"])
def test_a_spec_without_layers_gets_its_report(text):
    assert "\n## Layers\n\nNo layer of this spec could be read.\n" in markdown(text)
    assert len(tables(text)) == 1, "the totals"
