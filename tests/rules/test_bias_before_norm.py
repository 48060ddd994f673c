"""CNN203."""

import json

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from rule_nets import check, net

import cnnspec
from cnnspec.errors import Edit, Fix
from cnnspec.language.checker import parse
from cnnspec.language.edits import applied

RULE = "bias-before-norm"
CONV = "conv2d: {name: c1, out_channels: 8, kernel_size: 3}"


def found(text):
    return check(text, RULE)


def fixed(text):
    """The text with every edit that the rule offers."""
    return applied(text, [edit for finding in found(text) for edit in finding.edits])


def test_a_bias_that_the_norm_takes_away():
    text = net([3, 8, 8], CONV, "batch_norm2d: {name: bn}")
    (told,) = check(text)
    assert (told.code, told.severity, told.position, told.layer) == ("CNN203", "warning", (3, 5), "c1")
    assert told.message == "bn subtracts the mean of each channel, and with it the bias: 8 parameters do nothing"
    assert told.fix == "bias: false, which saves 8 parameters"
    assert told.fixes == (Fix("bias", False),)
    assert told.edits == (Edit((3, 55), (3, 55), ", bias: false"),)
    assert fixed(text) == text.replace("kernel_size: 3}", "kernel_size: 3, bias: false}")
    assert not check(fixed(text))


def test_it_does_nothing_in_torch_either():
    torch.manual_seed(0)
    conv, norm = torch.nn.Conv2d(3, 8, 3), torch.nn.BatchNorm2d(8)
    x = torch.randn(4, 3, 8, 8)
    with_bias = norm(conv(x))
    conv.bias = None
    assert torch.allclose(with_bias, norm(conv(x)), atol=1e-5)


@pytest.mark.parametrize(("groups", "is_idle"), [(8, True), (4, False)])
def test_a_group_norm_takes_it_away_where_each_channel_is_a_group(groups, is_idle):
    torch.manual_seed(0)
    conv, norm = torch.nn.Conv2d(3, 8, 3), torch.nn.GroupNorm(groups, 8)
    x = torch.randn(4, 3, 8, 8)
    with_bias = norm(conv(x))
    conv.bias = None
    assert torch.allclose(with_bias, norm(conv(x)), atol=1e-5) is is_idle
    assert bool(found(net([3, 8, 8], CONV, f"group_norm: {groups}"))) is is_idle


@pytest.mark.parametrize(
    ("shape", "entries", "count"),
    [
        ([4], ["linear: 1", "batch_norm1d"], "1 parameter does nothing"),
        ([4, 8], ["conv1d: {out_channels: 6, kernel_size: 3}", "batch_norm1d: {affine: false}"], "6 parameters do nothing"),
        (
            [4, 8, 8],
            ["conv_transpose2d: {out_channels: 2000, kernel_size: 2, stride: 2}", "batch_norm2d"],
            "2,000 parameters do nothing",
        ),
        ([4, 8, 8], ["conv2d: {out_channels: 4, kernel_size: 1, bias: 2 > 1}", "batch_norm2d"], "4 parameters do nothing"),
    ],
)
def test_of_all_layers_with_a_bias_a_channel(shape, entries, count):
    (told,) = found(net(shape, *entries))
    assert told.message.endswith(count)
    assert not found(fixed(net(shape, *entries)))


@pytest.mark.parametrize(
    "entries",
    [
        [CONV.replace("}", ", bias: false}"), "batch_norm2d"],
        [CONV, "relu", "batch_norm2d"],
        [CONV, "batch_norm2d", "add: [c1, batch_norm1]"],  # it is read elsewhere, bias and all
        [CONV.replace("}", ", trainable: false}"), "batch_norm2d"],
        [CONV, "batch_norm2d: {trainable: false}"],  # its running mean may be of before there was a bias
        [CONV.replace("8", "3"), "add: [c1, c1]", "batch_norm2d"],
    ],
)
def test_what_is_left_alone(entries):
    assert not found(net([3, 8, 8], *entries))


def test_an_output_of_the_network_is_read_by_those_who_use_it():
    assert not found(net([3, 8, 8], CONV, "batch_norm2d: {name: bn}", outputs="[c1, bn]"))


def test_rows_of_features_have_a_bias_a_column_not_a_channel():
    assert not found(net([5, 4], "linear: 6", "batch_norm1d"))
    assert not found(net([6, 4], "linear: 6", "batch_norm1d"))


def test_instance_norm_too_and_no_norm_over_several_channels():
    assert found(net([3, 8, 8], CONV, "instance_norm2d"))
    assert found(net([3, 8, 8], CONV, "group_norm: 8"))  # a group a channel
    assert not found(net([3, 8, 8], CONV, "group_norm: 4"))
    assert not found(net([3, 8, 8], CONV, "group_norm: 1"))
    assert not found(net([3, 8, 8], CONV, "layer_norm2d"))


def test_copies_of_a_block_are_told_once_and_edited_once():
    blocks = "{b: {params: {c: 8}, layers: [{conv2d: {out_channels: c, kernel_size: 1}}, batch_norm2d, relu]}}"
    text = net([3, 8, 8], "b: {name: x, repeat: 2}", "b: {name: y, c: 4}", blocks=blocks)
    (told,) = found(text)
    assert (told.layer, told.position) == ("x.0.conv1", (2, 40))
    assert told.message.endswith("8 parameters do nothing (in a block used at 4:5); 2 more like it")
    assert fixed(text) == text.replace("kernel_size: 1}", "kernel_size: 1, bias: false}")


def test_an_entry_of_which_a_copy_needs_its_bias_is_not_edited():
    body = "[{conv2d: {out_channels: 8, kernel_size: 1}}, {batch_norm2d: {when: norm}}, relu]"
    blocks = f"{{b: {{params: {{norm: null}}, layers: {body}}}}}"
    (told,) = found(net([3, 8, 8], "b: {name: x, norm: true}", "b: {name: y, norm: false}", blocks=blocks))
    assert (told.layer, told.edits) == ("x.conv1", ())


def test_what_other_vars_would_change_is_not_edited():
    entries = [CONV, "batch_norm2d: {when: norm}", "relu"]
    (told,) = found(net([3, 8, 8], *entries, vars="{norm: true}"))
    assert told.edits == ()
    spec = parse(net([3, 8, 8], *[entry.replace(": {when: norm}", "") for entry in entries], vars="{norm: true}"), "net.yaml")
    assert [finding.edits != () for finding in cnnspec.analyze(spec).findings] == [True]
    assert [finding.edits != () for finding in cnnspec.analyze(spec, vars={"norm": False}).findings] == [False]


UNTRAINED = CONV.replace("}", ", trainable: v}")


@pytest.mark.parametrize(
    ("entries", "value"),
    [
        ([CONV, "batch_norm2d: {repeat: v}", "relu"], "1"),
        ([CONV, "batch_norm2d: {training_only: v}", "relu"], "false"),
        ([CONV, "batch_norm2d: {trainable: v}", "relu"], "true"),
        ([UNTRAINED, "batch_norm2d", "relu"], "true"),
        ([f"sequential: {{trainable: v, layers: [{CONV}, batch_norm2d]}}"], "true"),
        ([CONV.replace("}", ", repeat: v}"), "batch_norm2d", "relu"], "1"),
    ],
)
def test_nor_is_what_other_vars_would_repeat_freeze_or_leave_out(entries, value):
    (told,) = found(net([3, 8, 8], *entries, vars=f"{{v: {value}}}"))
    assert told.edits == ()
    (told,) = found(net([3, 8, 8], *[entry.replace(": v", f": {value}") for entry in entries]))
    assert told.edits


def test_a_norm_written_elsewhere_is_no_reason_to_edit():
    (told,) = found(net([3, 8, 8], CONV, "relu: {from: input}", "batch_norm2d: {name: bn, from: c1}", "flatten"))
    assert told.edits == ()


def test_shared_weights_share_the_bias():
    twin = "conv2d: {name: c2, from: input, share: c1}"
    entries = [CONV, "batch_norm2d: {name: a}", twin, "batch_norm2d: {name: b}", "add: [a, b]"]
    (told,) = found(net([3, 8, 8], *entries))
    assert told.layer == "c1"
    assert not found(fixed(net([3, 8, 8], *entries)))
    needed = [CONV, "batch_norm2d: {name: a}", twin, "relu: {name: b}", "add: [a, b]"]
    assert not found(net([3, 8, 8], *needed))


@settings(max_examples=200, derandomize=True, database=None, deadline=None)
@given(
    st.sampled_from(["conv2d", "conv_transpose2d"]),
    st.fixed_dictionaries(
        {"out_channels": st.integers(1, 4), "kernel_size": st.integers(1, 3)},
        optional={"stride": st.integers(1, 2), "bias": st.just(True), "name": st.just("it")},
    ),
    st.booleans(),
)
def test_each_suggestion_makes_it_go_away(type, options, in_lines):
    def text(options):
        if in_lines:
            lines = "".join(f"      {key}: {json.dumps(value)}  # {key}\n" for key, value in options.items())
            return f"input: [2, 5, 5]\nlayers:\n  - {type}:\n{lines}  - batch_norm2d\n"
        return f"input: [2, 5, 5]\nlayers:\n  - {type}: {json.dumps(options)}\n  - batch_norm2d\n"

    (told,) = found(text(options))
    assert told.edits
    assert not found(fixed(text(options)))
    for fix in told.fixes:
        assert not found(text({**options, fix.option: fix.value}))
