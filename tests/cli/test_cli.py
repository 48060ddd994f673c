"""The commands as people run them: what they print, what they write, how they exit."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import cnnspec

LENET = Path(__file__).parents[2] / "examples" / "lenet.yaml"
BROKEN = "input: [1, 4, 4]\nlayers:\n  - conv2d: {name: c1, out_channels: 2, kernel_size: 5}\n  - relu\n"


@pytest.fixture
def run(tmp_path):
    def run(*arguments, stdin="", redirected=""):
        environment = {**os.environ, "PYTHONPATH": str(LENET.parents[1]), "PYTHONIOENCODING": "utf-8"}
        command = [sys.executable, "-m", "cnnspec", *map(str, arguments)]
        if redirected:
            command = ["sh", "-c", f'"$@" {redirected}', "sh", *command]
        return subprocess.run(
            command, cwd=tmp_path, env=environment, input=stdin, capture_output=True, text=True, encoding="utf-8", check=False
        )

    return run


@pytest.fixture
def broken(tmp_path):
    path = tmp_path / "broken.yaml"
    path.write_text(BROKEN)
    return path


def test_version(run):
    assert run("--version").stdout == f"cnnspec {cnnspec.__version__}\n"


def test_help_lists_every_command(run):
    done = run("--help")
    assert done.returncode == 0
    for command in ("check", "examples", "explain", "generate", "new", "report", "schema", "sizes", "summary"):
        assert f"\n  {command} " in done.stdout
        assert run(command, "-h").returncode == 0


def test_an_unknown_command_is_a_usage_error(run):
    done = run("sumary")
    assert done.returncode == 2
    assert "did you mean `summary`?" in done.stderr


def test_a_page_that_does_not_exist_is_a_usage_error(run):
    done = run("explain", "conv2")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "cnnspec: there is no layer type and no rule 'conv2': did you mean `conv2d`?\n"


# -- summary ------------------------------------------------------------------------------------------------------


def test_summary(run):
    done = run("summary", LENET)
    assert (done.returncode, done.stderr) == (0, "")
    assert "LeNet-5: input 1×32×32 → linear3 10, float32" in done.stdout
    (c3,) = [line.split() for line in done.stdout.splitlines() if line.startswith("c3 ")]
    # 16*(6*25 + 1) = 2,416; 10*10*16*6*25 = 240,000; twice that and 1,600 biases.
    assert c3 == ["c3", "conv2d", "16×10×10", "2,416", "240,000", "481,600", "14×14", "2"]


def test_summary_of_a_broken_spec_says_what_is_unknown(run, broken):
    done = run("summary", broken)
    assert done.returncode == 1
    assert "?" in done.stdout
    assert "1 error" in done.stdout
    assert "CNN102 error: c1: kernel 5 does not fit" in done.stderr


def test_a_folder_and_a_device_are_no_specs(run, tmp_path):
    for path, reason in ((tmp_path, "is a folder"), ("/dev/zero", "not a regular file")):
        done = run("summary", path)
        assert done.returncode == 2
        assert reason in done.stderr


def test_summary_reads_several_specs_and_standard_input(run):
    done = run("summary", LENET, "-", stdin=LENET.read_text("utf-8").replace("LeNet-5", "Other"))
    assert done.returncode == 0
    assert "LeNet-5: " in done.stdout
    assert "Other: " in done.stdout


# -- where output goes --------------------------------------------------------------------------------------------

FULL = "cnnspec: the output cannot be written: no space left on device\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is full")
@pytest.mark.parametrize(
    "arguments",
    [
        ("summary", LENET),
        ("report", LENET, "-o", "-"),
        ("check", LENET, "--format", "json"),
        ("explain", "relu"),
        ("-h",),
        ("new", "-"),
    ],
)
def test_a_full_disk_is_told(run, arguments):
    for streams, told in ((">/dev/full", FULL), (">/dev/full 2>/dev/full", "")):
        done = run(*arguments, redirected=streams)
        assert (done.returncode, done.stdout, done.stderr) == (2, "", told)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is full")
def test_what_cannot_be_told_is_still_the_exit_code(run):
    assert run("check", "nothing.yaml", redirected="2>/dev/full").returncode == 2


def test_a_reader_that_goes_away_hears_nothing_more(run):
    # Of 2,000 layers there are more lines than fit into a pipe: the others are printed to nobody.
    spec = "input: [4]\nlayers: [{inline: {repeat: 1000, layers: [relu, tanh]}}]\n"
    done = run("report", "-", "--format", "json", redirected="| head -n 1", stdin=spec)
    assert (done.stdout, done.stderr) == ("{\n", "")


def test_closed_streams(run):
    assert run("examples", "lenet", redirected=">&-").returncode == 0
    assert run("examples", redirected=">&-").returncode == 0
    done = run("summary", "-", redirected="<&-")
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "cnnspec: -: standard input is closed\n")


# -- --set and --input --------------------------------------------------------------------------------------------

SIZED = "input: [3, 8, 8]\nvars: {n: 10, act: true}\nlayers: [flatten, {linear: {out_features: n, name: fc, bias: act}}]\n"


def totals(done):
    return json.loads(done.stdout)["totals"]


def test_set_and_input(run):
    def params(*arguments):
        return totals(run("report", "-", "--format", "json", *arguments, stdin=SIZED))["params"]

    assert params() == 3 * 8 * 8 * 10 + 10
    assert params("--set", "n=4", "--set", "act=false") == 3 * 8 * 8 * 4
    assert params("--input", "1x5x5") == 25 * 10 + 10
    assert params("--input", "input=1x5x5") == 25 * 10 + 10


def test_what_is_set_says_which_network_it_is(run):
    given = ("-", "--set", "n=4", "--set", "act=false")
    assert run("summary", *given, stdin=SIZED).stdout.startswith("stdin with n=4, act=false: input 3×8×8 → fc 4, float32\n")
    assert run("report", *given, "--format", "md", stdin=SIZED).stdout.startswith("# stdin with n=4, act=false\n")
    assert "<h1>stdin with n=4, act=false</h1>" in run("report", *given, "-o", "-", stdin=SIZED).stdout
    found = json.loads(run("report", *given, "--format", "json", stdin=SIZED).stdout)
    assert (found["name"], found["vars"]) == ("stdin", {"n": 4, "act": False})
    assert run("summary", "-", stdin=SIZED).stdout.startswith("stdin: ")
    assert json.loads(run("report", "-", "--format", "json", stdin=SIZED).stdout)["vars"] == {"n": 10, "act": True}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--set", "m=4"), "<stdin> has no variable 'm'"),
        (("--set", "n"), "'n' is not NAME=VALUE"),
        (("--set", "n={a: 1}"), "it is a number, boolean, text or list, not a mapping"),
        (("--input", "3xx3"), "'3xx3' is not a shape"),
        (("--input", "other=3x3"), "<stdin> has no input 'other'"),
    ],
)
def test_wrong_set_and_input_are_usage_errors(run, arguments, message):
    done = run("check", "-", *arguments, stdin=SIZED)
    assert done.returncode == 2
    assert message in done.stderr


# -- report -------------------------------------------------------------------------------------------------------


def test_html_is_the_default_and_goes_to_the_current_folder(run, tmp_path):
    done = run("report", LENET)
    assert done.returncode == 0
    page = (tmp_path / "lenet.report.html").read_text("utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert "61,706" in page
    assert "wrote lenet.report.html" in done.stderr


def test_markdown_and_json_go_to_standard_output(run, tmp_path):
    assert run("report", LENET, "--format", "md").stdout.startswith("# LeNet-5\n")
    result = json.loads(run("report", LENET, "--format", "json").stdout)
    assert result == {**cnnspec.analyze(LENET).to_dict(), "source": str(LENET)}
    assert list(tmp_path.iterdir()) == []


def test_output(run, tmp_path):
    assert run("report", LENET, "-o", "-").stdout.startswith("<!DOCTYPE html>")
    run("report", LENET, "--format", "json", "-o", "out.json")
    assert json.loads((tmp_path / "out.json").read_text("utf-8"))["totals"]["macs"] == 416520
    done = run("report", LENET, "-o", "no/such/folder.html")
    assert done.returncode == 2
    assert "no/such/folder.html cannot be written: no such file or directory" in done.stderr


def test_several_specs(run, tmp_path, broken):
    done = run("report", LENET, broken, "--format", "json")
    assert done.returncode == 1
    assert [json.loads(line)["name"] for line in done.stdout.splitlines()] == ["LeNet-5", "broken"]
    assert run("report", LENET, broken).returncode == 1
    assert {path.name for path in tmp_path.glob("*.html")} == {"lenet.report.html", "broken.report.html"}


def test_two_reports_do_not_share_a_path(run, tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "lenet.yaml").write_text(BROKEN)
    done = run("report", LENET, "sub/lenet.yaml")
    assert done.returncode == 2
    assert "would both be written to lenet.report.html" in done.stderr
    assert run("report", LENET, "sub/lenet.yaml", "-o", "one.html").returncode == 2
    assert not list(tmp_path.glob("*.html"))


def test_a_broken_spec_gets_its_report(run, broken):
    done = run("report", broken, "--format", "json")
    assert done.returncode == 1
    result = json.loads(done.stdout)
    assert result["totals"]["params"] is None
    assert [finding["rule"] for finding in result["findings"]] == ["window-too-large"]
    # 4 - 4 + 1 = 4 + 2·1 - 5 + 1 - 1 = 5 - 5 + 1 = 1.
    fixes = [{"option": "kernel_size", "value": 4}, {"option": "padding", "value": 1}, {"input": [1, 5, 5]}]
    assert result["findings"][0]["fixes"] == fixes
    assert "CNN102 error" in done.stderr


def test_an_unreadable_text_gets_its_report(run):
    done = run("report", "-", "--format", "json", stdin="layers: [")
    assert done.returncode == 1
    result = json.loads(done.stdout)
    assert (result["layers"], result["totals"]["params"]) == ([], None)
    assert [finding["code"] for finding in result["findings"]] == ["CNN001"]


# -- schema -------------------------------------------------------------------------------------------------------


def test_schema(run):
    for arguments, name in (((), "spec"), (("result",), "result")):
        text = (LENET.parents[1] / "schemas" / f"{name}.schema.json").read_text("utf-8")
        assert run("schema", *arguments).stdout == text
