"""Generated modules are as tools want code to be: as ruff formats it, nothing for its rules, types for mypy."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from random_specs import drawn
from test_examples_generate import FILES, VARIANTS, told

import cnnspec
from cnnspec.api import with_vars

DRAWS = 200


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of generated modules: of every example, as modules and as programs."""
    folder = tmp_path_factory.mktemp("modules")
    specs = {told(name, vars): with_vars(cnnspec.load(FILES[name]), vars) for name, vars in VARIANTS}
    for place, (name, spec) in enumerate(specs.items()):
        stem = "".join(letter if letter.isalnum() else "_" for letter in name)
        text = cnnspec.generate(spec, with_main=place % 2 == 0)
        (folder / f"{stem}.py").write_text(text, "utf-8")
    return folder


@pytest.fixture(scope="module")
def drawn_modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of modules of drawn specs, as modules and as programs."""
    folder = tmp_path_factory.mktemp("drawn")
    for seed in range(DRAWS):
        with suppress(cnnspec.SpecError):
            text = cnnspec.generate(cnnspec.loads(drawn(seed)), with_main=seed % 2 == 0)
            (folder / f"drawn_{seed}.py").write_text(text, "utf-8")
    assert len(list(folder.iterdir())) > 0.95 * DRAWS
    return folder


def check(folder: Path, *command: str) -> None:
    """Ask a tool about the folder, with its own settings and not this project's."""
    run = subprocess.run([sys.executable, "-m", *command], cwd=folder, capture_output=True, text=True, check=False)
    if run.returncode:
        pytest.fail((run.stdout + run.stderr)[:8000])


def test_ruff_would_format_nothing_otherwise(modules: Path, drawn_modules: Path) -> None:
    for folder in (modules, drawn_modules):
        check(folder, "ruff", "format", "--isolated", "--diff", ".")


def test_ruff_finds_nothing(modules: Path, drawn_modules: Path) -> None:
    for folder in (modules, drawn_modules):
        check(folder, "ruff", "check", "--isolated", "--output-format", "concise", ".")


def test_mypy_finds_nothing(modules: Path) -> None:
    """A call of any module is of any type, says torch: so is what ``return self.fc(x)`` hands on."""
    check(modules, "mypy", "--strict", "--no-warn-return-any", "--config-file", "", ".")


def test_mypy_finds_nothing_in_drawn_modules(drawn_modules: Path) -> None:
    """But that specs ask whether a mode of padding is a word that is none, which no mode ever is."""
    strict = ("mypy", "--strict", "--no-warn-return-any", "--disable-error-code=comparison-overlap", "--config-file", "")
    check(drawn_modules, *strict, ".")
