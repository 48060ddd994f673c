"""What the benchmarks share: medians of repeated runs, and a plain table."""

from __future__ import annotations

import gc
import platform
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from os import cpu_count
from statistics import median


def clock(run: Callable[[], object], seconds: Callable[[], float] = time.perf_counter) -> float:
    """Seconds that one run takes."""
    gc.collect()
    start = seconds()
    run()
    return seconds() - start


def medians(runs: Sequence[Callable[[], object]], times: int, seconds: Callable[[], float] = time.perf_counter) -> list[float]:
    """The median seconds of each run; they take turns, so that what else the machine does falls on all of them."""
    for run in runs:
        run()
    rounds = [[clock(run, seconds) for run in runs] for _ in range(times)]
    return [median(taken) for taken in zip(*rounds, strict=True)]


def milliseconds(seconds: float) -> str:
    """Three digits: ``0.123 ms``, ``12.3 ms``, ``1,230 ms``."""
    value = seconds * 1000
    return f"{value:,.0f} ms" if value >= 100 else f"{value:.3g} ms"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Rows under a head, the first column to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    lines = [
        "  ".join(
            cell.rjust(width) if at else cell.ljust(width) for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in (head, ["─" * width for width in widths], *rows)
    ]
    return "\n".join(lines)


def machine(*packages: str) -> str:
    """What the figures were measured on."""
    python = f"Python {platform.python_version()}, {platform.system()} on {platform.machine()}, {cpu_count()} cores"
    return ", ".join([python, *(f"{package} {version(package)}" for package in packages)])
