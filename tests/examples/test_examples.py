"""Every example is true: what it expects, the command confirms; what it is an example of is stated here once more."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

import cnnspec
from cnnspec.analysis.analysis import Layer
from cnnspec.language.reader import Node, read

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("**/*.yaml"))

every_example = pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)


def analyzed(name: str, **changes) -> cnnspec.Result:
    return cnnspec.analyze(ROOT / "examples" / f"{name}.yaml", **changes)


def run(command: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "cnnspec", command, *map(str, arguments)]
    return subprocess.run(line, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False)


@every_example
def test_the_command_finds_no_error(path):
    checked = run("check", path)
    assert checked.returncode == 0, checked.stdout
    assert " error: " not in checked.stdout
    assert "error" not in checked.stderr


@every_example
def test_what_it_does_not_expect_is_a_note_at_most(path):
    findings = cnnspec.analyze(path).to_dict()["findings"]
    assert all(finding["expected"] or finding["severity"] == "note" for finding in findings)


@every_example
def test_it_expects_facts_of_the_network_and_of_layers(path):
    result = cnnspec.analyze(path)
    assert {"params", "macs"} <= result.graph.expect.keys()
    assert any({"params", "output_shape"} & layer.node.expect.keys() for layer in result)


@every_example
def test_it_reads_well(path):
    text = path.read_text(encoding="utf-8")
    spec = cnnspec.load(path)
    assert text.startswith("cnnspec: 1\n")
    assert "\nname: " in text
    assert spec.description
    assert max(map(len, text.splitlines())) <= 140


# -- the figures, as they were printed or come out by hand ---------------------------------------------------------


def shapes(result: cnnspec.Result, *types: str) -> list[tuple[int, ...] | None]:
    return [layer.output_shape for layer in result if not types or layer.type in types]


def params(result: cnnspec.Result) -> list[int | None]:
    return [layer.params for layer in result if layer.params]


def field(layer: Layer) -> tuple[int, ...]:
    return tuple(sight.field.size for sight in layer.receptive_field["input"])


def test_lenet():
    result = analyzed("lenet")
    assert params(result) == [(5 * 5 * 1 + 1) * 6, (5 * 5 * 6 + 1) * 16, 400 * 120 + 120, 120 * 84 + 84, 84 * 10 + 10]
    totals = result.to_dict()["totals"]
    assert totals["params"] == 61_706
    assert totals["macs"] == 416_520
    assert totals["flops"] == 852_370
    assert totals["activations"] == 15_002
    assert totals["receptive_field"] == [16, 16]
    assert totals["param_bytes"] == 4 * 61_706
    assert result["c1"].unshared_params == 26 * 6 * 28 * 28
    assert result["c1"].dense_params == (32 * 32 + 1) * 6 * 28 * 28


@pytest.mark.parametrize(
    ("name", "changed"),
    [("resnet18", "stages"), ("resnet50", "stages"), ("vgg", "stages"), ("densenet", "block_config")],
)
def test_a_stage_too_few_is_an_error(name, changed):
    result = analyzed(name, vars={changed: cnnspec.load(ROOT / "examples" / f"{name}.yaml").vars[changed][:-1]})
    assert result.totals.params is None
    assert "there is no item" in next(finding.message for finding in result.findings if finding.severity == "error")


def test_digits_is_the_table():
    result = analyzed("slides_digits")
    rows = [layer for layer in result if layer.type != "flatten"]
    assert [row.activations for row in rows] == [6_272, 1_568, 1_600, 400, 120, 84, 10]
    assert [row.params for row in rows] == [608, 0, 3_216, 0, 48_120, 10_164, 850]
    assert result.totals.params == 62_958
    assert shapes(result, "conv2d", "max_pool2d") == [(8, 28, 28), (8, 14, 14), (16, 10, 10), (16, 5, 5)]


def test_digits_dense_is_not_the_printed_figure():
    conv1 = analyzed("slides_digits")["conv1"]
    inputs, outputs = 32 * 32 * 3, 28 * 28 * 8
    assert conv1.dense_params == inputs * outputs + outputs == 19_273_856
    # What was printed would be right for 3,272 inputs: a digit slipped. The example says so where the figure stands.
    assert outputs * (3_272 + 1) == 20_528_256
    assert "20,528,256" in conv1.node.entry.note


def test_digits_unshared():
    result = analyzed("slides_digits")
    assert result["conv1"].unshared_params == (5 * 5 * 3 + 1) * 8 * 28 * 28 == 476_672
    assert result["conv2"].unshared_params == (5 * 5 * 8 + 1) * 16 * 10 * 10 == 321_600


def test_convnet_takes_the_floor_and_says_so():
    result = analyzed("slides_convnet")
    assert shapes(result) == [(8, 62, 62), (16, 29, 29), (32, 12, 12)]
    assert params(result) == [(9 * 3 + 1) * 8, (25 * 8 + 1) * 16, (49 * 16 + 1) * 32]
    assert [field(layer) for layer in result] == [(3, 3), (7, 7), (19, 19)]
    (finding,) = [found for found in result.to_dict()["findings"] if found["rule"] == "fractional-stride"]
    assert (finding["layer"], finding["severity"]) == ("conv2", "note")
    assert "(62 + 0 - 5)/2 + 1 = 29.5" in finding["message"]
    assert result["conv2"].coverage == pytest.approx((61 / 62) ** 2)


def test_stem():
    result = analyzed("slides_stem")
    assert shapes(result) == [(12, 14, 14)]
    assert params(result) == [(6 * 6 * 3 + 1) * 12]
    assert not result.findings


@pytest.mark.parametrize(
    ("name", "shape", "count"),
    [
        ("slides_760", (10, 32, 32), (5 * 5 * 3 + 1) * 10),
        ("slides_456", (6, 28, 28), (5 * 5 * 3 + 1) * 6),
        ("slides_448", (16, 30, 30), (3 * 3 * 3 + 1) * 16),
    ],
)
def test_the_file_is_called_by_its_params(name, shape, count):
    result = analyzed(name)
    assert shapes(result) == [shape]
    assert result.totals.params == count == int(name.removeprefix("slides_"))


def test_456_instead_of_fourteen_million():
    conv = analyzed("slides_456")["conv1"]
    assert conv.dense_params == 3_072 * 4_704 + 4_704
    assert conv.unshared_params == 76 * 4_704


@pytest.mark.parametrize("size", [3, 64, 224, 1_000])
def test_448_whatever_the_image(size):
    result = analyzed("slides_448", inputs=(3, size, size))
    assert result.totals.params == 448
    assert result["conv1"].output_shape == (16, size - 2, size - 2)


def test_strides():
    result = analyzed("slides_strides")
    assert dict(result.graph.outputs) == {"stride1": (1, 5, 5), "stride2": (1, 3, 3), "stride3": (1, 2, 2)}
    (finding,) = result.findings
    assert (finding.layer, finding.expected) == ("stride3", True)
    assert "(7 + 0 - 3)/3 + 1 = 2.33 is not whole" in finding.message
    assert result["stride3"].coverage == pytest.approx(36 / 49)


def test_floor():
    result = analyzed("slides_floor")
    assert result["exact"].output_shape == result["floored"].output_shape == (1, 2, 2)
    assert [finding.layer for finding in result.findings] == ["floored"]
    assert result["floored"].coverage == pytest.approx(25 / 36)


def test_same():
    result = analyzed("slides_same")
    conv = result["conv1"]
    assert conv.options["padding"] == ((3, 3), (3, 3))
    assert conv.output_shape == (8, 256, 256)
    assert conv.params == (7 * 7 * 3 + 1) * 8 == 1_184


def test_exercise():
    result = analyzed("slides_exercise")
    assert shapes(result) == [(1, 4, 4), (1, 4, 4), (1, 3, 3), (9,), (32,)]
    assert (result["conv1"].params, result["max_pool1"].params, result["linear1"].params) == (28, 0, 320)
    assert result.totals.params == 348


def test_unshared():
    conv = analyzed("slides_unshared")["conv1"]
    assert (conv.params, conv.unshared_params) == (26, 14_976)
    assert conv.dense_params == 784 * 576 + 576
    assert conv.output_shape == (1, 24, 24)


def test_edge():
    result = analyzed("slides_edge")
    conv = result["conv1"]
    assert conv.output_shape == (1, 280, 319)
    assert 2 * conv.macs - conv.activations == 319 * 280 * 3 == 267_960
    assert conv.dense_params == 320 * 280 * 319 * 280 == 8_003_072_000
    assert (conv.params, field(conv)) == (2, (1, 2))


def test_ann():
    result = analyzed("slides_ann")
    assert result["flatten1"].output_shape == (512 * 512 * 3,)
    assert result.totals.params == 512 * 512 * 3 * 1_000 + 1_000 == 786_433_000


def test_downsampling():
    result = analyzed("slides_downsampling")
    assert shapes(result) == [(16, 112, 112), (32, 56, 56)]
    assert [finding.layer for finding in result.findings if finding.rule == "fractional-stride"] == ["conv1", "conv2"]
    assert {finding.severity for finding in result.findings} == {"note"}
    assert [layer.coverage for layer in result] == [1, 1]


def test_paddings_change_no_figure():
    result = analyzed("slides_paddings")
    convolutions = [layer for layer in result if layer.type == "conv2d"]
    assert {layer.options["padding_mode"] for layer in convolutions} == {
        "zeros",
        "reflect",
        "replicate",
        "circular",
        "symmetric",
    }
    assert {(layer.output_shape, layer.params, layer.macs) for layer in convolutions} == {((1, 6, 6), 10, 324)}
    assert result["uneven"].output_shape == (1, 1 + 6 + 2, 0 + 6 + 4)


# -- a figure that is not so is found ------------------------------------------------------------------------------


class Figure(NamedTuple):
    """A figure that a spec expects, and where it stands."""

    text: str
    line: int
    column: int

    @property
    def wrong(self) -> str:
        """The figure with another last digit."""
        return f"{self.text[:-1]}{(int(self.text[-1]) + 1) % 10}"

    def spoil(self, spec: str) -> str:
        """The spec with the wrong figure in this one's place."""
        lines = spec.splitlines(keepends=True)
        before, after = lines[self.line - 1][: self.column - 1], lines[self.line - 1][self.column - 1 :]
        assert after.startswith(self.text)
        lines[self.line - 1] = before + self.wrong + after.removeprefix(self.text)
        return "".join(lines)


def figures(node: Node, expected: bool = False) -> Iterator[Figure]:
    """Every figure below an ``expect``, at the file's level and on the layers."""
    if isinstance(node.value, dict):
        for key, value in node.value.items():
            yield from figures(value, expected or key == "expect")
    elif isinstance(node.value, list):
        for item in node.value:
            yield from figures(item, expected)
    elif expected and re.fullmatch(r"[0-9_.]+", node.text):
        yield Figure(node.text, node.line, node.column)


def figures_of(path: Path) -> list[Figure]:
    root = read(path.read_text(encoding="utf-8")).root
    assert root is not None
    return list(figures(root))


def numbers(text: str) -> set[str]:
    """The numbers in a text, digits only; a fraction also to the three digits that the examples write."""
    return {
        number for found in re.findall(r"[0-9][0-9,_]*(?:\.[0-9]+)?", text) for number in _spellings(re.sub("[,_]", "", found))
    }


def _spellings(number: str) -> set[str]:
    return {number, number.removesuffix(".0"), f"{float(number):.3f}"} if "." in number else {number}


@pytest.mark.parametrize(
    ("path", "figure"),
    [
        pytest.param(path, figure, id=f"{path.stem}:{figure.line}:{figure.column}-{figure.text}")
        for path in EXAMPLES
        for figure in figures_of(path)
    ],
)
def test_any_other_figure_fails(path, figure):
    spoilt = figure.spoil(path.read_text(encoding="utf-8"))
    errors = [finding for finding in cnnspec.analyze(cnnspec.loads(spoilt, path.name)).findings if finding.severity == "error"]
    assert {finding.rule for finding in errors} == {"expectation-failed"}
    for finding in errors:
        assert finding.position.line <= figure.line
        assert numbers(figure.text) | numbers(figure.wrong) <= numbers(finding.message)


@pytest.mark.parametrize(
    ("name", "right", "wrong", "message"),
    [
        ("lenet", "params: 61_706", "params: 61_707", "error: params is 61,706, not 61_707 as expected"),
        ("lenet", "macs: 416_520", "macs: 416.6k", "error: macs is 416,520, not 416.6k as expected"),
        (
            "lenet",
            "outputs: {linear3: [10]}",
            "outputs: {linear3: [11]}",
            "error: outputs is linear3 [10], not linear3 [11] as expected",
        ),
        (
            "slides_same",
            "[8, 256, 256], params",
            "[8, 250, 250], params",
            "conv1: output_shape is [8, 256, 256], not [8, 250, 250] as expected",
        ),
        (
            "slides_edge",
            "params: 2, receptive_field: [1, 2],\n",
            "params: 2, receptive_field: [2, 1],\n",
            "conv1: receptive_field is [1, 2], not [2, 1] as expected",
        ),
        ("slides_digits", "19_273_856", "20_528_256", "conv1: dense_params is 19,273,856, not 20_528_256 as expected"),
        ("slides_unshared", "14_976", "14_977", "conv1: unshared_params is 14,976, not 14_977 as expected"),
        (
            "slides_ann",
            "receptive_field: global",
            "receptive_field: 512",
            "linear1: receptive_field is [global, global], not 512 as expected",
        ),
    ],
)
def test_the_command_gives_both_numbers(tmp_path, name, right, wrong, message):
    text = (ROOT / "examples" / f"{name}.yaml").read_text(encoding="utf-8")
    assert text.count(right) == 1
    spec = tmp_path / f"{name}.yaml"
    spec.write_text(text.replace(right, wrong), encoding="utf-8")
    checked = run("check", spec)
    assert checked.returncode == 1
    assert message in checked.stdout
    assert "CNN109" in checked.stdout
    assert checked.stderr.startswith("1 error")


@pytest.mark.parametrize("name", ["slides_convnet", "slides_strides", "slides_floor"])
def test_a_fractional_stride_that_nobody_expects_is_an_error(tmp_path, name):
    text = (ROOT / "examples" / f"{name}.yaml").read_text(encoding="utf-8")
    spec = tmp_path / f"{name}.yaml"
    spec.write_text(text.replace("fractional-stride, ", "").replace("findings: [fractional-stride], ", ""), encoding="utf-8")
    checked = run("check", spec)
    assert checked.returncode == 1
    assert "CNN101 error" in checked.stdout


def test_a_finding_that_is_expected_and_does_not_come_is_an_error(tmp_path):
    text = (ROOT / "examples" / "slides_strides.yaml").read_text(encoding="utf-8")
    spec = tmp_path / "strides.yaml"
    spec.write_text(text.replace("stride: 3", "stride: 4").replace("2.33 is no size", "2 is one"), encoding="utf-8")
    checked = run("check", spec)
    assert checked.returncode == 1
    assert "stride3: the finding fractional-stride is expected, but there is none" in checked.stdout
