"""Convolutions and linear layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from drawing import (
    COUNTED_BY_HAND,
    MODES,
    Case,
    Draw,
    Options,
    Pairs,
    Shape,
    any_shape,
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


@draws("conv1d", "conv2d", "conv3d")
def conv(draw: Draw, type: str) -> Case:
    ndim = int(type[-2])
    flaw = draw(st.sampled_from([*[""] * 9, "rank", "groups", "groups", "number"]))
    groups = draw(st.sampled_from([1, 1, 2, 3]))
    channels, out = groups * draw(st.integers(1, 2)), groups * draw(st.integers(1, 3))
    options = {"out_channels": out, "kernel_size": draw(per_axis(st.integers(1, 4 if ndim < 3 else 3), ndim))}
    options |= maybe(
        draw,
        stride=per_axis(st.integers(1, 4), ndim),
        padding=paddings(ndim, 3, "same", "valid"),
        dilation=per_axis(st.integers(1, 3 if ndim < 3 else 2), ndim),
        bias=st.booleans(),
        padding_mode=st.sampled_from(MODES),
    )
    if groups > 1:
        options["groups"] = groups
    if flaw == "groups":
        options["groups"] = draw(st.integers(1, 5))
    shape = other_rank(draw, ndim) if flaw == "rank" else shape_of(draw, ndim, channels)
    if flaw == "number":
        name = draw(st.sampled_from(["kernel_size", "stride", "padding", "dilation", "groups", "out_channels"]))
        if name in ("groups", "out_channels"):
            options[name] = draw(st.sampled_from([0, -1]))
        else:
            spoil(draw, options, ndim, name)
    return conv_case(type, ndim, shape, options)


def conv_case(type: str, ndim: int, shape: Shape, options: Options) -> Case:
    padding, mode = options.get("padding", 0), options.get("padding_mode", "zeros")
    stride = spread(options.get("stride", 1), ndim)
    explicit: Callable[[Shape], Pairs] | None = None
    native: Any = padding
    if padding == "same" and (set(stride) != {1} or mode == "symmetric"):
        # torch refuses `same` with a stride and does not know symmetric padding.
        kernel, dilation = spread(options["kernel_size"], ndim), spread(options.get("dilation", 1), ndim)
        explicit = lambda sizes: list(map(least_same, sizes, kernel, stride, dilation))  # noqa: E731
    elif not isinstance(padding, str):
        pairs = pairs_of(padding, ndim)
        # torch pads both sides alike.
        if mode == "symmetric" or any(before != after for before, after in pairs):
            explicit = lambda sizes: pairs  # noqa: E731
        native = tuple(before for before, _ in pairs)
    rest = {"stride": tuple(stride), "dilation": tuple(spread(options.get("dilation", 1), ndim))}

    def module() -> nn.Module:
        padded = {} if explicit or mode == "symmetric" else {"padding": native, "padding_mode": mode}
        return torch_class(type)(
            shape[0],
            options["out_channels"],
            tuple(spread(options["kernel_size"], ndim)),
            groups=options.get("groups", 1),
            bias=options.get("bias", True),
            **rest,
            **padded,
        )

    def forward(module: nn.Module, x: Tensor) -> Tensor:
        return module(pad(x, explicit(tuple(x.shape[2:])), mode) if explicit else x)

    return Case(type, (shape,), options, module, forward, ndim=ndim)


@draws("conv_transpose1d", "conv_transpose2d", "conv_transpose3d")
def conv_transpose(draw: Draw, type: str) -> Case:
    ndim = int(type[-2])
    flaw = draw(st.sampled_from([*[""] * 5, "rank", "groups", "number"]))
    groups = draw(st.sampled_from([1, 1, 2, 3]))
    channels, out = groups * draw(st.integers(1, 2)), groups * draw(st.integers(1, 3))
    options = {"out_channels": out, "kernel_size": draw(per_axis(st.integers(1, 4 if ndim < 3 else 3), ndim))}
    options |= maybe(
        draw,
        stride=per_axis(st.integers(1, 4), ndim),
        padding=per_axis(st.integers(0, 3), ndim),
        output_padding=per_axis(st.integers(0, 3), ndim),
        dilation=per_axis(st.integers(1, 3 if ndim < 3 else 2), ndim),
        bias=st.booleans(),
    )
    if groups > 1:
        options["groups"] = groups
    if flaw == "groups":
        options["groups"] = draw(st.integers(1, 5))
    shape = other_rank(draw, ndim) if flaw == "rank" else shape_of(draw, ndim, channels)
    if flaw == "number":
        # Not dilation: of 0 torch makes a kernel of one element, which a spec says as such.
        spoil(draw, options, ndim, "kernel_size", "stride", "padding")
    sizes = {"kernel_size", "stride", "padding", "output_padding", "dilation"}

    def module() -> nn.Module:
        native = {name: tuple(spread(value, ndim)) if name in sizes else value for name, value in options.items()}
        return torch_class(type)(shape[0], **native)

    return Case(type, (shape,), options, module, ndim=ndim)


@draws("linear")
def linear(draw: Draw, type: str) -> Case:
    shape = any_shape(draw)
    options = {"out_features": draw(st.one_of(st.integers(1, 9), st.integers(1, 9), st.integers(-9, 0)))}
    options |= maybe(draw, bias=st.booleans())
    module = lambda: nn.Linear(shape[-1], options["out_features"], options.get("bias", True))  # noqa: E731
    return Case(type, (shape,), options, module, main="out_features")


COUNTED_BY_HAND += [
    # 2*(2*3*3) products and sums for each of 4*3*4 outputs, and a bias each.
    ("conv2d", ((2, 5, 6),), {"out_channels": 4, "kernel_size": 3}, 48 * (2 * 18 + 1)),
    # Each of 2*5 inputs adds 4*3 products; (5 - 1)*2 + 3 = 11 outputs of 4 channels with a bias each.
    ("conv_transpose1d", ((2, 5),), {"out_channels": 4, "kernel_size": 3, "stride": 2}, 2 * 10 * 12 + 44),
    # Each of 2*3*5 inputs adds 4*2*2 products; 6*10 outputs of 4 channels, no bias.
    ("conv_transpose2d", ((2, 3, 5),), {"out_channels": 4, "kernel_size": 2, "stride": 2, "bias": False}, 2 * 30 * 16),
    # Each of 2*2*2*2 inputs adds 1*8 products; 3*3*3 outputs of one channel with a bias each.
    ("conv_transpose3d", ((2, 2, 2, 2),), {"out_channels": 1, "kernel_size": 2}, 2 * 16 * 8 + 27),
    ("conv1d", ((4, 6),), {"out_channels": 2, "kernel_size": 3, "groups": 2, "bias": False}, 2 * 4 * 2 * 6),
    ("conv3d", ((1, 2, 2, 2),), {"out_channels": 3, "kernel_size": 2}, 3 * (2 * 8 + 1)),
    # 2 rows of 3 in, 4 out.
    ("linear", ((2, 3),), {"out_features": 4}, 2 * 4 * (2 * 3 + 1)),
]
