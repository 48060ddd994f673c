"""``cnnspec new``: what it writes, under which name, and what it leaves alone."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import torch
import yaml
from torch import nn

import cnnspec
from cnnspec.cli import _writing as written

ROOT = Path(__file__).parents[2]
START = (ROOT / "templates" / "new.yaml").read_text("utf-8")
RESNET = (ROOT / "examples" / "resnet50.yaml").read_text("utf-8")
EXAMPLES = sorted((ROOT / "examples").glob("*.yaml"))


@pytest.fixture
def new(command):
    """Run ``cnnspec new``; what it says."""

    def new(*arguments):
        done = command("new", *arguments)
        assert (done.code, done.out) == ((0, "") if done.err.startswith("wrote ") else (2, ""))
        return done.err

    return new


def test_a_spec_to_start_from(new, check, project):
    assert new("mine") == "wrote mine.yaml\nnext: cnnspec summary mine.yaml\n"
    assert Path("mine.yaml").read_text("utf-8") == START
    assert check("mine.yaml", "--strict", "--severity", "note") == (0, "", "no findings in 1 spec\n")
    assert check("mine.yaml", "--set", "width=16").err == "no findings in 1 spec\n"
    assert check("mine.yaml", "--set", "width=64").err == "2 errors in 1 spec\n"


def test_its_figures():
    def stage(inputs, channels):
        first = nn.Sequential(nn.Conv2d(inputs, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels), nn.ReLU())
        second = nn.Sequential(nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels))
        return nn.ModuleList([first, second])

    stages = nn.ModuleList([stage(3, 32), stage(32, 64), stage(64, 128)])
    head = nn.Linear(128, 10)
    found = torch.zeros(1, 3, 32, 32)
    for first, second in stages:
        widened = first(found)
        found = nn.functional.max_pool2d(torch.relu(second(widened) + widened), 2)
    found = head(nn.functional.adaptive_avg_pool2d(found, 1).flatten(1))
    result = cnnspec.analyze(cnnspec.loads(START))
    assert dict(result.graph.outputs) == {"head": tuple(found.shape[1:])}
    assert result.totals.params == sum(weights.numel() for weights in (*stages.parameters(), *head.parameters()))
    # Each stage's convolutions read what it reads, then what they made; the maps are 32, 16 and 8 wide.
    macs = [9 * (3 + 32) * 32 * 32**2, 9 * (32 + 64) * 64 * 16**2, 9 * (64 + 128) * 128 * 8**2, 128 * 10]
    assert result.totals.macs == sum(macs)


def test_it_shows_the_language():
    spec = cnnspec.loads(START)
    assert spec.vars
    assert spec.blocks
    assert spec.budget
    assert spec.expect
    used = [entry for entry in spec.entries() if entry.type in spec.blocks]
    assert any(entry.repeat and any("index" in option.text for option in entry.options.values()) for entry in used)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_under_another_name(new, project, path):
    new("mine", "--from", path.stem)
    before, after = path.read_text("utf-8").splitlines(keepends=True), Path("mine.yaml").read_bytes().decode()
    changed = [(old, now) for old, now in zip(before, after.splitlines(keepends=True), strict=True) if old != now]
    ((old, now),) = changed
    assert old.startswith("name: ")
    assert now == "name: mine\n"
    assert cnnspec.loads(after).name == "mine"


@pytest.mark.parametrize(
    ("name", "written", "called"),
    [
        ("mine", "mine.yaml", "mine"),
        ("mine.yaml", "mine.yaml", "mine"),
        ("mine.yml", "mine.yml", "mine"),
        ("mine.v2", "mine.v2.yaml", "mine.v2"),
        ("mine.yaml.yaml", "mine.yaml.yaml", "mine.yaml"),
        (".yaml", ".yaml.yaml", ".yaml"),
        ("nets/mine", "nets/mine.yaml", "mine"),
        ("nets/../mine", "mine.yaml", "mine"),
        ("./mine", "mine.yaml", "mine"),
    ],
)
def test_where_and_under_which_name(new, project, name, written, called):
    Path("nets").mkdir()
    new(name, "--from", "lenet")
    assert cnnspec.load(written).name == called
    assert len([path for path in Path().rglob("*") if path.is_file()]) == 1


WORDS = r"""
yes No null ~ true 1 1.5 1_000 0x1f 1e3 99999999999999999999 .inf 2026-01-02 1:30 = << a: #x -- --- ... &a *a !a | > %a @a `a`
[a ] {a } [] {} ' " it's "a" 'a' \ \n a\" a\ $(a) ${a} a,b 层 é 😀 ##[error] ##vso[a] ::error::a
"""
BLANKS = [
    "a: b",
    ": b",
    "a #b",
    "- a",
    "? a",
    "!!str a",
    "a, b",
    'a "b"',
    " a",
    "a ",
    " ",
    "a\tb",
    "a\nb",
    "a\r",
    "a\ninput: [1]",
]
UNSEEN = ["\x07", "\x1b[31m", "\x7f", "\x85", "\u2028", "\u202e", "\ufeff", "\ufffe", "e\u0301", "\U000e0001"]


@pytest.mark.parametrize("name", [*WORDS.split(), *BLANKS, *UNSEEN], ids=ascii)
def test_no_name_breaks_the_spec(command, check, project, name):
    for arguments, before in ((("--from", "resnet50"), RESNET), ((), START)):
        done = command("new", "--force", *arguments, "--", name)
        assert (done.code, done.out) == (0, "")
        assert done.err.startswith("wrote ")
        (path,) = Path().iterdir()
        assert path.name == f"{name}.yaml"
        after = path.read_bytes().decode()
        assert cnnspec.loads(after).name == name
        assert yaml.safe_load(after) == {**yaml.safe_load(before), "name": name}
        assert [line for line in before.split("\n") if not line.startswith("name: ")] == [
            line for line in after.split("\n") if not line.startswith("name: ")
        ]
        assert check("--", f"./{path}").code == 0
    assert_runs(done.err.splitlines()[1:], path.name.isprintable() and "##[" not in name and "##vso[" not in name)


def assert_runs(lines, is_said):
    """What is said to be next is a command line for this file; of a name that is not shown as it is, nothing is said."""
    assert len(lines) == is_said
    for line in lines:
        command = 'cnnspec() { "$PYTHON" -m cnnspec "$@"; }\n' + line.removeprefix("next: ")
        environment = {**os.environ, "PYTHON": sys.executable, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
        done = subprocess.run(["sh", "-c", command], env=environment, capture_output=True, check=False)
        assert (done.returncode, done.stderr) == (0, b"")


def test_a_name_that_is_no_text(new, project):
    new(os.fsdecode(b"a\xff"))
    (path,) = Path().iterdir()
    assert os.fsencode(path) == b"a\xff.yaml"
    assert cnnspec.loads(path.read_text("utf-8")).name == "a?"


def test_standard_output(command, project):
    assert command("new", "-") == (0, START, "")
    assert command("new", "-", "--from", "resnet50") == (0, RESNET, "")
    assert list(Path().iterdir()) == []


def test_what_is_there_stays(new, project):
    Path("mine.yaml").write_text("mine")
    told = "cnnspec: mine.yaml cannot be written: it is there already; --force writes over it\n"
    assert new("mine") == new("mine.yaml", "--from", "lenet") == told
    assert Path("mine.yaml").read_text() == "mine"
    new("mine", "--force")
    assert Path("mine.yaml").read_text("utf-8") == START


@pytest.mark.parametrize("force", [(), ("--force",)], ids=["new", "force"])
def test_what_is_no_file_stays(new, project, force):
    Path("other.yaml").write_text("other")
    Path("link.yaml").symlink_to("other.yaml")
    Path("dangling.yaml").symlink_to("nowhere.yaml")
    Path("folder.yaml").mkdir()
    os.mkfifo("pipe.yaml")
    before = sorted(Path().rglob("*"))
    for name, what in (("link", "a link"), ("dangling", "a link"), ("folder", "a folder"), ("pipe", "no regular file")):
        assert new(name, *force) == f"cnnspec: {name}.yaml cannot be written: it is {what}\n"
    assert sorted(Path().rglob("*")) == before
    assert Path("other.yaml").read_text() == "other"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nets/mine", "nets/mine.yaml cannot be written: there is no folder nets"),
        ("file/mine", "file/mine.yaml cannot be written: there is no folder file"),
        ("nets/", "'nets/' names no file: say what the network is called, as in nets/mine"),
        (".", "'.' names no file: say what the network is called, as in nets/mine"),
        ("a/..", "'a/..' names no file: say what the network is called, as in nets/mine"),
        ("", "'' names no file: say what the network is called, as in nets/mine"),
        ("a" * 300, f"{'a' * 300}.yaml cannot be written: file name too long"),
        ("a\0b", "a\\x00b.yaml cannot be written: "),
        ("\x1b[31m/a", "\\x1b[31m/a.yaml cannot be written: there is no folder \\x1b[31m"),
    ],
)
def test_a_name_that_cannot_be_written(new, project, name, message):
    Path("file").touch()
    told = new(name)
    assert told.startswith(f"cnnspec: {message}")
    assert told.count("\n") == 1
    assert list(Path().iterdir()) == [Path("file")]


def test_an_unknown_example(new, project):
    assert new("mine", "--from", "restnet50") == "cnnspec: there is no example 'restnet50': did you mean `resnet50`?\n"
    assert list(Path().iterdir()) == []


@pytest.mark.parametrize(("name", "said"), [("my net", "'my net.yaml'"), ("-x", "./-x.yaml"), ("-d/x", "./-d/x.yaml")])
def test_a_shell_can_run_what_is_said_to_be_next(new, project, name, said):
    Path("-d").mkdir()
    _, line = new("--", name).splitlines()
    assert line == f"next: cnnspec summary {said}"
    assert_runs([line], is_said=True)


@pytest.fixture
def on_a_full_disk(project):
    """Run ``cnnspec new`` where no file can grow longer than 100 bytes, as if the disk were full."""

    def run(*arguments):
        limited = (
            "import resource\n"
            "resource.setrlimit(resource.RLIMIT_FSIZE, (100, resource.RLIM_INFINITY))\n"
            "from cnnspec.cli import main\n"
            "main()"
        )
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
        command = [sys.executable, "-c", limited, "new", *arguments]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (2, "cnnspec: mine.yaml cannot be written: file too large\n")

    return run


def test_what_cannot_be_written_whole_is_not_there(on_a_full_disk, new):
    on_a_full_disk("mine")
    on_a_full_disk("mine", "--force")
    assert list(Path().iterdir()) == []
    new("mine")


def test_what_cannot_be_written_over_stays(on_a_full_disk, new):
    Path("mine.yaml").write_text("mine")
    on_a_full_disk("mine", "--force")
    assert list(Path().iterdir()) == [Path("mine.yaml")]
    assert Path("mine.yaml").read_text() == "mine"


def test_what_is_written_over_keeps_its_permissions(new, project):
    Path("mine.yaml").write_text("mine")
    Path("mine.yaml").chmod(0o640)
    new("mine", "--force")
    assert stat.S_IMODE(Path("mine.yaml").stat().st_mode) == 0o640
    assert list(Path().iterdir()) == [Path("mine.yaml")]


@pytest.mark.parametrize(
    "other", [Path.touch, Path.mkdir, lambda path: path.symlink_to("elsewhere")], ids=["file", "folder", "link"]
)
def test_what_comes_meanwhile_stays(new, project, monkeypatch, other):
    """What another program puts there after it was looked for."""

    def create(path: Path, data: bytes) -> None:
        other(path)
        written.create(path, data)

    monkeypatch.setattr("cnnspec.cli.new.create", create)
    assert new("mine") == "cnnspec: mine.yaml cannot be written: file exists\n"
    assert list(Path().iterdir()) == [Path("mine.yaml")]
