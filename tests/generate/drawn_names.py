"""Names and values for specs: those that people choose, and those that mean something in Python or in torch."""

from __future__ import annotations

from random import Random
from typing import Any

from drawn_expressions import chance, one_of
from drawn_layers import number


def words(text: str) -> list[str]:
    return text.split()


LAYERS = words("conv bn act stem head fc features left right skip down up layer1 layer2 proj")
PYTHONS = words("""
    input print torch nn F x list super len out Tensor int str range max sum abs id math isinstance property object relu
    conv2d linear index in_channels _ _x y h shape forward_ args kwargs cls true_ on yes null true match case identity
    residual module dim center_crop weight bias relu1 conv1 conv1_1 add1 x1 x2 functional Network init batch stride next iter
    zip enumerate map bool tuple dict set ceil floor round min symmetric_pad scale
""")
BLOCKS = words("block unit stage bottleneck basic_block conv_bn inception head")
PYTHONS_BLOCKS = words("""
    net tensor module f nn torch BasicBlock network super list x center_crop Conv2d conv tower _a a__b sequential_ F Network
    drawn print layer symmetric_pad unit2 Linear int
""")
INPUTS = words("left right image mask x input torch list F nn y print super out")
BLOCK_INPUTS = words("x skip y below torch input self_ F out list")
NETWORKS = ["Drawn", "drawn-net", "My Net 2", "3D", "class", "Linear", "Block", "réseau", "LeNet-5 (1998)", "net", "torch", "F"]
NETWORKS += ["nn", "Tensor", "_", "Unit", "Sequential", "__main__", "Network"]

_VALUES = {
    "int": words("planes channels width kernel stride growth factor groups depth"),
    "bool": words("use_bn se bias residual flag affine"),
    "list": words("widths kernel sizes"),
    "float": words("drop p ratio"),
}
_PYTHONS_VALUES = words("""
    x out torch nn F list super print forward training Tensor weight str range math _ args cls kwargs conv1 input sum
    isinstance Module size layers
""")
TEXTS = {
    "act": ("relu", "gelu", "hardswish", "identity", "prelu", "softmax"),
    "mode": ("reflect", "zeros", "replicate", "circular", "symmetric"),
    "kind": ("tanh", "none"),
    "up": ("nearest", "bilinear", "linear"),
}
"""Names of texts, and what they may hold."""


def layer_name(random: Random) -> str:
    return str(one_of(random, *PYTHONS) if chance(random, 25) else one_of(random, *LAYERS))


def block_name(random: Random) -> str:
    return str(one_of(random, *PYTHONS_BLOCKS) if chance(random, 35) else one_of(random, *BLOCKS))


def value(random: Random, *, odd: int) -> tuple[str, Any]:
    """A name, ``odd`` percent of them odd ones, and a value of some kind."""
    kind = one_of(random, "int", "int", "int", "bool", "list", "float", "text")
    if kind == "text":
        name = one_of(random, *TEXTS)
        return name, one_of(random, *TEXTS[name])
    name = one_of(random, *_PYTHONS_VALUES) if chance(random, odd) else one_of(random, *_VALUES[kind])
    if kind == "list":
        return name, [number(random, 1, 4) for _ in range(number(random, 1, 3))]
    return name, number(random, 1, 8) if kind == "int" else chance(random, 50) if kind == "bool" else one_of(
        random, 0.25, 0.5, 2.0
    )


def other(random: Random, known: Any) -> Any:
    """Another value of the kind of one that is known."""
    if isinstance(known, bool):
        return not known
    if isinstance(known, int):
        return number(random, 1, 8)
    if isinstance(known, str):
        return one_of(random, *next(words for words in TEXTS.values() if known in words))
    return known[:1] if isinstance(known, list) else known / 2
