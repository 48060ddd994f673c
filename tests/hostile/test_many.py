"""As many errors as a file can hold: each is told, once, and telling all costs little more than telling one."""

import pytest

INPUT = "input: [1, 32, 32]\n"
LAYERS = INPUT + "layers:\n"
ANCHOR = "vars: {a: &a " + "x" * 300_000 + "}\n"

CROWDS = {
    "unknown types": (
        LAYERS + "".join(f"- x{i}\n" for i in range(50_000)),
        50_000,
        "50002:3 CNN003 unknown layer type `x49999`",
    ),
    "misspelt types": (
        LAYERS + "".join(f"- conv{i}\n" for i in range(50_000)),
        50_000,
        "50002:3 CNN003 unknown layer type `conv49999`",
    ),
    "unknown options": (
        LAYERS + "- relu: {" + ", ".join(f"k{i}" for i in range(49_990)) + "}\n",
        49_990,
        "3:388812 CNN002 relu has no option `k49989`: it has inplace",
    ),
    "unknown expressions": (
        LAYERS + "".join(f"- linear: a{i} + 1\n" for i in range(33_000)),
        33_000,
        "33002:11 CNN003 unknown name `a32999`",
    ),
    "one key many times": (
        INPUT + "layers: [relu]\n" + "name: x\n" * 49_990,
        49_989,
        "49992:1 CNN001 key `name` stands twice in this mapping, first in line 3",
    ),
    "many keys twice": (
        LAYERS + "- relu: {expect: {" + ", ".join(f"macs{i % 2}" for i in range(20_000)) + "}}\n",
        20_000,
        "3:140012 CNN001 key `macs1` stands twice in this mapping, first in line 3",
    ),
    "unknown sources": (
        LAYERS + "".join(f"- relu: {{name: n{i}}}\n- relu: {{from: m{i}}}\n" for i in range(9_900)),
        9_900,
        "19802:16 CNN003 no layer or input is called `m9899`",
    ),
    "tags": (LAYERS + "- !a relu\n" * 50_000, 50_000, "50002:3 CNN001 tags are not allowed: leave out `!a`"),
    "commas in expressions": (
        LAYERS + "- conv2d: {out_channels: min(1, 2), kernel_size: 1}\n" * 11_000,
        11_000,
        "11002:26 CNN004 `min(1, 2)` holds a comma: inside {…} and […] YAML wants quotes round it",
    ),
    "long texts for types": (ANCHOR + LAYERS + "- *a\n" * 40_000, 40_000, "40003:3 CNN003 unknown layer type `xxxxx"),
    "long texts for names": (ANCHOR + LAYERS + "- relu: {name: *a}\n" * 19_000, 19_000, "19003:16 CNN002 a name is a letter"),
    "long texts for sources": (ANCHOR + LAYERS + "- relu: {from: *a}\n" * 19_000, 19_000, "19003:16 CNN002 from holds names"),
    "long texts for numbers": (
        ANCHOR + LAYERS + "- linear: *a\n" * 33_000,
        33_000,
        "33003:11 CNN005 an expression of 300000 characters",
    ),
    "long texts in expressions": (
        ANCHOR + LAYERS + "- linear: a + 1\n" * 33_000,
        33_000,
        "33003:11 CNN004 `a + 1`: text is not",
    ),
    "long texts for words": (
        ANCHOR + LAYERS + "- relu: {ignore: [*a]}\n" * 15_000,
        15_000,
        "15003:19 CNN002 ignore is a list of words: the text `xxxx",
    ),
}


@pytest.mark.parametrize("case", CROWDS)
def test_every_error_of_many_is_told(check, case):
    text, count, last = CROWDS[case]
    outcome = check(text)
    assert len(outcome.findings) == len(set(outcome.findings)) == count
    assert any(told.startswith(last) for told in outcome.findings[-2:])
    assert outcome.stderr == f"{count} errors in 1 spec\n"
