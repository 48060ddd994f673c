"""The hooks, run by pre-commit itself in a repository where other people's YAML lies beside specs.

pre-commit clones this project, builds it and installs it with its dependencies from the package index: that is most of
the time that this takes.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import cnnspec

ROOT = Path(__file__).parents[2]
PACKAGED = ("cnnspec", "examples", "schemas", "templates", "pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml")

GOOD = (ROOT / "examples" / "lenet.yaml").read_text("utf-8")
# 28 + 2·0 - 3 is 25, which 2 does not divide: the last row and column are lost.
BAD = "cnnspec: 1\ninput: [1, 28, 28]\nlayers:\n  - conv2d: {name: c1, out_channels: 6, kernel_size: 3, stride: 2}\n"
REDUNDANT = BAD.replace("stride: 2", "padding: 1") + "  - batch_norm2d\n"

OTHERS = {
    "compose.yaml": "services:\n  web: {image: nginx}\n  cnnspec: {image: cnnspec}\n",
    ".github/workflows/ci.yml": "on: [push]\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps: [{run: cnnspec check}]\n",
    "deploy/k8s.yaml": "apiVersion: v1\nkind: Service\n---\napiVersion: apps/v1\nkind: Deployment\n---\n# cnnspec: 1\n{}\n",
    "deploy/stack.yml": "Resources:\n  Bucket:\n    Name: !Sub '${AWS::StackName}-models'\n    Size: !GetAtt [Disk, Size]\n",
    "deploy/chart.yaml": "name: {{ .Values.name }}\n{{- if .Values.on }}\nlayers: 3\n{{- end }}\n",
    "mkdocs.yml": "extensions:\n  - emoji: {generator: !!python/name:material.emoji}\nbase: &b {a: 1}\nmore: {<<: *b}\n",
}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Runs a command as on a machine where nobody has used git or pre-commit before."""
    home = tmp_path_factory.mktemp("home")
    (home / "gitconfig").write_text("[user]\nname = A. Author\nemail = author@example.org\n")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH" and not name.startswith("GIT_")}
    environment |= {"GIT_CONFIG_GLOBAL": str(home / "gitconfig"), "PRE_COMMIT_HOME": str(home / "pre-commit")}

    def run(folder, *command):
        return subprocess.run(
            [str(part) for part in command], cwd=folder, env=environment, capture_output=True, text=True, check=False
        )

    return run


@pytest.fixture(scope="module")
def project(run, tmp_path_factory):
    """A repository with this checkout as it is, committed or not."""
    folder = tmp_path_factory.mktemp("cnnspec")
    for name in PACKAGED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, folder / name)
    committed(run, folder)
    return folder


@pytest.fixture
def repository(run, tmp_path):
    """A repository with other people's YAML, and a spec."""
    for name, text in {**OTHERS, "models/lenet.yaml": GOOD}.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    committed(run, tmp_path)
    return tmp_path


def committed(run, folder):
    for command in (["init", "-q"], ["add", "--all"], ["commit", "-q", "-m", "All of it"]):
        done = run(folder, "git", *command)
        assert done.returncode == 0, done.stderr


def pre_commit(run, folder, *arguments):
    return run(folder, sys.executable, "-m", "pre_commit", *arguments, "--color", "never")


def test_a_bad_spec_fails_and_other_yaml_is_passed_over(run, project, repository):
    (repository / "models" / "bad.yaml").write_text(BAD)
    run(repository, "git", "add", "--all")
    done = pre_commit(run, repository, "try-repo", project, "cnnspec", "--all-files")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "models/bad.yaml:4:5: CNN101 error: c1: " in done.stdout
    assert re.search(r"^1 error\b.* in 2 specs$", done.stdout, re.MULTILINE)
    assert [name for name in (*OTHERS, "models/lenet.yaml") if name in done.stdout] == []


def test_the_hooks_of_a_project_pass_on_good_specs_and_fix_what_is_redundant(run, project, repository):
    revision = run(project, "git", "rev-parse", "HEAD").stdout.strip()
    hooks = f"repos:\n  - repo: {project}\n    rev: {revision}\n    hooks: [{{id: cnnspec-fix}}, {{id: cnnspec}}]\n"
    (repository / ".pre-commit-config.yaml").write_text(hooks)
    run(repository, "git", "add", "--all")
    done = pre_commit(run, repository, "run", "--all-files", "--verbose")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count(" in 1 spec\n") == 2  # each hook looks at LeNet, and at nothing else

    spec = repository / "models" / "redundant.yaml"
    spec.write_text(REDUNDANT)
    run(repository, "git", "add", "--all")
    done = pre_commit(run, repository, "run")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "files were modified by this hook" in done.stdout
    assert "fixed 1 finding in 1 spec" in done.stdout
    assert spec.read_text() == REDUNDANT.replace("padding: 1", "padding: 1, bias: false")

    run(repository, "git", "add", "--all")
    assert pre_commit(run, repository, "run").returncode == 0
    spec.write_text(BAD)
    run(repository, "git", "add", "--all")
    done = pre_commit(run, repository, "run", "cnnspec")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "models/redundant.yaml:4:5: CNN101 error: c1: " in done.stdout


def test_fresh_code_passes_and_stale_code_fails(run, project, repository):
    revision = run(project, "git", "rev-parse", "HEAD").stdout.strip()
    hook = "{id: cnnspec-generate, args: [models/lenet.yaml, -o, models/lenet.py, --class-name, Net]}"
    (repository / ".pre-commit-config.yaml").write_text(
        f"repos:\n  - repo: {project}\n    rev: {revision}\n    hooks: [{hook}]\n"
    )
    code = repository / "models" / "lenet.py"
    code.write_text(cnnspec.generate(repository / "models" / "lenet.yaml", class_name="Net"), "utf-8")
    run(repository, "git", "add", "--all")
    done = pre_commit(run, repository, "run")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Passed" in done.stdout

    fresh = code.read_text("utf-8")
    (repository / "models" / "lenet.yaml").write_text(GOOD.replace("tanh", "relu"), "utf-8")
    run(repository, "git", "add", "--all")
    done = pre_commit(run, repository, "run")
    assert done.returncode == 1, done.stdout + done.stderr
    renewing = "cnnspec generate models/lenet.yaml -o models/lenet.py --class-name Net"
    assert f"models/lenet.py is not what its spec generates now: {renewing}\n" in done.stdout
    assert code.read_text("utf-8") == fresh
