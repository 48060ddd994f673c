"""What Python programs see."""

import dataclasses
import doctest
import json
from pathlib import Path

import numpy
import pytest

import cnnspec
from cnnspec.language.checker import parse

LENET = Path(__file__).parents[2] / "examples" / "lenet.yaml"
BROKEN = "input: [1, 4, 4]\nlayers:\n  - conv2d: {name: c1, out_channels: 2, kernal_size: 5}\n"


def test_the_public_names():
    """Renaming one breaks other people's programs: add, deprecate, then remove."""
    assert cnnspec.__all__ == [
        "Finding",
        "Result",
        "Spec",
        "SpecError",
        "UsageError",
        "__version__",
        "analyze",
        "generate",
        "input_sizes",
        "load",
        "loads",
    ]
    assert all(getattr(cnnspec, name) is not None for name in cnnspec.__all__)
    with pytest.raises(AttributeError, match="analyse"):
        cnnspec.analyse  # noqa: B018


def test_the_docstring_runs():
    assert doctest.testmod(cnnspec).failed == 0


def test_a_result():
    result = cnnspec.analyze(LENET)
    assert result.totals.params == 61_706  # 156 + 2,416 + 48,120 + 10,164 + 850
    assert len(result.layers) == result.totals.layers == 12
    assert [layer.name for layer in result][:2] == ["c1", "tanh1"]
    assert result["c1"].output_shape == (6, 28, 28)
    assert result["c1"].dense_params == 1024 * 4704 + 4704
    assert not result.has_errors
    with pytest.raises(KeyError, match="did you mean `c1`"):
        result["c1x"]


def test_a_result_is_immutable():
    result = cnnspec.analyze(LENET)
    with pytest.raises(dataclasses.FrozenInstanceError):
        result.findings = ()
    with pytest.raises(AttributeError):
        result["c1"].node.name = "other"


def test_every_rendering():
    result = cnnspec.analyze(LENET)
    assert json.loads(json.dumps(result.to_dict()))["totals"]["flops"] == 852_370
    assert result.to_markdown().startswith("# LeNet-5")
    assert "<html" not in result._repr_html_()
    assert "61,706" in result._repr_html_()
    assert "61,706" in str(result)


def test_load_and_loads_raise_for_errors_and_list_them_all():
    assert cnnspec.load(LENET).name == "LeNet-5"
    with pytest.raises(cnnspec.SpecError) as caught:
        cnnspec.loads(BROKEN + "  - rely\n")
    assert [finding.code for finding in caught.value.findings] == ["CNN002", "CNN003"]
    assert "<string>:3:41: CNN002 error: conv2d has no option `kernal_size`: did you mean `kernel_size`?" in str(caught.value)


def test_analyze_does_not_raise_for_errors(tmp_path):
    path = tmp_path / "broken.yaml"
    path.write_text(BROKEN)
    assert [finding.code for finding in cnnspec.analyze(path).findings] == ["CNN002"]


def test_a_missing_file_is_an_os_error(tmp_path):
    with pytest.raises(OSError, match="no such file"):
        cnnspec.load(tmp_path / "missing.yaml")


def test_an_unknown_variable():
    with pytest.raises(ValueError, match="no variable 'n'"):
        cnnspec.analyze(LENET, vars={"n": 1})


VARIED = "input: [4]\nvars: {n: 2, sizes: [1, 3], act: relu}\nlayers:\n  - linear: n * sizes[1]\n  - activation: act\n"


def test_other_values_of_variables_are_told():
    result = cnnspec.analyze(cnnspec.loads(VARIED, "net.yaml"), vars={"n": numpy.int64(5), "sizes": (1, 2)})
    assert result.graph.outputs == {"activation1": (10,)}
    assert str(result).startswith("net with n=5, sizes=[1,2]: input 4 → activation1 10, float32\n")
    assert json.loads(json.dumps(result.to_dict()["vars"])) == {"n": 5, "sizes": [1, 2], "act": "relu"}
    again = cnnspec.analyze(result.spec, vars={"act": "tanh", "n": 1.0})
    assert str(again).startswith('net with n=1.0, sizes=[1,2], act="tanh": input 4 → activation1 2, float32\n')


def test_a_long_value_is_cut():
    result = cnnspec.analyze(cnnspec.loads(VARIED, "net.yaml"), vars={"sizes": [0, 7, *range(100, 1000)]})
    # [0,7 and fourteen of ,100: 4 + 56 characters.
    assert str(result).startswith(f"net with sizes=[0,7{''.join(f',{n}' for n in range(100, 114))}…: input 4 → ")
    assert len(result.to_dict()["vars"]["sizes"]) == 902


def test_a_variable_that_cannot_be_read_is_null():
    result = cnnspec.analyze(parse("input: [1, 4]\nvars: {n: {a: 1}, m: 2}\nlayers: [linear: n]\n", "net.yaml")).to_dict()
    assert result["vars"] == {"n": None, "m": 2}


def test_the_json_result_to_the_letter():
    """The keys, in their order, as the format's page has them."""
    result = cnnspec.analyze(LENET).to_dict()
    keys = ["format", "cnnspec", "name", "source", "dtype", "vars", "inputs", "outputs", "totals", "layers", "findings"]
    assert list(result) == keys
    totals = ["layers", "params", "trainable_params", "buffers", "macs", "flops", "activations", "activation_bytes"]
    assert list(result["totals"]) == [*totals, "param_bytes", "receptive_field"]
    assert result["layers"][0] == {
        "name": "c1",
        "type": "conv2d",
        "scope": [],
        "line": result["layers"][0]["line"],
        "column": 5,
        "options": {
            "out_channels": 6,
            "kernel_size": [5, 5],
            "stride": [1, 1],
            "padding": [[0, 0], [0, 0]],
            "dilation": [1, 1],
            "groups": 1,
            "bias": True,
            "padding_mode": "zeros",
        },
        "inputs": ["input"],
        "input_shapes": [[1, 32, 32]],
        "output_shape": [6, 28, 28],
        "params": 156,
        "trainable_params": 156,
        "buffers": 0,
        "macs": 117600,
        "flops": 239904,
        "unshared_params": 122304,
        "dense_params": 4821600,
        "activations": 4704,
        "activation_bytes": 18816,
        "receptive_field": {"size": [5, 5], "jump": [1, 1], "start": [0, 0]},
        "coverage": 1.0,
    }
    assert result["layers"][-1]["receptive_field"]["size"] == ["global", "global"]
    assert result["totals"]["receptive_field"] == [16, 16]


def test_a_finding_in_json():
    spec = cnnspec.loads("input: [1, 7, 7]\nlayers:\n  - conv2d: {out_channels: 1, kernel_size: 3, stride: 3}\n", "net.yaml")
    (found,) = [found for found in cnnspec.analyze(spec).to_dict()["findings"] if found["severity"] == "error"]
    assert found == {
        "code": "CNN101",
        "rule": "fractional-stride",
        "severity": "error",
        "file": "net.yaml",
        "line": 3,
        "column": 5,
        "layer": "conv1",
        "expected": False,
        "message": "(7 + 0 - 3)/3 + 1 = 2.33 is not whole: the last 1 of 7 rows and columns are never read",
        "fixes": [
            {"option": "stride", "value": 2},
            {"option": "padding", "value": 1},
            {"option": "kernel_size", "value": 7},
            {"input": [1, 6, 6]},
            {"input": [1, 9, 9]},
        ],
    }
