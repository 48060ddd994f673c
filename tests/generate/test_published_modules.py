"""Generated code against what was published: torchvision's checkpoints, the sums on the slides; and how long it is."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

import cnnspec

sys.path.append(str(Path(__file__).parents[1] / "networks"))
from measured import EXAMPLES, MEASURED, ORACLE

SLIDES = json.loads((ORACLE / "slides.json").read_text(encoding="utf-8"))
STATE_DICTS = json.loads((ORACLE / "state_dicts.json").read_text(encoding="utf-8"))


def made(code: str) -> Any:
    """The network's class: the last that a module defines."""
    namespace: dict[str, Any] = {"__name__": "generated"}
    exec(compile(code, "generated", "exec"), namespace)
    defined = (value for value in namespace.values() if isinstance(value, type) and value.__module__ == "generated")
    return [value for value in defined if issubclass(value, nn.Module)][-1]


# -- checkpoints ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", STATE_DICTS)
def test_a_checkpoint_of_torchvision_can_be_loaded(name: str) -> None:
    example, vars = MEASURED[name]
    with torch.device("meta"):
        network = made(cnnspec.generate(EXAMPLES / f"{example}.yaml", vars=vars))()
    expected = STATE_DICTS[name]
    assert [[key, list(tensor.shape)] for key, tensor in network.state_dict().items()] == [list(row) for row in rows(expected)]


def rows(measured: Any) -> Any:
    return measured.items() if isinstance(measured, dict) else measured


# -- the slides -------------------------------------------------------------------------------------------------------


def computed(image: list[Any], layer: str, *more: str) -> list[Any]:
    """What a network of one convolution, and what follows it, makes of an image: channels of rows."""
    channels, height, width = len(image), len(image[0]), len(image[0][0])
    entries = "".join(f"  - {entry}\n" for entry in (f"conv2d: {{{layer}}}", *more))
    spec = cnnspec.loads(f"name: Slide\ninput: [{channels}, {height}, {width}]\nlayers:\n{entries}")
    network = made(cnnspec.generate(spec))().eval()
    with torch.no_grad():
        found: list[Any] = network(torch.tensor([image], dtype=torch.float32))[0].tolist()
    return found


@pytest.mark.parametrize(("padding", "result"), [(0, "valid"), (1, "zero_padding_1")])
@pytest.mark.parametrize("weight", ["sharpen", str(SLIDES["sharpen"]["kernel"])])
def test_sharpening(weight: str, padding: int, result: str) -> None:
    found = computed([SLIDES["sharpen"]["image"]], f"weight: {weight}, padding: {padding}, bias: false")
    assert found == [SLIDES["sharpen"][result]]


def test_sharpening_prints_what_the_slide_prints() -> None:
    (padded,) = computed([SLIDES["sharpen"]["image"]], "weight: sharpen, padding: 1, bias: false")
    assert (padded[1][1], padded[1][2], padded[1][0], padded[0][0]) == (89, 111, 210, 320)


@pytest.mark.parametrize("weight", ["laplacian", str(SLIDES["laplacian"]["kernel"])])
def test_the_laplacian(weight: str) -> None:
    found = computed([SLIDES["laplacian"]["image"]], f"weight: {weight}, bias: false")
    assert found == [SLIDES["laplacian"]["valid"]] == [[[-2, 10, 9], [-8, -1, -11]]]


def test_edges() -> None:
    vertical = [[10] * 4 + [100] * 4 for _ in range(8)]
    horizontal = [[10] * 8] * 4 + [[100] * 8] * 4
    assert computed([vertical], "weight: prewitt_x, bias: false") == [[[0, 0, 270, 270, 0, 0]] * 6]
    kernel = SLIDES["horizontal_edge"]["kernel"]
    found = [computed([horizontal], f"weight: {weight}, bias: false") for weight in (kernel, "prewitt_y")]
    assert found == [[[[270 if row in (2, 3) else 0] * 6 for row in range(6)]]] * 2


def test_the_exercise() -> None:
    exercise = SLIDES["exercise"]
    found = computed(exercise["image"], f"weight: [{exercise['kernel']}], bias: [{exercise['bias']}]")
    assert found == [exercise["output"]]


# -- length -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "most"), [("resnet50", 110), ("vgg", 60), ("densenet", 100), ("googlenet", 120), ("unet", 90)]
)
def test_it_is_as_short_as_a_person_would_write_it(name: str, most: int) -> None:
    lines = cnnspec.generate(EXAMPLES / f"{name}.yaml").splitlines()
    assert len(lines) <= most
    assert max(map(len, lines)) <= 100
