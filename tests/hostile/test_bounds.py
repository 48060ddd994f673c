"""What is too large, too deep or too many is refused with its limit, whatever it would have grown to."""

import re

import pytest

INPUT = "input: [1, 32, 32]\n"
LAYERS = INPUT + "layers:\n"


def laughs(laugh):
    """A list of ten, of ten, of ten: 10**11 of what it begins with, in 600 characters."""
    lines = (f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]\n" for level in range(1, 12))
    return f"a0: &a0 {laugh}\n{''.join(lines)}"


REFUSED = {
    "100,000 open brackets": ("[" * 100_000, "1:65 CNN005 nesting deeper than 64"),
    "100,000 open braces": ("{" * 100_000, "1:2 CNN001 a key must be a word, not a list or mapping"),
    "100,000 open mappings": ("{a: " * 100_000, "1:257 CNN005 nesting deeper than 64"),
    "100,000 lists in a line": ("- " * 100_000, "1:129 CNN005 nesting deeper than 64"),
    "100,000 open brackets in a layer": (LAYERS + "  - linear: " + "[" * 100_000, "3:74 CNN005 nesting deeper than 64"),
    "lists indented deeper and deeper": (
        "".join(" " * depth + "-\n" for depth in range(1400)),
        "65:65 CNN005 nesting deeper than 64",
    ),
    "mappings indented deeper and deeper": (
        "".join(" " * depth + "a:\n" for depth in range(1400)),
        "65:65 CNN005 nesting deeper than 64",
    ),
    "a billion laughs": (laughs("[x]"), "6:25 CNN005 the document expands past 100,000 nodes"),
    "a billion laughs as layers": (
        INPUT + laughs("relu") + "layers: [*a11]\n",
        "7:45 CNN005 the document expands past 100,000 nodes",
    ),
    "aliases nested deeper than any text": (
        "a0: &a0 [x]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}]\n" for i in range(1, 70)),
        "64:12 CNN005 nesting deeper than 64",
    ),
    "a number of 10,000 digits": (
        "input: [" + "9" * 10_000 + ", 8, 8]\nlayers: [relu]\n",
        "1:9 CNN005 a number of more than 18 digits",
    ),
    "a one after 10,000 zeros": (
        "input: [" + "0" * 10_000 + "1, 8, 8]\nlayers: [relu]\n",
        "1:9 CNN005 a number of more than 18 digits",
    ),
    "a hexadecimal number of 10,000 digits": (
        "input: [0x" + "f" * 10_000 + ", 8, 8]\nlayers: [relu]\n",
        "1:9 CNN005 a number of more than 18 digits",
    ),
    "a fraction of 10,000 digits": (
        "input: [0." + "1" * 10_000 + ", 8, 8]\nlayers: [relu]\n",
        "1:9 CNN005 a number of more than 18 digits",
    ),
    "an exponent of a million": (
        "input: [1e999999, 8, 8]\nlayers: [relu]\n",
        "1:9 CNN005 a number of more than 18 digits",
    ),
    "an exponent of 300": ("input: [1e300, 8, 8]\nlayers: [relu]\n", "1:9 CNN005 a number of more than 18 digits"),
    "infinity": ("input: [.inf, 8, 8]\nlayers: [relu]\n", "1:9 CNN005 infinity and NaN are not numbers here"),
    "less than any number": ("input: [-.INF, 8, 8]\nlayers: [relu]\n", "1:9 CNN005 infinity and NaN are not numbers here"),
    "not a number": ("input: [.nan, 8, 8]\nlayers: [relu]\n", "1:9 CNN005 infinity and NaN are not numbers here"),
    "an expression of 10,001 characters": (
        LAYERS + "  - linear: " + "1+" * 5_000 + "1\n",
        "3:13 CNN005 an expression of 10001 characters: at most 200 are allowed",
    ),
    "a text of half a million characters for a number": (
        LAYERS + "  - linear: \"'" + "x" * 500_000 + "'\"\n",
        "3:13 CNN005 an expression of 500002 characters: at most 200 are allowed",
    ),
    "calls nested 24 deep": (
        LAYERS + "  - linear: " + "abs(" * 24 + "1" + ")" * 24 + "\n",
        "3:13 CNN005 an expression nested deeper than 20",
    ),
    "lists nested 99 deep": (
        LAYERS + "  - linear: '" + "[" * 99 + "1" + "]" * 99 + "'\n",
        "3:13 CNN005 an expression nested deeper than 20",
    ),
    "a chain of 90 signs": (
        LAYERS + "  - linear: '" + "- " * 90 + "1'\n",
        "3:13 CNN005 an expression nested deeper than 20",
    ),
    "lists that blocks hand on tenfold": (
        "input: [3, 8, 8]\nblocks:\n"
        + "".join(f"  b{n}: {{params: {{p: 0}}, layers: [{{b{n + 1}: {{p: [{'p, ' * 10}]}}}}]}}\n" for n in range(20))
        + "  b20: {params: {p: 0}, layers: [{max_pool2d: p}]}\nlayers:\n  - b0: {p: [1, 2]}\n",
        # b0 hands on 10 lists of 2, 30 items; b1 10 + 10*30, then 3,110, 31,110, and b4 311,110.
        "7:42 CNN005 a list of more than 100,000 numbers (in a block used at 6:34, in one used at 5:34, in one used at 4:34, "
        "in one used at 3:34, in one used at 25:5)",
    ),
    "999,999,999 copies": (LAYERS + "  - relu: {repeat: 999999999}\n", "3:5 CNN005 the network has more than 100,000 entries"),
    "999,999,999 copies of copies": (
        LAYERS + "  - relu: {name: a, repeat: 999999999}\n  - relu: {name: b, repeat: 999999999}\n",
        "3:5 CNN005 the network has more than 100,000 entries",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_it_is_refused_with_its_limit(check, case):
    text, expected = REFUSED[case]
    outcome = check(text)
    assert outcome.findings == [expected]
    assert max(map(len, outcome.stdout.split("\n"))) < 250


def test_the_nodes_of_a_document_are_counted(check):
    [told] = check(INPUT + "layers: [" + "relu," * 100_001 + "]").findings
    assert told == "2:499970 CNN005 the document expands past 100,000 nodes"


def test_a_kernel_that_each_of_300_copies_would_read(check):
    """90,000 numbers times 300: as many as no network has."""
    row = f"[{', '.join(['1'] * 300)}]"
    text = f"input: [1, 400, 400]\nvars: {{k: [{', '.join([row] * 300)}]}}\nlayers:\n"
    outcome = check(text + "  - conv2d: {weight: k, padding: same, repeat: 300}\n")
    assert outcome.findings == ["4:5 CNN005 the network has more than 100,000 entries"]


def test_merge_keys_that_double_and_double(check):
    lines = ["a0: &a0 {x: 1}", *(f"a{i}: &a{i} {{<<: [{', '.join([f'*a{i - 1}'] * 10)}]}}" for i in range(1, 12))]
    findings = check("\n".join(lines) + "\n").findings
    assert findings[0] == "2:10 CNN001 merge keys (<<) are not part of YAML 1.2: write the keys out"
    assert findings[-1] == "6:20 CNN005 the document expands past 100,000 nodes"


@pytest.mark.parametrize("more", [0, 1])
def test_a_file_of_one_mebibyte_is_read_and_one_byte_more_is_not(check, more):
    text = LAYERS + "  - relu\n"
    text += "#" * ((1 << 20) - len(text) + more)
    outcome = check(text, code=more)
    assert outcome.findings == ["1:1 CNN005 the file has more than 1,048,576 bytes (1 MiB)"] * more


def test_a_mebibyte_of_empty_lines(check):
    assert check("\n" * ((1 << 20) - 6) + "name: x")


def test_sizes_that_grow_beyond_100_digits(check):
    """Each transposed convolution makes 10¹⁷ times as many rows."""
    outcome = check(
        INPUT + f"layers:\n  - conv_transpose2d: {{out_channels: 1, kernel_size: 1, stride: {10**17}, repeat: 300}}\n", code=1
    )
    (told,) = [line for line in outcome.stdout.split("\n") if "CNN105" in line]
    assert told.endswith("an axis of the output has more than 100 digits")


HUGE = 10**18 - 1
SIZES = {
    "a kernel as large as its input": (f"conv2d: {{out_channels: {HUGE}, kernel_size: {HUGE}}}", []),
    "a stride as large as its input": (f"max_pool2d: {{kernel_size: 1, stride: {HUGE}}}", ["note"]),
    "a dilation as large as its input": (f"conv2d: {{out_channels: 1, kernel_size: 2, dilation: {HUGE - 1}}}", []),
    "padding as large as its input": (f"conv2d: {{out_channels: 1, kernel_size: {HUGE}, padding: {HUGE}}}", []),
    "as many groups as channels": (f"conv2d: {{out_channels: {HUGE}, kernel_size: 1, groups: {HUGE}}}", []),
    "as many groups as channels, less one": (
        f"conv2d: {{out_channels: {HUGE}, kernel_size: 1, groups: {HUGE - 1}}}",
        ["error"],
    ),
    "a kernel, a stride and a dilation without common factors": (
        "conv2d: {out_channels: 1, kernel_size: 99999999999, stride: 99999999977, dilation: 9000011}",
        ["error"],
    ),
    "pooling to as many": (f"adaptive_avg_pool2d: {HUGE}", []),
}


@pytest.mark.parametrize("case", SIZES)
def test_sizes_of_18_digits_are_numbers_like_others(check, case):
    entry, severities = SIZES[case]
    text = f"input: [{HUGE}, {HUGE}, {HUGE}]\nlayers:\n  - {entry}\n  - flatten\n  - linear: {HUGE}\n"
    outcome = check(text, code=int("error" in severities))
    told = [re.search(r"spec.yaml:(3:5): CNN10[0-9] (\w+): ", line) for line in outcome.stdout.split("\n")]
    assert [found[2] for found in told if found] == severities
