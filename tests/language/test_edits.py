"""Options set in a spec's text: what changes, what stays, and what is left alone."""

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from cnnspec.errors import Edit, Position
from cnnspec.language.checker import parse
from cnnspec.language.edits import applied, offset, position, set_name, set_option

HEAD = "cnnspec: 1\ninput: [3, 8, 8]\nlayers:\n"


def edited(entries, name="bias", value="false", head=HEAD, at=0):
    """The text with an option of one of its entries set, less what stands above the entries; None where it is left alone."""
    text = head + entries
    spec = parse(text, "net.yaml")
    assert not spec.findings, spec.findings
    edits = set_option(text, list(spec.entries())[at], name, value)
    after = applied(text, edits)
    assert after.startswith(head)
    assert said(after, at, name) == said(text, at, name)
    return after[len(head) :] if edits else None


def said(text, at, name):
    """All that the entries of a text say, but for one option of one of them."""
    spec = parse(text, "net.yaml")
    assert not spec.findings, spec.findings
    return [
        (
            entry.type,
            entry.given_name,
            entry.note,
            {key: node.value for key, node in plain(entry) if (number, key) != (at, name)},
        )
        for number, entry in enumerate(spec.entries())
    ]


def plain(entry):
    return [(key, node) for key, node in {**entry.options, **entry.expect}.items() if not isinstance(node.value, list)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # After the last of the layer's own options, which need not be the last.
        ("- conv2d: {out_channels: 4, kernel_size: 3}", "- conv2d: {out_channels: 4, kernel_size: 3, bias: false}"),
        (
            "- conv2d: {name: a, out_channels: 4, kernel_size: 3, expect: {params: 112}} # why",
            "- conv2d: {name: a, out_channels: 4, kernel_size: 3, bias: false, expect: {params: 112}} # why",
        ),
        ("- {conv2d: {kernel_size: 3, out_channels: 4}}", "- {conv2d: {kernel_size: 3, out_channels: 4, bias: false}}"),
        ("- linear: {out_features: 4, }", "- linear: {out_features: 4, bias: false, }"),
        ("- conv2d: {out_channels: 4, kernel_size: [3, 5]}", "- conv2d: {out_channels: 4, kernel_size: [3, 5], bias: false}"),
        # One that is there gets another value.
        ("- linear: {bias: true, out_features: 4}", "- linear: {bias: false, out_features: 4}"),
        ("- linear: {bias: True , out_features: 4}", "- linear: {bias: false , out_features: 4}"),
        ("- linear: {'bias': '4 > 2', out_features: 4}", "- linear: {'bias': false, out_features: 4}"),
        # Lines, comments and indentation stay.
        (
            "- conv2d: {out_channels: 4,   # few\n           kernel_size: 3  # the window\n          }",
            "- conv2d: {out_channels: 4,   # few\n           kernel_size: 3, bias: false  # the window\n          }",
        ),
        (
            "- conv2d:\n    out_channels: 4   # few\n    kernel_size: 3    # the window\n    name: a\n- relu",
            "- conv2d:\n    out_channels: 4   # few\n    kernel_size: 3    # the window\n    bias: false\n    name: a\n- relu",
        ),
        (
            "- conv2d:\n    kernel_size: [3,\n        5]\n    out_channels: {n}\n".replace("{n}", "'4'"),
            "- conv2d:\n    kernel_size: [3,\n        5]\n    out_channels: '4'\n    bias: false\n",
        ),
        ("- linear:\n    out_features: 4", "- linear:\n    out_features: 4\n    bias: false"),
        ("- linear:\n    bias: true # yes\n    out_features: 4", "- linear:\n    bias: false # yes\n    out_features: 4"),
        (
            "- linear:\n    out_features: 4\n    note: |\n      bias: true\n      # no comment\n- relu",
            "- linear:\n    out_features: 4\n    bias: false\n    note: |\n      bias: true\n      # no comment\n- relu",
        ),
        # The short form becomes the long one.
        ("- linear: 120", "- linear: {out_features: 120, bias: false}"),
        ("- linear: 120   # wide", "- linear: {out_features: 120, bias: false}   # wide"),
        ("- linear: '60 * 2'", "- linear: {out_features: '60 * 2', bias: false}"),
        ("- linear: max(60, 120)", "- linear: {out_features: 'max(60, 120)', bias: false}"),
        ("- sequential: [linear: 120, relu]", "- sequential: [linear: {out_features: 120, bias: false}, relu]"),
    ],
)
def test_an_option_is_set(before, after):
    at = 1 if "sequential" in before else 0
    assert edited(before, at=at) == after
    assert edited(after, at=at) == after


def test_an_entry_without_options_gets_them():
    assert edited("- relu # why", "inplace", "true") == "- relu: {inplace: true} # why"
    assert edited("- relu: {}", "inplace", "true") == "- relu: {inplace: true}"
    assert edited("- sequential: [relu]", "inplace", "true", at=1) == "- sequential: [relu: {inplace: true}]"


def test_the_main_option_itself():
    assert edited("- linear: 120 # few", "out_features", "84") == "- linear: 84 # few"


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n", "\x85", "\u2028"])
def test_the_ends_of_lines_are_as_they_were(end):
    before = end.join(["- conv2d:", "    out_channels: 4 # \U0001f600", "    kernel_size: 3", "- relu", ""])
    after = end.join(["- conv2d:", "    out_channels: 4 # \U0001f600", "    kernel_size: 3", "    bias: false", "- relu", ""])
    assert edited(before, head=HEAD.replace("\n", end)) == after


@pytest.mark.parametrize(
    "left_alone",
    [
        # What stands for something elsewhere too, or is written elsewhere.
        "- linear: &wide {out_features: 4}\n- linear: *wide",
        "- linear: {out_features: &n 4}\n- linear: {out_features: *n}",
        "- linear: {bias: &b true, out_features: 4}\n- linear: {out_features: 4, bias: *b}",
        "- linear: &n 4\n- linear: *n",
        # What ends nobody knows quite where.
        "- linear:\n    out_features: >\n      4",
        "- ? linear\n  : out_features: 4",
        "- linear: 6\n    * 2",
    ],
)
def test_what_leaves_a_doubt_is_left_alone(left_alone):
    assert edited(left_alone) is None


def test_an_alias_is_left_alone():
    assert edited("- linear: &wide {out_features: 4}\n- linear: *wide", at=1) is None


def test_offsets_and_places():
    text = "a\r\nbc\n\nd"
    for at, place in enumerate([(1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (2, 3), (3, 1), (4, 1), (4, 2)]):
        assert offset(text, Position(*place)) == at
        assert position(text, at) == place


def test_several_edits_at_once_and_of_two_that_overlap_the_first():
    def edit(start, end, text):
        return Edit(Position(1, start), Position(1, end), text)

    assert applied("abcdef", [edit(5, 6, "E"), edit(1, 3, "-"), edit(2, 4, "x"), edit(7, 7, "!")]) == "-cdEf!"


def named(text, name):
    """The text under another name; None where it is left alone."""
    edits = set_name(text, name)
    return applied(text, edits) if edits else None


HOME = "cnnspec: 1  # net\nname:   net # net\ninput: [1]\nlayers: [relu: {name: name}]\n"
PLAIN = ["net", "ResNet-50", "a b", "U-Net (2015)", "it's", 'a "b"', "层", "v1.5", "a:b", "a#b", "---", "\\"]
BLANK = ["", " ", " a", "a ", "a #b", "a: b", "- a"]
OTHER = ["yes", "null", "1", "0x1f", "1_000", "2026-01-02", "=", "#a", "a:", "[a", "&a", "*a", "!a", "@a", "'a'"]


@pytest.mark.parametrize(
    ("name", "written"),
    [
        *[(name, name) for name in PLAIN],
        *[(name, f'"{name}"') for name in BLANK + OTHER],
        *[('"a"', '"\\"a\\""'), ("\\ ", '"\\\\ "'), ("a\nb", '"a\\x0ab"'), ("\u202e", '"\\u202e"')],
    ],
)
def test_a_name_has_quotes_where_it_wants_them(name, written):
    assert named(HOME, name) == HOME.replace("  net #", f"  {written} #")


@pytest.mark.parametrize("given", ["net", "'it''s'", '"a\\nb"', "a\n  b", "1"])
def test_any_name_is_replaced(given):
    assert named(f"name: {given}\ninput: [1]\n", "new") == "name: new\ninput: [1]\n"


def test_a_name_between_commas():
    assert named("{cnnspec: 1, name: a, input: [1]}", "b, c") == '{cnnspec: 1, name: "b, c", input: [1]}'
    assert named("{name: a}", "b}") == '{name: "b}"}'


@pytest.mark.parametrize(
    "text",
    ["input: [1]", "[name, a]", "name", "", "name: [", "name: &a b\ninput: *a", "name: |\n  a\n", "name:\n", "? name\n: [a]"],
)
def test_a_name_that_is_none_is_left_alone(text):
    assert named(text, "new") is None


@given(st.text(st.characters(exclude_categories=["Cs"])))
@example("\ufffe")
@example("a\ninput: [2]")
def test_any_text_may_be_a_name(name):
    text = "name: net  # why\ninput: [1]\n"
    after = named(text, name)
    assert yaml.safe_load(after) == {"name": name, "input": [1]}
    assert "\n" + text.partition("\n")[2] == after[-len("\ninput: [1]\n") :]
    assert after.count("\n") == 2
    assert " # why\n" in after
