"""One piece of code for several layers: their calls are the same, or can be said by one that is right for all of them."""

from __future__ import annotations

import re
from typing import Any

import pytest
import torch

import cnnspec

SPEC = """
input: [3, 12, 12]
blocks:
  unit:
    params: {{kernel: 3, stride: 1, pad: 1, multiplier: 1}}
    layers:
      - {layer}
layers:
  - unit
  - unit: {{{other}}}
"""

ONE_CLASS = [
    # `same` is PyTorch's own at stride 1 only.
    ("conv2d: {out_channels: 4, kernel_size: 3, stride: stride, padding: same}", "stride: 2"),
    ("conv2d: {out_channels: 4, kernel_size: 3, stride: stride, padding: same, bias: [1, 2, 3, 4]}", "stride: 2"),
    ("conv2d: {out_channels: 4, kernel_size: 3, stride: stride, padding: same, padding_mode: symmetric}", "stride: 2"),
    ("depthwise_conv2d: {kernel_size: 3, stride: stride, padding: same}", "stride: 2"),
    ("separable_conv2d: {out_channels: 4, kernel_size: 3, stride: stride, padding: same}", "stride: 2"),
    ("max_pool2d: {kernel_size: 3, stride: stride, padding: same}", "stride: 2"),
    ("avg_pool2d: {kernel_size: 3, stride: stride, padding: same, count_include_pad: false, learnable: true}", "stride: 2"),
    # What is left out where it is the default is said where it is not.
    ("conv2d: {out_channels: 4, kernel_size: kernel, stride: stride}", "kernel: 1, stride: 2"),
]
TWO_CLASSES = [
    # A kernel of 1 is not padded, and with a stride PyTorch does not take the word.
    ("conv2d: {out_channels: 4, kernel_size: kernel, stride: stride, padding: same}", "kernel: 1, stride: 2"),
    # As many channels as there are, or twice as many.
    ("depthwise_conv2d: {kernel_size: 3, depth_multiplier: multiplier}", "multiplier: 2"),
    ("max_pool2d: {kernel_size: kernel, stride: 1, padding: pad}", "pad: [[0, 1], [0, 1]]"),
]


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")
@pytest.mark.parametrize(("layer", "other", "classes"), [*((*c, 1) for c in ONE_CLASS), *((*c, 2) for c in TWO_CLASSES)])
def test_layers_of_a_block_share_code_that_is_right_for_all(layer: str, other: str, classes: int) -> None:
    spec = cnnspec.loads(SPEC.format(layer=layer, other=other))
    code = cnnspec.generate(spec, class_name="Whole")
    found: dict[str, Any] = {"__name__": "generated"}
    exec(code, found)
    network, analysis = found["Whole"](), cnnspec.analyze(spec)
    assert len(re.findall(r"^class Unit\d*\(", code, re.MULTILINE)) == classes
    assert sum(parameter.numel() for parameter in network.parameters()) == analysis.totals.params
    assert network(torch.zeros(2, 3, 12, 12)).shape[1:] == analysis.layers[-1].output_shape
