"""``cnnspec examples``: the list, as people and programs read it, and one of them as it is."""

import json
import sys
from pathlib import Path

import pytest

import cnnspec

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.yaml"))

# 3×3 on one channel: 9 weights and a bias, 9 macs for each of 4×4; seen twice, 5 and 5 − 3 + 1 = 3 wide.
SMALL = """cnnspec: 1
name: A "small" one
description: Two filters.
reference: None
input: [1, 6, 7]
vars: {size: 3, act: relu, both: true, widths: [1, 1]}
layers:
  - conv2d: {out_channels: 1, kernel_size: size}
  - conv2d: {out_channels: 1, kernel_size: size}
"""
# 1×1 from 1,000 channels to 1,000: 1,001,000 params, a million macs for each of 8×8.
PAIR = r"""cnnspec: 1
name: "双\u202e"
inputs: {left: [1000, 8, 8], right: [1000, 8, 8]}
layers:
  - add: [left, right]
  - conv2d: {out_channels: 1000, kernel_size: 1}
"""
BROKEN = "cnnspec: 1\ninput: [1, 4, 4]\nlayers:\n  - conv2d: {out_channels: 1, kernel_size: 5}\n"


@pytest.fixture
def shelf(project, monkeypatch):
    """Three examples of our own in place of those that ship."""
    folder = project(**{"small.yaml": SMALL, "pair_of_two.yaml": PAIR, "broken.yaml": BROKEN, "notes.md": "not one"})
    monkeypatch.setattr("cnnspec.cli._examples.folder", {"examples": folder}.get)


def test_the_list(shelf, command):
    done = command("examples")
    rule = "─" * 107
    # (6 − 2)·(7 − 2) + (6 − 4)·(7 − 4) = 26 outputs of 9 macs. 双 takes two columns, and what turns text round is an escape.
    assert done == (
        0,
        f"{rule}\n"
        "Example      Network                     Input   Params  MACs                Field  Vars\n"
        f"{rule}\n"
        "broken       broken                      1×4×4        ?     ?                    ?\n"
        "pair_of_two  双\\u202e       1000×8×8, 1000×8×8  1.001 M  64 M  left 1×1, right 1×1\n"
        'small        A "small" one               1×6×7       20   234                  5×5  size, act, both, widths\n',
        "Start from one: cnnspec new mine --from resnet50\n",
    )


def test_the_list_for_programs(shelf, command):
    done = command("examples", "--format", "json")
    assert (done.code, done.err) == (0, "")
    assert json.loads(done.out) == [
        {
            "name": "broken",
            "title": "broken",
            "description": None,
            "reference": None,
            "inputs": {"input": [1, 4, 4]},
            "vars": {},
            "params": None,
            "macs": None,
            "receptive_field": None,
        },
        {
            "name": "pair_of_two",
            "title": "双\u202e",
            "description": None,
            "reference": None,
            "inputs": {"left": [1000, 8, 8], "right": [1000, 8, 8]},
            "vars": {},
            "params": 1_001_000,
            "macs": 64_000_000,
            "receptive_field": {"left": [1, 1], "right": [1, 1]},
        },
        {
            "name": "small",
            "title": 'A "small" one',
            "description": "Two filters.",
            "reference": "None",
            "inputs": {"input": [1, 6, 7]},
            "vars": {"size": 3, "act": "relu", "both": True, "widths": [1, 1]},
            "params": 20,
            "macs": 9 * (4 * 5 + 2 * 3),
            "receptive_field": [5, 5],
        },
    ]


def test_every_example_is_listed_with_the_figures_that_it_expects(command):
    found = {each.pop("name"): each for each in json.loads(command("examples", "--format", "json").out)}
    networks, sums = command("examples").out.split("\n\nSums from lectures:\n\n")
    rows = {row.split()[0]: row for row in (*networks.splitlines()[3:], *sums.splitlines())}
    assert list(found) == sorted(rows) == [path.stem for path in EXAMPLES]
    assert [name for name in rows if name in sums] == [name for name in found if name.startswith("slides_")]
    for path in EXAMPLES:
        spec, listed = cnnspec.load(path), found[path.stem]
        expected = {figure: int(spec.expect[figure].text.replace("_", "")) for figure in ("params", "macs")}
        assert {figure: listed[figure] for figure in expected} == expected
        assert (listed["title"], listed["description"], listed["reference"]) == (spec.name, spec.description, spec.reference)
        assert listed["vars"] == spec.vars
        if path.stem.startswith("slides_"):
            assert rows[path.stem].endswith(f"  {spec.description}")
        else:
            assert rows[path.stem].endswith(", ".join(spec.vars))
            assert spec.name in rows[path.stem]


SUM = """cnnspec: 1
name: Two
description: Two rows and two columns make four, as every child
  knows who has learned to count.
input: [1, 2, 2]
layers: [flatten]
"""


@pytest.fixture
def listed(project, command, monkeypatch):
    """The list of one network and one sum, as a terminal of so many columns gets it."""
    folder = project(**{"small.yaml": SMALL, "slides_two.yaml": SUM})
    monkeypatch.setattr("cnnspec.cli._examples.folder", {"examples": folder}.get)

    def listed(columns):
        monkeypatch.setenv("COLUMNS", str(columns))
        monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
        return command("examples").out

    return listed


def test_sums_are_told_apart_and_wrapped(listed):
    assert listed(50).partition("\n\n")[2] == (
        "Sums from lectures:\n"
        "\n"
        "slides_two  Two rows and two columns make four, as\n"
        "            every child knows who has learned to\n"
        "            count.\n"
    )


# All columns are 7, 13, 5, 6, 4, 5 and 23 wide, with 2 between each: 75 in all, 50 less the last, 43 less the last two.
@pytest.mark.parametrize(
    ("columns", "wide", "left_out"),
    [
        (75, 75, ""),
        (74, 50, "Vars"),
        (50, 50, "Vars"),
        (49, 43, "Field, Vars"),
        (1, 7, "Network, Input, Params, MACs, Field, Vars"),
    ],
)
def test_a_narrow_terminal_gets_fewer_columns(listed, columns, wide, left_out):
    rule, head, again, row, *more = listed(columns).partition("\n\n")[0].splitlines()
    assert rule == again == "─" * wide
    assert head == "Example  Network        Input  Params  MACs  Field  Vars"[:wide]
    assert row == 'small    A "small" one  1×6×7      20   234    5×5  size, act, both, widths'[:wide].rstrip()
    assert more == [f"Left out, as the terminal is narrow: {left_out}."] * bool(left_out)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_one_is_printed_as_it_is(path, command):
    assert command("examples", path.stem) == (0, path.read_bytes().decode(), "")


def test_one_can_be_read_from_the_pipe(command):
    lenet = command("examples", "lenet").out.encode()
    done = command("summary", "-", stdin=lenet)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("LeNet-5: input 1×32×32 → linear3 10, float32\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("LeNet",), "there is no example 'LeNet': did you mean `lenet`?"),
        (("resnet50.yaml",), "there is no example 'resnet50.yaml': did you mean `resnet50`?"),
        (("../templates/new",), "there is no example '../templates/new': `cnnspec examples` lists all"),
        (("",), "there is no example '': `cnnspec examples` lists all"),
        (("lenet", "--format", "json"), "--format goes with the list: leave out --format, or NAME"),
    ],
)
def test_wrong_usage(command, arguments, message):
    assert command("examples", *arguments) == (2, "", f"cnnspec: {message}\n")


def test_a_shell_completes_names(command, monkeypatch):
    monkeypatch.setenv("_CNNSPEC_COMPLETE", "bash_complete")
    for words in ("cnnspec examples slides_s", "cnnspec new mine --from slides_s"):
        monkeypatch.setenv("COMP_WORDS", words)
        monkeypatch.setenv("COMP_CWORD", str(words.count(" ")))
        names = [line.removeprefix("plain,") for line in command().out.splitlines()]
        assert names == [path.stem for path in EXAMPLES if path.stem.startswith("slides_s")]
        assert "slides_same" in names
