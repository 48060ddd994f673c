"""Which input sizes fit: networks worked out by hand, and random ones against analyzing every size."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cnnspec
from cnnspec.analysis.input_sizes import nearest
from cnnspec.analysis.probe import Probe
from cnnspec.errors import UsageError
from cnnspec.language.checker import parse

EXAMPLES = Path(__file__).parents[2] / "examples"


def net(shape, *layers, **keys):
    head = "".join(f"{key}: {value}\n" for key, value in keys.items())
    return parse(f"input: {shape}\n{head}layers:\n" + "".join(f"  - {layer}\n" for layer in layers), "net.yaml")


def solve(spec, low=32, high=512, **changes):
    (answer,) = cnnspec.input_sizes(spec, low, high, **changes)
    return answer


def test_vgg_halves_five_times():
    answer = solve(EXAMPLES / "vgg.yaml")
    assert answer.rule == "every multiple of 32"
    assert answer.axes == ("height", "width")
    # Of 481 sizes 240 are odd, 120 twice an odd number, then 60, 30 and 15: each pool loses a row of those.
    assert [(excluder.layer, excluder.count) for excluder in answer.excluders] == [
        ("features.4", 240),
        ("features.9", 120),
        ("features.16", 60),
        ("features.23", 30),
        ("features.30", 15),
    ]
    first = answer.excluders[0]
    assert (first.rule, first.example, first.why) == ("fractional-stride", 33, "the last 1 of 33 rows are never read")


def test_unet_is_as_published():
    # 572 = 188 + 16·24. Four halvings, and at 172 the innermost convolutions run out of rows.
    answer = solve(EXAMPLES / "unet.yaml", 32, 700)
    assert answer.rule == "188 + 16·k"
    assert 572 in answer.sizes


def test_alexnet_at_224_wants_227():
    # (n - 11)/4 + 1 and three 3/2 pools are whole where n leaves 3 when divided by 32; at 35 the last pool has one row.
    spec = net(
        [3, 224, 224],
        "conv2d: {out_channels: 96, kernel_size: 11, stride: 4}",
        "max_pool2d: {kernel_size: 3, stride: 2}",
        "conv2d: {out_channels: 256, kernel_size: 5, padding: 2}",
        "max_pool2d: {kernel_size: 3, stride: 2}",
        "conv2d: {out_channels: 256, kernel_size: 3, padding: 1}",
        "max_pool2d: {kernel_size: 3, stride: 2}",
        "flatten",
        "linear: 4096",
    )
    assert solve(spec).rule == "67 + 32·k"
    assert list(nearest(Probe(cnnspec.analyze(spec).graph))) == [(195, 195), (227, 227)]


def test_a_skip_that_must_fit_the_way_back_up():
    # Padded U-Net in small: two halvings and two doublings come out as they went in where 4 divides the size. (And at 1,
    # which an addition repeats to the 4 rows of the other.)
    layers = [
        "conv2d: {name: down1, out_channels: 4, kernel_size: 3, padding: 1}",
        "conv2d: {out_channels: 4, kernel_size: 3, stride: 2, padding: 1}",
        "conv2d: {out_channels: 4, kernel_size: 3, stride: 2, padding: 1}",
        "conv_transpose2d: {out_channels: 4, kernel_size: 4, stride: 4}",
        "add: [above, down1]",
    ]
    answer = solve(net([3, 64, 64], *layers), 2, 100)
    assert answer.rule == "every multiple of 4"
    (excluder,) = answer.excluders
    assert (excluder.layer, excluder.rule, excluder.count, excluder.example) == ("add1", "shape-mismatch", 74, 2)


def test_a_linear_layer_follows_its_input():
    # in_features is inferred, so that any size is legal that leaves the pool no remainder.
    assert solve(net([1, 8, 8], "max_pool2d: 2", "flatten", "linear: 10"), 1, 50).rule == "every even size"


def test_an_expression_that_reads_the_size():
    # The kernel is the whole of the pooled map, whatever that is; and a third of the input must be a whole number.
    spec = net([1, 12, 12], "conv2d: {out_channels: in_width / 3, kernel_size: 3}")
    answer = solve(spec, 1, 60)
    assert answer.rule == "every multiple of 3"
    assert answer.excluders[0].rule == "invalid-spec"


def test_branches_that_differ_by_the_size():
    spec = net([1, 12, 12], "max_pool2d: {kernel_size: 2, when: in_height > 20}", "conv2d: {out_channels: 2, kernel_size: 3}")
    # Up to 20 every size from the kernel's 3; above, only what the pool divides.
    assert solve(spec, 1, 24).sizes == (*range(3, 21), 22, 24)


def test_channels_that_follow_the_size_are_not_overlooked():
    # permute makes the height the channels, and the convolution after it is left out where those are 16.
    spec = net([3, 8, 8], "permute: [1, 0, 2]", "max_pool2d: {kernel_size: 2, when: in_channels == 16}")
    # The pool sees a map of 3 by n: its last row is lost.
    assert 16 not in solve(spec, 8, 24).sizes
    assert len(solve(spec, 8, 24).sizes) == 16


def test_a_loss_that_is_expected_excludes_nothing():
    pool = "max_pool2d: {name: p, kernel_size: 2%s}"
    assert solve(net([1, 8, 8], pool % ""), 2, 50).rule == "every even size"
    for word in ("fractional-stride", "CNN101"):
        assert solve(net([1, 8, 8], pool % f", expect: {{findings: [{word}]}}"), 2, 50).rule == "every size"


def test_a_loss_that_is_not_told_is_still_one():
    spec = net([1, 8, 8], "max_pool2d: {kernel_size: 2, ignore: [fractional-stride]}", lint="{warning: [fractional-stride]}")
    assert solve(spec, 2, 50).rule == "every even size"


def test_strict_files_lose_no_padding_either():
    stem = "conv2d: {out_channels: 8, kernel_size: 7, stride: 2, padding: 3}"
    assert solve(net([3, 224, 224], stem)).rule == "every size"
    strict = solve(net([3, 224, 224], stem, lint="{strict: true}"))
    assert strict.rule == "every odd size"  # (n + 6 - 7)/2
    assert strict.excluders[0].why == "the stride leaves 1 of the padded rows over"


def test_axes_of_an_input_that_is_not_square_move_alone():
    # Height: every multiple of 2, held width 30 is one of 3. Width: every multiple of 3.
    rows, columns = cnnspec.input_sizes(net([1, 20, 30], "max_pool2d: [2, 3]"), 10, 40)
    assert (rows.axes, rows.held, rows.rule) == (("height",), (("width", 30),), "every even size")
    assert (columns.axes, columns.held, columns.rule) == (("width",), (("height", 20),), "every multiple of 3")


def test_an_axis_is_held_where_it_fits():
    # A width of 33 never fits, whatever the height: it is held at 32, the nearest below.
    rows, columns = cnnspec.input_sizes(net([1, 20, 33], "max_pool2d: 2"), 10, 40)
    assert rows.held == (("width", 32),)
    assert rows.rule == columns.rule == "every even size"


def test_inputs_of_one_size_move_together():
    text = "inputs: {left: [1, 8, 8], right: [2, 8, 8], more: [5]}\nlayers:\n  - max_pool2d: {from: left, kernel_size: 2}\n"
    text += "  - conv2d: {from: right, out_channels: 1, kernel_size: 2, stride: 2}\n  - add: [above, max_pool1]\n"
    assert solve(cnnspec.loads(text), 2, 50).rule == "every even size"


@pytest.mark.parametrize(
    ("head", "source", "message"),
    [
        ("input: [10]", "input", "no input has spatial axes, so there is no size to choose"),
        (
            "inputs: {a: [1, 8, 8], b: [1, 9, 9]}",
            "a",
            "inputs a [1, 8, 8] and b [1, 9, 9] differ in size: what one allows depends on the other",
        ),
    ],
)
def test_where_there_is_no_size_to_choose(head, source, message):
    with pytest.raises(UsageError, match=r"^<string>: " + message.replace("[", r"\[").replace("]", r"\]") + "$"):
        cnnspec.input_sizes(cnnspec.loads(f"{head}\nlayers: [relu: {{from: {source}}}]"))


def test_no_size_fits():
    answer = solve(net([6, 8, 8], "conv2d: {name: c1, out_channels: 4, kernel_size: 3, groups: 4}"), 1, 20)
    assert (answer.sizes, answer.rule) == ((), "none")
    (excluder,) = answer.excluders
    assert (excluder.layer, excluder.rule, excluder.count) == ("c1", "groups-mismatch", 20)
    assert excluder.why == "6 input channels do not divide into 4 groups"


def test_errors_of_the_language_are_raised():
    with pytest.raises(cnnspec.SpecError, match="kernel_sise"):
        cnnspec.input_sizes(net([1, 8, 8], "conv2d: {out_channels: 1, kernel_sise: 3}"))


# -- random networks against analyzing every size ---------------------------------------------------------------

SMALL = st.integers(1, 4)
LAYERS = [
    st.fixed_dictionaries(
        {"kernel_size": SMALL},
        optional={
            "stride": SMALL,
            "padding": st.one_of(st.integers(0, 2), st.just("same")),
            "dilation": st.integers(1, 2),
            "padding_mode": st.sampled_from(["reflect", "circular"]),
            "expect": st.just({"findings": ["CNN101"]}),
        },
    ).map(lambda options: {"conv1d": {"out_channels": 4, **options}}),
    st.fixed_dictionaries(
        {"kernel_size": st.one_of(SMALL, st.sampled_from(["in_length // 3 + 1", "max(1, in_length % 3)", "in_channels"]))},
        optional={"stride": SMALL, "ceil_mode": st.booleans(), "when": st.sampled_from(["in_length > 9", "in_channels > 2"])},
    ).map(lambda options: {"max_pool1d": options}),
    st.fixed_dictionaries({"kernel_size": SMALL, "stride": SMALL}, optional={"padding": st.integers(0, 2)}).map(
        lambda options: {"conv_transpose1d": {"out_channels": 4, **options}}
    ),
    st.fixed_dictionaries({"size": st.integers(1, 12)}).map(lambda options: {"crop": options}),
    st.just({"crop": {"to": "?"}}),
    st.just({"adaptive_avg_pool1d": {"output_size": 5}}),
    st.sampled_from(["add", "concat"]).map(lambda merge: {merge: {"from": "?"}}),
]


@st.composite
def networks(draw):
    names, entries = ["input"], []
    for number in range(draw(st.integers(1, 6))):
        ((type, options),) = draw(st.one_of(LAYERS)).items()
        options = dict(options, name=f"l{number}")
        sources = st.sampled_from(names)
        if options.get("from") == "?":
            options["from"] = [draw(sources), draw(sources)]
        elif draw(st.booleans()):
            options["from"] = draw(sources)
        if options.get("to") == "?":
            options["to"] = draw(sources)
        entries.append({type: options})
        names.append(options["name"])
    return json.dumps({"input": [4, 16], "lint": {"strict": draw(st.booleans())}, "layers": entries})


@settings(max_examples=300, derandomize=True, database=None, deadline=None)
@given(networks())
def test_the_solver_is_as_good_as_analyzing_every_size(text):
    spec = parse(text, "net.yaml")
    probe = Probe(cnnspec.analyze(spec).graph)
    for size in range(1, 33):
        findings = cnnspec.analyze(spec, inputs=[4, size]).findings
        errors = [finding for finding in findings if finding.severity == "error" and finding.code <= "CNN105"]
        found = probe.excluded((size,))
        assert (found is None) == (not errors), (size, found, errors)
        if found is not None and errors[0].layer is not None:
            assert (found.layer, found.rule) == (errors[0].layer, errors[0].rule)


def test_the_random_networks_are_worth_asking():
    """Neither nearly all sizes fit nor nearly none; both ways of asking are taken."""
    fitting, ways = [], []

    @settings(max_examples=200, derandomize=True, database=None, deadline=None)
    @given(networks())
    def count(text):
        probe = Probe(cnnspec.analyze(parse(text, "net.yaml")).graph)
        fitting.append(sum(probe.excluded((size,)) is None for size in range(1, 33)))
        ways.append(probe.may_rerun)

    count()
    assert sum(0 < sizes < 32 for sizes in fitting) > len(fitting) // 4
    assert len(ways) // 4 < sum(ways) < len(ways)
