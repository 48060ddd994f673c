"""What the layers of the examples see, against what was measured from gradients: see ``tests/oracle/README.md``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest
from measured import MEASURED, ORACLE, called, example, leaves_of, sight

from cnnspec.analysis.analysis import Layer, Scope

ROWS: list[dict[str, Any]] = json.loads((ORACLE / "receptive.json").read_text(encoding="utf-8"))
FIELDS = {row["model"]: row for row in ROWS}
PADDED = [name for name in FIELDS if name != "unet"]


def test_every_network_that_was_measured_is_an_example() -> None:
    assert len(FIELDS) == 14
    assert MEASURED.keys() > FIELDS.keys()


@pytest.mark.parametrize("network", PADDED)
def test_every_layer_sees_what_was_measured(network: str) -> None:
    rows = FIELDS[network]["layers"]
    layers = {layer.name: layer for layer in example(network)}
    found = [sight(layers[name]) for name in called((name for name, *_ in rows), layers)]
    assert [(name, seen) for (name, *_), seen in zip(rows, found, strict=True)] == [(name, tuple(seen)) for name, *seen in rows]


@pytest.mark.parametrize("network", PADDED)
def test_every_layer_above_the_head_was_measured(network: str) -> None:
    rows, names = FIELDS[network]["layers"], [leaf["name"] for leaf in leaves_of(network)]
    assert [name for name, *_ in rows] == names[: len(rows)]
    assert names[len(rows)] in ("avgpool", "classifier")


def parts(scope: Scope) -> Iterator[Scope | Layer]:
    """What stands in a scope, at any depth."""
    for part in scope.children:
        yield part
        if isinstance(part, Scope):
            yield from parts(part)


@pytest.mark.parametrize("network", PADDED)
def test_the_last_feature_map_sees_what_was_measured(network: str) -> None:
    result, row = example(network), FIELDS[network]
    (last,) = (part for part in parts(result.analysis.root) if part.name == row["last"])
    assert sight(last) == sight(result.totals) == tuple(row["total"][word] for word in ("rf", "jump", "start"))


# -- U-Net: named otherwise where it was measured --------------------------------------------------------------------


def ours(name: str) -> str:
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


def phases(layer: Layer) -> list[tuple[Fraction | int, Fraction | int]]:
    """The size for each phase of a layer's units, and the start counted back to unit 0."""
    assert layer.receptive_field is not None
    (seen, _) = layer.receptive_field["input"]
    assert seen.field is not None
    lows, highs = seen.field.lows, seen.field.highs
    return [(high - low + 1, low - unit * seen.field.jump) for unit, (low, high) in enumerate(zip(lows, highs, strict=True))]


def test_each_layer_of_unet_sees_what_was_measured() -> None:
    result, measured = example("unet"), FIELDS["unet"]["layers"]
    assert len(measured) == 18 * 2 + 4 + 4 + 1  # convolutions with their ReLUs, pools, up-convolutions, the head
    for name, size, jump, start in measured:
        layer = result[ours(name)]
        seen = sight(layer)
        assert seen is not None
        assert (name, *seen[:2]) == (name, size, jump)
        # The start was measured at one unit, of one phase.
        assert start in [of for _, of in phases(layer)], name


def test_the_units_of_unet_see_188_or_204() -> None:
    head, total = example("unet")["head"], FIELDS["unet"]["total"]
    assert [size for size, _ in phases(head)] == [total["rf_min"]] * 4 + [total["rf"]] * 12
    # Nothing is padded: units 0 to 15, which lie over the first unit of the bottom, all see from 0 on.
    assert sight(head) == (204, 1, 0)


def test_unet_weighs_and_costs_what_its_figure_says() -> None:
    # Weights and biases: 3×3 convolutions 1-64-64, 64-128-128, 128-256-256, 256-512-512, 512-1024-1024; up-convolutions
    # 2×2; 1024-512-512, 512-256-256, 256-128-128, 128-64-64; the 1×1 head 64-2.
    widths = [(1, 64), (64, 128), (128, 256), (256, 512), (512, 1024), (1024, 512), (512, 256), (256, 128), (128, 64)]
    convolutions = sum(9 * (i * o + o * o) + 2 * o for i, o in widths)
    ups = sum(4 * 2 * o * o + o for o in (512, 256, 128, 64))
    totals = example("unet").totals
    assert totals.params == convolutions + ups + 64 * 2 + 2 == 31_030_658
    assert totals.macs == 150_428_424_448  # by torch's flop counter, halved
