"""What a row of the table says where the layer alone would say too little, and which layers share one."""

import re

import pytest

import cnnspec

BLOCKS = "blocks: {block: {params: {out: 4}, layers: [conv2d: {name: c, out_channels: out, kernel_size: 1, bias: false}]}}"


def summary(*entries):
    """Of each row its cells: name, type, output, params, macs, flops, field and jump."""
    spec = cnnspec.loads("\n".join(["input: [4, 8, 8]", BLOCKS, "layers:", *(f"  - {entry}" for entry in entries)]))
    body = re.split("─+\n", str(cnnspec.analyze(spec)))[2]
    return [re.split("  +", line.strip()) for line in body.splitlines()]


def test_an_activation_is_called_by_its_function_too():
    assert [cells[1] for cells in summary("activation: hardswish", "relu")] == ["activation (hardswish)", "relu"]


# -- copies that are alike ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        ('name: "stage{index + 1}", repeat: 3', "stage1–3"),
        ('name: "stage{index + 8}", repeat: 3', "stage8–10"),
        ('name: "stage{index}_x", repeat: 3', "stage0_x–stage2_x"),
        ("repeat: 3", "block1–3"),
    ],
)
def test_copies_without_a_scope_around_them_share_a_row(options, shown):
    # 4·4 weights, each used at 8·8 positions; three times.
    run, conv = summary(f"block: {{{options}}}")
    assert run[:5] == [shown, "block × 3", "4×8×8", "48", "3,072"]
    assert conv[:5] == ["c", "conv2d", "4×8×8", "16", "1,024"]


def test_layers_share_a_row_too():
    assert [cells[:2] for cells in summary("relu: {repeat: 3}", "tanh")] == [["relu1–3", "relu × 3"], ["tanh1", "tanh"]]


def test_copies_in_a_scope_are_called_by_their_numbers():
    assert [cells[:2] for cells in summary("block: {name: b, repeat: 3}")] == [
        ["b", "block × 3"],
        ["0–2", "block × 3"],
        ["c", "conv2d"],
    ]


def test_copies_that_differ_have_a_row_each():
    # From 4 to 5 channels, from 5 to 6, and twice from 6 to 6.
    found = summary('block: {name: "b{index}", repeat: 4, out: 5 if index == 0 else 6}')
    assert [cells[0] for cells in found if cells[0] != "c"] == ["b0", "b1", "b2–3"]
    assert [cells[3] for cells in found if cells[0] == "c"] == ["20", "30", "36"]


def test_what_is_written_twice_has_two_rows():
    assert [cells[0] for cells in summary("block", "block", "relu", "relu") if cells[0] != "c"] == [
        *("block1", "block2"),
        *("relu1", "relu2"),
    ]


def test_what_is_repeated_together_does_not_stand_together():
    assert [cells[0] for cells in summary("inline: {repeat: 2, layers: [tanh, relu]}")] == ["tanh1", "relu1", "tanh2", "relu2"]


# -- what is for training only -------------------------------------------------------------------------------------------


def test_what_is_for_training_only_is_marked_where_it_begins():
    head = "sequential: {name: NAME, training_only: true, layers: [{block: {name: b}}, flatten]}"
    found = summary("relu", head.replace("NAME", "one"), head.replace("NAME", "two"), "tanh: {training_only: true}", "relu")
    assert [cells[:2] for cells in found] == [
        ["relu1", "relu"],
        *(["one", "sequential (training only)"], ["b", "block"], ["c", "conv2d"], ["1", "flatten"]),
        *(["two", "sequential (training only)"], ["b", "block"], ["c", "conv2d"], ["1", "flatten"]),
        ["tanh1", "tanh (training only)"],
        ["relu2", "relu"],
    ]
    # 16 weights at 8·8 positions, in every row.
    assert [cells[4] for cells in found if cells[0] in ("one", "b", "c", "two")] == ["1,024"] * 6


@pytest.mark.parametrize(
    ("layers", "told"),
    [
        ("- relu", ""),
        ("- relu: {training_only: true}\n- relu", "What is for training only has figures of its own; the sums"),
        ("- relu: {repeat: 2}", "A row of n copies (× n) sums all of them"),
    ],
)
def test_how_rows_are_read_is_said_where_it_is_asked(layers, told):
    result = cnnspec.analyze(cnnspec.loads(f"input: [4, 8, 8]\nlayers:\n{layers}\n"))
    for text in (str(result), result.to_markdown(), result.to_html()):
        assert told in text
        assert ("sums around it" in text) == ("training" in told)
        assert ("row of n copies" in text) == ("copies" in told)
