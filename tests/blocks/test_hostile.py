"""Blocks, repeats and containers that mean no good: each is answered with the place, in little memory, without a traceback."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TIMEOUT = 120
"""Seconds: what hangs does not pass on any machine."""
MOST_KIB = 200 * 1024
FINDING = re.compile(r"^spec\.yaml:(\d+:\d+: CNN\d{3}) \w+: (.*)$", re.MULTILINE)
UNSAFE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]")

RUN = """
import pathlib, runpy, sys
sys.argv = ["cnnspec", "check", "spec.yaml"]
try:
    runpy.run_module("cnnspec", run_name="__main__")
finally:
    status = pathlib.Path("/proc/self/status").read_text()
    pathlib.Path("peak").write_text(status.partition("VmHWM:")[2].split()[0])
"""

HEAD = "cnnspec: 1\ninput: [3, 8, 8]\n"
LAYERS = HEAD + "layers:\n"
TOO_MANY = "CNN005 the network has more than 100,000 entries"
TOO_DEEP = "CNN005 blocks and containers are nested deeper than 64"


def blocks(*lines):
    return HEAD + "blocks:\n" + "".join(f"  {line}\n" for line in lines)


def used(*lines):
    """Blocks, the first of them in line 4, and a use of ``b0``."""
    return blocks(*lines) + "layers: [b0]\n"


def nested(count, repeat, innermost):
    """A ``relu`` in so many inline parts, the outermost in line 5, each repeated."""
    indents = ["  " * (3 * level + 1) for level in range(count + 1)]
    parts = [f"{indent}- inline:\n{indent}    repeat: {repeat}\n{indent}    layers:\n" for indent in indents[:-1]]
    return f"{HEAD}vars: {{n: 1000000}}\nlayers:\n{''.join(parts)}{indents[-1]}- {innermost}\n"


def block_of(entries, use):
    return blocks("b:", "  layers:", *(f"    - {entry}" for entry in entries)) + f"layers:\n  - {use}\n"


NINE = ("{sequential: {layers: [" * 9, "]}}" * 9)
LONG_LIST = f"vars: {{a: [{'1, ' * 30_000}1]}}\n"

REFUSED = {
    "a billion copies": (LAYERS + "  - relu: {repeat: 999999999}\n", f"4:5 {TOO_MANY}"),
    "10**17 copies": (LAYERS + "  - relu: {repeat: 10 ** 17}\n", f"4:5 {TOO_MANY}"),
    "9**9**9 copies": (LAYERS + "  - relu: {repeat: 9 ** 9 ** 9}\n", "4:20 CNN005 `9 ** 9 ** 9` has more than 18 digits"),
    "a count of 241 characters": (
        LAYERS + f"  - relu: {{repeat: 1{' + 1' * 60}}}\n",
        "4:20 CNN005 an expression of 241 characters: at most 200 are allowed",
    ),
    "a count that is nested": (
        LAYERS + f"  - relu: {{repeat: {'-' * 60}1}}\n",
        "4:20 CNN005 an expression nested deeper than 20",
    ),
    "a count of lists": (
        LAYERS + "  - relu: {repeat: '[0] * 10 ** 9'}\n",
        "4:20 CNN004 `[0] * 10 ** 9`: a list is not a number",
    ),
    "one copy too many": (LAYERS + "  - relu: {repeat: 100001}\n", f"4:5 {TOO_MANY}"),
    "six repeats of a million": (nested(6, 1_000_000, "relu"), f"5:5 {TOO_MANY}"),
    "six repeats by an expression": (nested(6, "n", "relu"), f"5:5 {TOO_MANY}"),
    "six repeats of what is left out": (nested(6, "n", "relu: {when: false}"), f"5:5 {TOO_MANY}"),
    "a million copies of nothing": (LAYERS + "  - inline: {repeat: 999999, layers: []}\n", f"4:5 {TOO_MANY}"),
    "repeats that depend on the index": (
        LAYERS + "  - inline: {repeat: 1000, layers: [{inline: {repeat: index ** 3, layers: [relu]}}]}\n",
        f"4:{len('  - inline: {repeat: 1000, layers: [{') + 1} {TOO_MANY}",
    ),
    "repeats that grow with the channels": (
        LAYERS + "  - inline: {repeat: 50, layers: [{relu: {repeat: in_channels}}, {concat: [input, above, above]}]}\n",
        f"4:{len('  - inline: {repeat: 50, layers: [{') + 1} {TOO_MANY}",
    ),
    "a block that uses itself": (used("b0: {layers: [b0]}"), "4:3 CNN002 block `b0` uses itself"),
    "a circle of 10,000 blocks": (
        used(*(f"b{i}: {{layers: [b{(i + 1) % 10_000}]}}" for i in range(10_000))),
        "4:3 CNN002 block `b0` uses itself through `b1`, `b2`, `b3` and 9996 more",
    ),
    "a chain of 10,000 blocks": (
        # The file's list is the first, that of b0 the second, that of b62 the 64th: what stands in b63 lies too deep.
        used(*(f"b{i}: {{layers: [b{i + 1}]}}" for i in range(10_000)), "b10000: {layers: []}"),
        f"67:18 {TOO_DEEP}",
    ),
    "a chain of 10,000 inline blocks": (
        used(*(f"b{i}: {{inline: [b{i + 1}]}}" for i in range(10_000)), "b10000: {layers: []}"),
        f"67:18 {TOO_DEEP}",
    ),
    "containers nine deep in blocks sixty deep": (
        # Ten lists a block: the file's, six blocks of ten, and three of the seventh make 64.
        used(*(f"b{i}: {{layers: [{NINE[0]}b{i + 1}{NINE[1]}]}}" for i in range(60)), "b60: {layers: []}"),
        f"10:{len('  b6: {layers: [') + 3 * len('{sequential: {layers: [') + 2} {TOO_DEEP}",
    ),
    "a block of two, forty deep": (
        used(*(f"b{i}: {{layers: [b{i + 1}, b{i + 1}]}}" for i in range(40)), "b40: {layers: [relu]}"),
        f"45:10 {TOO_MANY}",
    ),
    "a block of nothing, forty deep": (
        used(*(f"b{i}: {{inline: [b{i + 1}, b{i + 1}]}}" for i in range(40)), "b40: {layers: []}"),
        f"45:10 {TOO_MANY}",
    ),
    "100,000 branches": (
        LAYERS + f"  - branches: [{'a, ' * 99_999}a]\n",
        # Each key, value, list and mapping is a node. 13 stand before the first branch: the file, two keys with what they
        # hold (a number, a list of three), `layers` with its list, its entry with its key, and the list of branches.
        f"4:{len('  - branches: [') + len('a, ') * (100_000 - 13) + 1} CNN005 the document expands past 100,000 nodes",
    ),
    "10,000 params in 10,000 copies": (
        blocks("b:", "  params:", *(f"    p{i}: 1" for i in range(10_000)), "  layers: [relu]")
        + "layers:\n  - b: {repeat: 10000}\n",
        f"10008:5 {TOO_MANY}",
    ),
    "30,000 inputs in 99,999 copies": (
        LAYERS + f"  - add: {{repeat: 99999, from: [{'input, ' * 30_000}input]}}\n",
        f"4:5 {TOO_MANY}",
    ),
    "the longest of 30,000 in 99,999 copies": (
        HEAD + LONG_LIST + "layers:\n  - conv2d: {repeat: 99999, kernel_size: 1, out_channels: max(a)}\n",
        f"5:5 {TOO_MANY}",
    ),
    "30,000 compared in 99,999 copies": (
        HEAD + LONG_LIST + "layers:\n  - inline: {repeat: 99999, layers: [{relu: {when: a != a}}]}\n",
        f"5:5 {TOO_MANY}",
    ),
    "a name in 30,000 copies": (
        LAYERS + "  - inline: {repeat: 30000, layers: [{relu: {name: a}}]}\n",
        "4:52 CNN002 a: the name `a` stands twice, first in line 4",
    ),
    "a share of itself": (
        LAYERS + "  - linear: {name: a, share: a}\n",
        "4:30 CNN003 a: `a` stands below: a layer reads only what stands above it",
    ),
    "a number in from": (LAYERS + "  - relu: {from: 7}\n", "4:18 CNN002 from holds names of layers, not the number `7`"),
    "a word with control characters": (
        blocks("b: {params: {act: relu}, layers: [{activation: act}]}") + 'layers:\n  - b: {act: "\\e[31m\\a\\u202e"}\n',
        "4:50 CNN002",
    ),
    "a parameter with control characters": (
        blocks('b: {params: {"\\e[31m": 1}, layers: []}') + "layers: [relu]\n",
        "4:16 CNN002 a name is a letter or _",
    ),
    "a block called __class__": (blocks("__class__: {layers: []}") + "layers: [relu]\n", "4:3 CNN002 `__class__` "),
    "a block called relu": (
        blocks("relu: {layers: []}") + "layers: [tanh]\n",
        "4:3 CNN002 a block cannot be called `relu`: that is a layer type",
    ),
    "a block called sequential": (
        blocks("sequential: {layers: []}") + "layers: [tanh]\n",
        "4:3 CNN002 a block cannot be called `sequential`: that is a layer type",
    ),
}


@pytest.fixture
def check(tmp_path):
    """Run the command on a text; what it found, as ``line:column code message``."""

    def check(text, code):
        (tmp_path / "spec.yaml").write_text(text, encoding="utf-8")
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
        done = subprocess.run(
            [sys.executable, "-c", RUN], cwd=tmp_path, env=environment, capture_output=True, timeout=TIMEOUT, check=False
        )
        output = (done.stdout + done.stderr).decode()
        assert done.returncode == code, output[-2000:]
        assert "Traceback" not in output
        assert UNSAFE.search(output) is None
        assert int((tmp_path / "peak").read_text()) < MOST_KIB
        return [f"{place.replace(': ', ' ')} {message}" for place, message in FINDING.findall(done.stdout.decode())]

    return check


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_once_at_its_place(check, name):
    text, expected = REFUSED[name]
    (found,) = check(text, 1)
    assert found.startswith(expected)


@pytest.mark.parametrize("name", ["name", "from", "index", "in_channels"])
def test_a_parameter_with_a_name_that_is_taken(check, name):
    (found,) = check(blocks(f"b: {{params: {{{name}: 1}}, layers: []}}") + "layers: [relu]\n", 1)
    assert found.startswith("4:16 CNN002")


LEGAL = {
    "a billion copies that are left out": LAYERS + "  - relu: {repeat: 999999999, when: false}\n  - relu\n",
    "blocks 63 deep": used(*(f"b{i}: {{layers: [b{i + 1}]}}" for i in range(62)), "b62: {layers: [relu]}"),
    "a block with 10,000 params": (
        blocks("b:", "  params:", *(f"    p{i}: 1" for i in range(10_000)), "  layers: [relu]") + "layers: [b, b]\n"
    ),
    "30,000 branches": LAYERS + "  - branches:\n      paths:\n" + "        - relu\n" * 30_000,
    "40,000 variables beside 20,000 uses": (
        HEAD + "vars:\n" + "".join(f"  v{i}: 1\n" for i in range(40_000)) + "blocks:\n  b: {layers: [relu]}\n"
        "layers:\n  - b: {repeat: 20000}\n"
    ),
}


@pytest.mark.parametrize("name", LEGAL)
def test_it_is_odd_and_legal(check, name):
    assert check(LEGAL[name], 0) == []


MISTAKES = {
    "unknown names": ("conv2d: {{out_channels: chanels{0}, kernel_size: 1, from: input}}", "CNN003 unknown name `chanels{0}`"),
    "unknown layers": ("relu: {{from: nowhere{0}}}", "CNN003 no layer or input is called `nowhere{0}`"),
    "wrong values": ("linear: {{out_features: 1 // (index0 - index0 + {0} - {0})}}", "CNN003 unknown name `index0`"),
    "negative counts": ("relu: {{repeat: {0} - 1000}}", "CNN002 repeat: -"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_hundreds_of_mistakes_in_a_repeated_block_are_each_told_once(check, name):
    entry, message = MISTAKES[name]
    found = check(block_of([entry.format(number) for number in range(200)], "b: {repeat: 200}"), 1)
    assert len(found) == 200
    for number, one in enumerate(found):
        assert one.startswith(f"{6 + number}:"), one
        assert message.format(number) in one
        assert one.endswith("(in a block used at 207:5)")
