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
    """Without its number where the file is of every dimension."""
    words = {re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower() for name in shipped()}
    families = {word.removesuffix("3d") for word in words if word.endswith("3d")}
    assert {word for word in words if word[:-2] not in families} | families == {path.stem for path in FOLDER.glob("*.py")}


@pytest.mark.parametrize(("ndim", "size", "ones"), [(1, "int", "1"), (3, "int, int, int", "1, 1, 1")])
def test_a_family_differs_in_its_dimensions_alone(ndim: int, size: str, ones: str) -> None:
    known = shipped()
    assert [name for name in known if name.endswith("3d")] == [
        *("ConnectedConv3d", "PaddedConv3d", "SameAvgPool3d", "SameConv3d", "SameMaxPool3d")
    ]
    padded, connected = known[f"PaddedConv{ndim}d"], known[f"ConnectedConv{ndim}d"]
    assert f"class PaddedConv{ndim}d(nn.Conv{ndim}d):" in padded
    assert padded.count(f"int | tuple[{size}]") == 3
    assert padded.count("2d") == 0
    assert f"(kernel_size,) * {ndim} if" in connected
    assert f"F.conv{ndim}d(x, kernels" in connected
    assert f"self.bias.view(-1, {ones})" in connected


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
