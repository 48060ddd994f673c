"""Layers that only move numbers."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

from drawing import (
    COUNTED_BY_HAND,
    MODES,
    Case,
    Draw,
    Shape,
    any_shape,
    call_each,
    draws,
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


@draws("flatten")
def flatten(draw: Draw, type: str) -> Case:
    axes = st.integers(-5, 4)
    options = maybe(draw, start_dim=axes, end_dim=axes)
    module = lambda: nn.Flatten(options.get("start_dim", 0), options.get("end_dim", -1))  # noqa: E731
    return Case(type, (any_shape(draw),), options, module, call_each, "start_dim")


@draws("pad")
def pad_layer(draw: Draw, type: str) -> Case:
    shape = shape_of(draw, draw(st.sampled_from([0, 1, 1, 2, 2, 3, 3])))
    ndim = len(shape) - 1
    flaw = draw(st.sampled_from(["", "", "", "number"]))
    options = {"padding": draw(paddings(max(ndim, 1), 6, "valid"))} | maybe(draw, mode=st.sampled_from(MODES))
    if flaw == "number":
        spoil(draw, options, ndim, "padding")
    pairs = pairs_of(0 if options["padding"] == "valid" else options["padding"], max(ndim, 1))
    mode = options.get("mode", "zeros")
    return Case(type, (shape,), options, nn.Identity, lambda _, x: pad(x, pairs, mode), "padding")


class CentreCrop(nn.Module):
    """The middle of each spatial axis: of the rows left over, the odd one is cut off after."""

    def __init__(self, size: Any) -> None:
        super().__init__()
        self.size = size

    def forward(self, x: Tensor) -> Tensor:
        sizes = spread(self.size, x.ndim - 2)
        if not sizes or len(sizes) != x.ndim - 2 or min(sizes) < 1:
            raise ValueError("not a size for each spatial axis")
        for axis, size in enumerate(sizes, start=2):
            x = x.narrow(axis, (x.shape[axis] - size) // 2, size)
        return x


@draws("crop")
def crop(draw: Draw, type: str) -> Case:
    shape = any_shape(draw)
    fitting = [draw(st.integers(1, size)) for size in shape[1:]]
    numbers = per_axis(st.integers(0, 9), draw(st.integers(1, 3)))
    size = fitting if fitting and draw(st.booleans()) else draw(numbers)
    return Case(type, (shape,), {"size": size}, lambda: CentreCrop(size), main="size")


class Move(nn.Module):
    """A function of one sample, its axes counted without the batch."""

    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.function = function

    def forward(self, sample: Tensor) -> Tensor:
        return self.function(sample)


def factors(draw: Draw, total: int) -> list[int]:
    """Sizes whose product is ``total``, or divides it."""
    sizes = [draw(st.sampled_from([size for size in range(1, total + 1) if total % size == 0]))]
    while draw(st.booleans()) and len(sizes) < 4:
        rest = total // prod(sizes)
        sizes.append(draw(st.sampled_from([size for size in range(1, rest + 1) if rest % size == 0])))
    return [*sizes, total // prod(sizes)] if draw(st.booleans()) else sizes


def sizes_of(draw: Draw, total: int) -> list[int]:
    """Sizes that hold so many elements, one of them perhaps to follow from the others; or sizes with a flaw."""
    sizes = factors(draw, total)
    flaw = draw(st.sampled_from(["", "", "", "size", "two", "axes"]))
    if flaw != "size" and draw(st.booleans()):
        sizes[draw(st.integers(0, len(sizes) - 1))] = -1
    if flaw == "size":
        sizes[draw(st.integers(0, len(sizes) - 1))] += draw(st.integers(1, 3))
    if flaw == "two":
        sizes += [-1, -1]
    return sizes + [1] * 8 if flaw == "axes" else sizes


WORDS = {2: ["channels", "length"], 3: ["channels", "height", "width"], 4: ["channels", "depth", "height", "width"]}


def axis_of(draw: Draw, shape: Shape) -> tuple[int | str, int]:
    """An axis, or a number beside them; as a spec writes it and as torch counts it."""
    axis = draw(st.integers(-len(shape) - 1, len(shape)))
    if len(shape) in WORDS and 0 <= axis < len(shape) and draw(st.booleans()):
        return WORDS[len(shape)][axis], axis
    return axis, axis


@draws("unflatten")
def unflatten(draw: Draw, type: str) -> Case:
    shape = any_shape(draw)
    options: dict[str, Any] = {}
    dim = 0
    if draw(st.booleans()):
        options["dim"], dim = axis_of(draw, shape)
    sizes = sizes_of(draw, shape[dim] if -len(shape) <= dim < len(shape) else 6)
    options["sizes"] = sizes[0] if len(sizes) == 1 and draw(st.booleans()) else sizes
    return Case(type, (shape,), options, lambda: Move(lambda x: x.unflatten(dim, sizes)), call_each, "sizes")


@draws("reshape")
def reshape(draw: Draw, type: str) -> Case:
    shape = any_shape(draw)
    sizes = sizes_of(draw, prod(shape))
    if draw(st.booleans()) and len(shape) > 1:
        sizes = [*shape[:-1], *sizes_of(draw, shape[-1])]
    return Case(type, (shape,), {"shape": sizes}, lambda: Move(lambda x: x.reshape(sizes)), call_each, "shape")


@draws("permute")
def permute(draw: Draw, type: str) -> Case:
    shape = any_shape(draw)
    rank = len(shape)
    dims = list(draw(st.permutations(range(rank))))
    dims = [axis - rank if draw(st.booleans()) else axis for axis in dims]
    flaw = draw(st.sampled_from(["", "", "twice", "missing", "beside"]))
    if flaw == "twice":
        dims.append(dims[0])
    if flaw == "missing":
        dims.pop()
    if flaw == "beside":
        dims[-1] = draw(st.sampled_from([rank, -rank - 1, 9]))
    written = [WORDS[rank][axis] if rank in WORDS and 0 <= axis < rank and draw(st.booleans()) else axis for axis in dims]
    return Case(type, (shape,), {"dims": written}, lambda: Move(lambda x: x.permute(dims)), call_each, "dims")


@draws("slice")
def slice_layer(draw: Draw, type: str) -> Case:
    shape = any_shape(draw)
    places = st.integers(-14, 14)
    options = maybe(draw, start=places, stop=places, step=st.integers(-1, 4) if draw(st.booleans()) else st.integers(1, 4))
    dim = 0
    if draw(st.booleans()):
        options["dim"], dim = axis_of(draw, shape)
    part = slice(options.get("start", 0), options.get("stop"), options.get("step", 1))

    def cut(x: Tensor) -> Tensor:
        return x.movedim(dim, 0)[part].movedim(0, dim)

    return Case(type, (shape,), options, lambda: Move(cut), call_each, "start")


MODE_OF = {1: ["linear"], 2: ["bilinear", "bicubic"], 3: ["trilinear"]}


@draws("upsample")
def upsample(draw: Draw, type: str) -> Case:
    shape = shape_of(draw, draw(st.sampled_from([1, 2, 3])))
    ndim = len(shape) - 1
    flaw = draw(st.sampled_from(["", "", "", "axes", "mode", "mode", "mode", "corners", "both", "neither", "numbers"]))
    numbers = st.one_of(st.integers(1, 4), st.sampled_from([0.1, 0.3, 0.5, 0.7, 1.1, 1.5, 2.0, 2.3, 3.7, 1 / 3]))
    options: dict[str, Any] = {}
    by_size = draw(st.booleans())
    if (flaw == "both" or not by_size) and flaw != "neither":
        options["scale_factor"] = draw(per_axis(numbers, ndim))
    if (flaw == "both" or by_size) and flaw != "neither":
        options["size"] = draw(per_axis(st.integers(1, 12), ndim))
    if draw(st.booleans()):
        options["mode"] = draw(st.sampled_from(["nearest", "nearest-exact", *MODE_OF[ndim] * 2]))
    if options.get("mode", "nearest").endswith(("linear", "cubic")) or flaw == "corners":
        options |= maybe(draw, align_corners=st.booleans())
    if flaw == "axes":
        shape = other_rank(draw, ndim)
    if flaw == "mode":
        options["mode"] = draw(st.sampled_from(["linear", "bilinear", "bicubic", "trilinear"]))
    if flaw == "numbers" and options:
        name = next(iter(options))
        options[name] = draw(st.sampled_from([0, -1, [2] * (ndim + 1)]))
    # torch says None for what is not asked for, and refuses even false where a mode has no corners to align.
    arguments = options | {"align_corners": options.get("align_corners") or None}
    return Case(type, (shape,), options, lambda: nn.Upsample(**tuples(arguments)), main="scale_factor")


def tuples(options: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in options.items()}


@draws("pixel_shuffle", "pixel_unshuffle")
def pixel_shuffle(draw: Draw, type: str) -> Case:
    channels, *sizes = shape_of(draw, draw(st.sampled_from([2] * 8 + [0, 1, 3])))
    factor = draw(st.sampled_from([1, 2, 3, 4, 4, 6, 6]))
    divisor = draw(st.sampled_from([factor] * 3 + [2, 2, 1]))  # with 2 what does not divide by 4 or 6 does by less
    if type == "pixel_shuffle":
        channels *= divisor**2
    else:
        sizes = [size * divisor for size in sizes]
    name = "upscale_factor" if type == "pixel_shuffle" else "downscale_factor"
    written = draw(st.sampled_from([factor] * 5 + [0]))
    return Case(type, ((channels, *sizes),), {name: written}, lambda: torch_class(type)(written), main=name, ndim=2)


@draws("channel_shuffle")
def channel_shuffle(draw: Draw, type: str) -> Case:
    shape = any_shape(draw)
    groups = draw(st.sampled_from([shape[0], 1, 2, 2, 3, 3, 4, 0]))
    return Case(type, (shape,), {"groups": groups}, lambda: nn.ChannelShuffle(groups), main="groups")


COUNTED_BY_HAND += [
    ("flatten", ((2, 3, 5),), {}, 0),
    ("pad", ((2, 3, 5),), {"padding": 2}, 0),
    ("crop", ((2, 5, 6),), {"size": 3}, 0),
    ("unflatten", ((6, 4),), {"sizes": [2, 3]}, 0),
    ("reshape", ((6, 4),), {"shape": [3, 8]}, 0),
    ("permute", ((2, 3, 5),), {"dims": [1, 2, 0]}, 0),
    ("slice", ((6, 4),), {"start": 2}, 0),
    ("pixel_shuffle", ((8, 3, 5),), {"upscale_factor": 2}, 0),
    ("pixel_unshuffle", ((2, 4, 6),), {"downscale_factor": 2}, 0),
    ("channel_shuffle", ((6, 4, 4),), {"groups": 3}, 0),
    ("upsample", ((2, 3, 5),), {"scale_factor": 2}, 0),
    ("upsample", ((2, 3, 5),), {"scale_factor": 2, "mode": "nearest-exact"}, 0),
    # Of K elements, each weighed: K products and K - 1 sums. Linear takes 2 along each axis, bicubic 4.
    ("upsample", ((2, 5),), {"size": 7, "mode": "linear"}, 2 * 7 * (2 + 1)),
    ("upsample", ((2, 3, 5),), {"scale_factor": 2, "mode": "bilinear"}, 2 * 6 * 10 * (4 + 3)),
    ("upsample", ((2, 3, 5),), {"scale_factor": [1, 2], "mode": "bicubic", "align_corners": True}, 2 * 3 * 10 * (16 + 15)),
    ("upsample", ((2, 2, 3, 5),), {"size": [3, 3, 4], "mode": "trilinear"}, 2 * 3 * 3 * 4 * (8 + 7)),
]
