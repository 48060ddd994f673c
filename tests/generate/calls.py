"""Calls of layers as text with plain values, and a module that holds PyTorch's names and all of ``templates/pytorch``."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from cnnspec.codegen.shipped import shipped
from cnnspec.layers.call import Call, Given, Size
from cnnspec.layers.layer import Layer
from cnnspec.layers.options import Padding, Sizes

Shape = tuple[int, ...]
HEADER = "import torch\nfrom torch import Tensor, nn\nfrom torch.nn import functional as F"


@cache
def module() -> str:
    """A module with every definition; none is a subclass of another, so that their order does not matter."""
    return "\n\n\n".join([HEADER, *shipped().values()]) + "\n"


def text(call: Call, layer: Layer, shapes: Sequence[Shape], data: Sequence[str] = (), *, general: bool = False) -> str:
    """The call of a layer over inputs of these shapes; ``data`` are their names where it computes.

    Where it is ``general``, every call in it that has another for more options is written as that.
    """
    if general and call.general is not None:
        call = call.general

    def argument(item: Any) -> str:
        if isinstance(item, Given):
            return _plain(_shortest(layer, item.option))
        if isinstance(item, Size):
            return str(shapes[0][item.axis])
        return text(item, layer, shapes, general=general) if isinstance(item, Call) else _plain(item)

    arguments = [*data, *map(argument, call.arguments)]
    keywords = {name: argument(item) for name, item in call.keywords.items()}
    if "{" in call.name:
        return call.name.format(*arguments, **keywords)
    return f"{call.name}({', '.join([*arguments, *(f'{name}={value}' for name, value in keywords.items())])})"


def _shortest(layer: Layer, option: str) -> Any:
    """An option's value: one number where all axes have it, and where both sides do."""
    value, kind = getattr(layer, option), layer.options()[option].kind
    if isinstance(kind, Padding) and isinstance(value, tuple) and all(before == after for before, after in value):
        value = tuple(before for before, _ in value)
    if isinstance(kind, Sizes | Padding) and isinstance(value, tuple) and len(set(value)) == 1:
        return value[0]
    return value


def _plain(value: Any) -> str:
    if isinstance(value, list | tuple):
        return f"({', '.join(map(_plain, value))}{',' * (len(value) == 1)})"
    return repr(value)
