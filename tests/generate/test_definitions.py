"""The definitions of ``templates/pytorch``, which a generated module holds where it uses them: code as people write it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from calls import module
from test_layer_calls import COMPUTED, WRITTEN

from cnnspec.codegen.shipped import shipped
from cnnspec.resources import folder

FOLDER = folder("templates") / "pytorch"
FAMILIES = sorted(path.stem.removesuffix("3d") for path in FOLDER.glob("*3d.py"))
"""What there is of one, two and three dimensions."""


def tool(*arguments: str) -> None:
    done = subprocess.run([sys.executable, "-m", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def within(code: str) -> set[str]:
    """The definitions whose names occur in code."""
    return shipped().keys() & set(re.findall(r"\w+", code))


def test_every_definition_is_used() -> None:
    """By a layer; one is a function of the spec's expressions."""
    used = {"make_divisible"} | within(" ".join(code for *_, code in [*WRITTEN, *COMPUTED]))
    while (more := used | within(" ".join(shipped()[name] for name in used))) != used:
        used = more
    assert used == shipped().keys()


def test_a_file_is_called_as_what_it_defines() -> None:
    words = {re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower() for name in shipped()}
    assert words == {path.stem for path in FOLDER.glob("*.py")}


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("ndim", [1, 3])
def test_dimensions_differ_in_their_number_alone(family: str, ndim: int) -> None:
    text = (FOLDER / f"{family}2d.py").read_text("utf-8").replace("2d", f"{ndim}d").replace(") * 2", f") * {ndim}")
    for each in ("int", "1"):
        text = text.replace(f"{each}, {each}", ", ".join([each] * ndim))
    assert (FOLDER / f"{family}{ndim}d.py").read_text("utf-8") == text


def test_they_are_clean_by_themselves_and_in_one_module(tmp_path: Path) -> None:
    """As ``ruff`` and ``mypy`` are without settings: 88 columns."""
    whole = tmp_path / "generated.py"
    whole.write_text(module(), "utf-8")
    files = [str(path) for path in sorted(FOLDER.glob("*.py"))]
    tool("ruff", "format", "--isolated", "--check", *files, str(whole))
    tool("ruff", "check", "--isolated", "--select=E,F,W,B,UP,SIM,PIE,RET,RUF,C4", *files, str(whole))
    tool("mypy", "--strict", "--config-file=", f"--cache-dir={tmp_path}", str(whole))


def test_each_file_imports_what_it_uses() -> None:
    code = "import sys; sys.path.insert(0, sys.argv[1])\nfor name in sys.argv[2:]: __import__(name)"
    stems = [path.stem for path in sorted(FOLDER.glob("*.py"))]
    subprocess.run([sys.executable, "-c", code, str(FOLDER), *stems], check=True)
