"""The JSON Schemas: fresh, valid, and of one mind with the checker."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

import cnnspec
from cnnspec.language import schema as spec_schema
from cnnspec.language.checker import parse
from cnnspec.render import format as result_format
from cnnspec.render.format import Result
from cnnspec.resources import folder

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.yaml"))
SPEC = jsonschema.Draft202012Validator(spec_schema.schema())


def spec(layer: str) -> str:
    return f"input: [3, 32, 32]\nlayers:\n  - {layer}\n"


@pytest.mark.parametrize(("name", "text"), [("spec", spec_schema.text()), ("result", result_format.text())])
def test_the_file_is_what_the_classes_say(name, text):
    assert (folder("schemas") / f"{name}.schema.json").read_text("utf-8") == text


@pytest.mark.parametrize("schema", [spec_schema.schema(), result_format.schema()])
def test_it_is_a_2020_12_schema(schema):
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema.Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_is_valid(path):
    SPEC.validate(yaml.safe_load(path.read_text("utf-8").replace("61_706", "61706")))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_result_is_valid(path):
    result = cnnspec.analyze(path).to_dict()
    jsonschema.Draft202012Validator(result_format.schema()).validate(json.loads(json.dumps(result)))
    assert Result.model_validate_json(json.dumps(result)).totals.params == result["totals"]["params"]


@pytest.mark.parametrize(
    "layer",
    [
        "relu",
        "conv2d: {out_channels: 8, kernel_size: 3}",
        "conv2d: {out_channels: 2 * in_channels, kernel_size: [3, k]}",
        "conv2d: {out_channels: 8, kernel_size: 3, padding: [[1, 2], [0, 0]], name: c1, trainable: false}",
        "max_pool2d: 2",
        "max_pool2d: {kernel_size: 2, repeat: 2, when: in_height > 4}",
        "flatten",
        "softmax: {dim: channels}",
        "add: [input, input]",
        "concat: {from: [input, input], dim: 0}",
        "linear: {out_features: 10, expect: {params: 330, output_shape: [3, 32, 10]}}",
        "sequential: [conv2d: {out_channels: 8, kernel_size: 3}, relu]",
        "sequential: {name: s, repeat: 2, layers: [relu]}",
        "inline: {when: k == 3, layers: [relu, tanh]}",
        "branches: [relu, [], [tanh, relu]]",
        "branches: {merge: add, paths: [relu, []]}",
        "branches: {dim: height, paths: [relu, []]}",
        "pair: {n: 2 * k, name: p}",
        "pair: 4",
        "pair",
    ],
)
def test_what_the_checker_takes_the_schema_takes(layer):
    text = "vars: {k: 3}\nblocks: {pair: {params: {n: 1}, layers: [relu, {linear: n}]}}\n" + spec(layer)
    assert not parse(text, "x.yaml").findings
    SPEC.validate(yaml.safe_load(text))


@pytest.mark.parametrize(
    "layer",
    [
        "conv2d",
        "conv2d: {out_channels: 8}",
        "conv2d: {out_channels: 8, kernal_size: 3}",
        "relu: {slope: 1}",
        "max_pool2d: {kernel_size: 2, expect: {parms: 3}}",
        "add: {dim: 0}",
        "sequential",
        "sequential: {name: s}",
        "sequential: {layers: [relu: {slope: 1}]}",
        "branches: [relu]",
        "branches: {merge: relu, paths: [relu, tanh]}",
    ],
)
def test_what_the_checker_refuses_the_schema_refuses(layer):
    assert parse(spec(layer), "x.yaml").findings
    assert not SPEC.is_valid(yaml.safe_load(spec(layer)))


@pytest.mark.parametrize(
    "block",
    [
        "{params: {n: 1}}",
        "{layers: [], inline: []}",
        "{layer: [relu]}",
        "{layers: [conv2d: 3]}",
        "[relu]",
        "{inputs: x, layers: []}",
    ],
)
def test_wrong_blocks(block):
    text = f"blocks: {{b: {block}}}\n{spec('relu')}"
    assert parse(text, "x.yaml").findings
    assert not SPEC.is_valid(yaml.safe_load(text))


@pytest.mark.parametrize("extra", ["inputs: {a: [3]}", "size: 3", "dtype: float8", "cnnspec: 2"])
def test_wrong_keys_of_the_file(extra):
    text = f"{extra}\n{spec('relu')}"
    assert parse(text, "x.yaml").findings
    assert not SPEC.is_valid(yaml.safe_load(text))


def test_options_have_their_kinds():
    """A tuple of the wrong length and a boolean for a number are underlined in an editor."""
    assert not SPEC.is_valid(yaml.safe_load(spec("conv2d: {out_channels: 8, kernel_size: [3, 3, 3]}")))
    assert not SPEC.is_valid(yaml.safe_load(spec("conv2d: {out_channels: true, kernel_size: 3}")))
    assert not SPEC.is_valid(yaml.safe_load(spec("conv2d: {out_channels: 8, kernel_size: 0}")))
