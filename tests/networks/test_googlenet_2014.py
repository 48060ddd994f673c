"""GoogLeNet as published: against the paper's Table 1, against Caffe's replication, and built in torch."""

from __future__ import annotations

from typing import NamedTuple

import pytest
import torch
from in_torch import Concat, held, options, run, type_of
from measured import EXAMPLES, sight, tensors, through
from torch import nn
from torch.nn import functional

import cnnspec
from cnnspec.analysis.analysis import Scope


def ours(heads: bool = True) -> cnnspec.Result:
    return cnnspec.analyze(EXAMPLES / "googlenet_2014.yaml", vars={"heads": heads})


# -- the paper's Table 1 ---------------------------------------------------------------------------------------------


class Row(NamedTuple):
    """A row of Table 1: the module's input and widths, and what is printed of it (K is 1,024 params, M 10⁶ macs)."""

    channels: int
    size: int
    c1: int
    reduce3: int
    c3: int
    reduce5: int
    c5: int
    pool: int
    kilo: int
    mega: int

    @property
    def out(self) -> int:
        return self.c1 + self.c3 + self.c5 + self.pool

    @property
    def weights(self) -> int:
        pointwise = self.channels * (self.c1 + self.reduce3 + self.reduce5 + self.pool)
        return pointwise + 9 * self.reduce3 * self.c3 + 25 * self.reduce5 * self.c5

    @property
    def params(self) -> int:
        return self.weights + self.out + self.reduce3 + self.reduce5

    @property
    def macs(self) -> int:
        return self.weights * self.size**2


TABLE = {
    "3a": Row(192, 28, 64, 96, 128, 16, 32, 32, 159, 128),
    "3b": Row(256, 28, 128, 128, 192, 32, 96, 64, 380, 304),
    "4a": Row(480, 14, 192, 96, 208, 16, 48, 64, 364, 73),
    "4b": Row(512, 14, 160, 112, 224, 24, 64, 64, 437, 88),
    "4c": Row(512, 14, 128, 128, 256, 24, 64, 64, 463, 100),
    "4d": Row(512, 14, 112, 144, 288, 32, 64, 64, 580, 119),
    "4e": Row(528, 14, 256, 160, 320, 32, 128, 128, 840, 170),
    "5a": Row(832, 7, 256, 160, 320, 32, 128, 128, 1072, 54),
    "5b": Row(832, 7, 384, 192, 384, 48, 128, 128, 1388, 71),
}

WRONG_PARAMS = {"4a": 367, "4b": 438, "4c": 498, "4d": 591, "4e": 848, "5a": 1019, "5b": 1410}
"""Where Table 1 prints others than its widths give. At 14 · 14 positions its 463K of 4c would be 93M macs; it prints 100M."""
WRONG_MACS = {"5a": 51}
"""Its 54M here are those of its 1072K."""


def scopes(result: cnnspec.Result) -> dict[str, Scope]:
    return {part.name: part for part in result.analysis.root.children if isinstance(part, Scope)}


@pytest.mark.parametrize("name", TABLE)
def test_a_module_has_the_widths_of_table_1(name: str) -> None:
    row, scope = TABLE[name], scopes(ours())[f"inception{name}"]
    assert (scope.output_shape, scope.params, scope.macs) == ((row.out, row.size, row.size), row.params, row.macs)


@pytest.mark.parametrize("name", TABLE)
def test_table_1_prints_their_params_and_macs_or_is_wrong(name: str) -> None:
    """To the last digit, rounded up here and down there."""
    row = TABLE[name]
    assert abs(row.params / 1024 - WRONG_PARAMS.get(name, row.kilo)) < 1
    assert abs(row.macs / 10**6 - WRONG_MACS.get(name, row.mega)) < 1
    assert (abs(row.params / 1024 - row.kilo) > 1) == (name in WRONG_PARAMS)
    assert (abs(row.macs / 10**6 - row.mega) > 1) == (name in WRONG_MACS)


def test_the_other_rows_of_table_1() -> None:
    result = ours()
    found = scopes(result)
    # "convolution 7×7/2: 2.7K, 34M" would be those of 7 + 7 weights for each input and output channel, not of 7 · 7.
    assert (found["conv1"].params, found["conv1"].macs) == (64 * (7 * 7 * 3 + 1), 7 * 7 * 3 * 64 * 112**2)
    assert (round((7 + 7) * 3 * 64 / 1000, 1), round((7 + 7) * 3 * 64 * 112**2 / 10**6)) == (2.7, 34)
    # "convolution 3×3/1, depth 2, #3×3 reduce 64, #3×3 192: 112K, 360M"
    weights = 64 * 64 + 9 * 64 * 192
    assert found["reduce2"].params + found["conv2"].params == weights + 64 + 192
    assert found["reduce2"].macs + found["conv2"].macs == weights * 56**2
    assert (weights / 1024, round(weights * 56**2 / 10**6)) == (112, 360)
    # "linear: 1000K, 1M"
    assert (result["linear"].params, result["linear"].macs) == (1024 * 1000 + 1000, 1024 * 1000)
    assert (1024 * 1000 / 1024, round(1024 * 1000 / 10**6)) == (1000, 1)


def test_totals() -> None:
    """Caffe's replication saves 13,378,280 numbers, the heads' among them."""
    dense = 2048 * 1024 + 1024 + 1024 * 1000 + 1000
    heads = [128 * (channels + 1) + dense for channels in (TABLE["4a"].out, TABLE["4d"].out)]
    convolutions = 64 * (7 * 7 * 3 + 1) + 64 * (64 + 1) + 192 * (9 * 64 + 1)
    bare = convolutions + sum(row.params for row in TABLE.values()) + 1024 * 1000 + 1000
    assert heads == [3_188_840, 3_190_888]
    assert [scopes(ours())[name].params for name in ("softmax0", "softmax1")] == heads
    assert ours(heads=False).totals.params == bare == 6_998_552
    assert ours().totals.params == bare + sum(heads) == 13_378_280
    # The paper sets itself "a computational budget of 1.5 billion multiply-adds at inference time".
    assert ours().totals.macs == ours(heads=False).totals.macs == 1_582_671_872


def test_a_unit_of_the_last_map_sees_715() -> None:
    halved = (3, 2, 0)  # `same` on an even size: the odd row of padding comes after
    stem = [(7, 2, 2), halved, (3, 1, 1), halved]
    modules = [*[(5, 1, 2)] * 2, halved, *[(5, 1, 2)] * 5, halved, *[(5, 1, 2)] * 2]
    result = ours()
    assert sight(scopes(result)["inception5b"]) == through(*stem, *modules)
    assert sight(result["avg_pool1"]) == sight(result.totals) == through(*stem, *modules, (7, 1, 0))
    assert (through(*stem, *modules)[0], through(*stem, *modules, (7, 1, 0))[0]) == (715, 907)


# -- in torch --------------------------------------------------------------------------------------------------------


def same(size: int, kernel: int, stride: int) -> tuple[int, int]:
    """So much padding before and after that ceil(size / stride) windows fit, the odd row and column after."""
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


class Convolution(nn.Conv2d):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.padding = (same(x.shape[-1], self.kernel_size[0], self.stride[0]),) * 2
        return functional.conv2d(functional.pad(x, self.padding[0] * 2), self.weight, self.bias, self.stride)


class Pool(nn.MaxPool2d):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.padding = (same(x.shape[-1], self.kernel_size, self.stride),) * 2
        return functional.max_pool2d(functional.pad(x, self.padding[0] * 2, value=-torch.inf), self.kernel_size, self.stride)


def conv(channels: int, out: int, kernel: int = 1, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(Convolution(channels, out, kernel, stride), nn.ReLU())


class Inception(nn.Module):
    """Figure 2 (b), its branches from left to right."""

    def __init__(self, row: Row) -> None:
        super().__init__()
        self.conv1x1 = conv(row.channels, row.c1)
        self.reduce3x3, self.conv3x3 = conv(row.channels, row.reduce3), conv(row.reduce3, row.c3, 3)
        self.reduce5x5, self.conv5x5 = conv(row.channels, row.reduce5), conv(row.reduce5, row.c5, 5)
        self.max_pool1, self.pool_proj = Pool(3, 1), conv(row.channels, row.pool)
        self.concat1 = Concat()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ones, threes, fives = self.conv1x1(x), self.conv3x3(self.reduce3x3(x)), self.conv5x5(self.reduce5x5(x))
        return self.concat1(ones, threes, fives, self.pool_proj(self.max_pool1(x)))


class Head(nn.Sequential):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.avg_pool1, self.conv, self.flatten1 = nn.AvgPool2d(5, 3), conv(channels, 128), nn.Flatten()
        self.fc, self.relu1, self.dropout1 = nn.Linear(4 * 4 * 128, 1024), nn.ReLU(), nn.Dropout(0.7)
        self.linear = nn.Linear(1024, 1000)


class GoogLeNet(nn.Module):
    """Its children are called in order, a head beside the modules below it."""

    def __init__(self, heads: bool) -> None:
        super().__init__()
        self.conv1, self.max_pool1, self.local_response_norm1 = conv(3, 64, 7, 2), Pool(3, 2), nn.LocalResponseNorm(5)
        self.reduce2, self.conv2, self.local_response_norm2 = conv(64, 64), conv(64, 192, 3), nn.LocalResponseNorm(5)
        self.max_pool2 = Pool(3, 2)
        for name, row in TABLE.items():
            self.add_module(f"inception{name}", Inception(row))
            if name in ("3b", "4e"):
                self.add_module(f"max_pool{name[0]}", Pool(3, 2))
            if heads and name in ("4a", "4d"):
                self.add_module(f"softmax{'ad'.index(name[1])}", Head(row.out))
        self.avg_pool1, self.dropout1, self.flatten1 = nn.AvgPool2d(7, 1), nn.Dropout(0.4), nn.Flatten()
        self.linear = nn.Linear(1024, 1000)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for child in self.children():
            if not isinstance(child, Head):
                x = child(x)
            elif self.training:
                child(x)
        return x


@pytest.mark.parametrize("heads", [True, False])
def test_it_is_the_network_in_torch(heads: bool) -> None:
    result = ours(heads)
    with torch.device("meta"):
        network = GoogLeNet(heads)
    assert tensors(result) == held(network)
    _, inference = run(network.eval())
    calls, training = run(network.train())
    assert [layer.name for layer in result] == list(calls)
    for layer, (module, inputs, shape) in zip(result, calls.values(), strict=True):
        assert (layer.type, layer.node.inputs, layer.output_shape) == (type_of(module), inputs, shape), layer.name
        assert layer.options == options(module, layer.options), layer.name
    assert result.totals.macs == inference
    assert sum(layer.macs or 0 for layer in result if layer.node.training_only) == training - inference
