"""The examples and the published networks, generated: they hold and compute what the analysis says, with any variables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from agreement import differences, in_outline
from harness import Harness

import cnnspec
from cnnspec.api import with_vars

ROOT = Path(__file__).parents[2]
FILES = {
    path.stem: path for folder in (ROOT / "examples", ROOT / "tests" / "networks") for path in sorted(folder.glob("*.yaml"))
}

VGG = {11: [1, 1, 2, 2, 2], 13: [2, 2, 2, 2, 2], 19: [2, 2, 4, 4, 4]}
VARIANTS: list[tuple[str, dict[str, Any]]] = [
    *((name, {}) for name in FILES),
    *(("resnet50", {"stages": stages}) for stages in ([3, 4, 23, 3], [3, 8, 36, 3])),
    ("resnet50", {"v1": True}),
    *(("vgg", {"stages": stages, "batch_norm": norm}) for stages in VGG.values() for norm in (False, True)),
    ("vgg", {"classes": 10}),
    ("mobilenet_v3", {"small": True}),
    ("resnet18", {"stages": [3, 4, 6, 3]}),
    ("densenet", {"block_config": [6, 12, 32, 32]}),
    ("densenet", {"growth": 48, "block_config": [6, 12, 36, 24]}),
    *((name, {"heads": False}) for name in ("googlenet", "googlenet_2014")),
    ("googlenet", {"classes": 10}),
    *(("yolov5", {"depth": depth, "width": width}) for depth, width in ((0.33, 0.25), (0.67, 0.75), (1.0, 1.0))),
    ("yolov1", {"boxes": 3, "classes": 80}),
    ("neocognitron", {"planes": 10}),
    *(("shufflenet_v2", {"channels": channels}) for channels in (48, 176)),
    ("shufflenet_v2", {"channels": 244, "last": 2048}),
    ("convnext", {"third": 27, "drop": 0.4}),
    ("convnext", {"third": 27, "dim": 128, "drop": 0.5}),
    ("convnext", {"third": 27, "dim": 192, "drop": 0.5}),
]

LARGE = {"alexnet", "unet", "vgg", "yolov1"}
"""Networks that take minutes, or gigabytes, to be run with numbers on images of any size: their shapes are computed."""
SIDES = (32, 64, 67, 96, 99, 128, 131, 160, 192, 195, 224, 227)


def smaller(spec: cnnspec.Spec) -> cnnspec.Spec:
    """The network on the smallest images that it takes, where those of its file are for minutes."""
    result = cnnspec.analyze(spec)
    if result.totals.macs is not None and result.totals.macs < 20_000_000:
        return spec
    shapes = {name: shape for name, shape in result.graph.inputs.items() if shape is not None}
    for side in SIDES:
        changed = spec.resized({name: (shape[0], *(min(side, size) for size in shape[1:])) for name, shape in shapes.items()})
        if not cnnspec.analyze(changed).has_errors:
            return changed
    return spec


def told(name: str, vars: dict[str, Any]) -> str:
    return "-".join([name, *(f"{key}={value}" for key, value in vars.items())])


@pytest.mark.parametrize(("name", "vars"), VARIANTS, ids=[told(*variant) for variant in VARIANTS])
def test_it_holds_what_the_analysis_says(harness: Harness, name: str, vars: dict[str, Any]) -> None:
    spec = with_vars(cnnspec.load(FILES[name]), vars)
    result = cnnspec.analyze(spec)
    assert in_outline(result, harness.outline(result, cnnspec.generate(spec))) == []


# Whether there are heads changes what the network puts out: that is settled when its code is written.
ARGUMENTS = [(name, vars) for name, vars in VARIANTS if vars and "heads" not in vars]


@pytest.mark.parametrize(("name", "vars"), ARGUMENTS, ids=[told(*case) for case in ARGUMENTS])
def test_variables_are_arguments(harness: Harness, name: str, vars: dict[str, Any]) -> None:
    """The module of the file as it is makes the variants, too."""
    result = cnnspec.analyze(FILES[name], vars=vars)
    assert in_outline(result, harness.outline(result, cnnspec.generate(cnnspec.load(FILES[name])), **vars)) == []


@pytest.mark.parametrize("name", [name for name in FILES if name not in LARGE])
def test_it_computes_what_the_spec_says(harness: Harness, name: str) -> None:
    spec = smaller(cnnspec.load(FILES[name]))
    result = cnnspec.analyze(spec)
    assert result.totals.params is not None
    assert result.totals.params < 40_000_000, f"{name} is to be among the large ones"
    assert differences(result, harness.record(result, cnnspec.generate(spec), timeout=600)) == []
