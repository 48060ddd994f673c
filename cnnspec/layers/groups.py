"""Grouped channels."""

from __future__ import annotations

from math import gcd

from cnnspec.errors import Fix, GroupsMismatch

_LOOKED_AT = 10_000
"""So many numbers are tried below the one that is written; the channels of no network need more."""


def nearest_divisor(groups: int, channels: int) -> int:
    """The most groups, of at most so many, that ``channels`` divide into."""
    below = range(min(groups, channels), max(min(groups, channels) - _LOOKED_AT, 0), -1)
    return next((fewer for fewer in below if channels % fewer == 0), gcd(channels, groups))


def check_groups(groups: int, in_channels: int, out_channels: int) -> None:
    """Raise :class:`GroupsMismatch` unless both numbers of channels divide into the groups."""
    for side, count in (("input", in_channels), ("output", out_channels)):
        if count % groups:
            fits = nearest_divisor(groups, gcd(in_channels, out_channels))
            channels = str(in_channels) if in_channels == out_channels else f"both {in_channels} and {out_channels}"
            raise GroupsMismatch(
                f"{count} {side} channels do not divide into {groups} groups",
                fix=f"groups {fits}, which divides {channels}",
                fixes=(Fix("groups", fits),),
            )
