"""Each rule: a network that breaks it, a neighbour that does not, and the whole message with its place."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cnnspec
from cnnspec import rules
from cnnspec.errors import Fix
from cnnspec.language.checker import parse


def check(text):
    return cnnspec.analyze(parse(text, "net.yaml")).findings


def net(shape, *layers, **keys):
    head = "".join(f"{key}: {value}\n" for key, value in keys.items())
    return f"input: {shape}\n{head}layers:\n" + "".join(f"  - {layer}\n" for layer in layers)


def test_codes_and_names_are_unique_and_documented():
    known = list(rules.known().values())
    assert len({rule.code for rule in known}) == len({rule.name for rule in known}) == len(known) >= 7
    for rule in known:
        assert rule.__doc__
        assert rule.summary.endswith(".")
        assert type(rule).__module__ == f"cnnspec.rules.{rule.name.replace('-', '_')}"


# -- fractional-stride ------------------------------------------------------------------------------------------


def test_real_input_is_lost():
    # (7 - 3)/3 + 1 = 2.33: windows at 0 and 3 read rows 0-5, row 6 is left. Stride 2: (7 - 3)/2 = 2.
    # Padding 1: (7 + 2 - 3)/3 = 2. Kernel 4: (7 - 4)/3 = 1. Inputs 6 and 9: 3/3 = 1, 6/3 = 2.
    (found,) = check(net([1, 7, 7], "conv2d: {name: c1, out_channels: 4, kernel_size: 3, stride: 3}"))
    assert (found.code, found.rule, found.severity, found.position, found.layer) == (
        "CNN101",
        "fractional-stride",
        "error",
        (3, 5),
        "c1",
    )
    assert found.message == "(7 + 0 - 3)/3 + 1 = 2.33 is not whole: the last 1 of 7 rows and columns are never read"
    assert found.fixes == (
        Fix("stride", 2),
        Fix("padding", 1),
        Fix("kernel_size", 4),
        Fix(None, [1, 6, 6]),
        Fix(None, [1, 9, 9]),
    )


def test_every_fix_makes_the_finding_go_away():
    layer = "conv2d: {{out_channels: 4, kernel_size: {kernel_size}, stride: {stride}, padding: {padding}}}"
    options = {"kernel_size": 3, "stride": 3, "padding": 0}
    (found,) = check(net([1, 7, 7], layer.format(**options)))
    for fix in found.fixes:
        shape, changed = ([1, 7, 7], {**options, fix.option: fix.value}) if fix.option else (fix.value, options)
        assert not check(net(shape, layer.format(**changed))), fix


@pytest.mark.parametrize(
    ("size", "layer", "why"),
    [
        # (224 + 6 - 7) = 223 = 111*2 + 1: one row is left, and it is of the 3 padded ones (ResNet's stem).
        (224, "conv2d: {out_channels: 8, kernel_size: 7, stride: 2, padding: 3}", "all of them padding"),
        # (8 - 1) = 7 = 3*2 + 1: row 7 is skipped like 1, 3 and 5 (a shortcut).
        (8, "conv2d: {out_channels: 8, kernel_size: 1, stride: 2}", "the kernel is smaller than the stride"),
        # (8 - 3) = 5 = 2*2 + 1: the window that ceil_mode adds starts at 6 and reads row 7.
        (8, "max_pool2d: {kernel_size: 3, stride: 2, ceil_mode: true}", "ceil_mode reads the last 1 of 8"),
    ],
)
def test_what_is_meant_is_a_note_and_an_error_when_strict(size, layer, why):
    (found,) = check(net([3, size, size], layer))
    assert found.severity == "note"
    assert why in found.message
    (strict,) = check(net([3, size, size], layer, lint="{strict: true}"))
    assert strict.severity == "error"


def test_axes_that_differ_are_told_apart():
    # Rows: (9 - 3)/2 + 1 = 4. Columns: (8 - 3)/2 + 1 = 3.5.
    (found,) = check(net([1, 9, 8], "conv2d: {out_channels: 4, kernel_size: 3, stride: 2}"))
    assert found.message == "(8 + 0 - 3)/2 + 1 = 3.5 is not whole: the last 1 of 8 columns are never read"


def test_no_remainder_no_finding():
    assert not check(net([1, 9, 9], "conv2d: {out_channels: 4, kernel_size: 3, stride: 2}"))


def test_alexnet_at_224_wants_227():
    # (224 - 11)/4 + 1 = 54.25; (227 - 11)/4 + 1 = 55.
    (found,) = check(net([3, 224, 224], "conv2d: {out_channels: 96, kernel_size: 11, stride: 4}"))
    assert found.severity == "error"
    assert Fix(None, [3, 227, 227]) in found.fixes


# -- failures of shapes -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("layer", "neighbour", "code", "message", "fix"),
    [
        (
            "conv2d: {out_channels: 4, kernel_size: 5}",
            "conv2d: {out_channels: 4, kernel_size: 4}",
            "CNN102",
            "kernel 5 does not fit the padded input 4×4",
            "a kernel of at most 4, or padding 1",
        ),
        (
            "max_pool2d: {kernel_size: 2, padding: 2}",
            "max_pool2d: {kernel_size: 2, padding: 1}",
            "CNN103",
            "padding 2 is over half the kernel of 2: windows would lie in the padding alone",
            "padding of at most 1",
        ),
        (
            "conv2d: {out_channels: 4, kernel_size: 3, groups: 4}",
            "conv2d: {out_channels: 4, kernel_size: 3, groups: 2}",
            "CNN104",
            "6 input channels do not divide into 4 groups",
            "groups 2, which divides both 6 and 4",
        ),
        (
            "channel_shuffle: 4",
            "channel_shuffle: 3",
            "CNN104",
            "6 input channels do not divide into 4 groups",
            "groups 3, which divides 6",
        ),
        (
            "conv1d: {out_channels: 4, kernel_size: 3}",
            "conv2d: {out_channels: 4, kernel_size: 3}",
            "CNN105",
            "conv1d reads 2 axes (channels, length), but its input is [6, 4, 4]",
            "conv2d, which reads channels, height, width",
        ),
        (
            "permute: [0, 2, 3, 1]",
            "permute: [1, 2, 0]",
            "CNN105",
            "dims [0, 2, 3, 1] count a batch, but axes are counted without it: 0 is channels",
            "dims [1, 2, 0]",
        ),
        (
            "group_norm: 4",
            "group_norm: 3",
            "CNN104",
            "6 channels do not divide into 4 groups",
            "num_groups 3, which divides 6",
        ),
        (
            "layer_norm: [4, 5]",
            "layer_norm: [4, 4]",
            "CNN105",
            "normalized_shape [4, 5] is not what the input [6, 4, 4] ends in",
            "normalized_shape [4, 4]",
        ),
    ],
)
def test_shapes_that_do_not_fit(layer, neighbour, code, message, fix):
    (found,) = check(net([6, 4, 4], layer, "relu"))
    assert (found.code, found.severity, found.position) == (code, "error", (3, 5))
    assert (found.message, found.fix) == (message, fix)
    assert not [finding for finding in check(net([6, 4, 4], neighbour)) if finding.severity == "error"]


@pytest.mark.parametrize(
    ("shape", "layer", "message", "fix"),
    [
        # There is no layer_norm1d to offer.
        ([6, 4], "layer_norm2d", "layer_norm2d reads 3 axes (channels, height, width), but its input is [6, 4]", ""),
        (
            [6],
            "layer_norm2d",
            "layer_norm2d reads 3 axes (channels, height, width), but its input is [6]",
            "put layer_norm2d above the layer that flattens its input",
        ),
        (
            [6],
            "local_response_norm: 5",
            "local_response_norm reads channels and at least one spatial axis, but its input is [6]",
            "put local_response_norm above the layer that flattens its input",
        ),
        (
            [6, 1, 1],
            "instance_norm2d",
            "instance_norm2d normalizes over positions, but its input [6, 1, 1] has only one",
            "put instance_norm2d above the layer that leaves one position",
        ),
    ],
)
def test_inputs_that_norms_do_not_take(shape, layer, message, fix):
    (found,) = check(net(shape, layer))
    assert (found.code, found.severity, found.message, found.fix) == ("CNN105", "error", message, fix)


def test_merged_sizes_differ():
    # 8 - 3 + 1 = 6 beside 8.
    found = check(net([3, 8, 8], "conv2d: {name: a, out_channels: 3, kernel_size: 3}", "add: [a, input]"))
    assert [(finding.code, finding.layer, finding.message) for finding in found] == [
        ("CNN105", "add1", "inputs [3, 6, 6] and [3, 8, 8] differ in height: 6 and 8")
    ]


# -- budgets and expectations -----------------------------------------------------------------------------------

CONV = "conv2d: {name: c1, out_channels: 6, kernel_size: 5"  # 6*(25 + 1) = 156 params, 28*28*6*25 = 117,600 macs


def test_budget():
    (found,) = check(net([1, 32, 32], CONV + "}", budget="{params: 0.1k, macs: 117_600}"))
    assert (found.code, found.position, found.layer) == ("CNN108", (2, 18), None)
    assert found.message == "params are 156, 56 more than the budget of 0.1k"
    assert not check(net([1, 32, 32], CONV + "}", budget="{params: 156, macs: 117.6k}"))


@pytest.mark.parametrize(
    ("fact", "holds", "broken", "message"),
    [
        ("params", "156", "157", "params is 156, not 157 as expected"),
        ("macs", "117.6k", "118.6k", "macs is 117,600, not 118.6k as expected"),
        ("output_shape", "[6, 28, 28]", "[6, 28, 27]", "output_shape is [6, 28, 28], not [6, 28, 27] as expected"),
        ("receptive_field", "5", "[5, 7]", "receptive_field is [5, 5], not [5, 7] as expected"),
        # The slide's dense layer between 32*32 = 1,024 and 4,704 units with a bias each: 4,821,600.
        ("dense_params", "4_821_600", "4_816_896", "dense_params is 4,821,600, not 4_816_896 as expected"),
    ],
)
def test_expectations_of_a_layer(fact, holds, broken, message):
    assert not check(net([1, 32, 32], CONV + f", expect: {{{fact}: {holds}}}}}"))
    (found,) = check(net([1, 32, 32], CONV + f", expect: {{{fact}: {broken}}}}}"))
    assert (found.code, found.severity, found.layer, found.message) == ("CNN109", "error", "c1", message)


@pytest.mark.parametrize(("written", "error"), [("117.6k", False), ("0.12M", False), ("0.11M", True), ("118k", True)])
def test_a_figure_with_a_point_holds_to_the_digits_written(written, error):
    assert bool(check(net([1, 32, 32], CONV + "}", expect=f"{{macs: {written}}}"))) is error


def test_expectations_of_the_file():
    assert not check(net([1, 32, 32], CONV + "}", expect="{layers: 1, outputs: {c1: [6, 28, 28]}, receptive_field: 5}"))
    (found,) = check(net([1, 32, 32], CONV + "}", expect="{outputs: {c1: [6, 28, 27]}}"))
    assert found.message == "outputs is c1 [6, 28, 28], not c1 [6, 28, 27] as expected"


def test_expectations_of_what_is_unknown_are_silent():
    found = check(net([1, 4, 4], CONV + ", expect: {params: 1}}", expect="{params: 1}"))
    assert [finding.rule for finding in found] == ["window-too-large"]


def test_an_expected_finding_is_a_note_and_its_absence_an_error():
    layer = "conv2d: {{name: c1, out_channels: 4, kernel_size: 3, stride: {}, expect: {{findings: [fractional-stride]}}}}"
    (found,) = check(net([1, 7, 7], layer.format(3)))
    assert (found.rule, found.severity, found.expected) == ("fractional-stride", "note", True)
    (absent,) = check(net([1, 7, 7], layer.format(2)))
    assert (absent.rule, absent.severity) == ("expectation-failed", "error")
    assert absent.message == "the finding fractional-stride is expected, but there is none"


def test_a_fact_that_does_not_apply_is_not_as_expected():
    (found,) = check(net([3], "linear: {name: fc, out_features: 2, expect: {dense_params: 7}}"))
    assert found.message == "dense_params is nothing that this has, not 7 as expected"
    (found,) = check(net([3], "linear: 2", expect="{receptive_field: 7}"))
    assert found.message == "receptive_field is nothing that this has, not 7 as expected"


def test_facts_are_of_the_file_as_it_is_written():
    spec = cnnspec.loads(net([1, 32, 32], CONV + ", expect: {macs: 117600}}", expect="{macs: 117600}", budget="{macs: 200k}"))
    assert not cnnspec.analyze(spec).findings
    assert not cnnspec.analyze(spec, inputs=[1, 33, 33]).findings
    (found,) = cnnspec.analyze(spec, inputs=[1, 64, 64]).findings
    assert found.rule == "budget-exceeded"  # 60*60*6*25 = 540,000


# -- silencing --------------------------------------------------------------------------------------------------

BROKEN = "conv2d: {name: c1, out_channels: 4, kernel_size: 3, stride: 3%s}"


def test_a_layer_silences_a_rule():
    assert not check(net([1, 7, 7], BROKEN % ", ignore: [fractional-stride]"))
    assert not check(net([1, 7, 7], BROKEN % ", ignore: [CNN101]"))
    assert check(net([1, 7, 7], BROKEN % ", ignore: [window-too-large]"))


def test_the_file_weighs_rules():
    assert not check(net([1, 7, 7], BROKEN % "", lint="{ignore: [fractional-stride]}"))
    (warning,) = check(net([1, 7, 7], BROKEN % "", lint="{warning: [fractional-stride]}"))
    assert warning.severity == "warning"
    (error,) = check(net([1, 8, 8], "conv2d: {out_channels: 1, kernel_size: 1, stride: 2}", lint="{error: [CNN101]}"))
    assert error.severity == "error"


def test_an_unknown_rule_is_an_error():
    (found,) = check(net([1, 9, 9], "relu", lint="{ignore: [fractional-strid]}"))
    assert (found.code, found.position) == ("CNN002", (2, 17))
    assert found.message == "no rule is called `fractional-strid`: did you mean `fractional-stride`?"
    found = check(net([1, 9, 9], "relu: {expect: {findings: [fractional-strid]}}"))
    assert found[0].message == "no rule is called `fractional-strid`: did you mean `fractional-stride`?"


# -- every fix is legal -----------------------------------------------------------------------------------------

SIZES = st.integers(1, 5)
POOL = st.fixed_dictionaries(
    {"kernel_size": SIZES},
    optional={"stride": SIZES, "padding": st.integers(0, 2), "ceil_mode": st.booleans()},
)
CONVOLUTION = st.fixed_dictionaries(
    {"out_channels": st.just(2), "kernel_size": SIZES, "stride": st.integers(2, 5)},
    optional={
        "padding": st.one_of(st.integers(0, 3), st.just("same")),
        "dilation": st.integers(1, 3),
        "padding_mode": st.sampled_from(["zeros", "reflect", "circular", "symmetric"]),
    },
)
LAYERS = st.one_of(
    st.tuples(st.sampled_from(["max_pool1d", "avg_pool1d", "avg_pool3d"]), POOL),
    st.tuples(st.just("conv1d"), CONVOLUTION),
)


@settings(max_examples=500, derandomize=True, database=None, deadline=None)
@given(LAYERS, st.integers(1, 20))
def test_a_suggested_value_leaves_no_remainder_and_no_error(layer, size):
    type, options = layer
    shape = [1, *[size] * int(type[-2])]

    def found(shape, options):
        return check(json.dumps({"input": shape, "layers": [{type: options}]}))

    for finding in found(shape, options):
        if finding.rule != "fractional-stride":
            continue
        for fix in finding.fixes:
            left = found(fix.value, options) if fix.option is None else found(shape, {**options, fix.option: fix.value})
            if fix.option == "ceil_mode":  # it reads the rest, and says so
                assert not [other for other in left if other.severity == "error"], fix
            else:
                assert not left, fix


def test_a_fraction_next_to_a_whole_number_is_told_from_it():
    # (1999 - 1000)/1000 + 1 = 1.999
    (found,) = check(net([1, 1999, 1999], "max_pool2d: 1000"))
    assert found.message.startswith("(1999 + 0 - 1000)/1000 + 1 = 1.999 is not whole")


def test_outputs_that_are_unknown_are_not_compared():
    found = check(net([1, 4, 4], "max_pool2d: 9", "linear: {name: fc, out_features: 10}", expect="{outputs: {fc: [1, 4, 10]}}"))
    assert [finding.rule for finding in found] == ["window-too-large"]


def test_a_scope_silences_a_rule_for_all_that_is_in_it():
    inner = "{conv2d: {out_channels: 1, kernel_size: 3, stride: 3}}"
    assert check(net([1, 7, 7], f"sequential: [{inner}]"))
    assert not check(net([1, 7, 7], f"sequential: {{ignore: [fractional-stride], layers: [{inner}]}}"))
    text = net([1, 7, 7], "b: {name: x, ignore: [CNN101], repeat: 1}", blocks=f"{{b: {{layers: [{inner}]}}}}")
    assert not check(text)


def test_what_the_language_refuses_cannot_be_silenced():
    found = check(net([1, 7, 7], "linear: {name: fc, out_features: 0, ignore: [CNN002]}"))
    assert [finding.message for finding in found] == [
        "out_features: 0 is less than 1",
        "no rule is called `CNN002`: did you mean `CNN102`?",
    ]
