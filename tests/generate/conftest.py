"""What the differential tests draw is drawn here, too; modules are run by one process for all tests."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "differential"))

from harness import Harness
from harness import harness as started


@pytest.fixture(scope="session")
def harness() -> Iterator[Harness]:
    """The process that runs generated modules."""
    with started() as process:
        yield process
