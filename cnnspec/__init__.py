"""cnnspec: a static architecture analyzer and cost estimator for convolutional networks.

>>> import cnnspec
>>> spec = cnnspec.loads("{input: [1, 32, 32], layers: [conv2d: {name: c1, out_channels: 6, kernel_size: 5}]}")
>>> result = cnnspec.analyze(spec)
>>> result.totals.params, result["c1"].output_shape
(156, (6, 28, 28))
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnspec.version import __version__

if TYPE_CHECKING:
    from cnnspec.api import Result, analyze, generate, input_sizes, load, loads
    from cnnspec.errors import Finding, SpecError, UsageError
    from cnnspec.language.spec import Spec

__all__ = [
    "Finding",
    "Result",
    "Spec",
    "SpecError",
    "UsageError",
    "__version__",
    "analyze",
    "generate",
    "input_sizes",
    "load",
    "loads",
]

_HOMES = {
    **dict.fromkeys(("Finding", "SpecError", "UsageError"), "cnnspec.errors"),
    "Spec": "cnnspec.language.spec",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'cnnspec' has no attribute '{name}'")
    from importlib import import_module

    return getattr(import_module(_HOMES.get(name, "cnnspec.api")), name)
