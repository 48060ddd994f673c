"""The layer that does nothing."""

from __future__ import annotations

from dataclasses import dataclass

from cnnspec.layers.layer import Pointwise


@dataclass(frozen=True, slots=True)
class Identity(Pointwise):
    """Hands its input on. Source: ``torch.nn.Identity``."""

    types = ("identity",)
