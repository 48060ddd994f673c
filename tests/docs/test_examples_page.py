"""The page of the examples: every file stands on it, its commands do what they say, and its figures are those published."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner

import cnnspec
from cnnspec.cli.report import command
from cnnspec.render.manual import DOCS

ROOT = Path(__file__).parents[2]
PAGE = (DOCS / "examples.md").read_text("utf-8")


class Row(NamedTuple):
    """A network on the page, and the file that it is of."""

    file: Path
    name: str
    options: list[str]
    params: int
    macs: int
    field: str


def rows() -> list[Row]:
    networks, _, _ = PAGE.partition("\n## ")
    found, file = [], ROOT
    for line in re.findall(r"^\| (?!file|---)(.*) \|$", networks, re.MULTILINE):
        link, name, options, params, macs, field, _ = line.split(" | ")
        if link.strip():
            file = DOCS / re.search(r"\((.*)\)", link)[1]
        found.append(
            Row(file, name, shlex.split(options.strip("` ")), *(int(n.replace(",", "")) for n in (params, macs)), field)
        )
    return found


ROWS = rows()


def test_every_example_stands_there_once() -> None:
    linked = re.findall(r"\[`\w+`\]\(\.\./(examples/\w+\.yaml)\)", PAGE)
    assert sorted(linked) == sorted(str(path.relative_to(ROOT).as_posix()) for path in ROOT.glob("examples/**/*.yaml"))


def test_no_two_networks_share_a_name() -> None:
    assert len({row.name for row in ROWS}) == len(ROWS)


def test_a_file_is_called_by_the_network_that_it_is_as_it_stands() -> None:
    first = {row.file: row.name for row in reversed(ROWS)}
    assert {file: cnnspec.load(file).name for file in first} == first


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_the_command_gives_the_figures(row: Row) -> None:
    done = CliRunner().invoke(command, [str(row.file), *row.options, "--format", "json", "-o", "-"])
    assert done.exit_code == 0, done.output
    totals = json.loads(done.stdout)["totals"]
    assert (totals["params"], totals["macs"]) == (row.params, row.macs)
    assert "×".join(map(str, totals["receptive_field"])) == row.field


# Params, and MACs in thousands of millions. torchvision's documentation of its weights (``num_params`` and GFLOPS, of which
# ``_ops`` has a digit more), https://docs.pytorch.org/vision/stable/models.html.
TORCHVISION = {
    "AlexNet": (61_100_840, "0.714"),
    "DenseNet-121": (7_978_856, "2.834"),
    "DenseNet-161": (28_681_000, "7.728"),
    "DenseNet-169": (14_149_480, "3.360"),
    "DenseNet-201": (20_013_928, "4.291"),
    "GoogLeNet, no auxiliary heads": (6_624_904, "1.498"),
    "ResNet-18": (11_689_512, "1.814"),
    "ResNet-34": (21_797_672, "3.664"),
    "ResNet-50": (25_557_032, "4.089"),
    "ResNet-101": (44_549_160, "7.801"),
    "ResNet-152": (60_192_808, "11.514"),
    "VGG-11": (132_863_336, "7.609"),
    "VGG-13": (133_047_848, "11.308"),
    "VGG-16": (138_357_544, "15.470"),
    "VGG-19": (143_667_240, "19.632"),
    "VGG-11, batch norm": (132_868_840, "7.609"),
    "VGG-13, batch norm": (133_053_736, "11.308"),
    "VGG-16, batch norm": (138_365_992, "15.470"),
    "VGG-19, batch norm": (143_678_248, "19.632"),
}


@pytest.mark.parametrize("name", TORCHVISION)
def test_figures_are_those_that_torchvision_publishes(name: str) -> None:
    (row,) = (row for row in ROWS if row.name == name)
    assert (row.params, f"{row.macs / 10**9:.3f}") == TORCHVISION[name]


@pytest.mark.parametrize(
    ("name", "giga"),
    # The paper, Table 1: multiply-adds, with strides on a 1×1. The first was cut (3.86), the others are rounded.
    [("ResNet-50, as published", 3.8), ("ResNet-101, as published", 7.6), ("ResNet-152, as published", 11.3)],
)
def test_macs_of_resnet_are_those_of_the_paper(name: str, giga: float) -> None:
    (row,) = (row for row in ROWS if row.name == name)
    assert giga - 0.05 <= row.macs / 10**9 < giga + 0.1


@pytest.mark.parametrize(
    ("name", "params"),
    # The summaries that the authors' program prints of its models.
    [
        ("YOLOv5n", 1_872_157),
        ("YOLOv5s", 7_235_389),
        ("YOLOv5m", 21_190_557),
        ("YOLOv5l", 46_563_709),
        ("YOLOv5x", 86_749_405),
    ],
)
def test_params_of_yolov5_are_those_that_its_authors_publish(name: str, params: int) -> None:
    (row,) = (row for row in ROWS if row.name == name)
    assert row.params == params
