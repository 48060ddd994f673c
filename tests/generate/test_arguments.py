"""Which variables a constructor takes, and of what type its parameters are."""

from __future__ import annotations

import ast

import pytest

import cnnspec


def signatures(text: str) -> dict[str, dict[str, str]]:
    """The parameters of each class's constructor, with their types."""
    tree = ast.parse(cnnspec.generate(cnnspec.loads(text)))
    constructors = {
        found.name: next(node for node in found.body if isinstance(node, ast.FunctionDef) and node.name == "__init__")
        for found in tree.body
        if isinstance(found, ast.ClassDef)
    }
    return {
        name: {argument.arg: ast.unparse(argument.annotation) for argument in found.args.args[1:] if argument.annotation}
        for name, found in constructors.items()
    }


LISTS = """
name: net
input: [3, 16, 16]
vars: {{widths: [4, 8], classes: 10}}
layers:
  - conv2d: {{name: stem, out_channels: "widths[0]", kernel_size: 3, padding: 1}}
  {stages}
  - adaptive_avg_pool2d: 1
  - flatten
  - linear: {{name: fc, out_features: classes}}
"""
TWO = '- conv2d: {name: second, out_channels: "widths[1]", kernel_size: 1}'
AS_MANY = '- conv2d: {name: "conv{index}", out_channels: "widths[0]", kernel_size: 1, repeat: len(widths)}'
TWO_KINDS = """- inline:
      repeat: len(widths)
      layers:
        - max_pool2d: {kernel_size: 2, when: index == 1}
        - conv2d: {name: "conv{index}", out_channels: "widths[index]", kernel_size: 1}"""


@pytest.mark.parametrize(
    ("stages", "arguments"),
    [
        (TWO, {"widths": "Sequence[int]", "classes": "int"}),
        (AS_MANY, {"widths": "Sequence[int]", "classes": "int"}),
        # Of a longer list the network would be longer, and not the code, which is of two layers.
        (TWO_KINDS, {"classes": "int"}),
    ],
)
def test_a_list_is_an_argument_where_a_longer_one_is_right_too(stages: str, arguments: dict[str, str]) -> None:
    assert signatures(LISTS.format(stages=stages))["Net"] == arguments


BLOCKS = """
name: net
input: [3, 16, 16]
vars: {width: 16}
blocks:
  ConvNorm:
    params: {channels: null, kernel: 1, padding: 0, mode: zeros, rate: 0}
    layers:
      - conv2d: {name: conv, out_channels: channels, kernel_size: kernel, padding: padding, padding_mode: mode}
      - dropout: {name: drop, p: rate}
layers:
  - ConvNorm: width
  - ConvNorm: {channels: width * 0.5, kernel: [1, 7], padding: [0, 3], mode: reflect}
  - ConvNorm: {channels: 8, rate: 0.5}
"""


@pytest.mark.parametrize(
    ("name", "annotation"),
    [
        ("channels", "int"),  # 16 * 0.5 is 8, and a convolution has whole channels
        ("kernel", "int | tuple[int, int]"),
        ("padding", "int | tuple[int, int]"),
        ("mode", "Literal['zeros', 'reflect', 'replicate', 'circular']"),
        ("rate", "float"),  # a whole number is one, too
    ],
)
def test_a_parameter_is_of_the_type_of_all_its_values(name: str, annotation: str) -> None:
    assert signatures(BLOCKS)["ConvNorm"][name] == annotation


def test_a_whole_number_is_made_where_one_is_wanted() -> None:
    assert "width, int(width * 0.5), kernel=(1, 7)" in cnnspec.generate(cnnspec.loads(BLOCKS))
