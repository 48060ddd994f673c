"""What hypothesis draws for each layer type: the layer as a spec writes it, and the same layer in torch.

A case never says whether it is legal: torch does. ``flaw`` only sees to it that enough of the draws are not.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from hypothesis import strategies as st
from torch import Tensor, nn

Shape = tuple[int, ...]
Options = dict[str, Any]
Pairs = list[tuple[int, int]]
Draw = Callable[[st.SearchStrategy[Any]], Any]


def call(module: nn.Module, *tensors: Tensor) -> Tensor:
    return module(*tensors)


def call_each(module: nn.Module, *tensors: Tensor) -> Tensor:
    """Axes are counted without the batch, so torch gets one sample at a time."""
    return torch.stack([module(*samples) for samples in zip(*tensors, strict=True)])


@dataclass(frozen=True)
class Case:
    """One layer on inputs without their batch. ``module`` and ``forward`` raise where torch refuses."""

    type: str
    inputs: tuple[Shape, ...]
    options: Options
    module: Callable[[], nn.Module]
    forward: Callable[..., Tensor] = call
    main: str = ""
    ndim: int = 0
    """How many spatial axes the type reads; 0 where it takes any."""

    @property
    def text(self) -> str:
        """The spec; in its short forms where they can say it."""
        entry: Any = {self.type: self.options}
        if not self.options:
            entry = self.type
        elif list(self.options) == [self.main]:
            entry = {self.type: self.options[self.main]}
        if len(self.inputs) == 1:
            return json.dumps({"input": self.inputs[0], "layers": [entry]})
        inputs = {f"x{index}": shape for index, shape in enumerate(self.inputs)}
        return json.dumps({"inputs": inputs, "layers": [{self.type: {"from": list(inputs), **self.options}}]})


_CLASSES = {name.lower(): getattr(nn, name) for name in dir(nn) if name[0].isupper()}


def torch_class(type: str) -> Any:
    """``torch.nn``'s class of a type: their names differ only in capitals and underscores."""
    return _CLASSES[type.replace("_", "")]


# -- shapes and options -----------------------------------------------------------------------------------------

LONGEST = {0: 8, 1: 12, 2: 10, 3: 7}


def shape_of(draw: Draw, ndim: int, channels: int | None = None) -> Shape:
    first = channels or draw(st.integers(1, 6))
    return (first, *(draw(st.integers(1, LONGEST[ndim])) for _ in range(ndim)))


def any_shape(draw: Draw) -> Shape:
    """One to four axes: features, or channels with one to three spatial axes."""
    return shape_of(draw, draw(st.integers(0, 3)))


def other_rank(draw: Draw, ndim: int) -> Shape:
    return shape_of(draw, draw(st.sampled_from([other for other in range(4) if other != ndim])))


def per_axis(numbers: st.SearchStrategy[int], ndim: int) -> st.SearchStrategy[int | list[int]]:
    return st.one_of(numbers, st.lists(numbers, min_size=ndim, max_size=ndim))


def spread(value: Any, ndim: int) -> list[Any]:
    return value if isinstance(value, list) else [value] * ndim


def maybe(draw: Draw, **options: st.SearchStrategy[Any]) -> Options:
    """Some of the options; the others keep their defaults."""
    return {name: draw(values) for name, values in options.items() if draw(st.booleans())}


def paddings(ndim: int, most: int, *words: str) -> st.SearchStrategy[Any]:
    amounts = st.integers(0, most)
    pair = st.lists(amounts, min_size=2, max_size=2)
    return st.one_of(per_axis(amounts, ndim), st.lists(pair, min_size=ndim, max_size=ndim), *map(st.just, words))


def spoil(draw: Draw, options: Options, ndim: int, *names: str) -> None:
    """A number below its least, or a number too many."""
    name = draw(st.sampled_from(names))
    value = options.get(name, 1)
    if draw(st.booleans()):
        options[name] = [*spread(1 if isinstance(value, str) else value, ndim), 1]
    else:
        options[name] = -1 if name == "padding" else draw(st.sampled_from([0, -1]))


def pairs_of(padding: Any, ndim: int) -> Pairs:
    return [tuple(item) if isinstance(item, list) else (item, item) for item in spread(padding, ndim)]


def least_same(size: int, kernel: int, stride: int, dilation: int) -> tuple[int, int]:
    """The least padding with which the output is ceil(size / stride), by trying; the odd row after."""
    total = 0
    while (size + total - dilation * (kernel - 1) - 1) // stride + 1 < -(-size // stride):
        total += 1
    return total // 2, total - total // 2


def pad(x: Tensor, pairs: Pairs, mode: str, value: float = 0.0) -> Tensor:
    """``x``, batch and channels first, padded along its spatial axes."""
    if len(pairs) != x.ndim - 2:
        raise ValueError("not a pair for each spatial axis")
    if mode == "symmetric":
        # numpy mirrors again and again; like circular padding in torch it is to repeat the input no more than once.
        if any(max(pair) > size for pair, size in zip(pairs, x.shape[2:], strict=True)):
            raise ValueError("more rows than the input has")
        return torch.from_numpy(np.pad(x.numpy(), [(0, 0), (0, 0), *pairs], mode="symmetric"))
    flat = [amount for pair in reversed(pairs) for amount in pair]
    if mode == "zeros":
        return nn.functional.pad(x, flat, value=value)
    return nn.functional.pad(x, flat, mode=mode)


STRATEGIES: dict[str, Callable[[str], st.SearchStrategy[Case]]] = {}
NEVER_ILLEGAL = {
    *("relu", "relu6", "selu", "silu", "mish", "hardswish", "hardsigmoid", "sigmoid", "tanh", "softsign"),
    *("leaky_relu", "elu", "softplus", "identity"),
}
"""Types that take any input and whose options torch does not check."""


def draws(*types: str) -> Callable[[Callable[[Draw, str], Case]], Callable[[Draw, str], Case]]:
    def register(function: Callable[[Draw, str], Case]) -> Callable[[Draw, str], Case]:
        strategy = st.composite(function)
        STRATEGIES.update(dict.fromkeys(types, strategy))
        return function

    return register


MODES = ("zeros", "reflect", "replicate", "circular", "symmetric")


COUNTED_BY_HAND: list[tuple[str, tuple[Shape, ...], Options, int]] = []
"""What each type costs on a small input, by its formula: type, inputs, options, flops. An element is a number of the output."""
