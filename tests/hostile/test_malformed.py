"""Files that are no YAML, or YAML that no spec is: what is said, and where, is asserted in full."""

import pytest

KEYS = "cnnspec, name, description, reference, input, inputs, dtype, vars, blocks, layers, outputs, budget, expect, lint"
CASES = {
    "a bracket that is not closed": (
        "input: [1, 32, 32\nlayers: [relu]\n",
        "1:8 CNN001 `[` is never closed: write `]` where it ends",
    ),
    "a brace that is not closed": (
        "input: [1, 32, 32]\nlayers:\n  - conv2d: {out_channels: 4, kernel_size: 3\n  - relu\n",
        "3:13 CNN001 `{` is never closed: write `}` where it ends",
    ),
    "a bracket open at the end of the file": (
        "input: [1, 32, 32]\nlayers: [relu",
        "2:9 CNN001 `[` is never closed: write `]` where it ends",
    ),
    "a bracket closed by a brace": (
        "input: [1, 32}\n",
        "1:14 CNN001 `}` does not close the `[` of column 8: write `]`",
    ),
    "a bracket that closes nothing": (
        "input: [1, 32, 32]\nlayers: [relu]]\n",
        "2:15 CNN001 `]` closes nothing: there is no `[` before it",
    ),
    "a bracket in place of a value": (
        "input: [1, 32, 32]\nlayers: ]\n",
        "2:9 CNN001 `]` stands where a value should, and closes nothing",
    ),
    "a comma too many": (
        "input: [1,, 32]\n",
        "1:11 CNN001 a value is missing before `,`",
    ),
    "a comma missing between mappings": (
        "input: [1, 32, 32]\nlayers: [{relu: {}}\n  {tanh: {}}]\n",
        "3:3 CNN001 a comma is missing before `{`",
    ),
    "a colon in a value": (
        "name: ResNet: the paper\n",
        "1:13 CNN001 text that holds `: ` wants quotes round it",
    ),
    "a colon in a value in braces": (
        "input: [1, 32, 32]\nlayers:\n  - relu: {note: a: b}\n",
        "3:19 CNN001 text that holds `: ` wants quotes round it",
    ),
    "no space after a colon": (
        "input:[1, 32, 32]\nlayers: [relu]\n",
        "2:7 CNN001 the line above goes on here: its `:` or the space after it is missing, or this line is indented too far",
    ),
    "no space after a colon in braces": (
        "input: [1, 32, 32]\nlayers:\n  - conv2d: {out_channels:4, kernel_size: 3}\n",
        "3:14 CNN002 a space is missing after the `:` in `out_channels:4`",
    ),
    "no colon": (
        "input: [1, 32, 32]\nlayers\n  - relu\n",
        "2:1 CNN001 a `:` is missing after `layers`",
    ),
    "a tab for indentation": (
        "input: [1, 32, 32]\nlayers:\n\t- relu\n",
        "3:1 CNN001 a tab stands where spaces should: YAML is indented with spaces only",
    ),
    "a tab before a key": (
        "input: [1, 32, 32]\nlayers:\n  - conv2d:\n\t\tout_channels: 4\n",
        "4:1 CNN001 a tab stands where spaces should: YAML is indented with spaces only",
    ),
    "a tab in a text of several lines": (
        "description: |\n\t\ttext\n",
        "2:1 CNN001 a tab stands where spaces should: YAML is indented with spaces only",
    ),
    "a key indented by one": (
        "input: [1, 32, 32]\n layers: [relu]\n",
        "2:2 CNN001 this line is indented by 1 space, unlike those above it: lines that belong together are indented alike",
    ),
    "an entry indented less": (
        "input: [1, 32, 32]\nlayers:\n  - relu\n - relu\n",
        "4:2 CNN001 this line is indented by 1 space, unlike those above it: lines that belong together are indented alike",
    ),
    "an option indented unlike its neighbours": (
        "input: [1, 32, 32]\nlayers:\n  - conv2d:\n      out_channels: 4\n     kernel_size: 3\n",
        "5:6 CNN001 this line is indented by 5 spaces, unlike those above it: lines that belong together are indented alike",
    ),
    "options beside their layer type": (
        "input: [1, 32, 32]\nlayers:\n  - conv2d:\n    out_channels: 4\n    kernel_size: 3\n",
        "4:5 CNN002 `out_channels` and `kernel_size` stand beside `conv2d`: indent an option further than its layer type",
    ),
    "two layers in one entry": (
        "input: [1, 32, 32]\nlayers:\n  - relu:\n    tanh:\n",
        "4:5 CNN002 `tanh` stands beside `relu`: an entry is one layer type; begin another with `- tanh`",
    ),
    "a key in a list": (
        "- relu\ninput: [1, 32, 32]\n",
        "2:1 CNN001 this line belongs to what begins in line 1, where each entry begins with `- `",
    ),
    "an entry in a mapping": (
        "input: [1, 32, 32]\n- relu\n",
        "2:1 CNN001 this line belongs to what begins in line 1, where each line is a key, a `:` and a value",
    ),
    "a list behind its key": (
        "layers: - relu\n",
        "1:9 CNN001 `- ` cannot stand here: begin a list in a line of its own, or write it in [ ] with commas",
    ),
    "a quote that is not closed": (
        'name: "abc\ninput: [1, 32, 32]\nlayers: [relu]\n',
        '1:7 CNN001 the text that this " begins is never closed: write " at its end',
    ),
    "an apostrophe in quotes": (
        "name: 'it's'\n",
        "1:11 CNN001 `s'` stands after the end of a value: inside '…' a quote is written '', inside \"…\" it is \\\"",
    ),
    "text after a list": (
        "input: [1, 32, 32] x\n",
        "1:20 CNN001 `x` stands after the end of a value",
    ),
    "a backslash in double quotes": (
        'name: "C:\\data"\n',
        "1:10 CNN001 `\\d` is no character: inside \"…\" a backslash is written \\\\; '…' takes it as it is",
    ),
    "an escape without digits": (
        'name: "\\xZZ"\n',
        "1:8 CNN001 `\\x` wants 2 hexadecimal digits after it",
    ),
    "an escape of a surrogate": (
        'name: "\\ud800"\n',
        "1:8 CNN001 `\\ud800` is no character: inside \"…\" a backslash is written \\\\; '…' takes it as it is",
    ),
    "an at sign": (
        "name: @alexnet\n",
        "1:7 CNN001 text cannot begin with `@`: put quotes round it",
    ),
    "a backtick": (
        "name: `alexnet`\n",
        "1:7 CNN001 text cannot begin with ```: put quotes round it",
    ),
    "a template": (
        "input: {{ shape }}\n",
        "1:9 CNN001 a key must be a word, not a list or mapping",
    ),
    "a template's statement": (
        "{% if deep %}\n",
        "1:2 CNN001 text cannot begin with `%`: put quotes round it",
    ),
    "a star": (
        "name: * bold\n",
        "1:7 CNN001 `*` begins an anchor's name: put quotes round text that begins with it",
    ),
    "an ampersand": (
        "name: & co\n",
        "1:7 CNN001 `&` begins an anchor's name: put quotes round text that begins with it",
    ),
    "a question mark": (
        "name: ? what\n",
        "1:7 CNN001 `? ` cannot stand here: put quotes round text that begins with it",
    ),
    "text behind a bar": (
        "description: |x\n  text\n",
        "1:14 CNN001 after | or > text begins in the next line: put quotes round text that begins with one of them",
    ),
    "a list as a key": (
        "? [1, 2]\n: 3\n",
        "1:3 CNN001 a key must be a word, not a list or mapping",
    ),
    "an alias as a key": (
        "&a name: x\n*a : y\n",
        "2:1 CNN001 a key must be a word, not an alias",
    ),
    "an alias of nothing": (
        "input: *shape\nlayers: [relu]\n",
        "1:8 CNN001 alias *shape has no anchor &shape above it",
    ),
    "an alias inside what it stands for": (
        "input: &shape [1, *shape]\n",
        "1:19 CNN001 alias *shape stands inside what it stands for",
    ),
    "two anchors": (
        "name: &a &b x\n",
        "1:10 CNN001 `&b x` stands after the end of a value",
    ),
    "a tag that would call Python": (
        'name: !!python/object/apply:os.system ["true"]\ninput: [1, 32, 32]\nlayers: [relu]\n',
        "1:7 CNN001 tags are not allowed: leave out `!!python/object/apply:os.system`",
        "1:7 CNN002 name is text, not a list",
    ),
    "a binary tag": (
        "name: !!binary aGk=\ninput: [1, 32, 32]\nlayers: [relu]\n",
        "1:7 CNN001 tags are not allowed: leave out `!!binary`",
    ),
    "a tag of one's own": (
        "input: [1, 32, 32]\nlayers: !net [relu]\n",
        "2:9 CNN001 tags are not allowed: leave out `!net`",
    ),
    "a tag without a handle": (
        "name: !e!x y\n",
        "1:7 CNN001 tags (`!…`) are not allowed: leave it out, or put quotes round text that begins with `!`",
    ),
    "an unfinished tag": (
        "name: !<x\n",
        "1:7 CNN001 tags (`!…`) are not allowed: leave it out, or put quotes round text that begins with `!`",
    ),
    "a merge key": (
        (
            "input: [1, 32, 32]\n"
            "layers:\n"
            "  - conv2d: &c {out_channels: 4, kernel_size: 3}\n"
            "  - conv2d:\n"
            "      <<: *c\n"
            "      stride: 1\n"
        ),
        "5:7 CNN001 merge keys (<<) are not part of YAML 1.2: write the keys out",
    ),
    "a quoted merge key": (
        'input: [1, 32, 32]\nlayers: [relu]\n"<<": {name: x}\n',
        "3:1 CNN002 unknown key `<<`: there are " + KEYS,
    ),
    "a key twice": (
        "name: a\ninput: [1, 32, 32]\nname: b\nlayers: [relu]\nname: c\n",
        "3:1 CNN001 key `name` stands twice in this mapping, first in line 1",
        "5:1 CNN001 key `name` stands twice in this mapping, first in line 1",
    ),
    "an option twice": (
        "input: [1, 32, 32]\nlayers:\n  - conv2d: {out_channels: 4, kernel_size: 3, out_channels: 5}\n",
        "3:47 CNN001 key `out_channels` stands twice in this mapping, first in line 3",
    ),
    "two documents": (
        "input: [1, 32, 32]\nlayers: [relu]\n---\ninput: [1, 32, 32]\nlayers: [relu]\n",
        "3:1 CNN001 a second document begins here: a file holds one network",
    ),
    "text after the end": (
        "input: [1, 32, 32]\nlayers: [relu]\n...\nmore\n",
        "4:1 CNN001 `more` stands after the end of the document",
    ),
    "a version of YAML that is not": (
        "%YAML 9.9\n---\ninput: [1, 32, 32]\nlayers: [relu]\n",
        "1:1 CNN001 lines that begin with % are directives of YAML, which a spec does without: leave it out",
    ),
    "a directive": (
        "%FOO bar\n---\ninput: [1, 32, 32]\nlayers: [relu]\n",
        "1:1 CNN001 lines that begin with % are directives of YAML, which a spec does without: leave it out",
    ),
    "nothing": (
        "",
        "1:1 CNN001 the file is empty",
    ),
    "comments only": (
        "# LeNet\n# to be written\n",
        "1:1 CNN001 the file is empty",
    ),
    "an empty document": (
        "---\n",
        "2:1 CNN002 a spec is a mapping with `input` and `layers`, not an empty value",
    ),
    "a word": (
        "hello\n",
        "1:1 CNN002 a spec is a mapping with `input` and `layers`, not the text `hello`",
    ),
    "a number": (
        "42\n",
        "1:1 CNN002 a spec is a mapping with `input` and `layers`, not the number `42`",
    ),
    "a list": (
        "[relu, tanh]\n",
        "1:1 CNN002 a spec is a mapping with `input` and `layers`, not a list",
    ),
    "an empty mapping": (
        "{}\n",
        "1:1 CNN002 the spec has no `input`: write input: [channels, height, width]",
        "1:1 CNN002 the spec has no `layers`",
    ),
    "a comma in an expression": (
        ("input: [1, 32, 32]\nlayers:\n  - conv2d: {out_channels: min(4, 5), kernel_size: max(1, 3), padding: 1}\n"),
        "3:28 CNN004 `min(4, 5)` holds a comma: inside {…} and […] YAML wants quotes round it",
        "3:52 CNN004 `max(1, 3)` holds a comma: inside {…} and […] YAML wants quotes round it",
    ),
    "a comma in an expression in a list": (
        "input: [1, 32, 32]\nlayers:\n  - conv2d: {out_channels: 4, kernel_size: [min(4, 5), 3]}\n",
        "3:45 CNN004 `min(4, 5)` holds a comma: inside {…} and […] YAML wants quotes round it",
    ),
    "commas in nested calls": (
        "input: [1, 32, 32]\nlayers:\n  - conv2d: {out_channels: min(max(4, 3), 5), kernel_size: 3}\n",
        "3:28 CNN004 `min(max(4, 3), 5)` holds a comma: inside {…} and […] YAML wants quotes round it",
    ),
    "a comma in an expression that is not closed": (
        "input: [1, 32, 32]\nlayers:\n  - conv2d: {out_channels: min(4, 5, kernel_size: 3}\n",
        "3:28 CNN004 `min(4, 5` is not an expression: a `)` is missing",
    ),
    "brackets in an expression": (
        "vars: {w: [4]}\ninput: [1, 32, 32]\nlayers:\n  - conv2d: {out_channels: w[0], kernel_size: 3}\n",
        "4:29 CNN001 `[` cannot stand here: an expression that holds , [ ] { or } wants quotes round it",
    ),
    "a list in an expression": (
        "input: [1, 32, 32]\nlayers:\n  - conv2d: {out_channels: max([4, 5]), kernel_size: 3}\n",
        "3:32 CNN001 `[` cannot stand here: an expression that holds , [ ] { or } wants quotes round it",
    ),
    "a key of 2,000 characters": (
        "k" * 2000 + ": 1\n",
        "1:2001 CNN001 a key has at most 1,024 characters",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_malformed_is_told_at_its_place(check, case):
    text, *told = CASES[case]
    assert check(text).findings == told
