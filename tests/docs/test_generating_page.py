"""What docs/generating.md says can be done can be done, and the code that the README shows is what is generated."""

import re
import shutil
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

import cnnspec
from cnnspec.cli import group

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "generating.md").read_text("utf-8")
README = (ROOT / "README.md").read_text("utf-8")
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.DOTALL | re.MULTILINE)
SPEC = "input: [3, 32, 32]\nvars: {width: 16}\nlayers:\n  - conv2d: {out_channels: width, kernel_size: 3}\n"
COMMANDS = re.findall(r"(?:\$|run:) (cnnspec generate .*?)(?: +#.*)?$", PAGE, re.MULTILINE)


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.yaml").write_text(SPEC)
    (tmp_path / "net.py").write_text(cnnspec.generate(tmp_path / "net.yaml"), "utf-8")
    return lambda command: CliRunner().invoke(group, command.split()[1:])


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_runs(run, command):
    assert len(COMMANDS) > 4
    done = run(command)
    assert done.exit_code == 0, done.output


def test_the_page_names_the_options_there_are(run):
    known = set(re.findall(r"(?<![a-z])--[a-z-]+", run("cnnspec generate --help").output))
    of_others = {"--strict", "--no-warn-return-any"}
    assert set(re.findall(r"(?<=[`( ])--[a-z]+[a-z-]*", PAGE)) - of_others <= known
    assert known - {"--help", "--output"} <= set(re.findall(r"--[a-z-]+", PAGE))


def test_the_hook_takes_its_arguments(run):
    hooks = next(yaml.safe_load(text) for _, text in BLOCK.findall(PAGE) if text.startswith("repos:"))
    (hook,) = hooks["repos"][0]["hooks"]
    (known,) = [known for known in HOOKS if known["id"] == hook["id"]]
    assert run(f"{known['entry']} {' '.join(hook['args'])}").exit_code == 0


def test_the_code_in_the_readme_is_what_is_generated(tmp_path):
    section = README.partition("## Code\n")[2].partition("\n## ")[0]
    (piece,) = [text for language, text in BLOCK.findall(section) if language == "python"]
    (example,) = re.findall(r"\$ cnnspec generate (\S+)", section)
    shutil.copy(ROOT / example, tmp_path)
    assert piece in cnnspec.generate(tmp_path / Path(example).name)
