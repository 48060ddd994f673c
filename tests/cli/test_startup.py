"""What a command imports: the layer modules of the types that its file mentions and no others, and of rules what it asks.

Nothing imports what takes long and few commands want.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cnnspec import layers, rules

ROOT = Path(__file__).parents[2]

RUN = """import sys
from cnnspec.cli import group
try:
    group.main(sys.argv[1:])
except SystemExit as end:
    print(*sorted(sys.modules), file=sys.stderr)
    sys.exit(end.code)"""

BRANCHES = """
input: [3, 16, 16]
layers:
  - conv2d: {out_channels: 8, kernel_size: 1}
  - branches:
      merge: add
      paths: [relu, tanh]
"""

HANDED_ON = """
input: [3, 16, 16]
blocks:
  unit:
    params: {channels: null, act: relu}
    layers:
      - conv2d: {out_channels: channels, kernel_size: 3, padding: 1}
      - activation: act
  stage:
    params: {channels: null, act: relu}
    layers:
      - unit: {channels: channels, act: act}
layers:
  - stage: {channels: 8, act: hardswish}
"""


def imported(*arguments: str, spec: str) -> list[str]:
    """All that a command imports."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", RUN, *arguments]
    done = subprocess.run(command, env=environment, input=spec, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    return done.stderr.splitlines()[-1].split()


def modules_of(folder: str, *arguments: str, spec: str) -> set[str]:
    """The modules of a folder that a command imports."""
    inside = f"cnnspec.{folder}."
    return {name.removeprefix(inside) for name in imported(*arguments, spec=spec) if name.startswith(inside)}


def modules_of_types(*arguments: str, spec: str) -> set[str]:
    """The modules with layer types in them that a command imports; what they share with others is not one."""
    with_types = {layer.__module__.rpartition(".")[2] for layer in layers.known().values()}
    return modules_of("layers", *arguments, spec=spec) & with_types


@pytest.mark.parametrize("command", ["check", "summary"])
@pytest.mark.parametrize(
    ("spec", "mentioned"),
    [
        ((ROOT / "examples" / "lenet.yaml").read_text("utf-8"), {"conv", "elementwise", "avg_pool", "flatten", "linear"}),
        # With nothing said the paths are joined by a concat.
        (BRANCHES.replace("      merge: add\n", ""), {"conv", "elementwise", "concat"}),
        (BRANCHES, {"conv", "elementwise", "add"}),
        (HANDED_ON, {"conv", "elementwise", "activation"}),
    ],
    ids=["lenet", "branches", "merge", "handed-on"],
)
def test_a_command_imports_the_types_of_its_file(command: str, spec: str, mentioned: set[str]) -> None:
    assert modules_of_types(command, "-", spec=spec) == mentioned


def test_explain_imports_the_type_that_it_explains() -> None:
    assert modules_of_types("explain", "conv_transpose2d", spec="") == {"conv_transpose"}
    assert modules_of_types("explain", "max_pool", spec="") == {"max_pool"}


def test_a_container_is_explained_without_any() -> None:
    assert modules_of_types("explain", "branches", spec="") == set()


def test_explain_imports_the_rule_that_it_explains() -> None:
    with_rules = {type(rule).__module__.rpartition(".")[2] for rule in rules.known().values()}
    assert modules_of("rules", "explain", "even-kernel", spec="") & with_rules == {"even_kernel"}
    assert modules_of("rules", "explain", "conv2d", spec="") & with_rules == set()
    assert modules_of("rules", "explain", "CNN002", spec="") & with_rules == set()


def test_examples_are_listed_without_rules() -> None:
    assert modules_of_types("examples", spec="") > {"conv", "linear"}
    assert modules_of("rules", "examples", spec="") == set()


@pytest.mark.parametrize("arguments", [("examples", "lenet"), ("new", "-", "--from", "lenet")], ids=["examples", "new"])
def test_an_example_is_handed_on_without_any_type(arguments: tuple[str, ...]) -> None:
    assert modules_of_types(*arguments, spec="") == set()


@pytest.mark.parametrize("arguments", [("check", "-"), ("summary", "-"), ("examples",)], ids=["check", "summary", "examples"])
def test_what_takes_long_is_not_imported(arguments: tuple[str, ...]) -> None:
    found = imported(*arguments, spec=BRANCHES)
    assert "cnnspec.graph.elaborate" in found
    assert {"jinja2", "networkx", "pydantic", "torch"}.isdisjoint(found)


@pytest.mark.parametrize(
    "arguments", [("check", "-"), ("summary", "-"), ("report", "-o", "-", "-")], ids=lambda words: words[0]
)
def test_what_writes_code_is_imported_by_what_writes_code(arguments: tuple[str, ...]) -> None:
    assert modules_of("codegen", *arguments, spec=BRANCHES) == set()
    assert modules_of("codegen", "generate", "-", spec=BRANCHES) > {"module", "network"}
