"""``cnnspec sizes`` as people run it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from cnnspec.cli.sizes import command

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return lambda *arguments, stdin=None: CliRunner().invoke(command, [*map(str, arguments)], input=stdin)


def test_text(run):
    done = run(EXAMPLES / "lenet.yaml", "--to", 48)
    assert done.exit_code == 0
    # (n - 4)/2 and ((n - 4)/2 - 4)/2 are whole where 4 divides n: of 17 sizes 8 are odd, 4 twice an odd number.
    # 33 - 5 + 1 = 29; (34 - 4)/2 - 4 = 11.
    assert done.output == (
        "LeNet-5: height and width from 32 to 48\n"
        "  every multiple of 4\n"
        "  32 36 40 44 48\n"
        "Excluded by\n"
        "  avg_pool1  8 sizes, such as 33: the last 1 of 29 rows are never read\n"
        "  avg_pool2  4 sizes, such as 34: the last 1 of 11 rows are never read\n"
    )


def test_which_network_it_is(run):
    given = (EXAMPLES / "resnet50.yaml", "--set", "stages=[3,4,23,3]", "--to", 64)
    assert run(*given).output.startswith("ResNet-50 with stages=[3,4,23,3]: height and width from 32 to 64\n")
    found = json.loads(run(*given, "--format", "json").output)
    assert (found["name"], found["vars"]["stages"], found["vars"]["classes"]) == ("ResNet-50", [3, 4, 23, 3], 1000)


def test_every_size_is_not_listed(run):
    assert run(EXAMPLES / "slides_same.yaml").output == "Same padding: height and width from 32 to 512\n  every size\n"


def test_json(run):
    done = run(EXAMPLES / "slides_edge.yaml", "--from", 1, "--to", 3, "--format", "json")
    # The kernel is one high and two wide: a width of 1 is too small.
    found = json.loads(done.output)
    assert (found["name"], found["source"]) == ("Edge detection", str(EXAMPLES / "slides_edge.yaml"))
    rows, columns = found["answers"]
    assert rows == {
        "axes": ["height"],
        "held": {"width": 320},
        "from": 1,
        "to": 3,
        "rule": "every size",
        "sizes": [1, 2, 3],
        "excluded_by": [],
    }
    assert columns["sizes"] == [2, 3]
    assert columns["rule"] == "every size from 2"
    why = "kernel 1×2 does not fit the padded input 280×1"
    assert columns["excluded_by"] == [{"layer": "conv1", "rule": "window-too-large", "count": 1, "example": 1, "why": why}]


def test_no_size_fits(run):
    done = run("-", "--to", 40, stdin="input: [3, 8, 8]\nlayers:\n  - conv2d: {out_channels: 4, kernel_size: 3, groups: 2}\n")
    assert done.exit_code == 1
    assert done.output == (
        "stdin: height and width from 32 to 40\n"
        "  none\n"
        "Excluded by\n"
        "  conv1  9 sizes, such as 32: 3 input channels do not divide into 2 groups\n"
    )


def test_variables_and_inputs_of_the_spec(run):
    text = "input: [1, 8, 8]\nvars: {k: 2}\nlayers:\n  - max_pool2d: k\n"
    assert "every multiple of 3" in run("-", "--set", "k=3", stdin=text).output
    assert run("-", "--input", "1x8x9", stdin=text).output.count("every even size") == 2


def test_several_specs_are_told_one_after_the_other(run):
    done = run(EXAMPLES / "vgg.yaml", "missing.yaml", EXAMPLES / "slides_stem.yaml", "--format", "json")
    assert done.exit_code == 2
    assert "missing.yaml: no such file or directory" in done.stderr
    assert [json.loads(line)["name"] for line in done.stdout.splitlines()] == ["VGG-16", "Stem"]


def test_errors_of_the_language_are_told_with_their_frames(run):
    done = run("-", stdin="input: [3, 8, 8]\nlayers:\n  - conv2d: {out_chanels: 4, kernel_size: 3}\n")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "CNN002" in done.stderr
    assert "did you mean `out_channels`?" in done.stderr


def test_what_makes_no_sense_is_a_usage_error(run):
    done = run("-", stdin="input: [8]\nlayers: [relu]\n")
    assert done.exit_code == 2
    assert done.stderr == "cnnspec: <stdin>: no input has spatial axes, so there is no size to choose\n"
    assert str(run(EXAMPLES / "lenet.yaml", "--from", 50, "--to", 40).exception) == "--from 50 is larger than --to 40"
    assert run(EXAMPLES / "lenet.yaml", "--to", 10**6).exit_code == 2
