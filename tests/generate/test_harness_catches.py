"""Generated modules are compared with what their specs mean: modules written by hand agree, and each mistake is told."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from agreement import differences
from harness import Harness, ModuleFailed

import cnnspec


class Pair(NamedTuple):
    spec: str
    module: str


HEADER = """import torch
from torch import Tensor, nn
from torch.nn import functional as F

"""

RESIDUAL = Pair(
    """
vars: {classes: 5}
input: [3, 9, 9]
blocks:
  basic:
    params: {planes: null, stride: 1}
    layers:
      - conv2d: {name: conv1, out_channels: planes, kernel_size: 3, stride: stride, padding: 1, bias: false}
      - batch_norm2d: {name: bn1, momentum: 0.2}
      - relu
      - conv2d: {name: conv2, out_channels: planes, kernel_size: 3, padding: 1, bias: false}
      - sequential:
          name: downsample
          from: input
          when: stride != 1 or in_channels != planes
          layers:
            - conv2d: {out_channels: planes, kernel_size: 1, stride: stride, bias: false}
            - batch_norm2d
      - add: [conv2, downsample]
      - relu
layers:
  - conv2d: {name: stem, out_channels: 4, kernel_size: 3, padding: 1, trainable: false}
  - basic: {name: layer1, planes: 4, repeat: 2}
  - sequential: {name: aux, training_only: true, layers: [flatten, dropout: 0.3, linear: classes]}
  - basic: {name: layer2, planes: 6, stride: 2}
  - adaptive_avg_pool2d: 1
  - flatten
  - linear: {name: fc, out_features: classes}
""",
    HEADER
    + """
class Basic(nn.Module):
    def __init__(self, in_channels: int, planes: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, planes, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes, momentum=0.2)
        self.conv2 = nn.Conv2d(planes, planes, 3, padding=1, bias=False)
        self.downsample: nn.Module | None = None
        if stride != 1 or in_channels != planes:
            self.downsample = nn.Sequential(
                nn.Conv2d(in_channels, planes, 1, stride=stride, bias=False),
                nn.BatchNorm2d(planes),
            )

    def forward(self, input: Tensor) -> Tensor:
        x = self.conv1(input)
        x = self.bn1(x)
        x = F.relu(x)
        x = self.conv2(x)
        shortcut = input if self.downsample is None else self.downsample(input)
        x = x + shortcut
        return F.relu(x)


class Network(nn.Module):
    def __init__(self, classes: int = 5) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 4, 3, padding=1).requires_grad_(False)
        self.layer1 = nn.Sequential(*(Basic(4, 4) for _ in range(2)))
        self.aux = nn.Sequential(nn.Flatten(), nn.Dropout(0.3), nn.Linear(324, classes))
        self.layer2 = Basic(4, 6, 2)
        self.fc = nn.Linear(6, classes)

    def forward(self, input: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        x = self.stem(input)
        x = self.layer1(x)
        aux = self.aux(x) if self.training else None
        x = self.layer2(x)
        x = F.adaptive_avg_pool2d(x, 1)
        x = x.flatten(1)
        x = self.fc(x)
        return x if aux is None else (x, aux)
""",
)

SIAMESE = Pair(
    """
inputs: {left: [2, 6, 8], right: [2, 6, 8]}
layers:
  - sequential:
      name: tower
      from: left
      layers:
        - conv2d: {name: conv, out_channels: 3, kernel_size: 3, padding: [[0, 1], [2, 0]]}
        - prelu: {init: 0.1}
  - sequential: {name: other, share: tower, from: right}
  - subtract: {name: difference, from: [tower, other]}
  - multiply: {name: product, from: [tower, other]}
  - conv2d: {name: edges, from: difference, weight: sobel_x, padding: 1, padding_mode: replicate, bias: false, trainable: false}
  - max_pool2d: {name: small, kernel_size: 2, ceil_mode: true}
  - concat: {name: both, from: [small, crop1], dim: height}
outputs: [product, both]
""".replace("  - concat", "  - crop: {from: product, size: [2, 4]}\n  - concat"),
    HEADER
    + """
class Tower(nn.Sequential):
    def forward(self, x: Tensor) -> Tensor:
        return self[1](self.conv(F.pad(x, (2, 0, 0, 1))))


class Siamese(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.tower = Tower()
        self.tower.add_module("conv", nn.Conv2d(2, 3, 3))
        self.tower.add_module("1", nn.PReLU(init=0.1))
        self.edges = nn.Conv2d(3, 3, 3, padding=1, padding_mode="replicate", groups=3, bias=False)
        kernel = torch.tensor([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]])
        self.edges.weight = nn.Parameter(kernel.repeat(3, 1, 1, 1), requires_grad=False)

    def forward(self, left: Tensor, right: Tensor) -> tuple[Tensor, Tensor]:
        tower = self.tower(left)
        other = self.tower(right)
        difference = tower - other
        product = tower * other
        small = F.max_pool2d(self.edges(difference), 2, ceil_mode=True)
        crop = product[:, :, 1:3, 2:6]
        return product, torch.cat([small, crop], 2)
""",
)

PAIRS = {"residual": RESIDUAL, "siamese": SIAMESE}


def told(harness: Harness, pair: Pair) -> list[str]:
    result = cnnspec.analyze(cnnspec.loads(pair.spec))
    assert not result.has_errors, result.findings
    return differences(result, harness.record(result, pair.module))


@pytest.mark.parametrize("name", PAIRS)
def test_modules_written_by_hand_agree(harness: Harness, name: str) -> None:
    assert told(harness, PAIRS[name]) == []


WRONG = "is not as computed"
AUX = "aux = self.aux(x) if self.training else None"
LAST = "self.layer2 = Basic(4, 6, 2)\n        self.fc = nn.Linear(6, classes)"


@pytest.mark.parametrize(
    ("name", "right", "wrong", "what"),
    [
        # What it holds.
        ("residual", "planes, 3, stride=stride, padding=1", "planes, 5, stride=stride, padding=2", "state_dict"),
        ("residual", "padding=1, bias=False)\n        self.bn1", "padding=1)\n        self.bn1", "state_dict"),
        ("residual", "self.fc", "self.head", "('head.weight', (5, 6)) where ('fc.weight', (5, 6)) is expected"),
        ("residual", "range(2)", "range(1)", "state_dict"),
        ("residual", "momentum=0.2", "affine=False", "state_dict"),
        ("residual", LAST, "\n".join(f"        {line.strip()}" for line in reversed(LAST.splitlines())).lstrip(), "state_dict"),
        ("residual", ".requires_grad_(False)", "", "stem.weight is not frozen"),
        ("siamese", ", requires_grad=False", "", "edges.weight is not frozen"),
        ("siamese", "init=0.1", "init=0.2", "tower.1.weight does not begin as given"),
        ("siamese", "[-2.0, 0.0, 2.0]", "[-1.0, 0.0, 1.0]", "edges.weight does not begin as given"),
        ("residual", "Dropout(0.3)", "Dropout(0.5)", "aux.1 has p 0.5, not 0.3"),
        ("residual", "momentum=0.2", "momentum=0.1", "layer1.0.bn1 has momentum 0.1, not 0.2"),
        # What it computes.
        ("residual", "planes, planes, 3, padding=1", "planes, planes, 3, padding=1, padding_mode='reflect'", f"conv2 {WRONG}"),
        ("residual", "        x = F.relu(x)\n", "", f"at inference: layer1.0.conv2 {WRONG}"),
        ("residual", "return F.relu(x)", "return F.gelu(x)", f"at inference: layer1.0 {WRONG}"),
        ("residual", "x = x + shortcut", "x = x - shortcut", f"at inference: layer1.0 {WRONG}"),
        ("residual", "x = self.bn1(x)", "self.bn1(x)", f"at inference: layer1.0.conv2 {WRONG}"),
        ("residual", "self.conv1(input)", "self.conv1(input.relu_())", f"at inference: layer1.0.conv1 {WRONG}"),
        ("residual", "F.adaptive_avg_pool2d", "F.adaptive_max_pool2d", f"at inference: output fc {WRONG}"),
        ("siamese", "tower - other", "other - tower", f"at inference: edges {WRONG}"),
        ("siamese", "(2, 0, 0, 1)", "(0, 2, 1, 0)", f"at inference: tower.conv {WRONG}"),
        ("siamese", '"replicate"', '"reflect"', f"at inference: edges {WRONG}"),
        ("siamese", "2:6]", "1:5]", f"at inference: output both {WRONG}"),
        ("siamese", "[small, crop]", "[crop, small]", f"at inference: output both {WRONG}"),
        ("siamese", "2, ceil_mode=True)", "2, padding=1)[:, :, :3, :4]", f"at inference: output both {WRONG}"),
        (
            "siamese",
            "return product, torch.cat([small, crop], 2)",
            "return torch.cat([small, crop], 2), product",
            "of a batch of 2",
        ),
        ("siamese", "other = self.tower(right)", "other = tower", "tower.conv is called 1 times, not 2"),
        # What happens in training.
        ("residual", AUX, "aux = self.aux(x)", "outputs of a batch of 2"),
        ("residual", "return x if aux is None else (x, aux)", "return x", "in training: head aux.2 is no output"),
        ("residual", AUX, f"self.aux(x)\n        {AUX}", "at inference: aux.2 is called, and is no part of the network here"),
        ("residual", AUX, AUX.replace("(x)", "(2 * x)"), f"in training: aux.0 {WRONG}"),
    ],
)
def test_a_mistake_is_told(harness: Harness, name: str, right: str, wrong: str, what: str) -> None:
    pair = PAIRS[name]
    assert right in pair.module
    found = told(harness, pair._replace(module=pair.module.replace(right, wrong)))
    assert any(what in difference for difference in found), found


@pytest.mark.parametrize(
    ("right", "wrong", "what"),
    [
        ("super().__init__()", "pass", "AttributeError"),
        ("self.fc(x)", "self.fc(x.sum())", "RuntimeError"),
        (
            "class Network",
            "import warnings\n\nwarnings.warn('old', DeprecationWarning)\n\n\nclass Network",
            "DeprecationWarning: old",
        ),
        ("x.flatten(1)", "x.flatten(1) if 1 is 1 else x", 'SyntaxError: "is" with a literal'),
        ("return x if aux is None else (x, aux)", "return [x]", "neither a tensor nor a tuple"),
        ("classes: int = 5", "classes: int", "TypeError"),
        ("x = self.stem(input)", "import os; os._exit(3)", "failed"),
    ],
)
def test_a_module_that_cannot_be_run_is_told(harness: Harness, right: str, wrong: str, what: str) -> None:
    assert right in RESIDUAL.module
    with pytest.raises(ModuleFailed, match=what):
        harness.record(cnnspec.analyze(cnnspec.loads(RESIDUAL.spec)), RESIDUAL.module.replace(right, wrong))


def test_a_module_that_does_not_end_is_told(harness: Harness) -> None:
    endless = RESIDUAL.module.replace("x = self.stem(input)", "while True:\n            pass")
    with pytest.raises(ModuleFailed, match="timeout"):
        harness.record(cnnspec.analyze(cnnspec.loads(RESIDUAL.spec)), endless, timeout=1)


def test_modules_do_not_meet(harness: Harness) -> None:
    """What one does to its interpreter is gone with it."""
    spoiled = RESIDUAL.module.replace("class Network", "torch.relu = F.relu = None\n\n\nclass Network")
    with pytest.raises(ModuleFailed, match="TypeError"):
        told(harness, RESIDUAL._replace(module=spoiled))
    assert told(harness, RESIDUAL) == []


def test_what_a_program_prints(harness: Harness) -> None:
    assert harness.main("if __name__ == '__main__':\n    print('net')\n") == "net\n"
    with pytest.raises(ModuleFailed, match="ZeroDivisionError"):
        harness.main("1 / 0\n")
