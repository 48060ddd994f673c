"""U-Net as published, built in torch: what it sees is in ``test_measured_fields.py``."""

from __future__ import annotations

import pytest
import torch
from in_torch import Concat, Crop, held, options, run, type_of
from measured import EXAMPLES, tensors
from torch import nn

import cnnspec


def double_conv(channels: int, out: int) -> nn.Sequential:
    """Two of the blue arrows of figure 1: "conv 3x3, ReLU"."""
    return nn.Sequential(nn.Conv2d(channels, out, 3), nn.ReLU(), nn.Conv2d(out, out, 3), nn.ReLU())


class Up(nn.Module):
    """Green arrow and grey one: "up-conv 2x2" halves the channels; what was cropped is drawn on its left, in white."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.up, self.cropped, self.concat1 = nn.ConvTranspose2d(2 * channels, channels, 2, 2), Crop(), Concat()
        self.conv = double_conv(2 * channels, channels)

    def forward(self, below: torch.Tensor, skip: torch.Tensor) -> torch.Tensor:
        up = self.up(below)
        return self.conv(self.concat1(self.cropped(skip, up.shape[2:]), up))


class UNet(nn.Module):
    """Figure 1. The dropouts are those of the authors' Caffe model: of one half, where the fourth and the fifth level end."""

    def __init__(self) -> None:
        super().__init__()
        self.down1, self.max_pool1 = double_conv(1, 64), nn.MaxPool2d(2)
        self.down2, self.max_pool2 = double_conv(64, 128), nn.MaxPool2d(2)
        self.down3, self.max_pool3 = double_conv(128, 256), nn.MaxPool2d(2)
        self.down4, self.dropped4, self.max_pool4 = double_conv(256, 512), nn.Dropout(0.5), nn.MaxPool2d(2)
        self.bottom, self.dropped5 = double_conv(512, 1024), nn.Dropout(0.5)
        self.up4, self.up3, self.up2, self.up1 = Up(512), Up(256), Up(128), Up(64)
        self.head = nn.Conv2d(64, 2, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        one = self.down1(x)
        two = self.down2(self.max_pool1(one))
        three = self.down3(self.max_pool2(two))
        four = self.dropped4(self.down4(self.max_pool3(three)))
        five = self.dropped5(self.bottom(self.max_pool4(four)))
        return self.head(self.up1(self.up2(self.up3(self.up4(five, four), three), two), one))


@pytest.mark.parametrize("size", [572, 700])
def test_it_is_the_network_in_torch(size: int) -> None:
    result = cnnspec.analyze(EXAMPLES / "unet.yaml", inputs=(1, size, size))
    with torch.device("meta"):
        network = UNet()
    calls, macs = run(network, 1, size, size)
    assert tensors(result) == held(network)
    assert [layer.name for layer in result] == list(calls)
    for layer, (module, inputs, shape) in zip(result, calls.values(), strict=True):
        assert (layer.type, layer.node.inputs, layer.output_shape) == (type_of(module), inputs, shape), layer.name
        assert layer.options == options(module, layer.options), layer.name
    assert result.totals.macs == macs
