"""The channels do not divide into the groups."""

from __future__ import annotations

from cnnspec.errors import GroupsMismatch as Failure
from cnnspec.rules.rule import FailureRule


class GroupsMismatch(FailureRule):
    """A grouped convolution gives each group the same number of input and of output channels: both must be multiples."""

    code = "CNN104"
    name = "groups-mismatch"
    summary = "The channels do not divide into the groups."
    failure = Failure
