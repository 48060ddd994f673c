"""Every layer type's draws: the modules beside this one whose names end in ``_cases``."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from drawing import COUNTED_BY_HAND, NEVER_ILLEGAL, STRATEGIES, Case, Draw, Pairs, Shape, least_same, torch_class

__all__ = [
    "COUNTED_BY_HAND",
    "NEVER_ILLEGAL",
    "STRATEGIES",
    "Case",
    "Draw",
    "Pairs",
    "Shape",
    "least_same",
    "torch_class",
]

for _file in sorted(Path(__file__).parent.glob("*_cases.py")):
    if _file != Path(__file__):
        import_module(_file.stem)
