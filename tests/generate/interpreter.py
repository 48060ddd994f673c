"""A second opinion on what a network computes: its graph, layer by layer, on tensors of torch.

It reads the options of each layer and weights by their full names, and calls torch; it knows nothing of how a layer is
written as code. ``test_interpreter.py`` holds it against the modules that the differential tests compare shapes with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import reduce
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from cnnspec.graph.graph import Graph, Node
from cnnspec.layers.layer import Layer

State = dict[str, Tensor]
"""A layer's own tensors by name; what training changes of them is written back."""
Function = Callable[[Layer, State, bool, tuple[Tensor, ...]], Tensor]

FUNCTIONS: dict[str, Function] = {}


def computes(*types: str) -> Callable[[Function], Function]:
    def register(function: Function) -> Function:
        FUNCTIONS.update(dict.fromkeys(types, function))
        return function

    return register


def interpret(graph: Graph, state: State, inputs: Mapping[str, Tensor], *, training: bool = False) -> dict[str, Tensor]:
    """What every input and layer puts out, by full name. In training, what is random is left out, and norms that track
    statistics change ``state``; what a norm refuses there, and what depends on it, has no value."""
    values = dict(inputs)
    for node in graph.nodes:
        if (training or not node.training_only) and all(source in values for source in node.inputs):
            try:
                values[node.name] = _layer(node, state, values, training)
            except ValueError as error:
                if not training or "Expected more than 1" not in str(error):
                    raise
    return values


def _layer(node: Node, state: State, values: Mapping[str, Tensor], training: bool) -> Tensor:
    assert node.layer is not None
    owner = node.shares or node.name
    own = {name.rpartition(".")[2]: name for name in state if name.rpartition(".")[0] == owner}
    if node.type == "separable_conv2d":
        own = {name.removeprefix(f"{owner}."): name for name in state if name.startswith(f"{owner}.")}
    held = {short: state[name] for short, name in own.items()}
    result = compute(node.layer, held, tuple(values[source] for source in node.inputs), training=training)
    state |= {name: held[short] for short, name in own.items()}
    return result


def compute(layer: Layer, state: State, tensors: tuple[Tensor, ...], *, training: bool = False) -> Tensor:
    """What one layer makes of its inputs, batch first."""
    return FUNCTIONS[layer.type](layer, state, training, tensors)


# -- padding ----------------------------------------------------------------------------------------------------

Pairs = list[tuple[int, int]]


def rows(layer: Any, sizes: tuple[int, ...]) -> Pairs:
    """How many rows stand before and after each axis; ``same`` by trying, the odd one after."""
    if layer.padding != "same":
        return list(layer.padding)
    dilation = getattr(layer, "dilation", (1,) * len(sizes))
    found = []
    for n, k, s, d in zip(sizes, layer.kernel_size, layer.stride, dilation, strict=True):
        total = next(p for p in range(n + k * d) if (n + p - d * (k - 1) - 1) // s + 1 >= -(-n // s))
        found.append((total // 2, total - total // 2))
    return found


def padded(x: Tensor, pairs: Pairs, mode: str) -> Tensor:
    """``x`` with rows around its spatial axes."""
    for axis, (before, after) in enumerate(pairs, start=2):
        x = _extended(x, axis, before, after, mode, 0.0)
    return x


def _extended(x: Tensor, axis: int, before: int, after: int, mode: str, value: float) -> Tensor:
    """``x`` with rows before and after an axis: each repeats a row of the input, or holds ``value``."""
    size = x.shape[axis]
    places = [_place(at, size, mode) for at in range(-before, size + after)]
    taken = x.index_select(axis, torch.tensor([max(place, 0) for place in places]))
    inside = torch.tensor([place >= 0 for place in places]).view(-1, *[1] * (x.ndim - axis - 1))
    return torch.where(inside, taken, torch.tensor(value, dtype=x.dtype))


def _place(at: int, size: int, mode: str) -> int:
    """The row of the input that a row of the padded input repeats; -1 where it is none of them."""
    if 0 <= at < size:
        return at
    beyond = -at if at < 0 else at - (size - 1)  # 1 for the first row outside
    inner = {"reflect": beyond, "symmetric": beyond - 1, "replicate": 0, "circular": size - beyond, "zeros": None}[mode]
    if inner is None:
        return -1
    return inner if at < 0 else size - 1 - inner


# -- convolutions -----------------------------------------------------------------------------------------------

_CONVOLVE = {1: functional.conv1d, 2: functional.conv2d, 3: functional.conv3d}
_TRANSPOSED = {1: functional.conv_transpose1d, 2: functional.conv_transpose2d, 3: functional.conv_transpose3d}


@computes("conv1d", "conv2d", "conv3d")
def conv(layer: Any, state: State, training: bool, tensors: tuple[Tensor, ...]) -> Tensor:
    x = padded(tensors[0], rows(layer, tuple(tensors[0].shape[2:])), layer.padding_mode)
    weight, bias = state["weight"], state.get("bias")
    ndim, groups = x.ndim - 2, layer.groups
    if layer.connections is not None:
        # A table's kernels, one for each connection, in a dense kernel that is zero elsewhere.
        dense = torch.zeros(len(layer.connections), x.shape[1], *weight.shape[1:], dtype=weight.dtype)
        reads = [(out, channel) for out, row in enumerate(layer.connections) for channel in row]
        for kernel, (out, channel) in zip(weight, reads, strict=True):
            dense[out, channel] = kernel
        weight = dense
    elif layer.weight is not None and _depth(layer.weight) == ndim:
        groups = x.shape[1]  # one kernel is for each channel by itself
    return _CONVOLVE[ndim](x, weight, bias, layer.stride, 0, layer.dilation, groups)


def _depth(nested: Any) -> int:
    return 1 + _depth(nested[0]) if isinstance(nested, tuple) else 0


@computes("depthwise_conv2d")
def depthwise(layer: Any, state: State, training: bool, tensors: tuple[Tensor, ...]) -> Tensor:
    x = padded(tensors[0], rows(layer, tuple(tensors[0].shape[2:])), layer.padding_mode)
    return functional.conv2d(x, state["weight"], state.get("bias"), layer.stride, 0, layer.dilation, x.shape[1])


@computes("separable_conv2d")
def separable(layer: Any, state: State, training: bool, tensors: tuple[Tensor, ...]) -> Tensor:
    first = depthwise(layer, {"weight": state["depthwise.weight"]}, training, tensors)
    return functional.conv2d(first, state["pointwise.weight"], state.get("pointwise.bias"))


@computes("locally_connected2d")
def locally_connected(layer: Any, state: State, training: bool, tensors: tuple[Tensor, ...]) -> Tensor:
    x = padded(tensors[0], rows(layer, tuple(tensors[0].shape[2:])), "zeros")
    weight, (high, wide), (down, right) = state["weight"], layer.kernel_size, layer.stride
    output = torch.empty(x.shape[0], weight.shape[0], *weight.shape[-2:], dtype=x.dtype)
    for i in range(output.shape[2]):
        for j in range(output.shape[3]):
            patch = x[:, :, i * down : i * down + high, j * right : j * right + wide]
            output[:, :, i, j] = torch.einsum("bchw,ochw->bo", patch, weight[..., i, j])
    return output + state["bias"] if "bias" in state else output


@computes("conv_transpose1d", "conv_transpose2d", "conv_transpose3d")
def conv_transpose(layer: Any, state: State, training: bool, tensors: tuple[Tensor, ...]) -> Tensor:
    (x,) = tensors
    options = (layer.stride, layer.padding, layer.output_padding, layer.groups, layer.dilation)
    return _TRANSPOSED[x.ndim - 2](x, state["weight"], state.get("bias"), *options)


@computes("linear")
def linear(layer: Any, state: State, training: bool, tensors: tuple[Tensor, ...]) -> Tensor:
    return functional.linear(tensors[0], state["weight"], state.get("bias"))


# -- pools ------------------------------------------------------------------------------------------------------


@computes("max_pool1d", "max_pool2d", "max_pool3d")
def max_pool(layer: Any, state: State, training: bool, tensors: tuple[Tensor, ...]) -> Tensor:
    (x,) = tensors
    for axis, around, places in _windows(layer, x):
        x = _read(x, axis, around, places, float("-inf")).amax(axis + 1)
    return x


@computes("avg_pool1d", "avg_pool2d", "avg_pool3d")
def avg_pool(layer: Any, state: State, training: bool, tensors: tuple[Tensor, ...]) -> Tensor:
    (x,) = tensors
    for axis, (before, after), places in _windows(layer, x):
        first, size = (0, before + x.shape[axis] + after) if layer.count_include_pad else (before, x.shape[axis])
        counts = ((places >= first) & (places < first + size)).sum(1)
        x = _read(x, axis, (before, after), places, 0.0).sum(axis + 1) / counts.view(-1, *[1] * (x.ndim - axis - 1))
    each = (-1, *[1] * (x.ndim - 2))
    return x * state["weight"].view(each) + state["bias"].view(each) if layer.learnable else x


def _windows(layer: Any, x: Tensor) -> Iterator[tuple[int, tuple[int, int], Tensor]]:
    """Along each spatial axis: the rows before and after, and of each window the places that it reads in the padded input."""
    sizes = tuple(x.shape[2:])
    dilation = getattr(layer, "dilation", (1,) * len(sizes))
    along = zip(sizes, rows(layer, sizes), layer.kernel_size, layer.stride, dilation, strict=True)
    for axis, (size, (before, after), kernel, stride, step) in enumerate(along, start=2):
        slack = size + before + after - step * (kernel - 1) - 1
        count = slack // stride + 1
        # A last window may reach beyond the padding, but not begin in it.
        if layer.ceil_mode and slack % stride and count * stride < size + before:
            count += 1
        yield axis, (before, after), torch.tensor([[i * stride + step * tap for tap in range(kernel)] for i in range(count)])


def _read(x: Tensor, axis: int, around: tuple[int, int], places: Tensor, value: float) -> Tensor:
    """The windows in place of an axis, and after it an axis of what each reads; ``value`` where there is no input."""
    before, after = around
    beyond = max(after, int(places.max()) + 1 - before - x.shape[axis])
    x = _extended(x, axis, before, beyond, "zeros", value)
    return x.index_select(axis, places.flatten()).unflatten(axis, places.shape)


@computes(*(f"adaptive_{kind}_pool{ndim}d" for kind in ("max", "avg") for ndim in (1, 2, 3)))
def adaptive_pool(layer: Any, state: State, training: bool, tensors: tuple[Tensor, ...]) -> Tensor:
    (x,) = tensors
    is_max = "max" in layer.type
    for axis, units in enumerate(layer.output_size, start=2):
        size = x.shape[axis]
        parts = [x.narrow(axis, i * size // units, -(-(i + 1) * size // units) - i * size // units) for i in range(units)]
        x = torch.cat([part.amax(axis, keepdim=True) if is_max else part.mean(axis, keepdim=True) for part in parts], axis)
    return x


# -- norms, scale, dropout --------------------------------------------------------------------------------------


def _run(module: nn.Module, state: State, training: bool, x: Tensor) -> Tensor:
    """A module of torch's with these tensors, which training may change."""
    module = module.to(x.dtype)
    module.load_state_dict(state)
    output: Tensor = module.train(training)(x)
    state |= {name: tensor.detach().clone() for name, tensor in module.state_dict().items()}
    return output


@computes(*(f"{kind}_norm{ndim}d" for kind in ("batch", "instance") for ndim in (1, 2, 3)))
def channel_norm(layer: Any, state: State, training: bool, tensors: tuple[Tensor, ...]) -> Tensor:
    kind = {"batch": "BatchNorm", "instance": "InstanceNorm"}[layer.type.partition("_")[0]]
    options = (layer.eps, layer.momentum, layer.affine, layer.track_running_stats)
    return _run(getattr(nn, f"{kind}{layer.type[-2:]}")(tensors[0].shape[1], *options), state, training, tensors[0])


@computes("group_norm")
def group_norm(layer: Any, state: State, training: bool, tensors: tuple[Tensor, ...]) -> Tensor:
    return functional.group_norm(tensors[0], layer.num_groups, state.get("weight"), state.get("bias"), layer.eps)


@computes("layer_norm")
def layer_norm(layer: Any, state: State, training: bool, tensors: tuple[Tensor, ...]) -> Tensor:
    sizes = layer.normalized_shape or tensors[0].shape[-1:]
    return functional.layer_norm(tensors[0], sizes, state.get("weight"), state.get("bias"), layer.eps)


@computes("layer_norm2d")
def layer_norm2d(layer: Any, state: State, training: bool, tensors: tuple[Tensor, ...]) -> Tensor:
    last = tensors[0].movedim(1, -1)
    return functional.layer_norm(last, last.shape[-1:], state.get("weight"), state.get("bias"), layer.eps).movedim(-1, 1)


@computes("local_response_norm")
def local_response_norm(layer: Any, state: State, training: bool, tensors: tuple[Tensor, ...]) -> Tensor:
    return functional.local_response_norm(tensors[0], layer.size, layer.alpha, layer.beta, layer.k)


@computes("scale")
def scale(layer: Any, state: State, training: bool, tensors: tuple[Tensor, ...]) -> Tensor:
    return tensors[0] * state["weight"].view(-1, *[1] * (tensors[0].ndim - 2))


@computes("dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout", "stochastic_depth", "identity")
def handed_on(layer: Any, state: State, training: bool, tensors: tuple[Tensor, ...]) -> Tensor:
    return tensors[0]


# -- activations ------------------------------------------------------------------------------------------------

_PLAIN: dict[str, Callable[[Tensor], Tensor]] = {
    **{
        name: getattr(functional, name)
        for name in ("relu", "relu6", "selu", "silu", "mish", "hardswish", "hardsigmoid", "softsign")
    },
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
}
_WITH_OPTIONS: dict[str, tuple[Callable[..., Tensor], tuple[str, ...]]] = {
    "leaky_relu": (functional.leaky_relu, ("negative_slope",)),
    "elu": (functional.elu, ("alpha",)),
    "celu": (functional.celu, ("alpha",)),
    "hardtanh": (functional.hardtanh, ("min_val", "max_val")),
    "softplus": (functional.softplus, ("beta", "threshold")),
}


@computes(*_PLAIN, *_WITH_OPTIONS)
def activation(layer: Any, state: State, training: bool, tensors: tuple[Tensor, ...]) -> Tensor:
    if layer.type in _PLAIN:
        return _PLAIN[layer.type](tensors[0])
    function, options = _WITH_OPTIONS[layer.type]
    return function(tensors[0], *(getattr(layer, option) for option in options))


@computes("gelu")
def gelu(layer: Any, state: State, training: bool, tensors: tuple[Tensor, ...]) -> Tensor:
    return functional.gelu(tensors[0], approximate=layer.approximate)


@computes("prelu")
def prelu(layer: Any, state: State, training: bool, tensors: tuple[Tensor, ...]) -> Tensor:
    return functional.prelu(tensors[0], state["weight"])


@computes("softmax", "log_softmax")
def softmax(layer: Any, state: State, training: bool, tensors: tuple[Tensor, ...]) -> Tensor:
    return getattr(functional, layer.type)(tensors[0], dim=_axis(layer.dim))


@computes("activation")
def named(layer: Any, state: State, training: bool, tensors: tuple[Tensor, ...]) -> Tensor:
    """The function that it names, with its defaults."""
    along_channels = {"dim": 1} if layer.function.endswith("softmax") else {}
    if layer.function == "identity":
        return tensors[0]
    if layer.function == "prelu":
        return functional.prelu(tensors[0], state["weight"])
    function = _PLAIN.get(layer.function) or getattr(functional, layer.function)
    return function(tensors[0], **along_channels)


# -- what moves numbers -----------------------------------------------------------------------------------------


def _axis(dim: int) -> int:
    """An axis counted with the batch."""
    return dim + 1 if dim >= 0 else dim


@computes("flatten")
def flatten(layer: Any, state: State, training: bool, tensors: tuple[Tensor, ...]) -> Tensor:
    return tensors[0].flatten(_axis(layer.start_dim), _axis(layer.end_dim))


@computes("unflatten")
def unflatten(layer: Any, state: State, training: bool, tensors: tuple[Tensor, ...]) -> Tensor:
    return tensors[0].unflatten(_axis(layer.dim), layer.sizes)


@computes("reshape")
def reshape(layer: Any, state: State, training: bool, tensors: tuple[Tensor, ...]) -> Tensor:
    return torch.stack([sample.reshape(layer.shape) for sample in tensors[0]])


@computes("permute")
def permute(layer: Any, state: State, training: bool, tensors: tuple[Tensor, ...]) -> Tensor:
    return tensors[0].permute(0, *map(_axis, layer.dims))


@computes("slice")
def slice_(layer: Any, state: State, training: bool, tensors: tuple[Tensor, ...]) -> Tensor:
    axis = _axis(layer.dim)
    places = list(range(tensors[0].shape[axis]))[layer.start : layer.stop : layer.step]
    return tensors[0].index_select(axis, torch.tensor(places))


@computes("crop")
def crop(layer: Any, state: State, training: bool, tensors: tuple[Tensor, ...]) -> Tensor:
    (x,) = tensors
    for axis, size in enumerate(layer.size or layer.to, start=2):
        x = x.narrow(axis, (x.shape[axis] - size) // 2, size)
    return x


@computes("pad")
def pad(layer: Any, state: State, training: bool, tensors: tuple[Tensor, ...]) -> Tensor:
    return padded(tensors[0], list(layer.padding), layer.mode)


@computes("upsample")
def upsample(layer: Any, state: State, training: bool, tensors: tuple[Tensor, ...]) -> Tensor:
    corners = (layer.align_corners or None) if layer.mode in ("linear", "bilinear", "bicubic", "trilinear") else None
    return functional.interpolate(tensors[0], layer.size, layer.scale_factor, layer.mode, corners)


@computes("pixel_shuffle")
def pixel_shuffle(layer: Any, state: State, training: bool, tensors: tuple[Tensor, ...]) -> Tensor:
    return functional.pixel_shuffle(tensors[0], layer.upscale_factor)


@computes("pixel_unshuffle")
def pixel_unshuffle(layer: Any, state: State, training: bool, tensors: tuple[Tensor, ...]) -> Tensor:
    return functional.pixel_unshuffle(tensors[0], layer.downscale_factor)


@computes("channel_shuffle")
def channel_shuffle(layer: Any, state: State, training: bool, tensors: tuple[Tensor, ...]) -> Tensor:
    """The first channel of each group, then the second of each."""
    each = tensors[0].shape[1] // layer.groups
    order = [group * each + place for place in range(each) for group in range(layer.groups)]
    return tensors[0][:, order]


# -- merges -----------------------------------------------------------------------------------------------------


@computes("add", "subtract", "multiply", "average", "maximum")
def merge(layer: Any, state: State, training: bool, tensors: tuple[Tensor, ...]) -> Tensor:
    by = {"subtract": torch.sub, "multiply": torch.mul, "maximum": torch.maximum}.get(layer.type, torch.add)
    result = reduce(by, tensors)
    return result / len(tensors) if layer.type == "average" else result


@computes("concat")
def concat(layer: Any, state: State, training: bool, tensors: tuple[Tensor, ...]) -> Tensor:
    return torch.cat(tensors, _axis(layer.dim))
