"""Generated modules, run in processes of their own, and a plain record of what each holds and computes."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

import cnnspec

RUNNER = Path(__file__).with_name("runner.py")


class ModuleFailed(Exception):
    """A generated module could not be run; the message holds what it wrote to stderr, and its text."""


@dataclass(frozen=True)
class Run:
    """One call of the network."""

    outputs: list[Tensor]
    is_tuple: bool
    calls: dict[str, list[Tensor | None]]
    """What each module put out, call by call, by its full name; None for what is no tensor."""
    refused: str = ""
    """Why a norm refused the batch: a channel of one number has no deviation. Then nothing else is known."""


@dataclass(frozen=True, kw_only=True)
class Outline:
    """What a generated network holds, and what shapes it computes.

    ``initial`` are the tensors that it begins with, ``attributes`` the plain values that its modules hold, ``kinds`` their
    classes' names. It is run with a batch of 2 and again with one of 3.
    """

    cls: str
    initial: dict[str, Tensor]
    trainable: dict[str, bool]
    attributes: dict[str, dict[str, Any]]
    kinds: dict[str, str]
    evaluated: Run
    evaluated_three: Run

    @property
    def params(self) -> tuple[int, int]:
        """How many numbers are trained, and how many are frozen."""
        sizes = {name: self.initial[name].numel() for name in self.trainable}
        trained = sum(size for name, size in sizes.items() if self.trainable[name])
        return trained, sum(sizes.values()) - trained

    @property
    def buffers(self) -> int:
        """How many numbers are saved and are no parameters."""
        return sum(tensor.numel() for name, tensor in self.initial.items() if name not in self.trainable)


@dataclass(frozen=True, kw_only=True)
class Record(Outline):
    """What a generated network holds and computes: with ``state``, which is random and in double precision.

    In training it is run with a batch of 2, and dropout of any kind drops nothing; ``state_trained`` is what it then holds.
    """

    state: dict[str, Tensor]
    inputs: list[Tensor]
    trained: Run
    state_trained: dict[str, Tensor]


class Harness:
    """The process that runs modules, and the folder that they stand in."""

    def __init__(self, process: subprocess.Popen[str], folder: Path) -> None:
        self.process = process
        self.folder = folder
        self.count = 0

    def record(self, result: cnnspec.Result, module: str, *, seed: int = 0, timeout: float = 60, **arguments: Any) -> Record:
        """What the text of a module does that should be the network of ``result``. Raises :class:`ModuleFailed`."""
        return Record(**self._recorded(result, module, {"seed": seed, "timeout": timeout, "arguments": arguments}))

    def outline(self, result: cnnspec.Result, module: str, *, timeout: float = 60, **arguments: Any) -> Outline:
        """What the module holds, and the shapes that it computes, without a number: for networks of any size."""
        return Outline(**self._recorded(result, module, {"outline": True, "timeout": timeout, "arguments": arguments}))

    def main(self, module: str, *, timeout: float = 60) -> str:
        """What the module prints as a program. Raises :class:`ModuleFailed`."""
        return self._ask(module, {"main": True, "timeout": timeout}).with_suffix(".log").read_text("utf-8")

    def _recorded(self, result: cnnspec.Result, module: str, request: dict[str, Any]) -> dict[str, Any]:
        shapes = [shape for shape in result.graph.inputs.values() if shape is not None]
        path = self._ask(module, {"inputs": shapes, **request}).with_suffix(".record")
        found: dict[str, Any] = torch.load(path)
        path.unlink()
        return {
            name: _run(value) if name in ("evaluated", "evaluated_three", "trained") else value for name, value in found.items()
        }

    def _ask(self, module: str, asked: dict[str, Any]) -> Path:
        self.count += 1
        path = self.folder / f"generated_{self.count}.py"
        path.write_text(module, "utf-8")
        files = {"module": str(path), "record": str(path.with_suffix(".record")), "log": str(path.with_suffix(".log"))}
        request = {"main": False, "outline": False, "seed": 0, "arguments": {}, **files, **asked}
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(json.dumps(request), file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline().strip()
        path.unlink()
        if answer != "ok":
            log = path.with_suffix(".log")
            told = log.read_text("utf-8", "replace") if log.exists() else ""
            raise ModuleFailed(f"{answer or 'the runner ended'}\n{told}\n{module}")
        return path


def _run(found: dict[str, Any]) -> Run:
    return Run(**found) if "outputs" in found else Run([], is_tuple=False, calls={}, refused=found["refused"])


@contextmanager
def harness() -> Iterator[Harness]:
    """A process that runs modules, as long as it is wanted."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, str(RUNNER)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            yield Harness(process, Path(folder))
            assert process.stdin is not None
            process.stdin.close()
            process.wait(timeout=60)
