"""The inputs lack axes or sizes that the layer reads."""

from __future__ import annotations

from cnnspec.errors import ShapeMismatch as Failure
from cnnspec.rules.rule import FailureRule


class ShapeMismatch(FailureRule):
    """A layer reads a number of axes that its input does not have, or a merge joins inputs of different sizes."""

    code = "CNN105"
    name = "shape-mismatch"
    summary = "The inputs lack axes or sizes that the layer reads."
    failure = Failure
