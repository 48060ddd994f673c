"""Connection tables against papers and against dense convolutions, and what is said of those that do not fit."""

from __future__ import annotations

import pytest

import cnnspec
from cnnspec.language.checker import parse

# LeCun et al. (1998), table I: which maps of S2 each of C3's maps reads: six take three in a row, six take four in a row,
# three take two pairs, and the last takes all.
C3 = [
    *[[place, (place + 1) % 6, (place + 2) % 6] for place in range(6)],
    *[[place, (place + 1) % 6, (place + 2) % 6, (place + 3) % 6] for place in range(6)],
    *[[place, place + 1, (place + 3) % 6, (place + 4) % 6] for place in range(3)],
    list(range(6)),
]


def network(entry, shape="[6, 14, 14]"):
    return cnnspec.analyze(parse(f"input: {shape}\nlayers:\n  - {entry}\n", "x.yaml"))


def errors(result):
    return [finding for finding in result.findings if finding.severity == "error"]


def test_c3_of_lenet_5():
    # "Layer C3 has 1,516 trainable parameters and 151,600 connections": these count the biases, 16 at each of 100 positions.
    (layer,) = network(f"conv2d: {{out_channels: 16, kernel_size: 5, connections: {C3}}}")
    assert layer.output_shape == (16, 10, 10)
    assert layer.params == 1516
    assert layer.macs + 16 * 100 == 151_600
    assert layer.flops == 2 * 150_000 + 1_600


def test_all_connections_cost_what_no_table_costs():
    every = [[0, 1, 2]] * 4
    (table,) = network(f"conv2d: {{out_channels: 4, kernel_size: 3, connections: {every}}}", "[3, 8, 8]")
    (dense,) = network("conv2d: {out_channels: 4, kernel_size: 3}", "[3, 8, 8]")
    for figure in ("params", "macs", "flops", "unshared_params", "dense_params", "receptive_field", "output_shape"):
        assert getattr(table, figure) == getattr(dense, figure)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("connections: 3", "connections: 3 is not a list of lists, one for each output channel"),
        ("connections: []", "connections: [] is not a list of lists, one for each output channel"),
        ("connections: [[0], 1]", "connections: output channel 1 reads 1, which is not a list of input channels"),
        ("connections: [[0], []]", "connections: output channel 1 reads no input channel"),
        ("connections: [[0], [1, 0, 1]]", "connections: output channel 1 reads input channel 1 twice"),
        ("connections: [[0], [-1]]", "connections: -1 is less than 0"),
        ("connections: [[0], [0.5]]", "connections: 0.5 is not an input channel: write // or round()"),
        ("connections: [[0]]", "connections: 1 list, one for each output channel, but out_channels is 2"),
        ("connections: [[0], [1]], groups: 2", "connections: a table stands beside groups 2: write one of them"),
        ("connections: [[0], [6]]", "output channel 1 reads input channel 6, but there are 6: 0 to 5"),
    ],
)
def test_tables_that_do_not_fit(options, expected):
    entry = f"conv2d: {{out_channels: 2, kernel_size: 3, {options}}}"
    (found,) = errors(network(entry))
    assert found.message == expected
    # An option's value, behind `  - `; the entry where it is the input that does not fit.
    at = entry.index(options) + len("connections: ") if expected.startswith("connections") else 0
    assert found.position == (3, 5 + at)


def test_a_table_beside_given_kernels():
    (found,) = errors(network("conv2d: {weight: blur, connections: [[0]]}", "[1, 8, 8]"))
    assert found.message == "connections: a table stands beside `weight`: write one of them"


def test_channels_may_be_expressions():
    (layer,) = network(
        "conv2d: {out_channels: 2, kernel_size: 1, connections: [[0, in_channels - 1], ['index + 1']], repeat: 1}"
    )
    assert layer.node.layer.connections == ((0, 5), (1,))
