"""CNN104."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rule_nets import check, net

RULE = "groups-mismatch"


def test_channels_that_do_not_divide():
    (found,) = check(net([6, 4, 4], "conv2d: {out_channels: 4, kernel_size: 3, groups: 4}", "relu"))
    assert (found.code, found.severity, found.position) == ("CNN104", "error", (3, 5))
    assert found.message == "6 input channels do not divide into 4 groups"
    assert found.fix == "groups 2, which divides both 6 and 4"
    assert not check(net([6, 4, 4], "conv2d: {out_channels: 4, kernel_size: 3, groups: 2}"), RULE)


@pytest.mark.parametrize(
    ("layer", "neighbour", "message", "fix"),
    [
        (
            "channel_shuffle: 4",
            "channel_shuffle: 3",
            "6 input channels do not divide into 4 groups",
            "groups 3, which divides 6",
        ),
        ("group_norm: 4", "group_norm: 3", "6 channels do not divide into 4 groups", "num_groups 3, which divides 6"),
    ],
)
def test_other_layers_in_groups(layer, neighbour, message, fix):
    (found,) = check(net([6, 4, 4], layer))
    assert (found.code, found.message, found.fix) == ("CNN104", message, fix)
    assert not check(net([6, 4, 4], neighbour))


@settings(max_examples=200, derandomize=True, database=None, deadline=None)
@given(st.integers(1, 24), st.integers(1, 24), st.integers(1, 24))
def test_each_suggestion_makes_it_go_away(channels, out_channels, groups):
    def found(groups):
        layer = {"conv1d": {"out_channels": out_channels, "kernel_size": 1, "groups": groups}}
        return check(json.dumps({"input": [channels, 4], "layers": [layer]}), RULE)

    for finding in found(groups):
        assert finding.fixes
        for fix in finding.fixes:
            assert fix.option == "groups"
            assert not found(fix.value)
