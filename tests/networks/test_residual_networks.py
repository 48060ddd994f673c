"""Where a bottleneck has its stride: on its 3×3 (v1.5, torchvision's), on its first 1×1 (v1, as published), as in TF-Slim."""

from __future__ import annotations

import re

import pytest
import torch
from in_torch import held, run
from measured import EXAMPLES, example, sight, tensors, through
from torch import nn

import cnnspec

SPEC = EXAMPLES / "resnet50.yaml"
STAGES = {50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}
"""Blocks in each stage: the paper's Table 1."""

every_depth = pytest.mark.parametrize("depth", STAGES)
either = pytest.mark.parametrize("v1", [False, True], ids=["v1.5", "v1"])


def ours(depth: int, v1: bool) -> cnnspec.Result:
    return cnnspec.analyze(SPEC, vars={"stages": STAGES[depth], "v1": v1})


# -- in torch --------------------------------------------------------------------------------------------------------


def conv(channels: int, out: int, kernel: int, stride: int = 1) -> nn.Conv2d:
    return nn.Conv2d(channels, out, kernel, stride, kernel // 2, bias=False)


class Bottleneck(nn.Module):
    def __init__(self, channels: int, planes: int, stride: int, v1: bool) -> None:
        super().__init__()
        self.conv1, self.bn1 = conv(channels, planes, 1, stride if v1 else 1), nn.BatchNorm2d(planes)
        self.conv2, self.bn2 = conv(planes, planes, 3, 1 if v1 else stride), nn.BatchNorm2d(planes)
        self.conv3, self.bn3 = conv(planes, 4 * planes, 1), nn.BatchNorm2d(4 * planes)
        self.downsample: nn.Module | None = None
        if stride != 1 or channels != 4 * planes:
            self.downsample = nn.Sequential(conv(channels, 4 * planes, 1, stride), nn.BatchNorm2d(4 * planes))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = self.bn1(self.conv1(x)).relu()
        out = self.bn2(self.conv2(out)).relu()
        shortcut = x if self.downsample is None else self.downsample(x)
        return (self.bn3(self.conv3(out)) + shortcut).relu()


class ResNet(nn.Module):
    def __init__(self, stages: tuple[int, ...], v1: bool) -> None:
        super().__init__()
        self.conv1, self.bn1 = conv(3, 64, 7, 2), nn.BatchNorm2d(64)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        channels = 64
        for stage, blocks in enumerate(stages):
            planes, made = 64 << stage, []
            for block in range(blocks):
                made.append(Bottleneck(channels, planes, 2 if stage and not block else 1, v1))
                channels = 4 * planes
            setattr(self, f"layer{stage + 1}", nn.Sequential(*made))
        self.avgpool, self.fc = nn.AdaptiveAvgPool2d(1), nn.Linear(channels, 1000)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.maxpool(self.bn1(self.conv1(x)).relu())
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(self.avgpool(x).flatten(1))


@every_depth
@either
def test_it_is_the_network_in_torch(depth: int, v1: bool) -> None:
    result = ours(depth, v1)
    with torch.device("meta"):
        network = ResNet(STAGES[depth], v1).eval()
    calls, macs = run(network)
    assert tensors(result) == held(network)
    shapes = {layer.name: layer.output_shape for layer in result if layer.name in calls}
    assert shapes == {name: call.output_shape for name, call in calls.items()}
    assert result.totals.macs == macs
    assert result.totals.params == sum(weight.numel() for weight in network.parameters())


@every_depth
def test_v1_saves_macs_and_no_params(depth: int) -> None:
    """In three blocks a 1×1 makes a quarter of the positions. What it saves is the same at all depths."""
    saved = [(56 * 56 - 28 * 28) * 256 * 128, (28 * 28 - 14 * 14) * 512 * 256, (14 * 14 - 7 * 7) * 1024 * 512]
    v1, v15 = ours(depth, True), ours(depth, False)
    assert tensors(v1) == tensors(v15)
    assert v15.totals.macs - v1.totals.macs == sum(saved) == 231_211_008


def test_v1_of_depth_50_takes_3_86_thousand_million_macs() -> None:
    """The paper's Table 1 says 3.8·10⁹, its multiply-adds rounded down; v1.5's are 4.09·10⁹."""
    assert ours(50, True).totals.macs == 3_857_973_248
    assert example("resnet50").totals.macs == 4_089_184_256


# -- what it sees ----------------------------------------------------------------------------------------------------


@every_depth
@either
def test_the_last_map_sees_what_its_windows_add_up_to(depth: int, v1: bool) -> None:
    windows = [(7, 2, 3), (3, 2, 1)]
    for stage, blocks in enumerate(STAGES[depth]):
        stride = 2 if stage else 1
        windows += [(1, stride, 0), (3, 1, 1)] if v1 else [(3, stride, 1)]
        windows += [(3, 1, 1)] * (blocks - 1)
    seen = through(*windows)
    assert sight(ours(depth, v1).totals) == seen
    # By hand: stem and pooling see 11, and each 3×3 adds two jumps of what it reads.
    one, two, three, four = STAGES[depth]
    if v1:
        assert seen[0] == 11 + one * 8 + two * 16 + three * 32 + four * 64
    else:
        assert seen[0] == 11 + one * 8 + 8 + (two - 1) * 16 + 16 + (three - 1) * 32 + 32 + (four - 1) * 64


def tf_slim(depth: int) -> str:
    """The spec with the stride where TF-Slim has it: on the 3×3 of each stage's last block, but for the last stage's.

    The shortcut of that block is here a 1×1 convolution, there a 1×1 pooling. Neither sees a neighbour.
    """
    text = re.sub(r" stride: 2 if index == 0 else 1,", "", SPEC.read_text(encoding="utf-8"))
    for stage, blocks in enumerate(STAGES[depth][:3], start=1):
        name = f"name: layer{stage},"
        assert text.count(name) == 1
        text = text.replace(name, f"{name} stride: 2 if index == {blocks - 1} else 1,")
    return text


@pytest.mark.parametrize(("depth", "size"), [(50, 483), (101, 1027), (152, 1507)])
def test_tf_slims_sees_what_its_table_says(depth: int, size: int) -> None:
    """The table of pre-computed receptive fields that the library beside TF-Slim gives. They are as large as v1's."""
    result = cnnspec.analyze(cnnspec.loads(tf_slim(depth)), vars={"stages": STAGES[depth]})
    stages = [part for part in result.analysis.root.children if part.name.startswith("layer")]
    assert [part.output_shape for part in stages] == [(256, 28, 28), (512, 14, 14), (1024, 7, 7), (2048, 7, 7)]
    seen = sight(result.totals)
    assert seen is not None
    assert seen[:2] == (size, 32)
    one, two, three, four = STAGES[depth]
    assert size == 11 + one * 8 + two * 16 + three * 32 + four * 64
