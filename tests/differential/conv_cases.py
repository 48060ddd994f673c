"""Convolutions and linear layers."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch
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

KERNELS: dict[str, Any] = {
    "identity": [[0, 0, 0], [0, 1, 0], [0, 0, 0]],
    "sobel_y": [[-1, -2, -1], [0, 0, 0], [1, 2, 1]],
    "emboss": [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]],
}
"""Some of the kernels that have a name."""


@draws("conv1d", "conv2d", "conv3d")
def conv(draw: Draw, type: str) -> Case:
    ndim = int(type[-2])
    form = draw(st.sampled_from(["", "", "", "", "matrix", "kernels", "table"]))
    flaw = draw(st.sampled_from([*[""] * 11, "rank", "groups", "groups", "number"]))
    groups = draw(st.sampled_from([1, 1, 2, 3]))
    channels, out = groups * draw(st.integers(1, 2)), groups * draw(st.integers(1, 3))
    options = {"out_channels": out, "kernel_size": draw(per_axis(st.integers(1, 4 if ndim < 3 else 3), ndim))}
    options |= draw_window(draw, ndim)
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
    if form == "matrix":
        give_matrix(draw, options, ndim, channels)
    elif form == "kernels":
        give_kernels(draw, options, ndim, channels // groups)
    elif form == "table":
        give_table(draw, options, channels)
    if draw(st.integers(0, 4)) == 0:
        biases = channels if form == "matrix" else max(out, 1)
        options["bias"] = draw(st.lists(NUMBERS, min_size=biases, max_size=biases + draw(st.sampled_from([0, 0, 0, 1]))))
    return table_case(type, ndim, shape, options) if form == "table" else conv_case(type, ndim, shape, options)


NUMBERS = st.sampled_from([-2, -1, 0, 1, 2, 0.5, 1.0])


def draw_window(draw: Draw, ndim: int) -> Options:
    return maybe(
        draw,
        stride=per_axis(st.integers(1, 4), ndim),
        padding=paddings(ndim, 3, "same", "valid"),
        dilation=per_axis(st.integers(1, 3 if ndim < 3 else 2), ndim),
        bias=st.booleans(),
        padding_mode=st.sampled_from(MODES),
    )


def numbers(draw: Draw, *sizes: int) -> Any:
    """Nested lists of these sizes."""
    return [numbers(draw, *sizes[1:]) for _ in range(sizes[0])] if sizes else draw(NUMBERS)


def give_matrix(draw: Draw, options: Options, ndim: int, channels: int) -> None:
    """One kernel, and what follows from it left out, or written in agreement, or not."""
    sizes = [max(1, size) for size in spread(options["kernel_size"], ndim)][:ndim]
    options["weight"] = numbers(draw, *sizes)
    if ndim == 2 and draw(st.booleans()):
        options["weight"] = draw(st.sampled_from(list(KERNELS)))
    for name in ("out_channels", "kernel_size", "groups"):
        options.pop(name, None)
    more = st.sampled_from([*[0] * 9, 1])
    options |= maybe(
        draw,
        out_channels=more.map(lambda extra: channels + extra),
        groups=more.map(lambda extra: channels + extra),
        kernel_size=more.map(lambda extra: [size + extra for size in sizes_of(kernel_of(options))]),
    )


def kernel_of(options: Options) -> Any:
    """The numbers that are given, if any."""
    weight = options.get("weight")
    return KERNELS[weight] if isinstance(weight, str) else weight


def give_kernels(draw: Draw, options: Options, ndim: int, each: int) -> None:
    """All kernels: of so many numbers as are written, or one number more somewhere; one row too long, or one list too deep."""
    sizes = [max(1, size) for size in (options["out_channels"], each, *spread(options["kernel_size"], ndim))][: ndim + 2]
    flaw = draw(st.sampled_from([*[""] * 8, "size", "row", "deep"]))
    if flaw == "size":
        sizes[draw(st.integers(0, ndim + 1))] += 1
    options["weight"] = numbers(draw, *sizes)
    if flaw == "row":
        options["weight"][-1][0][-1:] = [1] * (sizes[2] + 1) if ndim == 1 else [[1] * (sizes[-1] + 1)]
    if flaw == "deep":
        options["weight"] = options["weight"][0] if draw(st.booleans()) else [options["weight"]]
    for name in ("out_channels", "kernel_size"):
        if draw(st.booleans()):
            del options[name]


def give_table(draw: Draw, options: Options, channels: int) -> None:
    """For each output channel some of the input channels; now and then one too many, one that is not there, or one twice."""
    row = st.lists(st.integers(0, channels - 1), min_size=1, max_size=channels, unique=True)
    options["connections"] = [draw(row) for _ in range(options["out_channels"])]
    if options.get("groups", 1) > 1 and draw(st.integers(0, 5)):
        del options["groups"]
    flaw = draw(st.sampled_from([*[""] * 10, "row", "none", "beyond", "below", "twice"]))
    if flaw == "row":
        options["connections"].append([0])
    elif flaw == "none":
        options["connections"][-1:] = [[]]
    elif flaw:
        options["connections"][-1:] = [{"beyond": [0, channels], "below": [-1], "twice": [0, 0]}[flaw]]


def conv_case(type: str, ndim: int, shape: Shape, options: Options) -> Case:
    padding, mode = options.get("padding", 0), options.get("padding_mode", "zeros")
    stride = spread(options.get("stride", 1), ndim)
    weight = kernel_of(options)
    kernel = spread(options["kernel_size"] if "kernel_size" in options else sizes_of(weight)[-ndim:], ndim)
    explicit: Callable[[Shape], Pairs] | None = None
    native: Any = padding
    if padding == "same" and (set(stride) != {1} or mode == "symmetric"):
        # torch refuses `same` with a stride and does not know symmetric padding.
        dilation = spread(options.get("dilation", 1), ndim)
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
        groups, out = options.get("groups", 1), options.get("out_channels", None if weight is None else len(weight))
        given = {} if weight is None else {"weight": torch.tensor(weight, dtype=torch.float32)}
        if weight is not None and given["weight"].ndim == ndim:
            # One kernel is for each channel by itself, which nothing else need say.
            groups, out = shape[0] if groups == 1 else groups, options.get("out_channels", shape[0])
            given = {"weight": given["weight"].expand(shape[0], 1, *given["weight"].shape)}
        bias = options.get("bias", True)
        if isinstance(bias, list):
            given["bias"] = torch.tensor(bias, dtype=torch.float32)
        made: nn.Module = torch_class(type)(shape[0], out, tuple(kernel), groups=groups, bias=bool(bias), **rest, **padded)
        # Refuses tensors of other sizes.
        made.load_state_dict(given, strict=False)
        return made

    def forward(module: nn.Module, x: Tensor) -> Tensor:
        return module(pad(x, explicit(tuple(x.shape[2:])), mode) if explicit else x)

    return Case(type, (shape,), options, module, forward, ndim=ndim)


def sizes_of(nested: Any) -> list[int]:
    return [len(nested), *sizes_of(nested[0])] if isinstance(nested, list) else []


class Connected(nn.Module):
    """One kernel for each connection of a table, as torch has no layer for it: so no product is with a zero."""

    def __init__(self, table: list[list[int]], ndim: int, kernel: list[int], bias: bool | list[float], rest: Options) -> None:
        super().__init__()
        self.table, self.rest = table, rest
        self.convolve = getattr(nn.functional, f"conv{ndim}d")
        self.weight = nn.Parameter(torch.ones(sum(map(len, table)), *kernel))
        if bias:
            self.bias = nn.Parameter(
                torch.tensor(bias, dtype=torch.float32) if isinstance(bias, list) else torch.ones(len(table))
            )

    def forward(self, x: Tensor) -> Tensor:
        kernels, channels = iter(self.weight), []
        for row in self.table:
            planes = [x.index_select(1, torch.tensor([place])) for place in row]
            channels.append(sum(self.convolve(plane, next(kernels)[None, None], **self.rest) for plane in planes))
        output = torch.cat(channels, 1)
        return output + self.bias.view(-1, *[1] * (x.ndim - 2)) if hasattr(self, "bias") else output


def padding_of(options: Options, ndim: int, kernel: list[int]) -> Callable[[Tensor], Tensor]:
    """What pads an input beforehand."""
    padding, mode = options.get("padding", 0), options.get("padding_mode", "zeros")
    stride, dilation = spread(options.get("stride", 1), ndim), spread(options.get("dilation", 1), ndim)

    def padded(x: Tensor) -> Tensor:
        if padding == "same":
            return pad(x, list(map(least_same, x.shape[2:], kernel, stride, dilation)), mode)
        return pad(x, pairs_of(0 if padding == "valid" else padding, ndim), mode)

    return padded


def table_case(type: str, ndim: int, shape: Shape, options: Options) -> Case:
    kernel, table, bias = spread(options["kernel_size"], ndim), options["connections"], options.get("bias", True)
    rest = {name: tuple(spread(options.get(name, 1), ndim)) for name in ("stride", "dilation")}
    padded = padding_of(options, ndim, kernel)

    def module() -> nn.Module:
        once = all(row and len(set(row)) == len(row) for row in table)
        many = not isinstance(bias, list) or len(bias) == len(table)
        if len(table) != options["out_channels"] or not once or options.get("groups", 1) != 1 or not many or min(kernel) < 1:
            raise ValueError("the table contradicts the other options, or itself")
        return Connected(table, ndim, kernel, bias, rest)

    def forward(module: nn.Module, x: Tensor) -> Tensor:
        if x.ndim != ndim + 2:
            raise ValueError("not channels and spatial axes")
        return module(padded(x))

    return Case(type, (shape,), options, module, forward, ndim=ndim)


@draws("depthwise_conv2d", "separable_conv2d")
def keras_conv(draw: Draw, type: str) -> Case:
    flaw = draw(st.sampled_from(["", "", "", "rank", "number"]))
    shape = other_rank(draw, 2) if flaw == "rank" else shape_of(draw, 2)
    options = {"kernel_size": draw(per_axis(st.integers(1, 4), 2)), **draw_window(draw, 2)}
    options |= maybe(draw, depth_multiplier=st.integers(1, 3))
    if type == "separable_conv2d":
        options["out_channels"] = draw(st.integers(1, 5))
    if flaw == "number":
        name = draw(st.sampled_from(["kernel_size", "stride", "padding", "dilation", "depth_multiplier"]))
        if name == "depth_multiplier":
            options[name] = draw(st.sampled_from([0, -1]))
        else:
            spoil(draw, options, 2, name)
    deep = shape[0] * options.get("depth_multiplier", 1)
    dense = {name: value for name, value in options.items() if name != "depth_multiplier"}
    dense |= {"out_channels": deep, "groups": shape[0]}
    if type == "depthwise_conv2d":
        return replace(conv_case("conv2d", 2, shape, dense), type=type, options=options, main="kernel_size")
    first = conv_case("conv2d", 2, shape, {**dense, "bias": False})

    def module() -> nn.Module:
        last = nn.Conv2d(deep, options["out_channels"], 1, bias=options.get("bias", True))
        return nn.Sequential(OrderedDict(depthwise=first.module(), pointwise=last))

    def forward(module: nn.Module, x: Tensor) -> Tensor:
        return module.get_submodule("pointwise")(first.forward(module.get_submodule("depthwise"), x))

    return Case(type, (shape,), options, module, forward, ndim=2)


class Local(nn.Module):
    """Weights for each position of the output, as torch has no layer for it."""

    def __init__(
        self, out: int, channels: int, kernel: list[int], positions: Shape, stride: tuple[int, ...], bias: bool
    ) -> None:
        super().__init__()
        self.kernel, self.stride = tuple(kernel), stride
        self.weight = nn.Parameter(torch.ones(out, channels, *kernel, *positions))
        if bias:
            self.bias = nn.Parameter(torch.ones(out, *positions))

    def forward(self, x: Tensor) -> Tensor:
        out, _, _, _, height, width = self.weight.shape
        patches = nn.functional.unfold(x, self.kernel, stride=self.stride)  # batch, channels*k*k, positions
        weight = self.weight.reshape(out, patches.shape[1], patches.shape[2])
        # A product of matrices at each position.
        products = torch.bmm(patches.permute(2, 0, 1), weight.permute(2, 1, 0))
        output = products.permute(1, 2, 0).reshape(-1, out, height, width)
        return output + self.bias if hasattr(self, "bias") else output


@draws("locally_connected2d")
def locally_connected(draw: Draw, type: str) -> Case:
    flaw = draw(st.sampled_from(["", "", "", "rank", "number"]))
    shape = other_rank(draw, 2) if flaw == "rank" else shape_of(draw, 2)
    options = {"out_channels": draw(st.integers(1, 3)), "kernel_size": draw(per_axis(st.integers(1, 4), 2))}
    options |= maybe(draw, stride=per_axis(st.integers(1, 4), 2), padding=paddings(2, 3, "same", "valid"), bias=st.booleans())
    if flaw == "number":
        spoil(draw, options, 2, draw(st.sampled_from(["kernel_size", "stride", "padding"])))
    kernel, stride = spread(options["kernel_size"], 2), tuple(spread(options.get("stride", 1), 2))
    padded = padding_of(options, 2, kernel)

    def module() -> nn.Module:
        shared = nn.Conv2d(shape[0], options["out_channels"], tuple(kernel), stride)
        positions = tuple(shared(padded(torch.zeros(1, *shape))).shape[2:])
        return Local(options["out_channels"], shape[0], kernel, positions, stride, options.get("bias", True))

    return Case(type, (shape,), options, module, lambda module, x: module(padded(x)), ndim=2)


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
    # 6 connections of 9 products and sums for each of 3*4 positions, and 4*3*4 biases.
    (
        "conv2d",
        ((2, 5, 6),),
        {"out_channels": 4, "kernel_size": 3, "connections": [[0], [0, 1], [1], [1, 0]]},
        12 * 6 * 18 + 48,
    ),
    # 9 products and sums for each of 2 channels of 3*4 positions, and a bias each.
    ("conv2d", ((2, 5, 6),), {"weight": "sobel_x"}, 24 * (18 + 1)),
    # Each of 2 channels twice, at 3*4 positions: 9 products and sums, and a bias.
    ("depthwise_conv2d", ((2, 5, 6),), {"kernel_size": 3, "depth_multiplier": 2}, 48 * (18 + 1)),
    # At 3*4 positions 2 channels of 9 products and sums, then 4 channels of 2 and a bias.
    ("separable_conv2d", ((2, 5, 6),), {"out_channels": 4, "kernel_size": 3}, 12 * (2 * 18 + 4 * (4 + 1))),
    # As the convolution's above.
    ("locally_connected2d", ((2, 5, 6),), {"out_channels": 4, "kernel_size": 3}, 48 * (2 * 18 + 1)),
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
