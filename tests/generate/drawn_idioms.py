"""Parts of networks that people write, their numbers and names drawn: blocks with their first uses, for maps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from drawn_expressions import chance, one_of
from drawn_layers import Shape, number
from written import Entry


@dataclass(frozen=True)
class Block:
    """A block as the file has it, and the parameters of its first use for later ones to vary."""

    written: dict[str, Any]
    values: dict[str, Any]


Idiom = tuple[dict[str, Block], list[Entry]]
IDIOMS: list[Callable[[Random, Shape], Idiom]] = []


def idiom(function: Callable[[Random, Shape], Idiom]) -> Callable[[Random, Shape], Idiom]:
    IDIOMS.append(function)
    return function


def _types(shape: Shape, *kinds: str) -> list[str]:
    return [f"{kind}{len(shape) - 1}d" for kind in kinds]


@idiom
def residual(random: Random, shape: Shape) -> Idiom:
    """A stage of residual blocks, the first with a stride and a projection."""
    conv, norm = _types(shape, "conv", "batch_norm")
    width = one_of(random, "planes", "2 * planes", "planes * expansion")
    params: dict[str, Any] = {"planes": None, "stride": 1} | ({"expansion": 2} if "expansion" in width else {})
    shortcut = {"from": "input", "when": f"stride != 1 or in_channels != {width}"}
    projection = [{conv: {"out_channels": width, "kernel_size": 1, "stride": "stride", "bias": False}}, {norm: {}}]
    body: list[Entry] = [
        {conv: {"name": "conv1", "out_channels": "planes", "kernel_size": 3, "stride": "stride", "padding": 1, "bias": False}},
        {norm: {"name": "bn1"}},
        {"relu": {}},
        {conv: {"name": "conv2", "out_channels": width, "kernel_size": 3, "padding": 1, "bias": False}},
        {norm: {"name": "bn2"} | ({"when": "stride == 1"} if chance(random, 20) else {})},
        {"sequential": {"name": "downsample", **shortcut, "layers": projection}},
        {"add": {"from": ["bn2", "downsample"]}},
        {"relu": {}},
    ]
    planes = number(random, 1, 4)
    stride = one_of(random, "2 if index == 0 else 1", 1, "2 - min(index, 1)")
    use = {
        "name": one_of(random, "layer1", "stage_a", "res{index}"),
        "planes": one_of(random, planes, f"{planes} * (index + 1)"),
    }
    use |= {"stride": stride} if chance(random, 70) else {}
    written = {"params": params, one_of(random, "layers", "layers", "sequential"): body}
    block = one_of(random, "basic_block", "Bottleneck", "res_unit")
    values = {"planes": planes, "stride": 1} | ({"expansion": 2} if "expansion" in params else {})
    return {block: Block(written, values)}, [{block: {**use, "repeat": one_of(random, 1, 2, 3)}}]


@idiom
def squeeze(random: Random, shape: Shape) -> Idiom:
    """Squeeze and excitation, its width from that of its input."""
    conv, pool = _types(shape, "conv", "adaptive_avg_pool")
    few = one_of(
        random, "max(in_channels // ratio, 1)", "make_divisible(input.channels / ratio, 2)", "ceil(input.channels / ratio)"
    )
    body: list[Entry] = [
        {pool: {"name": "avgpool", "output_size": 1}},
        {conv: {"name": "fc1", "out_channels": few, "kernel_size": 1}},
        {"activation": {"function": "act"}},
        {conv: {"name": "fc2", "out_channels": "input.channels", "kernel_size": 1}},
        {one_of(random, "sigmoid", "hardsigmoid"): {"name": "gate"} if chance(random, 50) else {}},
        {"multiply": {"from": ["above", "input"]}},
    ]
    block = one_of(random, "squeeze_excite", "SE")
    params = {"ratio": 2, "act": "relu"}
    return {block: Block({"params": params, "layers": body}, params)}, [
        {block: one_of(random, {}, {"ratio": 4}, {"act": "silu"})}
    ]


@idiom
def dense(random: Random, shape: Shape) -> Idiom:
    """Layers each of which adds channels to all that were before it."""
    conv, norm = _types(shape, "conv", "batch_norm")
    body: list[Entry] = [
        {norm: {"name": "norm1"}},
        {"relu": {"name": "relu1"} | ({"inplace": True} if chance(random, 30) else {})},
        {conv: {"name": "conv1", "out_channels": "growth", "kernel_size": 3, "padding": 1, "bias": False}},
        {"concat": {"from": one_of(random, ["input", "above"], ["above", "input"])}},
    ]
    growth = number(random, 1, 2)
    block = one_of(random, "dense_layer", "DenseLayer")
    use = {
        block: {
            "growth": growth,
            "repeat": one_of(random, 2, 3),
            **one_of(random, {}, {"name": "denselayer{index + 1}"}, {"name": "dense"}),
        }
    }
    entry: Entry = {"sequential": {"name": "denseblock", "layers": [use]}} if chance(random, 40) else use
    return {block: Block({"params": {"growth": None}, "layers": body}, {"growth": growth})}, [entry]


@idiom
def inception(random: Random, shape: Shape) -> Idiom:
    """Paths side by side, in a block."""
    conv, pool = _types(shape, "conv", "max_pool")
    unit, block = one_of(random, ("conv_relu", "inception"), ("ConvReLU", "Inception"), ("basic", "mixed"))
    unit_body: list[Entry] = [
        {conv: {"out_channels": "channels", "kernel_size": "kernel", "padding": "kernel // 2"}},
        {"relu": {}},
    ]
    paths: list[Any] = [
        {unit: {"name": "branch1", "channels": "widths[0]"}},
        {
            "sequential": {
                "name": "branch2",
                "layers": [{unit: {"channels": 1}}, {unit: {"channels": "widths[1]", "kernel": 3}}],
            }
        },
        [{pool: {"kernel_size": 3, "stride": 1, "padding": 1}}, {unit: {"channels": "widths[-1]"}}],
        *([[]] if chance(random, 30) else []),
    ]
    body: list[Entry] = [{"branches": {"paths": paths}}]
    widths = [number(random, 1, 3) for _ in range(number(random, 2, 3))]
    units = Block({"params": {"channels": None, "kernel": 1}, "sequential": unit_body}, {"channels": 2, "kernel": 1})
    return {unit: units, block: Block({"params": {"widths": None}, "layers": body}, {"widths": widths})}, [
        {block: {"widths": widths}}
    ]


@idiom
def unet(random: Random, shape: Shape) -> Idiom:
    """A level of a U-Net: down, up again, cropped and joined."""
    conv, pool, up = _types(shape, "conv", "max_pool", "conv_transpose")
    double, block = one_of(random, ("double_conv", "up"), ("DoubleConv", "Up"))
    pad = one_of(random, 0, 1)
    double_body: list[Entry] = [
        {
            "inline": {
                "repeat": 2,
                "layers": [{conv: {"out_channels": "channels", "kernel_size": 3, "padding": pad}}, {"relu": {}}],
            }
        }
    ]
    body: list[Entry] = [
        {up: {"name": "up", "from": "below", "out_channels": "channels", "kernel_size": 2, "stride": 2}},
        {"crop": {"name": "cropped", "from": "skip", "to": "up"}},
        {"concat": {"from": ["cropped", "up"]}},
        {double: {"name": "conv", "channels": "channels", "when": "in_height > 5" if len(shape) == 3 else "channels > 0"}},
    ]
    channels = number(random, 1, 3)
    entries: list[Entry] = [
        {double: {"name": "down1", "channels": channels}},
        {pool: {"kernel_size": 2}},
        {conv: {"name": "bottom", "out_channels": 2 * channels, "kernel_size": 1}},
        {block: {"name": "up1", "from": ["above", "down1"], "channels": channels}},
    ]
    values = {"channels": channels}
    blocks = {
        double: Block({"params": {"channels": None}, one_of(random, "sequential", "inline", "layers"): double_body}, values)
    }
    return {
        **blocks,
        block: Block({"params": {"channels": None}, "inputs": ["below", "skip"], "layers": body}, values),
    }, entries


@idiom
def inverted(random: Random, shape: Shape) -> Idiom:
    """Inverted residuals: what is expanded, and whether the input is added, by conditions."""
    conv, norm = _types(shape, "conv", "batch_norm")
    unit, block = one_of(random, ("conv_norm", "bneck"), ("ConvNorm", "InvertedResidual"))
    unit_body: list[Entry] = [
        {
            conv: {
                "out_channels": "channels",
                "kernel_size": "kernel",
                "stride": "stride",
                "padding": "kernel // 2",
                "groups": "groups",
                "bias": False,
            }
        },
        {norm: {"eps": 0.001, "momentum": 0.01}},
        {"activation": {"function": "act", "when": "act != 'identity'"}},
    ]
    body: list[Entry] = [
        {"sequential": {"name": "block", "layers": [
            {unit: {"channels": "expand", "act": "act", "when": "expand != in_channels"}},
            {unit: {"channels": "expand", "kernel": 3, "stride": "stride", "groups": "expand", "act": "act"}},
            {unit: {"channels": "out"}},
        ]}},
        {"add": {"from": ["above", "input"], "when": "stride == 1 and out == input.channels"}},
    ]  # fmt: skip
    params = {"channels": None, "kernel": 1, "stride": 1, "groups": 1, "act": "identity"}
    units = Block({"params": params, "sequential": unit_body}, {**params, "channels": 2})
    out = one_of(random, shape[0], number(random, 1, 4))
    values = {"expand": 2 * shape[0], "out": out, "act": "relu", "stride": 1}
    uses = [
        {
            block: {
                "expand": one_of(random, 2 * shape[0], shape[0], "2 * in_channels"),
                "out": out,
                **one_of(random, {}, {"stride": 2}, {"act": "hardswish"}),
            }
        }
    ]
    if chance(random, 50):
        uses.append({block: {"expand": one_of(random, out, 2 * out), "out": out, "repeat": 2}})
    written = {"params": {"expand": None, "out": None, "act": "relu", "stride": 1}, "layers": body}
    return {unit: units, block: Block(written, values)}, uses


@idiom
def shuffled(random: Random, shape: Shape) -> Idiom:
    """Half of the channels pass untouched."""
    conv, norm = _types(shape, "conv", "batch_norm")
    body: list[Entry] = [
        {"slice": {"name": "left", "from": "input", "stop": "channels // 2"}},
        {"slice": {"name": "right", "from": "input", "start": "channels // 2"}},
        {
            "sequential": {
                "name": "branch2",
                "from": "right",
                "layers": [{conv: {"out_channels": "in_channels", "kernel_size": 1}}, {norm: {}}, {"relu": {}}],
            }
        },
        {"concat": {"from": ["left", "branch2"]}},
        {"channel_shuffle": {"groups": one_of(random, 2, "2 if channels % 2 == 0 else 1")}},
    ]
    use: Entry = {"shuffle_unit": {"channels": one_of(random, "in_channels", shape[0]), **one_of(random, {}, {"repeat": 2})}}
    return {"shuffle_unit": Block({"params": {"channels": None}, "layers": body}, {"channels": shape[0]})}, [use]


@idiom
def features(random: Random, shape: Shape) -> Idiom:
    """Stages of convolutions without a scope of their own, numbered with all that stands around them."""
    conv, norm, pool = _types(shape, "conv", "batch_norm", "max_pool")
    inner: list[Entry] = [
        {conv: {"out_channels": "channels", "kernel_size": 3, "padding": 1}},
        {norm: {"when": "norm"}},
        {"relu": {}},
    ]
    body: list[Entry] = [{"inline": {"repeat": "convs", "layers": inner}}, {pool: {"kernel_size": 2}}]
    uses: list[Entry] = [{"vgg_stage": {"channels": number(random, 1, 4), "convs": one_of(random, 1, 2)}}]
    uses.append({"vgg_stage": {"channels": number(random, 1, 4), "norm": chance(random, 70)}})
    written = {"params": {"channels": None, "convs": 1, "norm": False}, "inline": body}
    stage = Block(written, {"channels": 2, "convs": 1, "norm": False})
    return {"vgg_stage": stage}, [{"sequential": {"name": "features", "layers": uses}}] if chance(random, 70) else uses


@idiom
def auxiliary(random: Random, shape: Shape) -> Idiom:
    """A head for training only, at the top or in a block."""
    (pool,) = _types(shape, "adaptive_avg_pool")
    head: list[Entry] = [
        {pool: {"output_size": 1}},
        {"flatten": {}},
        {"dropout": {"p": 0.3}},
        {"linear": {"out_features": "classes"}},
    ]
    aux: Entry = {"aux_head": {"name": "aux", "training_only": True, **one_of(random, {}, {"classes": 2})}}
    blocks = {"aux_head": Block({"params": {"classes": 3}, one_of(random, "sequential", "layers"): head}, {"classes": 3})}
    if chance(random, 60):
        return blocks, [aux]
    body: list[Entry] = [{_types(shape, "conv")[0]: {"out_channels": 2, "kernel_size": 1}}, aux, {"relu": {}}]
    return {**blocks, "with_aux": Block({"layers": body}, {})}, [
        {"with_aux": one_of(random, {}, {"repeat": 2}, {"name": "supervised"})}
    ]


@idiom
def transformed(random: Random, shape: Shape) -> Idiom:
    """Channels made the last axis, mixed by linear layers, and put back: a block with scaled, stochastic depth."""
    rank = len(shape)
    mixing: list[Entry] = [
        {"permute": {"dims": [*range(1, rank), 0]}},
        {"layer_norm": {"eps": 1e-6}},
        {"linear": {"out_features": "2 * in_features"}},
        {"gelu": {}},
        {"linear": {"out_features": "in_features // 2"}},
        {"permute": {"dims": [rank - 1, *range(rank - 1)]}},
    ]
    body: list[Entry] = [
        {"sequential": {"name": "block", "layers": mixing}},
        {"scale": {"name": "layer_scale", "init": 1e-6}},
        {"stochastic_depth": {"name": "stochastic_depth", "p": "p"}},
        {"add": {"from": ["above", "input"]}},
    ]
    use: Entry = {"cn_block": {"p": one_of(random, 0.1, "0.1 * index", "0.5 / (index + 1)"), "repeat": 2}}
    return {"cn_block": Block({"params": {"p": None}, "layers": body}, {"p": 0.1})}, [use]
