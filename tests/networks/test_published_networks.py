"""Published networks, written in the language from their papers, against torchvision's: see README.md beside this.

Names are those of torchvision's ``state_dict``. One cannot be had: a block of ConvNeXt holds its layer scale as a tensor
of its own (``features.1.0.layer_scale``, C×1×1, before the block's layers), where ours is a layer with a ``weight`` of C.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from measured import TYPES, plain, sight, tensors, through

import cnnspec
from cnnspec.analysis.analysis import Layer

HERE = Path(__file__).parent

NETWORKS: dict[str, tuple[str, dict[str, Any]]] = {
    "mobilenet_v3_large": ("mobilenet_v3", {}),
    "mobilenet_v3_small": ("mobilenet_v3", {"small": True}),
    "shufflenet_v2_x0_5": ("shufflenet_v2", {"channels": 48}),
    "shufflenet_v2_x1_0": ("shufflenet_v2", {}),
    "shufflenet_v2_x1_5": ("shufflenet_v2", {"channels": 176}),
    "shufflenet_v2_x2_0": ("shufflenet_v2", {"channels": 244, "last": 2048}),
    "convnext_tiny": ("convnext", {}),
    "convnext_small": ("convnext", {"third": 27, "drop": 0.4}),
    "convnext_base": ("convnext", {"third": 27, "dim": 128, "drop": 0.5}),
    "convnext_large": ("convnext", {"third": 27, "dim": 192, "drop": 0.5}),
}


def network(name: str) -> cnnspec.Result:
    spec, variables = NETWORKS[name]
    return cnnspec.analyze(HERE / f"{spec}.yaml", vars=variables)


def facts(name: str) -> dict[str, Any]:
    measured: dict[str, Any] = json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))
    return measured


def kind(layer: Layer) -> str:
    """The layer's type; an ``activation`` is what it computes."""
    return str(layer.options["function"]) if layer.type == "activation" else layer.type


def option(layer: Layer, name: str) -> Any:
    """An option as it was measured: lists for tuples, the batch among the axes."""
    value = plain(layer.options[name])
    return [0, *(axis + 1 for axis in value)] if name == "dims" else value


@pytest.mark.parametrize(
    ("name", "params", "giga", "buffers", "macs"),
    # Params, and macs in thousands of millions: torchvision's documentation of its weights (``num_params`` and GFLOPS, of
    # which ``_ops`` has a digit more), https://docs.pytorch.org/vision/stable/models.html. Buffers, and macs to the last
    # digit: numel() of the module's buffers, and half of what torch's flop counter says of its forward.
    [
        # The paper (Table 3): 5.4 M and 219 M multiply-adds; 2.5 M and 56 M.
        ("mobilenet_v3_large", 5_483_032, 0.217, 24_446, 216_589_760),
        ("mobilenet_v3_small", 2_542_856, 0.057, 12_146, 56_510_400),
        # The paper (Table 5): 1.4 M and 41 M, 2.3 M and 146 M, 3.5 M and 299 M, 7.4 M and 591 M.
        ("shufflenet_v2_x0_5", 1_366_792, 0.040, 8_008, 40_476_448),
        ("shufflenet_v2_x1_0", 2_278_604, 0.145, 16_236, 144_907_992),
        ("shufflenet_v2_x1_5", 3_503_624, 0.296, 23_496, 295_759_392),
        ("shufflenet_v2_x2_0", 7_393_996, 0.583, 33_772, 583_253_464),
        # The paper (Table 1): 29 M and 4.5 G, 50 M and 8.7 G, 89 M and 15.4 G, 198 M and 34.4 G.
        ("convnext_tiny", 28_589_128, 4.456, 0, 4_455_531_264),
        ("convnext_small", 50_223_688, 8.684, 0, 8_683_712_256),
        ("convnext_base", 88_591_464, 15.355, 0, 15_354_729_472),
        ("convnext_large", 197_767_336, 34.361, 0, 34_361_433_600),
    ],
)
def test_totals_are_those_published_and_measured(name: str, params: int, giga: float, buffers: int, macs: int) -> None:
    result = network(name)
    assert (result.totals.params, result.totals.buffers, result.totals.macs) == (params, buffers, macs)
    assert f"{macs / 10**9:.3f}" == f"{giga:.3f}"
    assert result.layers[-1].output_shape == (1000,)


# ConvNeXt's windows lie side by side on even sizes. The others halve even sizes with odd windows, padded on both sides.
SKIPPED = ("note", "fractional-stride")
NARROWED = ("note", "narrowing-channels")
FOUND = {
    "convnext": set(),
    "shufflenet": {SKIPPED},
    # Depthwise windows of stride 2 keep their channels, and the projections above them widen by less than twice.
    "mobilenet": {SKIPPED, NARROWED},
    # The first block, without an expansion, ends in a linear 16 -> 16 below the second's 16 -> 72.
    "mobilenet_v3_small": {SKIPPED, NARROWED, ("warning", "linear-stack")},
    # The first stage's branches are as wide as the pool below them: 24.
    "shufflenet_v2_x0_5": {SKIPPED, NARROWED},
}


@pytest.mark.parametrize("name", NETWORKS)
def test_what_is_found(name: str) -> None:
    found = {(finding.severity, finding.rule) for finding in network(name).findings}
    assert found == FOUND.get(name, FOUND[name.partition("_")[0]])


@pytest.mark.parametrize(
    ("name", "others"),
    # What is a layer here and in torchvision a line of ``forward``.
    [
        # 8 and 9 of the 15 and 11 blocks squeeze and excite, 10 and 6 keep stride and channels (Tables 1 and 2).
        ("mobilenet_v3_large", {"multiply": 8, "add": 10, "flatten": 1}),
        ("mobilenet_v3_small", {"multiply": 9, "add": 6, "flatten": 1}),
        # 4 + 8 + 4 units, each of which joins and shuffles; all but the stages' first split. The mean is a pooling.
        ("shufflenet_v2_x1_0", {"slice": 26, "concat": 16, "channel_shuffle": 16, "adaptive_avg_pool2d": 1, "flatten": 1}),
        # 3 + 3 + 9 + 3 blocks.
        ("convnext_tiny", {"scale": 18, "add": 18}),
    ],
)
def test_each_module_has_its_measured_facts(name: str, others: dict[str, int]) -> None:
    layers = {layer.name: layer for layer in network(name)}
    for leaf, cls, output, params, buffers, macs, options in facts(name)["leaves"]:
        layer = layers.pop(leaf)
        assert kind(layer) == TYPES[cls], leaf
        assert (layer.output_shape, layer.params, layer.buffers, layer.macs) == (tuple(output), params, buffers, macs), leaf
        assert {given: option(layer, given) for given in options} == options, leaf
    assert Counter(layer.type for layer in layers.values()) == others


@pytest.mark.parametrize("name", ["mobilenet_v3_large", "mobilenet_v3_small", "shufflenet_v2_x1_0"])
def test_tensors_are_those_of_the_state_dict(name: str) -> None:
    assert tensors(network(name)) == list(facts(name)["state_dict"].items())


def test_tensors_of_convnext_are_those_of_the_state_dict_but_for_layer_scale() -> None:
    ours, theirs = dict(tensors(network("convnext_tiny"))), facts("convnext_tiny")["state_dict"]
    scales = [key for key in theirs if key.endswith(".layer_scale")]
    assert len(scales) == 18
    for key in scales:
        channels, *ones = theirs.pop(key)
        assert (ours.pop(f"{key}.weight"), ones) == ([channels], [1, 1])
    assert list(ours.items()) == list(theirs.items())


def test_stochastic_depth_grows_from_block_to_block() -> None:
    """From 0 to the whole in equal steps, over all 36 blocks: the paper's, by stage and block."""
    layers = [layer for layer in network("convnext_small") if layer.type == "stochastic_depth"]
    assert [layer.options["p"] for layer in layers] == pytest.approx([0.4 * block / 35 for block in range(36)])


@pytest.mark.parametrize(
    ("name", "stages"),
    # Output channels of the stages, from the paper's Table 5.
    [
        ("shufflenet_v2_x0_5", [48, 96, 192, 1024]),
        ("shufflenet_v2_x1_0", [116, 232, 464, 1024]),
        ("shufflenet_v2_x1_5", [176, 352, 704, 1024]),
        ("shufflenet_v2_x2_0", [244, 488, 976, 2048]),
    ],
)
def test_widths_of_shufflenet_are_the_papers(name: str, stages: list[int]) -> None:
    scopes = {part.name: part for part in network(name).analysis.root.children}
    found = [scopes[stage].output_shape for stage in ("stage2", "stage3", "stage4", "conv5")]
    assert found == [(channels, size, size) for channels, size in zip(stages, (28, 14, 7, 7), strict=True)]


def test_units_of_shufflenet_work_on_one_half_and_hand_on_the_other() -> None:
    result = network("shufflenet_v2_x1_0")
    left, right = result["stage2.1.left"], result["stage2.1.right"]
    assert [(half.options["start"], half.options["stop"]) for half in (left, right)] == [(0, 58), (58, None)]
    assert result["stage2.1.branch2.0"].node.inputs == (right.name,)
    assert result["stage2.1.concat1"].node.inputs == (left.name, "stage2.1.branch2.7")
    # At stride 2 there are no halves: both branches read what comes in.
    assert result["stage2.0.branch1.0"].node.inputs == result["stage2.0.branch2.0"].node.inputs == ("maxpool",)
    assert result["stage2.0.concat1"].node.inputs == ("stage2.0.branch1.4", "stage2.0.branch2.7")


def test_squeezes_weigh_what_they_squeezed_and_blocks_add_what_came_in() -> None:
    result = network("mobilenet_v3_large")
    assert result["features.5.block.2.avgpool"].node.inputs == ("features.5.block.1.2",)
    assert result["features.5.block.2.multiply1"].node.inputs == ("features.5.block.2.scale_activation", "features.5.block.1.2")
    assert result["features.5.add1"].node.inputs == ("features.5.block.3.1", "features.4.block.3.1")
    assert network("convnext_tiny")["features.1.1.add1"].node.inputs == ("features.1.1.stochastic_depth", "features.1.0.add1")


def test_the_last_map_of_shufflenet_sees_what_its_windows_add_up_to() -> None:
    halved, kept = (3, 2, 1), (3, 1, 1)
    # Stem and pooling; then of each unit the branch with the 3×3 window, which sees all that the other one does.
    windows = [halved, halved, halved, *[kept] * 3, halved, *[kept] * 7, halved, *[kept] * 3]
    assert sight(network("shufflenet_v2_x1_0")["conv5.2"]) == through(*windows)
    assert through(*windows) == (527, 32, -263)  # 3 + 4 + 8 + 3*16 + 16 + 7*32 + 32 + 3*64


def test_the_last_map_of_convnext_sees_what_its_windows_add_up_to() -> None:
    """Norms and linear layers over channels see no neighbours, wherever permutes put the axes."""
    depthwise, downsample = (7, 1, 3), (2, 2, 0)
    windows = [(4, 4, 0)]
    for blocks in (3, 3, 9, 3):
        windows += [depthwise] * blocks + [downsample]
    assert sight(network("convnext_tiny")["features.7.2.add1"]) == through(*windows[:-1])
    assert through(*windows[:-1])[:2] == (1688, 32)  # 4 + 18*4 + 4 + 18*8 + 8 + 54*16 + 16 + 18*32


@pytest.mark.parametrize(
    ("name", "windows", "squeezed"),
    # The windows up to the first block that squeezes and excites; that one's depthwise convolution is the last.
    [
        ("mobilenet_v3_large", [(3, 2, 1), (3, 1, 1), (3, 2, 1), (3, 1, 1), (5, 2, 2)], "features.4.block.2.avgpool"),
        ("mobilenet_v3_small", [(3, 2, 1), (3, 2, 1)], "features.1.block.1.avgpool"),
    ],
)
def test_what_follows_a_squeeze_sees_everything(name: str, windows: list[tuple[int, int, int]], squeezed: str) -> None:
    layers = network(name).layers
    (first,) = (at for at, layer in enumerate(layers) if layer.name == squeezed)
    assert sight(layers[first - 1]) == through(*windows)
    assert {sight(layer) for layer in layers[first:]} == {None}
