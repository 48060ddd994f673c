"""Pools."""

from __future__ import annotations

import torch
from drawing import (
    COUNTED_BY_HAND,
    Case,
    Draw,
    draws,
    least_same,
    maybe,
    other_rank,
    pad,
    paddings,
    pairs_of,
    per_axis,
    shape_of,
    spoil,
    spread,
    torch_class,
)
from hypothesis import strategies as st
from torch import Tensor, nn


class Subsampling(nn.Module):
    """LeNet-5's: the mean times a coefficient, plus a bias, one of each a channel."""

    def __init__(self, pool: nn.Module, channels: int, ndim: int) -> None:
        super().__init__()
        self.pool, self.ndim = pool, ndim
        self.weight, self.bias = nn.Parameter(torch.ones(channels)), nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        if x.ndim != self.ndim + 2:
            raise ValueError("not channels and the spatial axes")
        per_channel = (-1, *[1] * self.ndim)
        return self.pool(x) * self.weight.reshape(per_channel) + self.bias.reshape(per_channel)


@draws("max_pool1d", "max_pool2d", "max_pool3d", "avg_pool1d", "avg_pool2d", "avg_pool3d")
def pool(draw: Draw, type: str) -> Case:
    ndim = int(type[-2])
    is_max = type.startswith("max")
    flaw = draw(st.sampled_from([*[""] * 9, "rank", "number"]))
    options = {"kernel_size": draw(per_axis(st.integers(1, 4 if ndim < 3 else 3), ndim))}
    options |= maybe(
        draw,
        stride=per_axis(st.integers(1, 5), ndim),
        padding=paddings(ndim, 2 if ndim < 3 else 1, "same", "valid"),
        ceil_mode=st.booleans(),
        **{"dilation": per_axis(st.integers(1, 3), ndim)}
        if is_max
        else {"count_include_pad": st.booleans(), "learnable": st.booleans()},
    )
    shape = other_rank(draw, ndim) if flaw == "rank" else shape_of(draw, ndim)
    if flaw == "number":
        spoil(draw, options, ndim, "kernel_size", "stride", "padding", *(["dilation"] if is_max else []))
    kernel = spread(options["kernel_size"], ndim)
    stride = spread(options.get("stride", options["kernel_size"]), ndim)
    dilation = spread(options.get("dilation", 1), ndim)
    padding = options.get("padding", 0)
    pairs = [] if padding == "same" else pairs_of(0 if padding == "valid" else padding, ndim)
    # torch pads both sides alike and does not know `same` in pools.
    explicit = padding == "same" or any(before != after for before, after in pairs)

    def module() -> nn.Module:
        known = {name: options[name] for name in ("ceil_mode", "count_include_pad") if name in options}
        known |= {"dilation": tuple(dilation)} if "dilation" in options else {}
        known |= {"stride": tuple(stride)} if "stride" in options else {}
        amounts = 0 if explicit else tuple(before for before, _ in pairs)
        pool = torch_class(type)(tuple(kernel), padding=amounts, **known)
        return Subsampling(pool, shape[0], ndim) if options.get("learnable") else pool

    def forward(module: nn.Module, x: Tensor) -> Tensor:
        if not explicit:
            return module(x)
        sizes = tuple(x.shape[2:])
        amounts = pairs or list(map(least_same, sizes, kernel, stride, dilation))
        # As torch says of equal padding on both sides: at most half of the kernel.
        if any(2 * max(pair) > k for pair, k in zip(pairs, kernel, strict=False)):
            raise ValueError("pad should be at most half of kernel size")
        # As torch's avg_pool3d says of its own padding: padding does not make up for an input smaller than the kernel.
        if type == "avg_pool3d" and any(size < k for size, k in zip(sizes, kernel, strict=True)):
            raise ValueError("input image smaller than kernel size")
        y = module(pad(x, amounts, "zeros", float("-inf") if is_max else 0.0))
        # Of padding that torch did itself it would drop a last window that starts in the padding after the input.
        for axis, (size, (before, _), s) in enumerate(zip(sizes, amounts, stride, strict=True), start=2):
            y = y.narrow(axis, 0, sum(start * s < size + before for start in range(y.shape[axis])))
        return y

    return Case(type, (shape,), options, module, forward, "kernel_size", ndim)


@draws(*(f"adaptive_{kind}_pool{ndim}d" for kind in ("avg", "max") for ndim in (1, 2, 3)))
def adaptive_pool(draw: Draw, type: str) -> Case:
    ndim = int(type[-2])
    flaw = draw(st.sampled_from(["", "", "rank", "number"]))
    options = {"output_size": draw(per_axis(st.integers(1, 9), ndim))}
    shape = other_rank(draw, ndim) if flaw == "rank" else shape_of(draw, ndim)
    if flaw == "number":
        spoil(draw, options, ndim, "output_size")
    size = tuple(spread(options["output_size"], ndim))
    return Case(type, (shape,), options, lambda: torch_class(type)(size), main="output_size", ndim=ndim)


COUNTED_BY_HAND += [
    # 2*2*3 outputs of windows of 6: 5 comparisons, or 5 sums and a quotient.
    ("max_pool2d", ((2, 4, 9),), {"kernel_size": [2, 3]}, 12 * 5),
    ("avg_pool2d", ((2, 4, 9),), {"kernel_size": [2, 3]}, 12 * 6),
    # 3*4 outputs of windows of 3, dilated or not.
    ("max_pool1d", ((3, 8),), {"kernel_size": 3, "stride": 1, "dilation": 2}, 12 * 2),
    ("avg_pool1d", ((3, 6),), {"kernel_size": 3, "stride": 1}, 12 * 3),
    # 2 outputs of windows of 8.
    ("max_pool3d", ((1, 2, 2, 4),), {"kernel_size": 2}, 2 * 7),
    ("avg_pool3d", ((1, 2, 2, 4),), {"kernel_size": 2}, 2 * 8),
    # LeNet-5's S2 in small: a window of 4, a product and a sum.
    ("avg_pool2d", ((2, 4, 4),), {"kernel_size": 2, "learnable": True}, 8 * (4 + 2)),
    # 7 elements in 3 windows: 0-2, 2-4, 4-6, so 9 reads a channel; maxima compare one fewer in each window.
    ("adaptive_avg_pool1d", ((2, 7),), {"output_size": 3}, 2 * 9),
    ("adaptive_max_pool1d", ((2, 7),), {"output_size": 3}, 2 * (9 - 3)),
    # 4 rows in 2 windows of 2, times 9 reads.
    ("adaptive_avg_pool2d", ((2, 4, 7),), {"output_size": [2, 3]}, 2 * 4 * 9),
    ("adaptive_max_pool2d", ((2, 4, 7),), {"output_size": [2, 3]}, 2 * (4 * 9 - 6)),
    # Global: every element once.
    ("adaptive_avg_pool3d", ((2, 3, 4, 5),), {"output_size": 1}, 2 * 60),
    ("adaptive_max_pool3d", ((2, 3, 4, 5),), {"output_size": 1}, 2 * 59),
]
