"""Which variables a constructor takes, and of what type its parameters are."""

from __future__ import annotations

import ast

import pytest
from agreement import in_outline
from harness import Harness

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


LOOPS = """
name: net
input: [3, 64, 64]
vars: {{n: 3, widths: [8, 16], kernels: [1, 3]}}
layers:
  - conv2d: {{name: body, {options}}}
  - conv2d: {{name: last, out_channels: 4, kernel_size: 1}}
"""


@pytest.mark.parametrize(
    ("options", "others"),
    [
        # What a copy reads follows from the copy before it, however many there are.
        ("out_channels: 8 * 2 ** index, kernel_size: 1, repeat: n", [{"n": 1}, {"n": 7}]),
        ("out_channels: 3, kernel_size: [1, 5 if index > 3 else 1], repeat: n", [{"n": 2}, {"n": 6}]),
        ("out_channels: 'widths[index]', kernel_size: 3, repeat: len(widths)", [{"widths": [5]}, {"widths": [2, 3, 4, 5]}]),
        (
            "out_channels: 'widths[index]', kernel_size: 'kernels[index]', repeat: len(widths)",
            [{"widths": [7], "kernels": [3]}, {"widths": [2, 3, 4], "kernels": [1, 5, 1]}],
        ),
    ],
)
def test_a_loop_is_right_for_any_number_of_copies(
    harness: Harness, options: str, others: list[dict[str, int | list[int]]]
) -> None:
    spec = cnnspec.loads(LOOPS.format(options=options))
    code = cnnspec.generate(spec)
    for vars in others:
        changed = cnnspec.analyze(spec, vars=vars)
        assert not changed.has_errors
        assert in_outline(changed, harness.outline(changed, code, **vars)) == []


def test_two_copies_are_written_by_themselves() -> None:
    text = """
input: [4, 8, 8]
blocks:
  fire:
    params: {squeeze: null}
    sequential: [{conv2d: {out_channels: squeeze, kernel_size: 1}}, relu, {conv2d: {out_channels: 8, kernel_size: 1}}]
layers:
  - sequential: {name: stage, layers: [{fire: {squeeze: 5, repeat: 2}}]}
"""
    assert "nn.Sequential(Fire(4, 5), Fire(8, 5))" in cnnspec.generate(cnnspec.loads(text))


def test_an_item_an_axis_stays_as_it_is_said() -> None:
    text = """
input: [4, 16, 16]
blocks:
  b:
    params: {s: 1, k: 3, pool: [2, 2]}
    layers:
      - conv2d: {out_channels: 4, kernel_size: [1, k], stride: [1, s], padding: [0, k // 2]}
      - max_pool2d: pool
layers:
  - b: {s: 2}
  - b
"""
    code = " ".join(cnnspec.generate(cnnspec.loads(text)).split())
    assert "(1, k), stride=(1, s), padding=(0, k // 2)" in code
    assert "pool: tuple[int, int] = (2, 2)" in code
    assert "nn.MaxPool2d(pool)" in code
