"""The examples that torchvision has are its networks, leaf by leaf: see ``tests/oracle/README.md``."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
import torch
from in_torch import options, type_of
from measured import MEASURED, ORACLE, TYPES, called, example, leaves_of, plain, tensors
from torch import nn

from cnnspec.analysis.analysis import Layer

STATE_DICTS: dict[str, dict[str, list[int]]] = json.loads((ORACLE / "state_dicts.json").read_text(encoding="utf-8"))
MODELS: list[dict[str, Any]] = json.loads((ORACLE / "models.json").read_text(encoding="utf-8"))
LEAVES = sorted(path.stem for path in (ORACLE / "layers").glob("*.json"))

INFERRED = {"in_channels", "in_features", "num_features"}
FIXED = {"output_padding": [0, 0], "transposed": False, "return_indices": False, "divisor_override": None}
"""Options of torch's classes that a spec does not have, with the only value that they have here."""

BLOCKS = {"resnet18": 2 + 2 + 2 + 2, "resnet34": 3 + 4 + 6 + 3, "resnet50": 3 + 4 + 6 + 3, "resnet101": 3 + 4 + 23 + 3}
BLOCKS |= {"resnet152": 3 + 8 + 36 + 3, "densenet121": 6 + 12 + 24 + 16, "densenet161": 6 + 12 + 36 + 24}
BLOCKS |= {"densenet169": 6 + 12 + 32 + 32, "densenet201": 6 + 12 + 48 + 32}
"""How often a residual network adds and a DenseNet concatenates: Table 1 of either paper."""


def of_forward(network: str) -> dict[str, int]:
    """What is a layer here and in torchvision a line of some ``forward``."""
    if network.startswith("resnet"):
        return {"add": BLOCKS[network], "flatten": 1}
    if network.startswith("densenet"):
        return {"concat": BLOCKS[network], "relu": 1, "adaptive_avg_pool2d": 1, "flatten": 1}
    if network.startswith("googlenet"):
        # Three convolutions, then nine modules of six, each with its ReLU.
        return {"concat": 9, "relu": 3 + 9 * 6, "flatten": 1}
    return {"flatten": 1}


def two(value: int | list[int]) -> list[int]:
    return [value, value] if isinstance(value, int) else value


def stated(cls: str, config: dict[str, Any]) -> dict[str, Any]:
    """A module's options as a result has them: a size for each axis, and padding before and after."""
    for option, value in FIXED.items():
        assert config.get(option, value) == value
    found = {option: value for option, value in config.items() if option not in INFERRED | FIXED.keys()}
    if cls == "ReLU":
        found.pop("inplace")
    for option in {"kernel_size", "stride", "dilation", "output_size"} & found.keys():
        found[option] = two(found[option])
    if "padding" in found:
        found["padding"] = [[amount, amount] for amount in two(found["padding"])]
    return found


def facts(layer: Layer) -> dict[str, Any]:
    """A layer as it would have been measured, the batch among the axes."""
    return {
        "inputs": [[1, *shape] for shape in layer.input_shapes if shape is not None],
        "outputs": [[1, *(layer.output_shape or ())]],
        "params": layer.params,
        "buffers": layer.buffers,
        "macs": layer.macs,
    }


def test_every_network_that_was_measured_is_an_example() -> None:
    assert len(LEAVES) == len(MODELS) == 20
    assert set(LEAVES) == {model["model"] for model in MODELS} == MEASURED.keys() - {"unet"}
    assert MEASURED.keys() > STATE_DICTS.keys()
    assert len(STATE_DICTS) == 16


@pytest.mark.parametrize("network", LEAVES)
def test_every_leaf_is_the_one_that_was_measured(network: str) -> None:
    leaves = leaves_of(network)
    layers = {layer.name: layer for layer in example(network) if not layer.node.training_only}
    names = list(called((leaf["name"] for leaf in leaves), layers))
    assert [name for name in layers if name in set(names)] == names
    for name, leaf in zip(names, leaves, strict=True):
        layer = layers.pop(name)
        assert layer.type == TYPES[leaf["cls"]], name
        assert facts(layer) == {**{fact: leaf[fact] for fact in facts(layer)}, "macs": leaf["macs"] or 0}, name
        given = stated(leaf["cls"], leaf["config"])
        assert {option: plain(layer.options[option]) for option in given} == given, name
    assert Counter(layer.type for layer in layers.values()) == of_forward(network)


@pytest.mark.parametrize("network", STATE_DICTS)
def test_names_shapes_and_order_are_those_of_the_state_dict(network: str) -> None:
    assert tensors(example(network)) == list(STATE_DICTS[network].items())


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model["model"])
def test_totals_are_those_that_torch_counts(model: dict[str, Any]) -> None:
    result = example(model["model"])
    assert not result.has_errors
    totals = result.totals
    assert totals.params == totals.trainable_params == result.analysis.root.params == model["params_total"]
    assert totals.trainable_params == model["params_trainable"]
    assert totals.buffers == model["buffer_elements"]
    assert totals.macs == result.analysis.root.macs == model["flopcounter_macs"]
    assert [[1, *(shape or ())] for shape in result.graph.outputs.values()] == [model["output"]]
    held = ("running_mean", "running_var", "num_batches_tracked")
    assert sum(name.endswith(held) for name, _ in tensors(result)) == model["buffer_tensors"]


def test_the_heads_of_googlenet_weigh_what_the_difference_is() -> None:
    """A 1×1 convolution to 128 channels with its norm, then 2,048 features to 1,024 to 1,000."""
    full, bare = example("googlenet"), example("googlenet__noaux")
    dense = 2_048 * 1_024 + 1_024 + 1_024 * 1_000 + 1_000
    heads = [part for part in full.analysis.root.children if part.name in ("aux1", "aux2")]
    assert [head.params for head in heads] == [128 * channels + 2 * 128 + dense for channels in (512, 528)]
    assert full.totals.params - bare.totals.params == sum(head.params for head in heads) == 6_379_984
    assert full.totals.flops == bare.totals.flops
    assert full.totals.activations == bare.totals.activations
    assert [full[f"{head.name}.fc2"].output_shape for head in heads] == [(1000,), (1000,)]
    assert full["avgpool"].node.inputs == bare["avgpool"].node.inputs == ("inception5b.concat1",)


@pytest.mark.parametrize(("name", "channels"), [("aux1", 512), ("aux2", 528)])
def test_a_head_of_googlenet_is_torchvisions(name: str, channels: int) -> None:
    """Its ``InceptionAux`` with what its ``forward`` says, the convolution's norm of eps 0.001 as everywhere there."""
    with torch.device("meta"):
        modules: list[nn.Module] = [
            *(nn.AdaptiveAvgPool2d(4), nn.Conv2d(channels, 128, 1, bias=False), nn.BatchNorm2d(128, eps=0.001), nn.ReLU()),
            *(nn.Flatten(), nn.Linear(2048, 1024), nn.ReLU(), nn.Dropout(0.7), nn.Linear(1024, 1000)),
        ]
    x = torch.empty(2, channels, 14, 14, device="meta")
    layers = [layer for layer in example("googlenet") if layer.name.startswith(f"{name}.")]
    for layer, module in zip(layers, modules, strict=True):
        x = module(x)
        assert (layer.type, layer.output_shape) == (type_of(module), tuple(x.shape[1:])), layer.name
        assert layer.options == options(module, layer.options), layer.name


BRANCHES = tuple(f"inception3a.{name}.relu1" for name in ("branch1", "branch2.1", "branch3.1", "branch4.1"))


@pytest.mark.parametrize(
    ("network", "layer", "inputs"),
    # What the lines of ``forward`` say that are no modules.
    [
        ("resnet18", "layer2.0.add1", ("layer2.0.bn2", "layer2.0.downsample.1")),
        ("resnet18", "layer2.1.add1", ("layer2.1.bn2", "layer2.0.relu2")),
        ("resnet50", "layer2.0.add1", ("layer2.0.bn3", "layer2.0.downsample.1")),
        ("resnet50", "layer2.1.add1", ("layer2.1.bn3", "layer2.0.relu3")),
        (
            "densenet121",
            "features.denseblock1.denselayer1.concat1",
            ("features.pool0", "features.denseblock1.denselayer1.conv2"),
        ),
        ("densenet121", "features.transition1.norm", ("features.denseblock1.denselayer6.concat1",)),
        ("googlenet", "inception3a.concat1", BRANCHES),
        ("googlenet", "aux1.adaptive_avg_pool1", ("inception4a.concat1",)),
        ("googlenet", "aux2.adaptive_avg_pool1", ("inception4d.concat1",)),
    ],
)
def test_paths_meet_in_the_order_of_forward(network: str, layer: str, inputs: tuple[str, ...]) -> None:
    assert example(network)[layer].node.inputs == inputs
