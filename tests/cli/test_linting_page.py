"""What docs/linting.md shows is so: its commands run, its YAML and TOML are taken."""

import re
import shutil
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

import cnnspec
from cnnspec.cli import group
from cnnspec.language.checker import parse

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "linting.md").read_text("utf-8")
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
COMMANDS = re.findall(r"(?:\$|run:) (cnnspec check\b.*?)(?:  +#.*| < .*)?$", PAGE, re.MULTILINE)


def blocks(language):
    return [text for name, text in BLOCKS if name == language]


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "models").mkdir()
    for path in ("net.yaml", "models/lenet.yaml"):
        shutil.copy(ROOT / "examples" / "lenet.yaml", tmp_path / path)
    return lambda command, stdin="": CliRunner().invoke(group, command.split()[1:], input=stdin)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_runs(run, command):
    assert len(COMMANDS) > 8
    done = run(command, (ROOT / "examples" / "lenet.yaml").read_text("utf-8"))
    assert done.exit_code == 0, done.output


def test_the_page_names_the_options_there_are(run):
    known = set(re.findall(r"--[a-z-]+", run("cnnspec check --help").output))
    assert set(re.findall(r"(?<=[`( ])--[a-z]+[a-z-]*", PAGE)) <= known


def test_the_finding_shown_is_the_one_told(run, tmp_path):
    shown = blocks("text")[0]
    (tmp_path / "net.yaml").write_text(
        "cnnspec: 1\ninput: [3, 8, 8]\nlayers:\n  - conv2d: {out_channels: 8, kernel_size: 3, padding: 1}\n  - batch_norm2d\n"
    )
    assert run("cnnspec check net.yaml").output == shown


def test_what_silences_is_taken_and_of_use():
    layers = next(text for text in blocks("yaml") if "ignore[even-kernel]" in text)
    result = cnnspec.analyze(parse(f"input: [8, 16, 16]\n{layers}", "page.yaml"))
    (unused,) = result.findings
    assert (unused.rule, unused.message) == ("unused-suppression", "ignoring `large-kernel` silences nothing in this file")


def test_the_configuration_is_taken(run, tmp_path):
    (tmp_path / "pyproject.toml").write_text(blocks("toml")[0])
    assert run("cnnspec check").exit_code == 0
    (tmp_path / "pyproject.toml").write_text(blocks("toml")[0].replace("strict", "strickt"))
    assert "did you mean `strict`?" in str(run("cnnspec check").exception)


def test_the_hooks_exist():
    hooks = next(yaml.safe_load(text) for text in blocks("yaml") if text.startswith("repos:"))
    known = {hook["id"] for hook in HOOKS}
    assert {hook["id"] for hook in hooks["repos"][0]["hooks"]} <= known
    assert known <= set(re.findall(r"cnnspec[-\w]*", PAGE))


def test_the_workflow_is_yaml_and_uploads_what_it_writes():
    workflow = next(yaml.safe_load(text) for text in blocks("yaml") if text.startswith("name: specs"))
    *_, check, upload = workflow["jobs"]["check"]["steps"]
    assert upload["if"] == "always()"
    assert check["run"].endswith(upload["with"]["sarif_file"])
