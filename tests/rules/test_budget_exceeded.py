"""CNN108."""

from rule_nets import check, net

CONV = "conv2d: {name: c1, out_channels: 6, kernel_size: 5"  # 6*(25 + 1) = 156 params, 28*28*6*25 = 117,600 macs


def test_budget():
    (found,) = check(net([1, 32, 32], CONV + "}", budget="{params: 0.1k, macs: 117_600}"))
    assert (found.code, found.position, found.layer) == ("CNN108", (2, 18), None)
    assert found.message == "params are 156, 56 more than the budget of 0.1k"
    assert found.fix == "allow `params: 156`, or make the network smaller"
    assert not check(net([1, 32, 32], CONV + "}", budget="{params: 156, macs: 117.6k}"))
