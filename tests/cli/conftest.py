"""The command line in this process: what it prints and how it exits."""

import io
import sys
from functools import partial
from typing import NamedTuple

import pytest

from cnnspec.cli import main


class Done(NamedTuple):
    """One run."""

    code: int
    out: str
    err: str


@pytest.fixture
def project(tmp_path, monkeypatch):
    """The working directory: an empty project. Nothing above it is configuration, and no color is asked for."""
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)

    def write(**files):
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return tmp_path

    return write


@pytest.fixture
def command(project, capsys, monkeypatch):
    """Run a command of ``cnnspec``."""

    def command(*arguments, stdin=b""):
        monkeypatch.setattr(sys, "argv", ["cnnspec", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        with pytest.raises(SystemExit) as exit:
            main()
        return Done(exit.value.code or 0, *capsys.readouterr())

    return command


@pytest.fixture
def check(command):
    """Run ``cnnspec check``."""
    return partial(command, "check")
