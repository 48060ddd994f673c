"""Shares in words."""

from __future__ import annotations


def percent(share: float) -> str:
    """A share of one as people write it: ``25 %``."""
    return f"{round(100 * share)} %" if share >= 0.01 else "less than 1 %"
