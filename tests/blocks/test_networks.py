"""Networks written with blocks against PyTorch's own: names, shapes and order of their tensors, costs and fields.

``state_dicts.json`` holds every key of a torchvision network's ``state_dict()`` with its shape, in order (torch 2.13.0).
``receptive.json`` holds receptive fields that were measured from gradients in float64, along one axis: name, size, jump
and start of each layer, and of the last feature map. U-Net is the original, whose convolutions are not padded; its start
is that of the one unit in the middle that was measured.
"""

import json
from pathlib import Path

import pytest

import cnnspec

HERE = Path(__file__).parent
EXAMPLES = HERE.parents[1] / "examples"
STATE_DICTS = json.loads((HERE / "state_dicts.json").read_text(encoding="utf-8"))
FIELDS = {row["model"]: row for row in json.loads((HERE / "receptive.json").read_text(encoding="utf-8"))}

NETWORKS = {
    "resnet50": ("resnet50", {}),
    "resnet101": ("resnet50", {"depth": 101}),
    "resnet152": ("resnet50", {"depth": 152}),
    "vgg11": ("vgg", {"depth": 11}),
    "vgg13": ("vgg", {"depth": 13}),
    "vgg16": ("vgg", {}),
    "vgg16_bn": ("vgg", {"batch_norm": True}),
    "vgg19": ("vgg", {"depth": 19}),
}


def network(name):
    example, variables = NETWORKS[name]
    return cnnspec.analyze(EXAMPLES / f"{example}.yaml", vars=variables)


def tensors(result):
    """Every tensor of the network as ``state_dict`` would list it."""
    found = []
    for layer in result.layers:
        node = layer.node
        if node.shares is None:
            held = {**node.layer.parameters(*node.input_shapes), **node.layer.buffers(*node.input_shapes)}
            found += [(f"{node.name}.{name}", tuple(shape)) for name, shape in held.items()]
    return found


def field(layer):
    (sight, other) = layer.receptive_field["input"]
    assert sight.field == other.field
    return (sight.field.size, sight.field.jump, sight.field.start)


@pytest.mark.parametrize("name", STATE_DICTS)
def test_names_shapes_and_order_are_those_of_the_state_dict(name):
    assert tensors(network(name)) == [(key, tuple(shape)) for key, shape in STATE_DICTS[name].items()]


@pytest.mark.parametrize(
    ("name", "params", "buffers", "macs"),
    # Counted by torch: numel() of the module's parameters and buffers, and half of what its flop counter says.
    [
        ("resnet50", 25_557_032, 53_173, 4_089_184_256),
        ("resnet101", 44_549_160, 105_448, 7_801_405_440),
        ("resnet152", 60_192_808, 151_579, 11_513_626_624),
        ("vgg11", 132_863_336, 0, 7_609_090_048),
        ("vgg13", 133_047_848, 0, 11_308_466_176),
        ("vgg16", 138_357_544, 0, 15_470_264_320),
        ("vgg16_bn", 138_365_992, 8_461, 15_470_264_320),
        ("vgg19", 143_667_240, 0, 19_632_062_464),
    ],
)
def test_params_buffers_and_macs_are_those_that_torch_counts(name, params, buffers, macs):
    result = network(name)
    assert not result.has_errors
    assert (result.totals.params, result.totals.buffers, result.totals.macs) == (params, buffers, macs)
    assert result.analysis.root.params == params
    assert result.analysis.root.macs == macs


@pytest.mark.parametrize(
    ("name", "measured"),
    # Size, jump and start of the last feature map: layer4 of the residual networks, features of VGG.
    [
        ("resnet50", (427, 32, -213)),
        ("resnet101", (971, 32, -485)),
        ("resnet152", (1451, 32, -725)),
        ("vgg11", (150, 32, -59)),
        ("vgg13", (156, 32, -62)),
        ("vgg16", (212, 32, -90)),
        ("vgg16_bn", (212, 32, -90)),
        ("vgg19", (268, 32, -118)),
    ],
)
def test_the_last_feature_map_sees_what_was_measured(name, measured):
    result = network(name)
    last = "layer4" if name.startswith("resnet") else "features"
    (scope,) = (part for part in result.analysis.root.children if part.name == last)
    assert field(scope) == measured
    assert result.totals.receptive_field == scope.receptive_field


def test_each_layer_of_resnet_sees_what_was_measured():
    result = network("resnet50")
    # torchvision calls one ReLU three times in a block; ours are three layers with names of their own.
    measured = [row for row in FIELDS["resnet50"]["layers"] if not row[0].endswith("relu")]
    assert len(measured) == 53 + 53 + 1  # convolutions, norms, the pooling
    for name, *of in measured:
        assert (name, *field(result[name])) == (name, *of)


@pytest.mark.parametrize("name", ["vgg11", "vgg13", "vgg16", "vgg19"])
def test_each_layer_of_vgg_sees_what_was_measured(name):
    features = [layer for layer in network(name).layers if layer.name.startswith("features.")]
    assert [[layer.name, *field(layer)] for layer in features] == FIELDS[name]["layers"]


def ours(name):
    """The name in our U-Net of a layer that was measured: ``dec.0.2`` is the second convolution of ``up4``."""
    kind, _, rest = name.partition(".")
    level, _, layer = rest.partition(".")
    if kind == "head":
        return "head"
    if kind == "down":
        return f"bottom.{layer}" if level == "4" else f"down{int(level) + 1}.{layer}"
    if kind == "pool":
        return f"max_pool{int(level) + 1}"
    return f"up{4 - int(level)}.{'up' if kind == 'up' else f'conv.{layer}'}"


def test_unet_is_the_original():
    result = cnnspec.analyze(EXAMPLES / "unet.yaml")
    # Weights and biases: 3×3 convolutions 1-64-64, 64-128-128, 128-256-256, 256-512-512, 512-1024-1024; up-convolutions
    # 2×2; 1024-512-512, 512-256-256, 256-128-128, 128-64-64; the 1×1 head 64-2.
    widths = [(1, 64), (64, 128), (128, 256), (256, 512), (512, 1024), (1024, 512), (512, 256), (256, 128), (128, 64)]
    convolutions = sum(9 * (i * o + o * o) + 2 * o for i, o in widths)
    ups = sum(4 * 2 * o * o + o for o in (512, 256, 128, 64))
    assert result.totals.params == convolutions + ups + 64 * 2 + 2 == 31_030_658
    assert result.totals.macs == 150_428_424_448  # by torch's flop counter, halved
    assert [size for size, _ in phases(result["head"])] == [188] * 4 + [204] * 12  # smallest and largest, as measured
    # Nothing is padded: units 0 to 15, which lie over the first unit of the bottom, all see from 0 on.
    assert field(result["head"]) == (204, 1, 0)


def phases(layer):
    """The size for each phase of a layer's units, and the start counted back to unit 0."""
    (sight, _) = layer.receptive_field["input"]
    lows, highs = sight.field.lows, sight.field.highs
    return [(high - low + 1, low - unit * sight.field.jump) for unit, (low, high) in enumerate(zip(lows, highs, strict=True))]


def test_each_layer_of_unet_sees_what_was_measured():
    result = cnnspec.analyze(EXAMPLES / "unet.yaml")
    measured = FIELDS["unet"]["layers"]
    assert len(measured) == 18 * 2 + 4 + 4 + 1  # convolutions with their ReLUs, pools, up-convolutions, the head
    for name, size, jump, start in measured:
        layer = result[ours(name)]
        assert (name, *field(layer)[:2]) == (name, size, jump)
        # The start was measured at one unit, of one phase.
        assert start in [of for _, of in phases(layer)], name
