"""Merges."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce

import torch
from drawing import COUNTED_BY_HAND, Case, Draw, any_shape, call_each, draws, maybe
from hypothesis import strategies as st
from torch import Tensor, nn


class Merge(nn.Module):
    def __init__(self, function: Callable[..., Tensor]) -> None:
        super().__init__()
        self.function = function

    def forward(self, *tensors: Tensor) -> Tensor:
        return self.function(tensors)


MERGES: dict[str, Callable[..., Tensor]] = {
    "add": sum,
    "subtract": lambda tensors: reduce(torch.sub, tensors),
    "multiply": lambda tensors: reduce(torch.mul, tensors),
    "average": lambda tensors: sum(tensors) / len(tensors),
    "maximum": lambda tensors: reduce(torch.maximum, tensors),
}


@draws(*MERGES)
def broadcast(draw: Draw, type: str) -> Case:
    whole = any_shape(draw)
    count = draw(st.integers(2, 3))
    shapes = tuple(tuple(size if draw(st.booleans()) else 1 for size in whole) for _ in range(count))
    flaw = draw(st.sampled_from(["", "size", "axes"]))
    if flaw == "size":
        shapes = (tuple(size + draw(st.integers(0, 2)) for size in shapes[0]), *shapes[1:])
    if flaw == "axes":
        shapes = (any_shape(draw), *shapes[1:])
    return Case(type, shapes, {}, lambda: Merge(MERGES[type]))


@draws("concat")
def concat(draw: Draw, type: str) -> Case:
    whole = list(any_shape(draw))
    count = draw(st.integers(2, 3))
    options = maybe(draw, dim=st.integers(-len(whole) - 1, len(whole)))
    dim = options.get("dim", 0)
    shapes = []
    for _ in range(count):
        shape = list(whole)
        if -len(shape) <= dim < len(shape):
            shape[dim] = draw(st.integers(1, 6))
        shapes.append(tuple(shape))
    flaw = draw(st.sampled_from(["", "", "size", "axes"]))
    if flaw == "size":
        shapes[0] = tuple(size + draw(st.integers(0, 2)) for size in shapes[0])
    if flaw == "axes":
        shapes[0] = any_shape(draw)
    return Case(type, tuple(shapes), options, lambda: Merge(lambda samples: torch.cat(samples, dim)), call_each)


COUNTED_BY_HAND += [
    ("concat", ((2, 3, 5), (4, 3, 5)), {}, 0),
    # n inputs take n - 1 sums for each element of the broadcast output.
    ("add", ((2, 3, 5), (2, 3, 5)), {}, 30),
    ("add", ((2, 1, 1), (2, 3, 5), (1, 3, 5)), {}, 30 * 2),
    # As many differences, products or comparisons.
    ("subtract", ((2, 3, 5), (2, 3, 5)), {}, 30),
    ("multiply", ((2, 1, 1), (2, 3, 5)), {}, 30),
    ("maximum", ((2, 3, 5), (2, 3, 5), (2, 3, 5)), {}, 30 * 2),
    # And a quotient.
    ("average", ((2, 3, 5), (2, 3, 5), (2, 3, 5)), {}, 30 * (2 + 1)),
]
