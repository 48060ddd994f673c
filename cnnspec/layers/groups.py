"""Grouped channels."""

from __future__ import annotations

from math import gcd

from cnnspec.errors import Fix, GroupsMismatch


def check_groups(groups: int, in_channels: int, out_channels: int) -> None:
    """Raise :class:`GroupsMismatch` unless both numbers of channels divide into the groups."""
    for side, count in (("input", in_channels), ("output", out_channels)):
        if count % groups:
            fits = gcd(in_channels, out_channels, groups)
            channels = str(in_channels) if in_channels == out_channels else f"both {in_channels} and {out_channels}"
            raise GroupsMismatch(
                f"{count} {side} channels do not divide into {groups} groups",
                fix=f"groups {fits}, which divides {channels}",
                fixes=(Fix("groups", fits),),
            )
