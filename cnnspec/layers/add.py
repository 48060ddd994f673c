"""Sum of inputs."""

from __future__ import annotations

from dataclasses import dataclass

from cnnspec.layers.merge import Broadcast


@dataclass(frozen=True, slots=True)
class Add(Broadcast):
    """The inputs' sum, element by element: n inputs take n − 1 additions. Source: ``torch.add``."""

    types = ("add",)
