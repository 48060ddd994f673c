"""Layers of known networks against facts that torch measured: see ``tests/oracle/README.md``."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from layer_cases import Shape

import cnnspec
from cnnspec.analysis.analysis import Layer

ORACLE = Path(__file__).parents[1] / "oracle"
TYPES = {
    "Conv2d": "conv2d",
    "MaxPool2d": "max_pool2d",
    "AvgPool2d": "avg_pool2d",
    "AdaptiveAvgPool2d": "adaptive_avg_pool2d",
    "Linear": "linear",
    "BatchNorm2d": "batch_norm2d",
    "ReLU": "relu",
    "Dropout": "dropout",
}
INFERRED = {"in_channels", "in_features", "num_features"}
FIXED = {"output_padding": [0, 0], "transposed": False, "return_indices": False, "divisor_override": None}
"""Options of torch's classes that a spec does not have, with the only value that they have here."""


def facts(name: str) -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = json.loads((ORACLE / "layers" / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


def entry(leaf: dict[str, Any], **more: str) -> dict[str, Any]:
    config = dict(leaf["config"])
    for option, value in FIXED.items():
        assert config.pop(option, value) == value
    return {TYPES[leaf["cls"]]: {**more, **{option: config[option] for option in config if option not in INFERRED}}}


def analyzed(shape: list[int], entries: list[dict[str, Any]]) -> tuple[Layer, ...]:
    return cnnspec.analyze(cnnspec.loads(json.dumps({"input": shape, "layers": entries}))).layers


@pytest.mark.parametrize(
    ("network", "leaves"),
    [
        # Each class's calls, as the networks' authors drew them. AlexNet: 5 convolutions, 3 pools, 3 linear layers.
        ("alexnet", {"Conv2d": 5, "MaxPool2d": 3, "AdaptiveAvgPool2d": 1, "Linear": 3, "ReLU": 7, "Dropout": 2}),
        # Configuration A: 8 convolutions, each with its norm, 5 pools, 3 linear layers.
        (
            "vgg11_bn",
            {"Conv2d": 8, "BatchNorm2d": 8, "MaxPool2d": 5, "AdaptiveAvgPool2d": 1, "Linear": 3, "ReLU": 10, "Dropout": 2},
        ),
        # Stem, 3 + 4 + 6 + 3 bottlenecks of 3 convolutions, 4 shortcuts: 53, each with its norm; 1 + 16*3 relus.
        ("resnet50", {"Conv2d": 53, "BatchNorm2d": 53, "MaxPool2d": 1, "AdaptiveAvgPool2d": 1, "Linear": 1, "ReLU": 49}),
        # Stem of 3, 9 inceptions of 6: 57, each with its norm; 4 pools and one in each inception.
        ("googlenet", {"Conv2d": 57, "BatchNorm2d": 57, "MaxPool2d": 13, "AdaptiveAvgPool2d": 1, "Linear": 1, "Dropout": 1}),
        # Stem, 6 + 12 + 24 + 16 layers of 2, 3 transitions: 120 convolutions; as many norms and a last one.
        ("densenet121", {"Conv2d": 120, "BatchNorm2d": 121, "MaxPool2d": 1, "AvgPool2d": 3, "Linear": 1, "ReLU": 120}),
    ],
)
def test_leaves_have_their_measured_facts(network: str, leaves: dict[str, int]) -> None:
    compared: Counter[str] = Counter()
    for leaf in facts(network):
        (_, *shape), (_, *output) = leaf["inputs"][0], leaf["outputs"][0]
        (layer,) = analyzed(shape, [entry(leaf)])
        found = (layer.output_shape, layer.params, layer.buffers, layer.macs)
        assert found == (tuple(output), leaf["params"], leaf["buffers"], leaf["macs"] or 0), leaf["name"]
        compared[leaf["cls"]] += 1
    assert compared == leaves


@pytest.mark.parametrize(("network", "count"), [("alexnet", 13), ("vgg16", 31)])
def test_fields_are_those_measured_from_gradients(network: str, count: int) -> None:
    (measured,) = (row for row in json.loads((ORACLE / "receptive.json").read_text()) if row["model"] == network)
    features = [leaf for leaf in facts(network) if leaf["name"].startswith("features.")]
    entries = [entry(leaf, name=leaf["name"].replace(".", "_")) for leaf in features]
    layers = analyzed([3, 224, 224], entries)
    assert [row[0] for row in measured["layers"]] == [leaf["name"] for leaf in features]
    assert len(layers) == len(measured["layers"]) == count
    for layer, (_, size, jump, start) in zip(layers, measured["layers"], strict=True):
        assert layer.receptive_field is not None
        for sight in layer.receptive_field["input"]:
            assert sight.field is not None
            assert (sight.field.size, sight.field.jump, sight.field.start) == (size, jump, start), layer.name
    total: Shape = tuple(measured["total"][word] for word in ("rf", "jump", "start"))
    assert total == tuple(measured["layers"][-1][1:])
