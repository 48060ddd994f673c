"""CNN202."""

import json

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from rule_nets import check, net

RULE = "linear-stack"


def conv(out, kernel=3, more="", type="conv2d"):
    return f"{type}: {{out_channels: {out}, kernel_size: {kernel}{', ' if more else ''}{more}}}"


def told(shape, *entries, **keys):
    return [finding.layer for finding in check(net(shape, *entries, **keys), RULE)]


def test_two_convolutions_are_one():
    # 3 + (3 - 1) = 5. 9·3·8 + 8 = 224 and 9·8·16 + 16 = 1,168 parameters, 1,392; one has 25·3·16 + 16 = 1,216.
    (found,) = check(net([3, 16, 16], conv(8), conv(16)))
    assert (found.code, found.severity, found.position, found.layer) == ("CNN202", "warning", (4, 5), "conv2")
    assert found.message == (
        "nothing nonlinear stands between conv1 and it: they are one convolution with kernel 5 (1,216 parameters, not 1,392)"
    )
    assert found.fix == "an activation between them, or the one layer"
    assert not check(net([3, 16, 16], conv(8), "relu", conv(16)))
    assert not check(net([3, 16, 16], conv(16, 5)))


def merged(first, second):
    """The kernel of the one convolution, found by torch: which inputs a unit of the second's output hangs on."""
    x = torch.zeros(1, 1, 64, requires_grad=True)
    y = second(first(x))
    (gradient,) = torch.autograd.grad(y[0, 0, y.shape[-1] // 2], x)
    seen = gradient[0, 0].nonzero().flatten()
    return int(seen[-1] - seen[0]) + 1


@pytest.mark.parametrize(
    ("first", "second", "kernel", "stride"),
    [
        ((3, 2, 1), (3, 1, 1), 7, 2),  # 3 + 2·2
        ((3, 1, 2), (3, 2, 1), 7, 2),  # 5 + 2
        ((5, 2, 1), (7, 2, 1), 17, 4),  # 5 + 6·2
        ((2, 1, 1), (2, 1, 3), 5, 1),  # 2 + 3
    ],
)
def test_the_kernel_and_the_stride_of_the_one(first, second, kernel, stride):
    entries = [
        f"conv1d: {{out_channels: 1, kernel_size: {k}, stride: {s}, dilation: {d}, bias: false}}" for k, s, d in (first, second)
    ]
    modules = [torch.nn.Conv1d(1, 1, k, s, dilation=d, bias=False) for k, s, d in (first, second)]
    assert merged(*modules) == kernel
    (found,) = check(net([1, 64], *entries), RULE)
    strided = f" and stride {stride}" if stride > 1 else ""
    assert f"one convolution with kernel {kernel}{strided} ({kernel} parameters" in found.message


@pytest.mark.parametrize(
    ("entries", "one"),
    [
        # Up by 2, then 3 wide: every input reaches 2 + 2 outputs. Down to 3 wide, then up: (3 - 1)·2 + 2 outputs.
        (
            ["conv_transpose1d: {out_channels: 1, kernel_size: 2, stride: 2}", "conv1d: {out_channels: 1, kernel_size: 3}"],
            "4 and stride 2",
        ),
        (
            ["conv1d: {out_channels: 1, kernel_size: 3}", "conv_transpose1d: {out_channels: 1, kernel_size: 2, stride: 2}"],
            "6 and stride 2",
        ),
        # An input reaches 2 places 2·3 apart, each 4 wide: (2 - 1)·3 + 4 of the outputs.
        (
            [
                "conv_transpose1d: {out_channels: 1, kernel_size: 2, stride: 2}",
                "conv_transpose1d: {out_channels: 1, kernel_size: 4, stride: 3}",
            ],
            "7 and stride 6",
        ),
    ],
)
def test_transposed_ones(entries, one):
    (found,) = check(net([1, 16], *entries), RULE)
    assert f"they are one transposed convolution with kernel {one} (" in found.message


def test_down_and_up_again_is_no_one_convolution():
    entries = [
        "conv1d: {out_channels: 1, kernel_size: 2, stride: 2}",
        "conv_transpose1d: {out_channels: 1, kernel_size: 2, stride: 2}",
    ]
    (found,) = check(net([1, 16], *entries), RULE)
    assert found.message == "nothing nonlinear stands between conv1 and it"
    assert found.fix == "an activation between them"


def test_linear_layers():
    # 8·16 + 16 and 16·4 + 4 = 212 parameters; one has 8·4 + 4 = 36.
    (found,) = check(net([8], "linear: 16", "linear: 4"))
    assert found.message == (
        "nothing nonlinear stands between linear1 and it: they are one linear layer of 8 inputs (36 parameters, not 212)"
    )
    assert told([5, 8], "linear: 16", "linear: 4") == ["linear2"]


def test_a_convolution_and_the_linear_layer_after_it():
    # 9·3·8 + 8 = 224 and 8·6·6·10 + 10 = 2,890, 3,114; one linear layer over 3·8·8 = 192 has 1,920 + 10.
    (found,) = check(net([3, 8, 8], conv(8), "flatten", "linear: 10"))
    assert found.layer == "linear1"
    assert found.message == (
        "nothing nonlinear stands between conv1 and it: they are one linear layer of 192 inputs (1,930 parameters, not 3,114)"
    )
    assert found.fix == "an activation between them, or the one layer"
    # 9·3·4 + 4 = 112 and 4·6·6·10 + 10 = 1,450 are 1,562: fewer than one would have.
    assert not check(net([3, 8, 8], conv(4), "flatten", "linear: 10"), RULE)


@pytest.mark.parametrize(
    "between",
    [
        ["batch_norm2d"],
        ["dropout"],
        ["identity", "dropout2d"],
        ["avg_pool2d: 2"],
        ["pad: {padding: 1}"],
        ["activation: identity"],
    ],
)
def test_what_is_linear_changes_nothing(between):
    assert told([3, 16, 16], conv(8, more="bias: false"), *between, conv(8)) == ["conv2"]


def test_pools_between_widen_the_kernel():
    # 3, then pairs of neighbours, 3 + 1, then 3 of what lies 2 apart: 4 + 2·2 = 8 with stride 2.
    (found,) = check(net([1, 32], conv(1, type="conv1d"), "avg_pool1d: 2", conv(1, type="conv1d")), RULE)
    assert "one convolution with kernel 8 and stride 2 (" in found.message


def test_a_head_of_averages():
    # 27·64 + 64 = 1,792 and 640 + 10: 2,442. One over 3·8·8 = 192 inputs has 1,930, one over 3·32·32 = 3,072 has 30,730.
    head = ["adaptive_avg_pool2d: 1", "flatten", "linear: 10"]
    assert told([3, 8, 8], conv(64), *head) == ["linear1"]
    assert told([3, 8, 8], conv(64), "relu", *head) == []
    assert told([3, 32, 32], conv(64), *head) == []


@pytest.mark.parametrize("between", ["relu", "max_pool2d: 2", "prelu", "activation: tanh", "adaptive_max_pool2d: 4", "softmax"])
def test_what_is_not_linear_ends_it(between):
    assert not told([3, 16, 16], conv(8), between, conv(8))


def test_what_others_read_is_wanted():
    assert not told([3, 16, 16], conv(8, more="name: a, padding: 1"), conv(8, more="name: b, padding: 1"), "add: [a, b]")
    assert not told([3, 16, 16], conv(8, more="name: a"), conv(8, more="name: b"), outputs="[a, b]")
    assert not told([3, 16, 16], conv(3, more="name: a, padding: 1"), "add: [a, input]", conv(8))


def test_weights_that_come_from_elsewhere():
    assert not told([3, 16, 16], conv(8, more="trainable: false"), conv(8))
    assert not told([3, 16, 16], conv(3, more="name: a"), "conv2d: {share: a}")


# Each is what one layer could only do with more weights.
MEANT = {
    "depthwise, then pointwise": ([16, 8, 8], conv(16, more="groups: 16"), conv(32, 1)),
    "pointwise, then depthwise": ([16, 8, 8], conv(32, 1), conv(32, more="groups: 32")),
    "grouped, then pointwise": ([16, 8, 8], conv(16, more="groups: 4"), conv(32, 1)),
    "two depthwise": ([16, 16, 16], conv(16, 5, "groups: 16"), conv(16, 7, "groups: 16")),
    "a bottleneck": ([64, 8, 8], conv(16, 1), conv(64)),
    "a linear bottleneck": ([64], "linear: 8", "linear: 32"),
    "the rank of a map": ([4, 8, 8], conv(1, 8), "flatten", "linear: 10"),
    "1×3, then 3×1": ([16, 8, 8], conv(16, "[1, 3]"), conv(16, "[3, 1]")),
    "scores, then larger": ([64, 8, 8], conv(21, 1), conv(21, 4, "stride: 2, padding: 1", "conv_transpose2d")),
}


@pytest.mark.parametrize("case", MEANT)
def test_what_is_meant(case):
    shape, *entries = MEANT[case]
    assert not told(shape, *entries)


@pytest.mark.parametrize(
    ("shape", "entries"),
    [
        ([16, 8, 8], [conv(16, more="groups: 4"), conv(32, more="groups: 4")]),
        ([16, 8, 8], [conv(16, more="groups: 16"), conv(16)]),
        ([16, 8, 8], [conv(16, 1), conv(64)]),  # as many in the middle as below
        ([64, 8, 8], [conv(16), conv(16)]),  # and as above
        ([64], ["linear: 32", "linear: 32"]),
        ([16, 8, 8], [conv(16, "[1, 3]"), conv(16, "[3, 3]")]),
        ([64, 8, 8], [conv(21, 1), conv(21, 4, type="conv_transpose2d")]),  # no larger than it was
    ],
)
def test_what_is_nearly_so(shape, entries):
    assert len(told(shape, *entries)) == 1


def test_groups_stay_where_both_have_them():
    # 9·4·16 + 16 twice, 1,184; kernel 5: 25·4·16 + 16 = 1,616.
    (found,) = check(net([16, 8, 8], conv(16, more="groups: 4"), conv(16, more="groups: 4")), RULE)
    assert "kernel 5 (1,616 parameters, not 1,184)" in found.message


def test_three_in_a_row_are_told_two_by_two_and_copies_once():
    assert told([3, 16, 16], conv(8), conv(8), conv(8)) == ["conv2", "conv3"]
    blocks = "{b: {layers: [{conv2d: {out_channels: 8, kernel_size: 1}}, {conv2d: {out_channels: 8, kernel_size: 1}}, relu]}}"
    (found,) = check(net([8, 8, 8], "b: {name: x, repeat: 4}", blocks=blocks), RULE)
    assert found.layer == "x.0.conv2"
    assert found.message.endswith("parameters, not 144) (in a block used at 4:5); 3 more like it")


def test_a_linear_layer_over_the_width_is_another_matter():
    assert not told([3, 8, 8], conv(8), "linear: 10")


def test_shapes_that_are_not_known():
    assert not told([3, 4, 4], conv(8, 9), conv(8))
    assert not told([3, 4, 4], conv(8), conv(8, 9))


@settings(max_examples=200, derandomize=True, database=None, deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(
            {"out_channels": st.sampled_from([2, 4, 8]), "kernel_size": st.integers(1, 3)},
            optional={"groups": st.just(2), "stride": st.integers(1, 2), "dilation": st.integers(1, 2)},
        ),
        min_size=2,
        max_size=2,
    ),
    st.booleans(),
)
def test_an_activation_between_makes_it_go_away(convs, transposed):
    type = "conv_transpose2d" if transposed else "conv2d"
    first, second = ({type: options} for options in convs)
    text = json.dumps({"input": [4, 32, 32], "layers": [first, second]})
    for found in check(text, RULE):
        assert "an activation between them" in found.fix
        assert not check(json.dumps({"input": [4, 32, 32], "layers": [first, "relu", second]}), RULE)


@settings(max_examples=40, derandomize=True, database=None, deadline=None)
@given(
    st.tuples(st.integers(1, 5), st.integers(1, 3), st.integers(1, 2)),
    st.tuples(st.integers(1, 5), st.integers(1, 3), st.integers(1, 2)),
    st.booleans(),
)
def test_the_one_layer_computes_the_same(first, second, bias):
    """Two convolutions without padding, of one channel each, and the one with the kernel that the message says."""
    torch.manual_seed(0)
    convs = [torch.nn.Conv1d(1, 1, k, s, dilation=d, bias=bias, dtype=torch.float64) for k, s, d in (first, second)]
    entries = [
        {"conv1d": {"out_channels": 1, "kernel_size": k, "stride": s, "dilation": d, "bias": bias}}
        for k, s, d in (first, second)
    ]
    (found,) = check(json.dumps({"input": [1, 64], "layers": entries}), RULE)
    kernel = int(found.message.partition("kernel ")[2].partition(" ")[0])
    stride = int(found.message.partition("stride ")[2].partition(" ")[0] or 1)
    one = torch.nn.Conv1d(1, 1, kernel, stride, bias=bias, dtype=torch.float64)
    with torch.no_grad():
        impulse = torch.eye(kernel, dtype=torch.float64).unsqueeze(1)
        zero = convs[1](convs[0](torch.zeros(1, 1, kernel, dtype=torch.float64)))
        one.weight.copy_((convs[1](convs[0](impulse)) - zero).reshape(1, 1, kernel))
        if bias:
            one.bias.copy_(zero.flatten())
        x = torch.randn(1, 1, 64, dtype=torch.float64)
        assert torch.allclose(convs[1](convs[0](x)), one(x))
