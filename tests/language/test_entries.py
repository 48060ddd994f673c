"""Entries: their three forms, the options beside and below a type, names, and words that are nearly right."""

import pytest

from cnnspec.language.checker import parse
from cnnspec.language.entries import name_fault
from cnnspec.language.signature import known_options, known_types
from cnnspec.language.suggest import _SYNONYMS, did_you_mean, nearest

KNOWN = ("conv2d", "max_pool2d", "avg_pool2d", "batch_norm2d", "relu", "leaky_relu", "tanh", "linear", "flatten", "concat")


def entry(text):
    spec = parse(f"input: [1, 8, 8]\nlayers:\n  - {text}\n", "x.yaml")
    assert spec.findings == ()
    return spec.layers[0]


def values(entry):
    return {name: node.value for name, node in entry.options.items()}


@pytest.mark.parametrize("text", ["relu", "relu:", "relu: ~", "relu: {}", "'relu'"])
def test_a_type_without_options(text):
    found = entry(text)
    assert (found.type, values(found), found.broken, tuple(found.position)) == ("relu", {}, False, (3, 5))


@pytest.mark.parametrize("text", ["max_pool2d: 2", "max_pool2d: {kernel_size: 2}", "max_pool2d:\n      kernel_size: 2"])
def test_the_main_option(text):
    found = entry(text)
    assert (found.type, values(found), found.broken) == ("max_pool2d", {"kernel_size": 2}, False)


@pytest.mark.parametrize("text", ["add: [above, input]", "add: {from: [above, input]}"])
def test_the_main_option_of_a_merge_is_its_sources(text):
    sources = entry(text).sources
    assert sources is not None
    assert [source.name for source in sources] == ["above", "input"]


def test_options_of_every_entry_are_no_options_of_the_layer():
    found = entry(
        "relu: {name: a, from: input, repeat: 2, when: true, trainable: false, ignore: [x], expect: {macs: 0}, note: 5}"
    )
    assert values(found) == {}
    assert (found.given_name, found.note, [word.name for word in found.ignore]) == ("a", "5", ["x"])
    assert found.expect["macs"].value == 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "conv2d:\n    out_channels: 4\n    kernel_size: 3",
            ["4:5 CNN002 `out_channels` and `kernel_size` stand beside `conv2d`: indent an option further than its layer type"],
        ),
        ("relu:\n    name: a", ["4:5 CNN002 `name` stands beside `relu`: indent an option further than its layer type"]),
        (
            "conv2d: {out_channels: 4}\n    kernel_size: 3",
            ["4:5 CNN002 `kernel_size` stands beside `conv2d`: indent an option further than its layer type"],
        ),
        (
            "relu:\n    tanh:",
            ["4:5 CNN002 `tanh` stands beside `relu`: an entry is one layer type; begin another with `- tanh`"],
        ),
        (
            "cnov2d:\n    name: a\n    bias: false",
            [
                "3:5 CNN003 unknown layer type `cnov2d`: did you mean `conv2d`?",
                "4:5 CNN002 `name` stands beside `cnov2d`: indent an option further than its layer type",
                "5:5 CNN002 `bias` stands beside `cnov2d`: an entry is one layer type; begin another with `- bias`",
            ],
        ),
    ],
)
def test_what_stands_beside_a_type(told, text, expected):
    assert told(f"input: [1, 8, 8]\nlayers:\n  - {text}\n") == expected


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("", ["3:5 CNN002 conv2d needs `out_channels` and `kernel_size`"]),
        ("out_channels: 4", ["3:5 CNN002 conv2d needs `kernel_size`"]),
        (
            "out_channel: 4, kernel_sise: 3",
            [
                "3:14 CNN002 conv2d has no option `out_channel`: did you mean `out_channels`?",
                "3:30 CNN002 conv2d has no option `kernel_sise`: did you mean `kernel_size`?",
            ],
        ),
        (
            "stridde: 2, kernel_size: 3",
            [
                "3:5 CNN002 conv2d needs `out_channels`",
                "3:14 CNN002 conv2d has no option `stridde`: did you mean `stride`?",
            ],
        ),
        (
            "in_channels: 1, kernel_size: 3",
            [
                "3:5 CNN002 conv2d needs `out_channels`",
                "3:14 CNN002 conv2d has no option `in_channels`: leave it out, it follows from the input",
            ],
        ),
        (
            "zzz: 1, kernel_size: 3",
            [
                "3:14 CNN002 conv2d has no option `zzz`: it has out_channels, kernel_size, stride, padding, dilation, groups, "
                "bias, padding_mode, weight, connections"
            ],
        ),
        ("out_channels:4, kernel_size:3", ["3:14 CNN002 a space is missing after the `:` in `out_channels:4`"]),
        ("out_channels: 4, kernel_size: 3, nam: a", ["3:47 CNN002 conv2d has no option `nam`: did you mean `name`?"]),
        ("out_channels: , kernel_size: 3", ["3:28 CNN002 out_channels has no value: write one, or leave out_channels out"]),
    ],
)
def test_options_that_are_unknown_or_missing(told, options, expected):
    findings = told(f"input: [1, 8, 8]\nlayers:\n  - conv2d: {{{options}}}\n")
    assert findings[: len(expected)] == expected
    assert len(findings) == len(expected) + ("kernel_size:3" in options)


@pytest.mark.parametrize("type", ["batch_norm1d", "batch_norm2d", "instance_norm2d", "layer_norm2d"])
def test_a_norm_is_given_no_channels(told, type):
    channels = f"input: [64, 8, 8]\nlayers: [{{{type}: 64}}]\n"
    column = len("layers: [{: ") + len(type) + 1
    what = f"{type} takes no number of channels, but `64` is given: leave it out, it follows from the input"
    assert told(channels) == [f"2:{column} CNN002 {what}"]
    assert told("input: [64, 8, 8]\nlayers: [{batch_norm2d: 1e-3}, {batch_norm2d: {eps: 64}}, {layer_norm: 8}]\n") == []


def test_an_option_that_takes_none_may_be_null(told):
    assert told("input: [1, 8, 8]\nlayers: [batch_norm2d: {momentum: ~}]\n") == []


# -- names --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["a", "A", "_", "_a", "on", "yes", "no", "off", "conv1", "relu", "layer1_0", "x" * 200, "match"]
)
def test_a_name(name):
    assert name_fault(name) is None


@pytest.mark.parametrize("word", ["on", "off", "yes", "no"])
def test_a_layer_may_be_called_by_a_word_that_was_a_boolean(told, word):
    text = f"input: [1, 8, 8]\nlayers:\n  - relu: {{name: {word}}}\n  - tanh\n  - add: [above, {word}]\noutputs: [{word}]\n"
    assert told(text) == []


@pytest.mark.parametrize("name", ["", "1", "a b", "a-b", "a.b", "é", "层", "a\n", " a", "x" * 201, "{a}", "a\x1b"])
def test_what_is_no_name(name):
    fault = name_fault(name)
    assert fault is not None
    assert fault.startswith("a name is a letter or _, then letters, digits and _ (200 at most), not ")


@pytest.mark.parametrize("name", ["class", "lambda", "None", "True", "import", "__class__", "__init__", "__"])
def test_words_of_python_are_no_names(name):
    assert name_fault(name) == f"`{name}` is a word of Python, as expressions are: choose another name"


def test_a_name_with_holes_is_one_without_them():
    assert entry('relu: {name: "a{index + 1}_{index}", repeat: 2}').given_name == "a{index + 1}_{index}"


# -- words that are nearly right ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("cnov2d", "conv2d"),
        ("Conv2D", "conv2d"),
        ("conv2", "conv2d"),
        ("maxpool2d", "max_pool2d"),
        ("MaxPool2d", "max_pool2d"),
        ("batchnorm2d", "batch_norm2d"),
        ("BatchNorm", "batch_norm2d"),
        ("rleu", "relu"),
        ("LeakyReLU", "leaky_relu"),
        ("tahn", "tanh"),
        ("flaten", "flatten"),
        ("concatenate", "concat"),
        ("dense", "linear"),
        ("Dense", "linear"),
        ("swish", None),
        ("quux", None),
        ("", None),
        ("x" * 101, None),
        ("conv2d" * 100_000, None),
    ],
)
def test_the_nearest_word(word, meant):
    assert nearest(word, KNOWN) == meant


@pytest.mark.parametrize(
    ("layer", "hint"),
    [
        ("max_pool2d: {kernel_size: 2, learnable: true}", "it has kernel_size, stride, padding, ceil_mode, dilation"),
        ("slice: {start: 0, end: 4}", "did you mean `stop`?"),
        ("softmax: {axis: 0}", "did you mean `dim`?"),
        ("conv2d: {filters: 4, kernel_size: 3}", "did you mean `out_channels`?"),
        ("linear: {out_channels: 4}", "did you mean `out_features`?"),
        ("dropout: {rate: 0.5}", "did you mean `p`?"),
    ],
)
def test_an_option_of_another_layer_or_library(told, layer, hint):
    (found,) = told(f"input: [8, 8, 8]\nlayers:\n  - {layer}\n")
    assert found.endswith(f"`: {hint}")


def test_what_other_libraries_call_a_type():
    every = known_types({})
    known = [meant for word in _SYNONYMS if (meant := nearest(word, every))]
    assert {"linear", "silu", "upsample", "pixel_shuffle", "permute", "reshape", "max_pool2d"} <= set(known)
    assert set(_SYNONYMS.values()) <= {*every, *known_options()}


def test_what_was_meant_is_a_question():
    assert did_you_mean("tahn", KNOWN) == ": did you mean `tanh`?"
    assert did_you_mean("dense", KNOWN) == ": did you mean `linear`?"
    assert did_you_mean("quux", KNOWN) == ""
    assert did_you_mean("anything", ()) == ""


def test_of_many_words_the_first_are_looked_at():
    many = [f"layer_{number}" for number in range(100_000)]
    assert nearest("layer_7x", many) == "layer_7"
    assert nearest("quux", (*many, "quuxx")) is None
