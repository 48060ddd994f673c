"""``cnnspec check`` as people and their build servers run it: what it looks at, what it tells, how it exits."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

ROOT = Path(__file__).parents[2]
LENET = ROOT / "examples" / "lenet.yaml"
HEAVY = ("networkx", "jinja2", "rich", "pydantic", "torch", "numpy", "tomllib", "xml.etree.ElementTree", "cnnspec.render.sarif")

# A kernel of 5 does not fit 4x4. (7 - 3)/3 + 1 = 2.33 loses a row; a kernel of 1 skips with its stride of 2 on purpose.
BROKEN = "cnnspec: 1\ninput: [1, 4, 4]\nlayers:\n  - conv2d: {name: c1, out_channels: 2, kernel_size: 5}\n"
LOST = "cnnspec: 1\ninput: [1, 7, 7]\nlayers:\n  - conv2d: {name: c1, out_channels: 2, kernel_size: 3, stride: 3}\n"
SKIPPED = "cnnspec: 1\ninput: [1, 8, 8]\nlayers:\n  - conv2d: {name: c1, out_channels: 2, kernel_size: 1, stride: 2}\n"
WARNED = LOST.replace("layers:", "lint: {warning: [fractional-stride]}\nlayers:")
CLEAN = "cnnspec: 1\ninput: [4]\nlayers: [linear: 2]\n"
FOREIGN = "services: [web, db]\n"

ONLY = ("--select", "CNN101", "--format", "concise")
"""A run that tells of one rule, a line each."""


def files(done):
    """The files that are told of, in order, each once."""
    return list(dict.fromkeys(line.partition(":")[0] for line in done.out.splitlines()))


# -- what is told -------------------------------------------------------------------------------------------------


def test_a_clean_spec(check, project):
    project(**{"net.yaml": CLEAN})
    assert check("net.yaml") == (0, "", "no findings in 1 spec\n")


def test_place_numbers_remedy_and_frame(check, project):
    project(**{"net.yaml": LOST})
    done = check("net.yaml", "--select", "fractional-stride")
    first, *frame = done.out.splitlines()
    assert first.startswith(
        "net.yaml:4:5: CNN101 error: c1: (7 + 0 - 3)/3 + 1 = 2.33 is not whole: the last 1 of 7 rows and columns are never "
        "read. Fix: stride 2, or "
    )
    assert frame == ["  4 |   - conv2d: {name: c1, out_channels: 2, kernel_size: 3, stride: 3}", "    |     ^"]
    assert (done.code, done.err) == (1, "1 error in 1 spec\n")


def test_concise_leaves_the_frame_out(check, project):
    project(**{"net.yaml": LOST})
    assert check("net.yaml", *ONLY).out.count("\n") == 1


def test_the_worst_spec_decides_and_all_are_told(check, project):
    project(**{"a.yaml": CLEAN, "b.yaml": BROKEN, "c.yaml": SKIPPED})
    done = check("a.yaml", "missing.yaml", "b.yaml", "c.yaml", "/dev/zero", "--select", "CNN1")
    assert done.code == 2
    assert done.err == (
        "cnnspec: missing.yaml: no such file or directory\ncnnspec: /dev/zero: is not a regular file\n"
        "1 error, 1 note in 3 specs, 2 not read\n"
    )
    assert files(done) == ["b.yaml", "  4 |   - conv2d", "    |     ^", "c.yaml"]


def test_standard_input(check):
    done = check("-", *ONLY, stdin=LOST.encode())
    assert done.out.startswith("<stdin>:4:5: CNN101 error: c1: ")
    assert check("-", stdin=FOREIGN.encode()).code == 1
    assert check("-", "--only-specs", stdin=FOREIGN.encode()) == (0, "", "no specs found\n")


def test_variables_and_shapes(check, project):
    project(**{"net.yaml": LOST})
    assert check("net.yaml", "--input", "1x9x9", *ONLY).code == 0
    done = check("net.yaml", "--set", "n=1")
    assert (done.code, done.out) == (2, "")
    assert "net.yaml has no variable 'n'" in done.err


# -- exit codes ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "codes"), [(CLEAN, (0, 0, 0)), (SKIPPED, (0, 0, 1)), (WARNED, (0, 1, 1)), (LOST, (1, 1, 1))])
def test_severity_is_the_least_that_makes_the_exit_code_1(check, project, text, codes):
    project(**{"net.yaml": text})
    found = tuple(check("net.yaml", *ONLY, "--severity", level).code for level in ("error", "warning", "note"))
    assert found == codes
    assert check("net.yaml", *ONLY).code == codes[0]
    assert check("net.yaml", *ONLY, "--severity", "note", "--exit-zero").code == 0


def test_what_is_expected_fails_nothing(check, project):
    project(**{"net.yaml": LOST.replace("}", ", expect: {findings: [CNN101]}}")})
    done = check("net.yaml", *ONLY, "--severity", "note")
    assert done.code == 0
    assert " note (expected): " in done.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--severity", "fatal"), "'fatal' is not one of 'error', 'warning', 'note'"),
        (("--format", "xml"), "'xml' is not one of"),
        (("--color", "maybe"), "'maybe' is not one of"),
        (("--fast",), "No such option"),
        (("--select", "fractional-strid"), "no rule is called `fractional-strid`: did you mean `fractional-stride`?"),
        (("--ignore", "CNN101,"), "no rule is called ``"),
        (("--ignore", "CNN105"), "`CNN105` cannot be ignored: what it tells of keeps figures from being known"),
        (("-o", "no/such/folder.txt"), "no/such/folder.txt cannot be written: no such file or directory"),
    ],
)
def test_wrong_usage(check, project, arguments, message):
    project(**{"net.yaml": CLEAN})
    done = check("net.yaml", *arguments)
    assert (done.code, done.out) == (2, "")
    assert message in done.err


@pytest.mark.parametrize("path", ["missing.yaml", "", "a\0b"])
def test_a_file_that_cannot_be_read_is_no_matter_of_findings(check, path):
    done = check(path, "--exit-zero")
    assert (done.code, done.out) == (2, "")
    assert done.err.endswith("\n1 not read\n")


# -- which files --------------------------------------------------------------------------------------------------


def test_a_folder_is_searched_for_specs(check, project):
    project(
        **{
            "models/b.yml": LOST,
            "models/a.yaml": LOST,
            "models/a/z.yaml": LOST,
            "models/compose.yaml": FOREIGN,
            "models/broken.yaml": "a: [}\n",
            "models/notes.txt": LOST,
            "models/x.yaml/inner.yaml": LOST,
        }
    )
    done = check("models", *ONLY)
    assert files(done) == ["models/a/z.yaml", "models/a.yaml", "models/b.yml", "models/x.yaml/inner.yaml"]
    assert done.err == "4 errors in 4 specs\n"


@pytest.mark.parametrize("arguments", [(), (".",), ("./",), ("../project",)])
def test_paths_are_told_from_the_working_directory(check, project, monkeypatch, arguments):
    monkeypatch.chdir(project(**{"project/sub/net.yaml": LOST}) / "project")
    assert files(check(*arguments, *ONLY)) == ["../project/sub/net.yaml" if arguments == ("../project",) else "sub/net.yaml"]


def test_a_folder_given_from_the_root_is_told_from_the_working_directory(check, project):
    folder = project(**{"sub/net.yaml": LOST})
    assert files(check(folder / "sub", *ONLY)) == ["sub/net.yaml"]
    assert files(check(folder / "sub" / "net.yaml", *ONLY)) == [f"{folder}/sub/net.yaml"]


@pytest.mark.parametrize(
    "folder", [".git", ".venv", ".hidden", "node_modules", "venv", "build", "dist", "__pycache__", "site-packages"]
)
def test_other_peoples_folders_are_passed_over(check, project, folder):
    project(**{f"{folder}/net.yaml": LOST, f"sub/{folder}/net.yaml": LOST})
    assert check() == (0, "", "no specs found\n")
    assert files(check(folder, *ONLY)) == [f"{folder}/net.yaml"]


MARKED = {
    "on the first line": b"cnnspec: 1\ninput: [1, 7, 7]\n",
    "on another line": b"# a net\n\ninput: [1, 7, 7]\ncnnspec: 1\n",
    "after a byte-order mark": b"\xef\xbb\xbfcnnspec: 1\ninput: [1, 7, 7]\n",
    "between carriage returns": b"input: [1, 7, 7]\r\ncnnspec: 1\r\n",
}
UNMARKED = {
    "not at all": b"input: [1, 7, 7]\n",
    "in a comment": b"# cnnspec: 1\ninput: [1, 7, 7]\n",
    "indented": b"input: [1, 7, 7]\nx:\n  cnnspec: 1\n",
    "in another word": b"my-cnnspec: 1\ninput: [1, 7, 7]\n",
    "in UTF-16": "cnnspec: 1\n".encode("utf-16"),
    "beyond what a spec may hold": b"#" * (1 << 20) + b"\ncnnspec: 1\ninput: [1, 7, 7]\n",
}
REST = b"layers: [conv2d: {out_channels: 2, kernel_size: 3, stride: 3}]\n"


@pytest.mark.parametrize("where", MARKED)
def test_a_line_that_begins_with_the_key_marks_a_spec(check, project, where):
    project(**{"net.yaml": MARKED[where] + REST})
    assert files(check(*ONLY)) == files(check("--only-specs", "net.yaml", *ONLY)) == ["net.yaml"]


@pytest.mark.parametrize("where", UNMARKED)
def test_other_yaml_is_not_even_read_as_yaml(check, project, where):
    project(**{"net.yaml": UNMARKED[where] + REST + b"}\n"})
    assert check() == check("--only-specs", "net.yaml") == (0, "", "no specs found\n")
    assert check("net.yaml").code == 1


def test_a_file_is_checked_once(check, project):
    folder = project(**{"sub/net.yaml": LOST})
    assert files(check("sub", ".", "sub/../sub/net.yaml", folder, *ONLY)) == ["sub/net.yaml"]
    assert check("sub/net.yaml", "sub", *ONLY).err == "1 error in 1 spec\n"


def test_no_link_to_a_folder_is_followed(check, project):
    folder = project(**{"sub/net.yaml": LOST})
    (folder / "sub" / "loop").symlink_to(folder)
    (folder / "sub" / "self.yaml").symlink_to(folder / "sub" / "self.yaml")
    (folder / "other.yaml").symlink_to(folder / "sub" / "net.yaml")
    assert files(check(*ONLY)) == ["other.yaml", "sub/net.yaml"]


def test_pipes_and_devices_in_a_folder_are_passed_over(check, project):
    folder = project(**{"net.yaml": LOST})
    os.mkfifo(folder / "pipe.yaml")
    (folder / "zero.yaml").symlink_to("/dev/zero")
    assert files(check(*ONLY)) == ["net.yaml"]


def test_a_folder_that_cannot_be_read_is_told(check, project, monkeypatch):
    project(**{"a/net.yaml": LOST, "b/net.yaml": LOST})
    iterdir = Path.iterdir

    def denied(self):
        if self.name == "a":
            raise PermissionError(13, "Permission denied")
        return iterdir(self)

    monkeypatch.setattr(Path, "iterdir", denied)
    done = check(*ONLY)
    assert (done.code, files(done)) == (2, ["b/net.yaml"])
    assert done.err == "cnnspec: a: permission denied\n1 error in 1 spec, 1 not read\n"


# -- which rules --------------------------------------------------------------------------------------------------


def test_rules_are_selected_and_ignored(check, project):
    project(**{"net.yaml": LOST.replace("layers:", "budget: {params: 1}\nlayers:")})

    def rules(*arguments):
        return re.findall(r"CNN1\d\d", check("net.yaml", "--format", "concise", *arguments).out)

    assert rules("--select", "CNN1") == rules("--select", "budget-exceeded,CNN101") == ["CNN108", "CNN101"]
    assert rules("--select", "budget-exceeded", "--select", " CNN109 , CNN110 ") == ["CNN108"]
    assert rules("--select", "CNN10", "--ignore", "fractional-stride") == ["CNN108"]
    assert rules("--ignore", "CNN1", "--ignore", "CNN2") == []
    assert check("net.yaml", "--ignore", "CNN").code == 0


def test_strict(check, project):
    project(**{"net.yaml": SKIPPED})
    assert [check("net.yaml", *ONLY, *strict).code for strict in ((), ("--strict",), ("--no-strict",))] == [0, 1, 0]


def test_strangers_specs(check, project):
    project(
        **{
            "comment.yaml": LOST.rstrip("\n") + "  # cnnspec: ignore[CNN101]\n",
            "expected.yaml": LOST.replace("}", ", expect: {findings: [CNN101]}}"),
            "file.yaml": LOST.replace("layers:", "lint: {ignore: [CNN101]}\nlayers:"),
            "layer.yaml": LOST.replace("}", ", ignore: [CNN101]}"),
            "warned.yaml": WARNED,
        }
    )
    assert check(*ONLY).code == 0
    done = check(*ONLY, "--no-ignore-comments")
    assert files(done) == ["comment.yaml", "expected.yaml", "file.yaml", "layer.yaml", "warned.yaml"]
    assert (done.code, done.err) == (1, "5 errors in 5 specs\n")


# -- pyproject.toml -----------------------------------------------------------------------------------------------


def configured(**keys):
    return "[tool.cnnspec]\n" + "".join(f"{key.replace('_', '-')} = {value}\n" for key, value in keys.items())


def test_a_project_chooses_rules(check, project):
    project(**{"pyproject.toml": configured(select='["CNN1"]', ignore='["fractional-stride"]'), "net.yaml": LOST})
    assert check("net.yaml") == (0, "", "no findings in 1 spec\n")
    assert check("net.yaml", "--isolated", "--select", "CNN1").code == 1


def test_a_project_chooses_how_strictly(check, project):
    project(**{"pyproject.toml": configured(strict="true", severity='"warning"'), "net.yaml": SKIPPED})
    assert check("net.yaml", *ONLY).code == 1
    assert check("net.yaml", *ONLY, "--no-strict").code == 0
    assert check("net.yaml", *ONLY, "--no-strict", "--severity", "note").code == 1
    project(**{"net.yaml": WARNED})
    assert check("net.yaml", *ONLY, "--no-strict").code == 1


def test_the_command_line_wins(check, project):
    project(**{"pyproject.toml": configured(select='["CNN108"]', ignore='["CNN101"]', severity='"note"'), "net.yaml": LOST})
    assert check("net.yaml").out == ""
    assert check("net.yaml", "--select", "CNN101").code == 1
    project(**{"pyproject.toml": configured(select='["CNN1"]'), "net.yaml": LOST})
    assert check("net.yaml", "--ignore", "CNN101").out == ""
    project(**{"pyproject.toml": configured(severity='"note"'), "net.yaml": SKIPPED})
    assert check("net.yaml", *ONLY, "--severity", "error").code == 0


def test_each_file_is_of_the_nearest_project_that_speaks_of_specs(check, project):
    project(
        **{
            "pyproject.toml": configured(ignore='["CNN101"]'),
            "net.yaml": LOST,
            "sub/pyproject.toml": "[tool.ruff]\nline-length = 100\n# not [tool.cnnspec]\n",
            "sub/net.yaml": LOST,
            "other/pyproject.toml": configured(select='["CNN101"]'),
            "other/net.yaml": LOST,
            "other/deep/er/net.yaml": LOST,
        }
    )
    assert files(check("--format", "concise", "--severity", "error", "--ignore", "CNN2")) == [
        "other/deep/er/net.yaml",
        "other/net.yaml",
    ]


def test_standard_input_is_of_the_working_directorys_project(check, project):
    project(**{"pyproject.toml": configured(select='["CNN108"]')})
    assert check("-", stdin=LOST.encode()).code == 0
    assert check("-", "--isolated", stdin=LOST.encode()).code == 1


@pytest.mark.parametrize(
    ("patterns", "left"),
    [
        ('["old"]', ["a/b/net.yaml", "a/new.yaml", "net.yaml"]),
        ('["net.yaml"]', ["a/new.yaml", "a/old/x.yaml"]),
        ('["n*"]', ["a/old/x.yaml"]),
        ('["a/b"]', ["a/new.yaml", "a/old/x.yaml", "net.yaml"]),
        ('["a/b/"]', ["a/new.yaml", "a/old/x.yaml", "net.yaml"]),
        ('["a/*"]', ["net.yaml"]),
        ('["**/net.yaml"]', ["a/new.yaml", "a/old/x.yaml", "net.yaml"]),
        ('["b/net.yaml"]', ["a/b/net.yaml", "a/new.yaml", "a/old/x.yaml", "net.yaml"]),
        ('["a/b/net.yaml", "*.yaml"]', []),
    ],
)
def test_a_project_excludes_files_and_folders(check, project, patterns, left):
    paths = ("net.yaml", "a/new.yaml", "a/b/net.yaml", "a/old/x.yaml")
    project(**{"pyproject.toml": configured(exclude=patterns), **dict.fromkeys(paths, LOST)})
    assert files(check(*ONLY)) == left
    assert sorted(files(check("--only-specs", *paths, *ONLY))) == left
    assert sorted(files(check(*paths, *ONLY))) == sorted(paths)
    assert len(files(check("--isolated", *ONLY))) == 4


def test_a_project_ignores_rules_in_some_files(check, project):
    project(
        **{
            "pyproject.toml": '[tool.cnnspec.per-file-ignores]\n"tests/*" = ["CNN1"]\n"a.yaml" = ["fractional-stride"]\n',
            **dict.fromkeys(("a.yaml", "b.yaml", "tests/c.yaml"), LOST),
        }
    )
    assert files(check(*ONLY)) == ["b.yaml"]
    assert len(files(check(*ONLY, "--isolated"))) == 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[tool.cnnspec]\nselct = []\n", "[tool.cnnspec] has no key `selct`: did you mean `select`?"),
        ("[tool.cnnspec]\nxyz = 1\n", "[tool.cnnspec] has no key `xyz`: there are select, ignore, strict, severity, exclude, "),
        ("[tool.cnnspec]\nselect = 'CNN1'\n", "[tool.cnnspec] select: it is a list of texts, not `CNN1`"),
        ("[tool.cnnspec]\nexclude = [1]\n", "[tool.cnnspec] exclude: it is a list of texts, not `[1]`"),
        ("[tool.cnnspec]\nstrict = 'yes'\n", "[tool.cnnspec] strict: it is true or false, not `yes`"),
        ("[tool.cnnspec]\nseverity = 'fatal'\n", "[tool.cnnspec] severity: it is one of error, warning, note, not `fatal`"),
        (
            "[tool.cnnspec]\nper-file-ignores = []\n",
            "per-file-ignores: it is a table of patterns with the rules to ignore there",
        ),
        ("[tool.cnnspec.per-file-ignores]\n'a' = 'b'\n", "per-file-ignores: it is a list of texts, not `b`"),
        ("[tool.cnnspec]\nselect = ['even-kernl']\n", "[tool.cnnspec] select: no rule is called `even-kernl`"),
        ("[tool.cnnspec]\nignore = ['CNN105']\n", "[tool.cnnspec] ignore: `CNN105` cannot be ignored: "),
        ("[tool]\ncnnspec = 3  # tool.cnnspec\n", "[tool.cnnspec] is a table, not `3`"),
        ("[tool.cnnspec\n", "cannot be read: "),
        ("[tool.cnnspec]\nselect = " + "[" * 5000, "cannot be read: "),
        (b"[tool.cnnspec]\n# \xff\n", "cannot be read: "),
    ],
)
def test_a_wrong_configuration_is_wrong_usage_told_with_file_and_key(check, project, text, message):
    project(**{"sub/pyproject.toml": text, "sub/net.yaml": CLEAN})
    done = check("sub")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("cnnspec: sub/pyproject.toml")
    assert message in done.err
    assert done.err.count("\n") == 1
    assert check("sub", "--isolated").code == 0


def test_what_is_no_file_is_no_configuration(check, project):
    folder = project(**{"a/pyproject.toml/x": "", "b/net.yaml": CLEAN, "a/net.yaml": CLEAN})
    os.mkfifo(folder / "b" / "pyproject.toml")
    assert check().code == 0


# -- forms --------------------------------------------------------------------------------------------------------


def test_json(check, project):
    project(**{"a.yaml": LOST, "b.yaml": LOST.rstrip("\n") + "  # cnnspec: ignore[CNN101, CNN108]\n"})
    done = check("a.yaml", "b.yaml", "--select", "CNN1", "--format", "json")
    lost, unused = json.loads(done.out)
    assert lost["message"].startswith("(7 + 0 - 3)/3 + 1 = 2.33 is not whole")
    assert lost["fix"].startswith("stride 2, or ")
    assert lost["fixes"][0] == {"option": "stride", "value": 2}
    assert {key: lost[key] for key in ("code", "rule", "severity", "file", "line", "column", "layer", "expected", "edits")} == {
        "code": "CNN101",
        "rule": "fractional-stride",
        "severity": "error",
        "file": "a.yaml",
        "line": 4,
        "column": 5,
        "layer": "c1",
        "expected": False,
        "edits": [],
    }
    before = len("  - conv2d: {name: c1, out_channels: 2, kernel_size: 3, stride: 3}  # cnnspec: ignore[")
    assert unused["edits"] == [
        {
            "start": {"line": 4, "column": before + 1},
            "end": {"line": 4, "column": before + 1 + len("CNN101, CNN108")},
            "text": "CNN101",
        }
    ]
    assert (done.code, done.err) == (1, "1 error, 1 note in 2 specs (1 fixable with --fix)\n")


@pytest.mark.parametrize(
    ("form", "empty"),
    [("full", "\n"), ("concise", "\n"), ("github", "\n"), ("json", "[]\n")],
)
def test_where_nothing_is_found(check, project, form, empty):
    folder = project(**{"net.yaml": CLEAN})
    assert check("net.yaml", "--format", form).out == empty.removeprefix("\n")
    assert check("net.yaml", "--format", form, "-o", "out.txt").out == ""
    assert (folder / "out.txt").read_text() == empty


def test_files_are_named_as_they_lie_in_their_repository(check, project, monkeypatch):
    folder = project(**{"repo/.git/HEAD": "", "repo/models/net.yaml": LOST})
    monkeypatch.chdir(folder / "repo" / "models")
    for path in (".", "net.yaml", folder / "repo" / "models"):
        assert check(path, "--select", "CNN101", "--format", "github").out.startswith(
            "::error file=models/net.yaml,line=4,col=5,"
        )
        (run,) = json.loads(check(path, "--select", "CNN101", "--format", "sarif").out)["runs"]
        assert run["originalUriBaseIds"] == {"SRCROOT": {"uri": f"file://{folder}/repo/"}}
        (result,) = run["results"]
        location = result["locations"][0]["physicalLocation"]["artifactLocation"]
        assert location == {"uri": "models/net.yaml", "uriBaseId": "SRCROOT"}
    monkeypatch.chdir(folder)
    assert check("repo", "--select", "CNN101", "--format", "github").out.startswith("::error file=models/net.yaml,")


def test_a_working_tree_whose_git_folder_is_elsewhere(check, project):
    project(**{".git/HEAD": "", "tree/.git": "gitdir: ../.git/worktrees/tree\n", "tree/net.yaml": LOST, "net.yaml": LOST})
    assert check("tree", "--select", "CNN101", "--format", "github").out.startswith("::error file=net.yaml,")
    assert "::error file=tree/net.yaml," in check("--select", "CNN101", "--format", "github").out


def test_junit_counts_what_fails(check, project):
    project(**{"a.yaml": LOST, "b.yaml": WARNED, "c.yaml": CLEAN})
    for severity, failures in (("error", "1"), ("warning", "2")):
        done = check(".", "--select", "CNN101", "--format", "junit", "--severity", severity)
        (suite,) = ET.fromstring(done.out)
        assert (suite.get("tests"), suite.get("failures")) == ("3", failures)


def test_output(check, project):
    folder = project(**{"net.yaml": LOST})
    told = check("net.yaml", *ONLY)
    done = check("net.yaml", *ONLY, "-o", "out.txt")
    assert (done.code, done.out, done.err) == (1, "", told.err)
    assert (folder / "out.txt").read_text() == told.out
    assert check("net.yaml", *ONLY, "-o", "-") == told


# -- color --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("color", "environment", "terminal", "colored"),
    [
        ("auto", {}, False, False),
        ("auto", {}, True, True),
        ("auto", {"NO_COLOR": "1"}, True, False),
        ("auto", {"FORCE_COLOR": "1"}, False, True),
        ("auto", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        ("auto", {"NO_COLOR": "", "FORCE_COLOR": ""}, True, True),
        ("auto", {"NO_COLOR": "", "FORCE_COLOR": ""}, False, False),
        ("always", {"NO_COLOR": "1"}, False, True),
        ("never", {"FORCE_COLOR": "1"}, True, False),
    ],
)
def test_color(check, project, monkeypatch, color, environment, terminal, colored):
    project(**{"net.yaml": LOST})
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal)
    done = check("net.yaml", "--select", "CNN101", "--color", color)
    assert ("\x1b[" in done.out) == colored
    if colored:
        assert ": CNN101 \x1b[1;31merror\x1b[0m: c1: " in done.out
        assert done.out.endswith("    |     \x1b[1;31m^\x1b[0m\n")
        assert re.sub("\x1b\\[[0-9;]*m", "", done.out) == check("net.yaml", "--select", "CNN101", "--color", "never").out


@pytest.mark.parametrize(("text", "painted"), [(SKIPPED, "\x1b[1;36mnote\x1b[0m"), (WARNED, "\x1b[1;33mwarning\x1b[0m")])
def test_each_severity_has_its_color(check, project, text, painted):
    project(**{"net.yaml": text})
    assert painted in check("net.yaml", *ONLY, "--color", "always").out


def test_a_file_is_not_colored_unless_it_is_said(check, project, monkeypatch):
    folder = project(**{"net.yaml": LOST})
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    for arguments, colored in (((), False), (("--color", "always"), True)):
        check("net.yaml", *ONLY, "-o", "out.txt", *arguments)
        assert ("\x1b[" in (folder / "out.txt").read_text()) == colored


@pytest.mark.parametrize("form", ["json", "sarif", "github", "junit"])
def test_what_machines_read_is_not_colored(check, project, form):
    project(**{"net.yaml": LOST})
    assert "\x1b" not in check("net.yaml", "--format", form, "--color", "always").out


# -- names that mean no good --------------------------------------------------------------------------------------

NAMES = {
    "a line feed": "a\n::error::b.yaml",
    "an escape": "a\x1b[31m.yaml",
    "a command": "::error file=x::b.yaml",
    "a command and its escapes": "::a%0A::b,c:d=e.yaml",
    "a command after blanks": " \u3000::error file=x::b.yaml",
    "a command in brackets": "##[error]b.yaml",
    "a server's command": "a ##vso[task.setvariable variable=c]d.yaml",
    "no UTF-8": os.fsdecode(b"a\xff.yaml"),
    "what turns text round": "a\u202eb.yaml",
    "XML": '<a b="&c;">.yaml',
    "spaces": " a b .yaml",
}
UNSAFE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
COMMAND = re.compile(r"##(vso)?\[")
TEXT = ("full", "concise", "github")


@pytest.mark.parametrize("form", ["full", "concise", "json", "sarif", "github", "junit"])
@pytest.mark.parametrize("kind", NAMES)
def test_a_files_name_neither_reaches_a_terminal_raw_nor_forges_a_command(check, project, kind, form):
    folder = project()
    (folder / NAMES[kind]).write_text(LOST)
    (folder / f"dir{NAMES[kind]}").mkdir()
    (folder / f"dir{NAMES[kind]}" / NAMES[kind]).write_text(BROKEN)
    for paths in ((), (NAMES[kind], f"dir{NAMES[kind]}/{NAMES[kind]}")):
        done = check(*paths, "--select", "CNN101", "--format", form)
        assert (done.code, done.err) == (1, "2 errors in 2 specs\n")
        assert UNSAFE.search(done.out) is None
        assert form not in TEXT or COMMAND.search(done.out) is None
        commands = [line for line in done.out.splitlines() if line.lstrip().startswith("::")]
        assert len(commands) == (2 if form == "github" else 0)
        assert all(line.startswith("::error file=") for line in commands)


def test_a_missing_files_name_is_made_printable(check):
    assert check("a\n::error::b\x1b[31m").err.startswith("cnnspec: a\\x0a::error::b\\x1b[31m: no such file or directory\n")


@pytest.mark.parametrize("form", ["full", "concise", "json", "sarif", "github", "junit"])
def test_what_a_spec_says_neither_reaches_a_terminal_raw_nor_forges_a_command(check, project, form):
    text = LOST.replace("layers:", 'x: 1\n"\\n::error::\\e[31m%0A\\u202e]]>&": 1\nlayers:').replace("c1", '"c::error::1"')
    project(**{"net.yaml": text})
    done = check("net.yaml", "--format", form)
    assert done.code == 1
    assert UNSAFE.search(done.out) is None
    assert [
        line for line in done.out.splitlines() if line.lstrip().startswith("::") and not line.startswith("::error file=")
    ] == []


@pytest.mark.parametrize("form", ["full", "concise"])
@pytest.mark.parametrize("word", ["##[error]", "##vso[task.complete]", "###[group]", "##VSO[task.complete]"])
def test_commands_in_brackets_are_shown_as_no_commands(check, project, form, word):
    project(**{"net.yaml": LOST.replace("c1", f'"{word}"')})
    out = check("net.yaml", "--format", form).out
    assert word not in out
    assert word.replace("##[", "#\\x23[").replace("##v", "#\\x23v").replace("##V", "#\\x23V") in out


# -- speed --------------------------------------------------------------------------------------------------------


def modules_after(*arguments):
    code = """import sys
from cnnspec.cli import group
try:
    group.main(["check", *sys.argv[1:]])
except SystemExit:
    print(*sorted(sys.modules))"""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", code, *map(str, arguments)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split())


def test_nothing_heavy_is_imported_and_no_form_but_the_one_asked_for():
    loaded = modules_after(LENET)
    assert loaded.isdisjoint(HEAVY)
    assert loaded.isdisjoint(f"cnnspec.render.{name}" for name in ("json", "sarif", "github", "junit", "fingerprint"))
    assert "cnnspec.language.comments" not in loaded
    assert "cnnspec.render.github" in modules_after(LENET, "--format", "github")


def test_toml_is_read_only_where_a_project_speaks_of_specs(project):
    folder = project(
        **{
            "pyproject.toml": "[tool.ruff]\n",
            "net.yaml": CLEAN,
            "sub/pyproject.toml": "[tool.cnnspec]\n",
            "sub/net.yaml": CLEAN,
        }
    )
    assert "tomllib" not in modules_after(folder / "net.yaml")
    assert "tomllib" in modules_after(folder / "sub" / "net.yaml")
