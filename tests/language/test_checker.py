"""A whole file: every mistake of it in one run, each once and where it stands, and nothing said of what is right."""

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cnnspec
from cnnspec.errors import Position
from cnnspec.language.checker import constant, parse
from cnnspec.language.reader import UNREADABLE
from cnnspec.render.concise import full

LENET = (Path(cnnspec.__file__).parents[1] / "examples" / "lenet.yaml").read_text()

TEN_MISTAKES = """\
cnnspec: 1
naem: LeNet-5
input: [1, 32, 32]
vars: {lambda: 3, wide: true}
layers:
  - conv2d: {name: c1, out_channels: 6, kernal_size: 5}
  - tahn
  - avg_pool2d: 2
  - conv2d: {name: c3, out_channels: wide * 16, kernel_size: 5}
  - tanh: {from: c9}
  - avg_pool2d: {kernel_size: 2, stride: }
  - flatten
  - linear: {name: c1, out_features: 120}
  - tanh
  - linear: 84.5
  - tanh
  - linear: 10
budget: {parms: 5M}
"""


def test_ten_mistakes_are_ten_findings(told):
    assert told(TEN_MISTAKES) == [
        "2:1 CNN002 unknown key `naem`: did you mean `name`?",
        "4:8 CNN002 `lambda` is a word of Python, as expressions are: choose another name",
        "6:41 CNN002 conv2d has no option `kernal_size`: did you mean `kernel_size`?",
        "7:5 CNN003 unknown layer type `tahn`: did you mean `tanh`?",
        "9:38 CNN004 `wide * 16`: a boolean is not a number",
        "10:18 CNN003 no layer or input is called `c9`",
        "11:42 CNN002 stride has no value: write one, or leave stride out",
        "13:20 CNN002 the name `c1` stands twice, first in line 6",
        "15:13 CNN002 out_features: 84.5 is not a whole number: write // or round()",
        "18:10 CNN002 unknown fact `parms`: did you mean `params`?",
    ]


def test_a_file_without_mistakes_has_no_findings(told):
    assert told(LENET) == []


BROKEN = [
    "conv2d: {out_channels: 4}",
    "conv2d: {out_channels: nope, kernel_size: 3}",
    "conv2d: {out_channels: 0, kernel_size: 3}",
    "conv2d: {out_channels: 1e99, kernel_size: 3}",
    "conv2d: {out_channels: 4, kernel_size: 300}",
    "conv2d: {out_channels: 4, kernel_size: 3, groups: 3}",
    "conv2d: {out_channels: min(4, 5), kernel_size: 3}",
    "conv3d: {out_channels: 4, kernel_size: 3}",
    "cnov2d: {out_channels: 4, kernel_size: 3}",
    "relu: {from: nope}",
    "relu: {repeat: many}",
    "relu: {when: many}",
    "add: [input, nope]",
    "conv2d: !x {out_channels: 4, kernel_size: 3}",
    "",
]


def network(entry):
    """A network whose first layer is ``entry``, called `broken`, and whose others depend on it in every way."""
    kind, _, options = entry.partition(": ")
    return f"""\
input: [2, 30, 30]
layers:
  - {f"{kind}: {{name: broken, {options[1:]}" if options[:1] == "{" else entry}
  - conv2d: {{name: c2, out_channels: 2 * in_channels, kernel_size: 3, groups: in_channels}}
  - batch_norm2d
  - relu: {{name: "r{{index}}", repeat: 2}}
  - tanh: {{when: in_height > 4}}
  - add: [above, r0, r1, c2]
  - concat: [above, c2]
  - max_pool2d: {{kernel_size: in_width // 2, expect: {{output_shape: [16, 2, 2], macs: 0}}}}
  - flatten: {{end_dim: 2}}
  - linear: in_features * 2
  - relu: {{repeat: r1.height}}
  - linear: {{name: fc, out_features: 10}}
outputs: [fc]
budget: {{params: 1M, macs: 10M}}
"""


@pytest.mark.parametrize("entry", BROKEN)
def test_a_broken_layer_breaks_none_below_it(told, entry):
    findings = told(network(entry))
    assert len(findings) == 1
    assert findings[0].startswith("3:")


def test_the_network_is_right_where_its_first_layer_is(told):
    assert told(network("conv2d: {out_channels: 4, kernel_size: 3}")) == []


def test_what_a_broken_layer_is_called_is_known_below_it(told):
    entries = ["cnov2d: {name: a}", "relu: {from: a}", "add: [a, above]", "linear: a.channels"]
    text = "input: [2, 8, 8]\nlayers:\n" + "".join(f"  - {entry}\n" for entry in entries) + "outputs: [a]\n"
    assert told(text) == ["3:5 CNN003 unknown layer type `cnov2d`: did you mean `conv2d`?"]


def test_one_mistake_in_many_copies_is_told_once(told):
    text = "input: [1, 8, 8]\nlayers:\n  - conv2d: {out_channels: nope, kernel_size: 1, repeat: 500}\n  - relu: {repeat: 500}\n"
    assert told(text) == ["3:28 CNN003 unknown name `nope`"]


# -- the file's keys ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("inptu: [1, 8]\nlayers: [relu]\n", ["1:1 CNN002 unknown key `inptu`: did you mean `input`?"]),
        ("input: [1, 8]\nlayer: [relu]\n", ["2:1 CNN002 unknown key `layer`: did you mean `layers`?"]),
        ("layers: [relu]\n", ["1:1 CNN002 the spec has no `input`: write input: [channels, height, width]"]),
        ("# LeNet\n\nlayers: [relu]\n", ["3:1 CNN002 the spec has no `input`: write input: [channels, height, width]"]),
        ("input: [1, 8]\n", ["1:1 CNN002 the spec has no `layers`"]),
        (
            "input: [1, 8]\ninputs: {a: [1, 8]}\nlayers: [relu]\n",
            ["2:9 CNN002 `input` and `inputs` both stand here: write one of them"],
        ),
        (
            "input: [1, 8]\nlayers: [relu]\ninput: [2, 8]\n",
            ["3:1 CNN001 key `input` stands twice in this mapping, first in line 1"],
        ),
        (
            "inputs: {a: [1, 8], b: [1, 8]}\nlayers: [relu]\n",
            ["2:10 CNN002 there are several inputs: say with `from` which is read, of a, b"],
        ),
        ("input: [1, 8]\nlayers: [relu]\nBudget: {params: 1}\n", ["3:1 CNN002 unknown key `Budget`: did you mean `budget`?"]),
    ],
)
def test_keys_that_are_wrong_or_missing(told, text, expected):
    assert told(text) == expected


def test_a_key_that_nothing_is_like_is_told_what_there_is(told):
    [finding] = told("zzz: 1\ninput: [1, 8]\nlayers: [relu]\n")
    assert finding == (
        "1:1 CNN002 unknown key `zzz`: there are cnnspec, name, description, reference, input, inputs, dtype, vars, blocks, "
        "layers, outputs, budget, expect, lint"
    )


def test_what_a_file_says_is_kept():
    spec = parse(
        "cnnspec: 1\nname: 12\ndescription: on\nreference: https://x.org\ninputs: {a: [1, 8], b: [2]}\ndtype: int8\n"
        "vars: {n: 3, x: 0.5, yes: no, deep: true, ws: [1, [2, a]]}\nlayers: [relu: {name: on, from: a}]\noutputs: ['on']\n"
        "budget: {params: 5M}\nexpect: {macs: 0}\nlint: {ignore: [a], error: [b], warning: [c], strict: true}\n",
        "nets/x.yaml",
    )
    assert spec.findings == ()
    assert (spec.name, spec.description, spec.reference, spec.dtype) == ("12", "on", "https://x.org", "int8")
    assert list(spec.inputs) == ["a", "b"]
    assert spec.vars == {"n": 3, "x": 0.5, "yes": "no", "deep": True, "ws": [1, [2, "a"]]}
    assert spec.outputs is not None
    assert [(output.name, output.position) for output in spec.outputs] == [("on", Position(9, 11))]
    assert spec.layers[0].given_name == "on"
    assert spec.budget["params"].text == "5M"
    assert spec.lint.strict
    assert [word.name for words in (spec.lint.ignore, spec.lint.error, spec.lint.warning) for word in words] == ["a", "b", "c"]


@pytest.mark.parametrize(("name", "stem"), [("nets/vgg-16.yaml", "vgg-16"), ("<stdin>", "stdin"), ("x", "x")])
def test_a_network_without_a_name_is_called_like_its_file(name, stem):
    assert parse("input: [1, 8]\nlayers: [relu]\n", name).name == stem


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", 3),
        ("0.5", 0.5),
        ("true", True),
        ("yes", "yes"),
        ("relu", "relu"),
        ("[1, [2]]", [1, [2]]),
        ("'3'", "3"),
        ("0x10", 16),
    ],
)
def test_a_constant(text, value):
    assert constant(text) == value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{a: 1}", "it is a number, boolean, text or list, not a mapping"),
        ("~", "it is a number, boolean, text or list, not an empty value"),
        ("[1", "`[` is never closed: write `]` where it ends"),
        ("1e99", "a number of more than 18 digits"),
        ("!x 1", "tags are not allowed: leave out `!x`"),
        ("", "the file is empty"),
    ],
)
def test_what_is_no_constant(text, message):
    with pytest.raises(ValueError) as refusal:  # noqa: PT011 - the message is compared in full
        constant(text)
    assert str(refusal.value) == message


def test_a_number_that_cannot_be_read_is_not_missed_again(told):
    text = (
        "input: [1, 8, 8]\nvars: {n: 1e99, ws: [1e99]}\nlayers:\n  - linear: n + 1\n  - linear: ws[0]\n  - relu: {repeat: n}\n"
    )
    assert told(text) == ["2:11 CNN005 a number of more than 18 digits", "2:22 CNN005 a number of more than 18 digits"]


def test_a_text_that_says_unreadable_is_a_text(told):
    assert told(f"input: [1, 8]\nlayers: [linear: {UNREADABLE}]\n") == [f"2:18 CNN003 unknown name `{UNREADABLE}`"]


# -- no text makes it fail ----------------------------------------------------------------------------------------


def never_fails(text):
    """Every way from a text to a report; what is said of it is printable."""
    result = cnnspec.analyze(parse(text, "x.yaml"))
    assert all(min(found.position) >= 1 and found.message for found in result.findings)
    said = full(result.findings, result.spec.source)
    assert all(character.isprintable() or character == "\n" for character in said)
    return result


@given(st.text(max_size=300) | st.text("{}[]:,-&*!|>'\"%@`#?~ \n\t\r\x85abc019", max_size=120))
def test_no_text_makes_it_fail(text):
    never_fails(text)


@given(st.binary(max_size=300))
def test_no_bytes_make_it_fail(data):
    never_fails(data)


CUTS = st.lists(
    st.tuples(
        st.integers(0, len(LENET)),
        st.integers(0, 12),
        st.text(max_size=3)
        | st.sampled_from(["{", "}", "[", "]", ": ", ",", "- ", "\n", "'", '"', "&a ", "*a", "!x ", "<<: ", "~", "1e99"]),
    ),
    min_size=1,
    max_size=6,
)


@given(CUTS)
def test_no_change_of_a_network_makes_it_fail(cuts):
    text = LENET
    for place, length, more in cuts:
        text = text[:place] + more + text[place + length :]
    never_fails(text)


WORDS = sorted(
    {*LENET.split(), "repeat", "from", "when", "input", "index", "above", "add", "[1, 2]", "{}", "~", "-1", "1e17", "true"}
)


@given(st.lists(st.tuples(st.integers(0, 10**6), st.sampled_from(WORDS)), min_size=1, max_size=8))
def test_no_other_words_in_a_network_make_it_fail(changes):
    pieces = LENET.replace(",", " , ").replace("}", " }").split(" ")
    for place, word in changes:
        pieces[place % len(pieces)] = word
    never_fails(" ".join(pieces))


@pytest.mark.parametrize("seed", range(5))
def test_every_beginning_of_a_network_can_be_read(seed):
    ends = random.Random(seed).sample(range(len(LENET)), 30)
    results = [never_fails(LENET[:end]) for end in ends]
    assert sum(result.has_errors for result in results) >= 1


def test_an_empty_beginning_has_errors_and_the_whole_has_none():
    assert never_fails("").has_errors
    assert not never_fails(LENET).has_errors
