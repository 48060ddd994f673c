"""One layer of any type that an input of some shape may have, with options that mean something."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from random import Random
from typing import Any

from drawn_expressions import Names, chance, fraction, one_of, truth, whole, word

from cnnspec import layers
from cnnspec.layers.options import Kind

Shape = tuple[int, ...]
Options = dict[str, Any]
Drawn = Callable[[Random, Shape, bool], Options]

BY_TYPE: dict[str, Drawn] = {}
MODES = ("zeros", "reflect", "replicate", "circular", "symmetric")


def options_of(*types: str) -> Callable[[Drawn], Drawn]:
    def register(function: Drawn) -> Drawn:
        BY_TYPE.update(dict.fromkeys(types, function))
        return function

    return register


def some(random: Random, percent: int = 35, **options: Callable[[], Any]) -> Options:
    """Some of the options, the others left at their defaults."""
    return {name: value() for name, value in options.items() if chance(random, percent)}


def number(random: Random, low: int, high: int) -> int:
    return random.randint(low, high)


def per_axis(random: Random, ndim: int, low: int, high: int) -> Any:
    """One number for all axes, or one each."""
    return number(random, low, high) if chance(random, 70) else [number(random, low, high) for _ in range(ndim)]


def divisor(random: Random, *of: int) -> int:
    return int(one_of(random, *(size for size in range(1, min(of) + 1) if all(total % size == 0 for total in of))))


def padding(random: Random, ndim: int, most: int, *words: str) -> Any:
    form = one_of(random, "one", "one", "each", "pairs", *words)
    if form == "pairs":
        return [[number(random, 0, most), number(random, 0, most)] for _ in range(ndim)]
    return (
        form if form in words else number(random, 0, most) if form == "one" else [number(random, 0, most) for _ in range(ndim)]
    )


# -- what there is for a shape ----------------------------------------------------------------------------------

_ANY = (
    *(
        "linear",
        "activation",
        "relu",
        "relu6",
        "leaky_relu",
        "prelu",
        "elu",
        "celu",
        "selu",
        "gelu",
        "silu",
        "mish",
        "hardswish",
    ),
    *("hardsigmoid", "hardtanh", "sigmoid", "tanh", "softplus", "softsign", "softmax", "log_softmax", "identity", "dropout"),
    *(
        "alpha_dropout",
        "stochastic_depth",
        "scale",
        "layer_norm",
        "group_norm",
        "flatten",
        "unflatten",
        "reshape",
        "permute",
        "slice",
    ),
)
_SPATIAL = ("local_response_norm", "pad", "crop", "upsample", "channel_shuffle")
_PLANE = ("depthwise_conv2d", "separable_conv2d", "locally_connected2d", "layer_norm2d", "pixel_shuffle", "pixel_unshuffle")
_BY_AXES = (
    *(
        "conv",
        "conv",
        "conv",
        "conv",
        "conv_transpose",
        "max_pool",
        "max_pool",
        "avg_pool",
        "adaptive_avg_pool",
        "adaptive_max_pool",
    ),
    *("batch_norm", "batch_norm", "instance_norm", "dropout"),
)
_RESIZING = (
    "linear",
    "flatten",
    "unflatten",
    "reshape",
    "permute",
    "slice",
    "pad",
    "crop",
    "upsample",
    "pixel",
    "pool",
    "transpose",
    "locally",
)


def types_for(shape: Shape, *, keeps: bool = False) -> list[str]:
    """The types that may take an input of this shape; only those that can keep its spatial sizes, if it ``keeps`` them."""
    ndim = len(shape) - 1
    found = [*_ANY, *(["linear"] * 8 + ["batch_norm1d"] * 2 if ndim == 0 else [])]
    if 1 <= ndim <= 3:
        found += [*_SPATIAL, *(f"{kind}{ndim}d" for kind in _BY_AXES * 3), *(_PLANE * 2 if ndim == 2 else ())]
    return [type for type in found if not keeps or not any(part in type for part in _RESIZING)]


def layer(random: Random, shape: Shape, names: Names, *, keeps: bool = False) -> tuple[str, Options]:
    """A type and its options, some of them expressions."""
    type = one_of(random, *types_for(shape, keeps=keeps))
    options = BY_TYPE[type](random, shape, keeps)
    declared = layers.find(type)
    assert declared is not None
    return type, {name: dressed(random, value, declared.options()[name].kind, names) for name, value in options.items()}


def dressed(random: Random, value: Any, kind: Kind, names: Names) -> Any:
    """A value, or an expression that has it; words that win over names stay words."""
    if isinstance(value, list):
        held = [name for name, known in names.values.items() if known == value and name.isidentifier()]
        if held and chance(random, 70):
            return one_of(random, *held)
        return [dressed(random, item, kind, names) for item in value] if len(str(value)) < 30 else value
    if isinstance(value, bool):
        return truth(random, names, value)
    if isinstance(value, int):
        return whole(random, names, value)
    if isinstance(value, float):
        return fraction(random, names, value)
    return word(random, names, value) if isinstance(value, str) and value in kind.words else value


# -- convolutions and linear layers -----------------------------------------------------------------------------


@options_of("conv1d", "conv2d", "conv3d")
def conv(random: Random, shape: Shape, keeps: bool) -> Options:
    ndim, channels = len(shape) - 1, shape[0]
    form = one_of(random, *["plain"] * 12, "depthwise", "grouped", "named", "matrix", "kernels", "table")
    options = _window(random, ndim, keeps)
    out = number(random, 1, 6)
    if form == "table":
        rows = [sorted(random.sample(range(channels), number(random, 1, channels))) for _ in range(out)]
        return {"out_channels": out, **options, "connections": rows}
    if form in ("named", "matrix", "kernels"):
        kernel = [number(random, 1, 3) for _ in range(ndim)]
        sizes = kernel if form != "kernels" else [out, channels, *kernel]
        named = form == "named" and ndim == 2
        del options["kernel_size"]
        if keeps:
            options |= {"padding": "same"}
        return {
            "weight": one_of(random, "sobel_x", "blur", "emboss", "sharpen", "identity") if named else numbers(random, sizes)
        } | options
    if form == "depthwise":
        return {"out_channels": channels * number(random, 1, 2), **options, "groups": channels}
    if form == "grouped":
        groups = divisor(random, channels)
        return {"out_channels": groups * number(random, 1, 3), **options, "groups": groups}
    biases = {"bias": numbers(random, [out])} if chance(random, 8) else {}
    return {"out_channels": out, **options, **biases}


def numbers(random: Random, sizes: list[int]) -> Any:
    return [numbers(random, sizes[1:]) for _ in range(sizes[0])] if sizes else one_of(random, -1, 0, 1, 2, 0.5)


def _window(random: Random, ndim: int, keeps: bool) -> Options:
    extras = {"bias": lambda: chance(random, 40), "padding_mode": lambda: one_of(random, *MODES)}
    if keeps:
        size = one_of(random, 1, 3)
        fits = one_of(random, size // 2, "same")
        return {"kernel_size": size, **({"padding": fits} if size > 1 or fits == "same" else {}), **some(random, 25, **extras)}
    return {
        "kernel_size": per_axis(random, ndim, 1, 3),
        **some(random, stride=lambda: per_axis(random, ndim, 1, 3), padding=lambda: padding(random, ndim, 2, "same", "valid")),
        **some(random, 15, dilation=lambda: per_axis(random, ndim, 1, 2)),
        **some(random, 25, **extras),
    }


@options_of("depthwise_conv2d", "separable_conv2d")
def depthwise(random: Random, shape: Shape, keeps: bool) -> Options:
    return _window(random, 2, keeps) | some(random, depth_multiplier=lambda: number(random, 1, 2))


@options_of("separable_conv2d")
def separable(random: Random, shape: Shape, keeps: bool) -> Options:
    return {"out_channels": number(random, 1, 6)} | depthwise(random, shape, keeps)


@options_of("locally_connected2d")
def local(random: Random, shape: Shape, keeps: bool) -> Options:
    options = {name: value for name, value in _window(random, 2, keeps).items() if name not in ("dilation", "padding_mode")}
    return {"out_channels": number(random, 1, 3)} | options


@options_of("conv_transpose1d", "conv_transpose2d", "conv_transpose3d")
def conv_transpose(random: Random, shape: Shape, keeps: bool) -> Options:
    ndim, groups = len(shape) - 1, divisor(random, shape[0]) if chance(random, 20) else 1
    return {"out_channels": groups * number(random, 1, 4), "kernel_size": per_axis(random, ndim, 1, 3)} | some(
        random,
        stride=lambda: per_axis(random, ndim, 1, 2),
        padding=lambda: per_axis(random, ndim, 0, 1),
        output_padding=lambda: per_axis(random, ndim, 0, 1),
        dilation=lambda: per_axis(random, ndim, 1, 2),
        bias=lambda: chance(random, 50),
    ) | ({"groups": groups} if groups > 1 else {})  # fmt: skip


@options_of("linear")
def linear(random: Random, shape: Shape, keeps: bool) -> Options:
    return {"out_features": number(random, 1, 10)} | some(random, 20, bias=lambda: chance(random, 50))


# -- pools and norms --------------------------------------------------------------------------------------------


def _pool(random: Random, ndim: int) -> Options:
    return {"kernel_size": per_axis(random, ndim, 1, 3)} | some(
        random,
        stride=lambda: per_axis(random, ndim, 1, 3),
        padding=lambda: padding(random, ndim, 1, "same", "valid"),
        ceil_mode=lambda: chance(random, 70),
    )


@options_of("max_pool1d", "max_pool2d", "max_pool3d")
def max_pool(random: Random, shape: Shape, keeps: bool) -> Options:
    return _pool(random, len(shape) - 1) | some(random, 15, dilation=lambda: per_axis(random, len(shape) - 1, 1, 2))


@options_of("avg_pool1d", "avg_pool2d", "avg_pool3d")
def avg_pool(random: Random, shape: Shape, keeps: bool) -> Options:
    return _pool(random, len(shape) - 1) | some(
        random, 25, count_include_pad=lambda: chance(random, 30), learnable=lambda: chance(random, 60)
    )


@options_of(*(f"adaptive_{kind}_pool{ndim}d" for kind in ("avg", "max") for ndim in (1, 2, 3)))
def adaptive_pool(random: Random, shape: Shape, keeps: bool) -> Options:
    return {"output_size": per_axis(random, len(shape) - 1, 1, 4)}


@options_of(*(f"{kind}_norm{ndim}d" for kind in ("batch", "instance") for ndim in (1, 2, 3)))
def channel_norm(random: Random, shape: Shape, keeps: bool) -> Options:
    return some(
        random,
        20,
        eps=lambda: one_of(random, 1e-3, 0.5),
        momentum=lambda: one_of(random, 0.01, 0.5, None),
        affine=lambda: chance(random, 50),
        track_running_stats=lambda: chance(random, 50),
    )


@options_of("layer_norm")
def layer_norm(random: Random, shape: Shape, keeps: bool) -> Options:
    options = some(random, 20, eps=lambda: 1e-3, elementwise_affine=lambda: chance(random, 50))
    if chance(random, 40):
        sizes = list(shape[-number(random, 1, len(shape)) :])
        options = {"normalized_shape": sizes[0] if len(sizes) == 1 and chance(random, 50) else sizes} | options
    return options


@options_of("layer_norm2d")
def layer_norm2d(random: Random, shape: Shape, keeps: bool) -> Options:
    return some(random, 25, eps=lambda: 1e-6, elementwise_affine=lambda: chance(random, 50))


@options_of("group_norm")
def group_norm(random: Random, shape: Shape, keeps: bool) -> Options:
    return {"num_groups": divisor(random, shape[0])} | some(random, 20, eps=lambda: 1e-3, affine=lambda: chance(random, 50))


@options_of("local_response_norm")
def local_response_norm(random: Random, shape: Shape, keeps: bool) -> Options:
    return {"size": number(random, 1, 5)} | some(
        random, alpha=lambda: 0.5, beta=lambda: one_of(random, 0.5, 1.0), k=lambda: 2.0
    )


# -- activations, dropout, scale --------------------------------------------------------------------------------

_FUNCTIONS = (
    "relu",
    "leaky_relu",
    "prelu",
    "gelu",
    "silu",
    "hardswish",
    "tanh",
    "softmax",
    "log_softmax",
    "identity",
    "celu",
    "softplus",
)


@options_of(*("relu", "relu6", "selu", "silu", "mish", "hardswish", "hardsigmoid"))
def rectifier(random: Random, shape: Shape, keeps: bool) -> Options:
    return some(random, 12, inplace=lambda: chance(random, 70))


@options_of("sigmoid", "tanh", "softsign", "identity")
def plain(random: Random, shape: Shape, keeps: bool) -> Options:
    return {}


@options_of("leaky_relu")
def leaky_relu(random: Random, shape: Shape, keeps: bool) -> Options:
    return some(random, negative_slope=lambda: one_of(random, 0.2, 0.01)) | rectifier(random, shape, keeps)


@options_of("elu", "celu")
def elu(random: Random, shape: Shape, keeps: bool) -> Options:
    return some(random, alpha=lambda: one_of(random, 0.5, 1.0, 2)) | rectifier(random, shape, keeps)


@options_of("prelu")
def prelu(random: Random, shape: Shape, keeps: bool) -> Options:
    return some(random, num_parameters=lambda: shape[0], init=lambda: one_of(random, 0.1, 0.5))


@options_of("gelu")
def gelu(random: Random, shape: Shape, keeps: bool) -> Options:
    return some(random, approximate=lambda: one_of(random, "tanh", "none"))


@options_of("hardtanh")
def hardtanh(random: Random, shape: Shape, keeps: bool) -> Options:
    return some(random, min_val=lambda: one_of(random, -2, -0.5), max_val=lambda: one_of(random, 2.0, 6)) | rectifier(
        random, shape, keeps
    )


@options_of("softplus")
def softplus(random: Random, shape: Shape, keeps: bool) -> Options:
    return some(random, beta=lambda: one_of(random, 2, 0.5), threshold=lambda: 1.0)


@options_of("softmax", "log_softmax")
def softmax(random: Random, shape: Shape, keeps: bool) -> Options:
    return some(random, dim=lambda: axis(random, shape))


@options_of("activation")
def activation(random: Random, shape: Shape, keeps: bool) -> Options:
    return {"function": one_of(random, *_FUNCTIONS)}


@options_of("dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout")
def dropout(random: Random, shape: Shape, keeps: bool) -> Options:
    return some(random, 50, p=lambda: one_of(random, 0.2, 0.25, 0, 1)) | rectifier(random, shape, keeps)


@options_of("stochastic_depth")
def stochastic_depth(random: Random, shape: Shape, keeps: bool) -> Options:
    return {"p": one_of(random, 0.1, 0.25, 0.5)}


@options_of("scale")
def scale(random: Random, shape: Shape, keeps: bool) -> Options:
    return some(random, init=lambda: one_of(random, 1e-6, 0.1, 2))


# -- what moves numbers -----------------------------------------------------------------------------------------

_WORDS = {2: ("channels", "length"), 3: ("channels", "height", "width"), 4: ("channels", "depth", "height", "width")}


def axis(random: Random, shape: Shape, low: int = 0) -> int | str:
    """An axis, counted from either side or by its word."""
    at = number(random, min(low, len(shape) - 1), len(shape) - 1)
    words = (_WORDS[len(shape)][at],) if len(shape) in _WORDS else ()
    return one_of(random, at, at - len(shape), *words)


@options_of("flatten")
def flatten(random: Random, shape: Shape, keeps: bool) -> Options:
    return some(random, 25, start_dim=lambda: axis(random, shape), end_dim=lambda: axis(random, shape, 1))


@options_of("unflatten")
def unflatten(random: Random, shape: Shape, keeps: bool) -> Options:
    at = number(random, 0, len(shape) - 1)
    first = divisor(random, shape[at])
    sizes = one_of(random, [first, shape[at] // first], [first, -1], [-1, first], [shape[at], 1])
    return {"sizes": sizes} | ({"dim": one_of(random, at, at - len(shape))} if at or chance(random, 20) else {})


@options_of("reshape")
def reshape(random: Random, shape: Shape, keeps: bool) -> Options:
    total = prod(shape)
    first = divisor(random, total)
    second = divisor(random, total // first)
    rest = total // first // second
    return {
        "shape": one_of(
            random, [first, second, rest], [first, -1], [shape[0], -1], -1, [first, second, -1], [1, first, second, rest]
        )
    }


@options_of("permute")
def permute(random: Random, shape: Shape, keeps: bool) -> Options:
    order = random.sample(range(len(shape)), len(shape))
    words = _WORDS.get(len(shape))
    return {"dims": [one_of(random, at, at - len(shape), *([words[at]] if words else ())) for at in order]}


@options_of("slice")
def slice_(random: Random, shape: Shape, keeps: bool) -> Options:
    at = number(random, 0, len(shape) - 1)
    size = shape[at]
    options = some(
        random,
        50,
        start=lambda: number(random, -size, size - 1),
        stop=lambda: number(random, 1 - size, size + 1),
        step=lambda: number(random, 1, 2),
    )
    return options | ({"dim": one_of(random, at, at - len(shape))} if at else {})


@options_of("pad")
def pad(random: Random, shape: Shape, keeps: bool) -> Options:
    return {"padding": padding(random, len(shape) - 1, 2)} | some(random, 60, mode=lambda: one_of(random, *MODES))


@options_of("crop")
def crop(random: Random, shape: Shape, keeps: bool) -> Options:
    sizes = [number(random, max(1, size - 3), size) for size in shape[1:]]
    return {"size": min(sizes) if chance(random, 40) else sizes}


@options_of("upsample")
def upsample(random: Random, shape: Shape, keeps: bool) -> Options:
    ndim = len(shape) - 1
    smooth = {1: ("linear",), 2: ("bilinear", "bicubic"), 3: ("trilinear",)}[ndim]
    if chance(random, 60):
        factors = one_of(random, 2, 2, 1.5, 0.5, [one_of(random, 1, 2, 0.7) for _ in range(ndim)])
        options: Options = {"scale_factor": factors}
    else:
        options = {"size": per_axis(random, ndim, 1, 9)}
    if chance(random, 50):
        options["mode"] = one_of(random, "nearest", "nearest-exact", *smooth, *smooth)
        if options["mode"] in smooth:
            options |= some(random, 40, align_corners=lambda: chance(random, 70))
    return options


@options_of("pixel_shuffle")
def pixel_shuffle(random: Random, shape: Shape, keeps: bool) -> Options:
    return {"upscale_factor": one_of(random, *(factor for factor in (1, 2, 2, 2, 3) if shape[0] % factor**2 == 0))}


@options_of("pixel_unshuffle")
def pixel_unshuffle(random: Random, shape: Shape, keeps: bool) -> Options:
    return {
        "downscale_factor": one_of(
            random, *(factor for factor in (1, 2, 2, 2, 3) if not any(size % factor for size in shape[1:]))
        )
    }


@options_of("channel_shuffle")
def channel_shuffle(random: Random, shape: Shape, keeps: bool) -> Options:
    return {"groups": divisor(random, shape[0])}
