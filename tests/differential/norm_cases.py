"""Norms and dropouts."""

from __future__ import annotations

import torch
from drawing import (
    COUNTED_BY_HAND,
    NEVER_ILLEGAL,
    Case,
    Draw,
    Options,
    any_shape,
    draws,
    maybe,
    other_rank,
    shape_of,
    torch_class,
)
from hypothesis import strategies as st
from torch import Tensor, nn

EPS = st.sampled_from([1e-5, 1e-3, 0.5])
NEVER_ILLEGAL.add("scale")
"""A factor a channel: any input has channels, and torch checks no number that a parameter starts with."""


def channel_norm(draw: Draw) -> Options:
    return maybe(
        draw,
        eps=EPS,
        momentum=st.sampled_from([0.1, 0.01, 1, None]),
        affine=st.booleans(),
        track_running_stats=st.booleans(),
    )


@draws("batch_norm1d", "batch_norm2d", "batch_norm3d")
def batch_norm(draw: Draw, type: str) -> Case:
    ndim = int(type[-2])
    shape = any_shape(draw) if draw(st.booleans()) else draw(st.sampled_from([shape_of, other_rank]))(draw, ndim)
    options = channel_norm(draw)
    return Case(type, (shape,), options, lambda: torch_class(type)(shape[0], **options), ndim=ndim)


@draws("instance_norm1d", "instance_norm2d", "instance_norm3d")
def instance_norm(draw: Draw, type: str) -> Case:
    """One position is enough only where statistics are tracked."""
    ndim = int(type[-2])
    flaw = draw(st.sampled_from(["", "", "rank", "position"]))
    shape = other_rank(draw, ndim) if flaw == "rank" else shape_of(draw, ndim)
    if flaw == "position":
        shape = (shape[0], *(1,) * ndim)
    options = channel_norm(draw)
    return Case(type, (shape,), options, lambda: torch_class(type)(shape[0], **options), ndim=ndim)


@draws("layer_norm")
def layer_norm(draw: Draw, type: str) -> Case:
    shape = any_shape(draw)
    options = maybe(draw, eps=EPS, elementwise_affine=st.booleans())
    flaw = draw(st.sampled_from(["", "", "size", "axis"]))
    if flaw or draw(st.booleans()):
        sizes = list(shape[-draw(st.integers(1, len(shape))) :])
        if flaw == "size":
            sizes[draw(st.integers(0, len(sizes) - 1))] += draw(st.sampled_from([-2, -1, 1, 2]))
        if flaw == "axis":
            sizes = [draw(st.integers(1, 7)), *shape]
        options["normalized_shape"] = sizes[0] if len(sizes) == 1 and draw(st.booleans()) else sizes

    def module() -> nn.Module:
        return nn.LayerNorm(**{"normalized_shape": shape[-1], **options})

    return Case(type, (shape,), options, module, main="normalized_shape")


class LayerNorm2d(nn.LayerNorm):
    """torchvision's: the channels made the last axis, and put back."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


@draws("layer_norm2d")
def layer_norm2d(draw: Draw, type: str) -> Case:
    shape = draw(st.sampled_from([shape_of, other_rank]))(draw, 2)
    options = maybe(draw, eps=EPS, elementwise_affine=st.booleans())
    return Case(type, (shape,), options, lambda: LayerNorm2d(shape[0], **options), ndim=2)


@draws("group_norm")
def group_norm(draw: Draw, type: str) -> Case:
    shape = any_shape(draw)
    dividing = [groups for groups in range(1, shape[0] + 1) if shape[0] % groups == 0]
    groups = draw(st.one_of(st.sampled_from(dividing), st.integers(-2, 8)))
    options = {"num_groups": groups} | maybe(draw, eps=EPS, affine=st.booleans())
    module = lambda: nn.GroupNorm(num_channels=shape[0], **options)  # noqa: E731
    return Case(type, (shape,), options, module, main="num_groups")


@draws("local_response_norm")
def local_response_norm(draw: Draw, type: str) -> Case:
    shape = any_shape(draw)
    numbers = st.integers(1, 30).map(lambda tenths: tenths / 10)
    options = {"size": draw(st.integers(-1, 7))} | maybe(draw, alpha=numbers, beta=numbers, k=numbers)
    return Case(type, (shape,), options, lambda: nn.LocalResponseNorm(**options), main="size")


SHARE = st.one_of(st.integers(0, 100).map(lambda percent: percent / 100), st.sampled_from([-0.5, 1.5, 2, -1]))


@draws("dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout")
def dropout(draw: Draw, type: str) -> Case:
    ndim = int(type[-2]) if type[-1] == "d" else 0
    shape = any_shape(draw) if not ndim or draw(st.integers(0, 3)) == 0 else shape_of(draw, ndim)
    options = maybe(draw, inplace=st.booleans()) | {"p": draw(SHARE)}
    return Case(type, (shape,), options, lambda: torch_class(type)(**options), main="p", ndim=ndim)


class StochasticDepth(nn.Module):
    """torchvision's."""

    def __init__(self, p: float) -> None:
        super().__init__()
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        if not 0 <= self.p <= 1:
            raise ValueError("drop probability has to be between 0 and 1")
        return x * torch.bernoulli(torch.full((x.shape[0], *[1] * (x.ndim - 1)), 1 - self.p)) if self.training else x


@draws("stochastic_depth")
def stochastic_depth(draw: Draw, type: str) -> Case:
    options = {"p": draw(SHARE)}
    return Case(type, (any_shape(draw),), options, lambda: StochasticDepth(**options), main="p")


class Scale(nn.Module):
    def __init__(self, channels: int, init: float = 1.0) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.full((channels,), float(init)))

    def forward(self, x: Tensor) -> Tensor:
        return x * self.weight.reshape(-1, *[1] * (x.ndim - 2))


@draws("scale")
def scale(draw: Draw, type: str) -> Case:
    shape = any_shape(draw)
    options = maybe(draw, init=st.sampled_from([1e-6, 0.1, 1, 0, -2.5]))
    return Case(type, (shape,), options, lambda: Scale(shape[0], **options), main="init")


COUNTED_BY_HAND += [
    # Folded at inference: a product and a sum, with or without the learned ones.
    ("batch_norm1d", ((4,),), {}, 4 * 2),
    ("batch_norm2d", ((2, 3, 5),), {"affine": False}, 30 * 2),
    ("batch_norm3d", ((2, 3, 5, 2),), {}, 60 * 2),
    ("instance_norm2d", ((2, 3, 5),), {"track_running_stats": True}, 30 * 2),
    # A group of n, not folded: mean n - 1 sums and a quotient, n differences, n squares, their mean n - 1 sums and a
    # quotient, eps and a square root, n quotients; then a product and a sum for each, where they are learned.
    # A channel of 5, of 15 and of 30 positions, two of each.
    ("instance_norm1d", ((2, 5),), {}, 2 * (4 + 1 + 5 + 5 + 4 + 1 + 2 + 5)),
    ("instance_norm2d", ((2, 3, 5),), {"affine": True}, 2 * (14 + 1 + 15 + 15 + 14 + 1 + 2 + 15 + 2 * 15)),
    ("instance_norm3d", ((2, 3, 5, 2),), {}, 2 * (29 + 1 + 30 + 30 + 29 + 1 + 2 + 30)),
    ("batch_norm2d", ((2, 3, 5),), {"track_running_stats": False}, 2 * (14 + 1 + 15 + 15 + 14 + 1 + 2 + 15 + 2 * 15)),
    # 6 rows of 5; 2 of 15; one of 4.
    ("layer_norm", ((2, 3, 5),), {}, 6 * (4 + 1 + 5 + 5 + 4 + 1 + 2 + 5 + 2 * 5)),
    ("layer_norm", ((2, 3, 5),), {"normalized_shape": [3, 5]}, 2 * (14 + 1 + 15 + 15 + 14 + 1 + 2 + 15 + 2 * 15)),
    ("layer_norm", ((4,),), {"elementwise_affine": False}, 3 + 1 + 4 + 4 + 3 + 1 + 2 + 4),
    # 15 positions of 2 channels.
    ("layer_norm2d", ((2, 3, 5),), {}, 15 * (1 + 1 + 2 + 2 + 1 + 1 + 2 + 2 + 2 * 2)),
    # 2 groups of 2 channels of 5.
    ("group_norm", ((4, 5),), {"num_groups": 2}, 2 * (9 + 1 + 10 + 10 + 9 + 1 + 2 + 10 + 2 * 10)),
    ("group_norm", ((4, 5),), {"num_groups": 2, "affine": False}, 2 * (9 + 1 + 10 + 10 + 9 + 1 + 2 + 10)),
    # A square, 4 sums, a quotient, times alpha, plus k, exp(beta * log(.)), a quotient.
    ("local_response_norm", ((2, 3, 5),), {"size": 5}, 30 * (1 + 4 + 1 + 1 + 1 + 3 + 1)),
    # A product.
    ("scale", ((2, 3, 5),), {}, 30),
    # Nothing at inference, or nothing but moving numbers.
    ("dropout", ((2, 3, 5),), {}, 0),
    ("dropout1d", ((2, 3),), {}, 0),
    ("dropout2d", ((2, 3, 5),), {}, 0),
    ("dropout3d", ((2, 3, 5, 2),), {}, 0),
    ("alpha_dropout", ((2, 3, 5),), {}, 0),
    ("stochastic_depth", ((2, 3, 5),), {"p": 0.5}, 0),
]
