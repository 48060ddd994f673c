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


# -- one strategy for each type ---------------------------------------------------------------------------------

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
        **{"dilation": per_axis(st.integers(1, 3), ndim)} if is_max else {"count_include_pad": st.booleans()},
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
        return torch_class(type)(tuple(kernel), padding=amounts, **known)

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


@draws("linear")
def linear(draw: Draw, type: str) -> Case:
    shape = any_shape(draw)
    options = {"out_features": draw(st.one_of(st.integers(1, 9), st.integers(1, 9), st.integers(-9, 0)))}
    options |= maybe(draw, bias=st.booleans())
    module = lambda: nn.Linear(shape[-1], options["out_features"], options.get("bias", True))  # noqa: E731
    return Case(type, (shape,), options, module, main="out_features")


@draws("flatten")
def flatten(draw: Draw, type: str) -> Case:
    axes = st.integers(-5, 4)
    options = maybe(draw, start_dim=axes, end_dim=axes)
    module = lambda: nn.Flatten(options.get("start_dim", 0), options.get("end_dim", -1))  # noqa: E731
    return Case(type, (any_shape(draw),), options, module, call_each, "start_dim")


@draws("batch_norm1d", "batch_norm2d", "batch_norm3d")
def batch_norm(draw: Draw, type: str) -> Case:
    ndim = int(type[-2])
    shape = any_shape(draw) if draw(st.booleans()) else draw(st.sampled_from([shape_of, other_rank]))(draw, ndim)
    options = maybe(
        draw,
        eps=st.sampled_from([1e-5, 1e-3, 0.5]),
        momentum=st.sampled_from([0.1, 0.01, 1, None]),
        affine=st.booleans(),
        track_running_stats=st.booleans(),
    )
    return Case(type, (shape,), options, lambda: torch_class(type)(shape[0], **options), ndim=ndim)


@draws("dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout")
def dropout(draw: Draw, type: str) -> Case:
    ndim = int(type[-2]) if type[-1] == "d" else 0
    shape = any_shape(draw) if not ndim or draw(st.integers(0, 3)) == 0 else shape_of(draw, ndim)
    share = st.one_of(st.integers(0, 100).map(lambda percent: percent / 100), st.sampled_from([-0.5, 1.5, 2, -1]))
    options = maybe(draw, inplace=st.booleans()) | {"p": draw(share)}
    return Case(type, (shape,), options, lambda: torch_class(type)(**options), main="p", ndim=ndim)


REALS = st.integers(-80, 80).map(lambda tenths: tenths / 10)
POINTWISE: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    **{type: {} for type in ("sigmoid", "tanh", "softsign", "identity")},
    **{type: {"inplace": st.booleans()} for type in ("relu", "relu6", "selu", "silu", "mish", "hardswish", "hardsigmoid")},
    "leaky_relu": {"negative_slope": REALS, "inplace": st.booleans()},
    "elu": {"alpha": REALS, "inplace": st.booleans()},
    "celu": {"alpha": REALS, "inplace": st.booleans()},
    "gelu": {"approximate": st.sampled_from(["none", "tanh", "sigmoid"])},
    "hardtanh": {"min_val": REALS, "max_val": REALS, "inplace": st.booleans()},
    "softplus": {"beta": REALS, "threshold": REALS},
}


@draws(*POINTWISE)
def pointwise(draw: Draw, type: str) -> Case:
    options = maybe(draw, **POINTWISE[type])
    if type in ("celu", "gelu"):
        options |= draw(st.sampled_from([{}, {"alpha": 0.0} if type == "celu" else {"approximate": "erf"}]))
    return Case(type, (any_shape(draw),), options, lambda: torch_class(type)(**options))


FUNCTIONS = (
    *("relu", "relu6", "leaky_relu", "prelu", "elu", "celu", "selu", "gelu", "silu", "mish", "hardswish", "hardsigmoid"),
    *("hardtanh", "sigmoid", "tanh", "softplus", "softsign", "softmax", "log_softmax", "identity"),
)
UNHEARD_OF = ("swish", "heaviside", "maxout", "logistic", "none", "relu7", "conv2d")


@draws("activation")
def activation(draw: Draw, type: str) -> Case:
    function = draw(st.one_of(st.sampled_from(FUNCTIONS), st.sampled_from(UNHEARD_OF)))
    along_channels = {"dim": 1} if function in ("softmax", "log_softmax") else {}
    module = lambda: torch_class(function)(**along_channels)  # noqa: E731
    return Case(type, (any_shape(draw),), {"function": function}, module, main="function")


@draws("softmax", "log_softmax")
def softmax(draw: Draw, type: str) -> Case:
    options = maybe(draw, dim=st.one_of(st.integers(-5, 4), st.sampled_from([4, -5])))
    return Case(type, (any_shape(draw),), options, lambda: torch_class(type)(options.get("dim", 0)), call_each, "dim")


@draws("prelu")
def prelu(draw: Draw, type: str) -> Case:
    shape = any_shape(draw)
    options = maybe(draw, init=REALS)
    options["num_parameters"] = draw(st.one_of(st.integers(-1, 6), st.integers(2, 6), st.just(1), st.just(shape[0])))
    return Case(type, (shape,), options, lambda: nn.PReLU(**options), main="num_parameters")


class Merge(nn.Module):
    def __init__(self, function: Callable[..., Tensor]) -> None:
        super().__init__()
        self.function = function

    def forward(self, *tensors: Tensor) -> Tensor:
        return self.function(tensors)


@draws("add")
def add(draw: Draw, type: str) -> Case:
    whole = any_shape(draw)
    count = draw(st.integers(2, 3))
    shapes = tuple(tuple(size if draw(st.booleans()) else 1 for size in whole) for _ in range(count))
    flaw = draw(st.sampled_from(["", "size", "axes"]))
    if flaw == "size":
        shapes = (tuple(size + draw(st.integers(0, 2)) for size in shapes[0]), *shapes[1:])
    if flaw == "axes":
        shapes = (any_shape(draw), *shapes[1:])
    return Case(type, shapes, {}, lambda: Merge(sum))


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
