"""unused-suppression: what silences nothing is told, once, with the edit that takes it out; what may be of use is not."""

import pytest
from rule_nets import net

import cnnspec
from cnnspec.errors import Edit, Position
from cnnspec.language.checker import parse
from cnnspec.rules.selection import Selection, chosen

LOST = "conv2d: {out_channels: 1, kernel_size: 3, stride: 3%s}"
WHOLE = "conv2d: {out_channels: 1, kernel_size: 3, stride: 2%s}"


def check(text, *selected, **altered):
    """What the rule finds; with rules ``selected`` of them only. Only rules of the first hundred are asked."""
    selection = Selection(chosen(selected or ["CNN1"]))
    return [
        finding
        for finding in cnnspec.analyze(parse(text, "net.yaml"), selection=selection, **altered).findings
        if finding.rule == "unused-suppression"
    ]


def place(text, piece):
    """Where a piece of the text begins."""
    before = text[: text.index(piece)].split("\n")
    return Position(len(before), len(before[-1]) + 1)


def cut(text, piece, other=""):
    """The edit that writes something else for a piece of one line."""
    at = place(text, piece)
    return Edit(at, Position(at.line, at.column + len(piece)), other)


def test_a_comment():
    # (7 - 3)/2 + 1 = 3 is whole.
    text = net([1, 7, 7], WHOLE % "" + "  # cnnspec: ignore[fractional-stride] as in the paper")
    (found,) = check(text)
    assert found[:6] == (
        "CNN110",
        "unused-suppression",
        "note",
        place(text, "#"),
        None,
        "ignoring `fractional-stride` silences nothing in this line",
    )
    assert found.fix == "leave it out"
    assert found.edits == (cut(text, "  # cnnspec: ignore[fractional-stride] as in the paper"),)


def test_a_word_of_a_comment():
    text = net([1, 7, 7], LOST % "" + "  # cnnspec: ignore[budget-exceeded, CNN101, CNN109]")
    (found,) = check(text)
    assert found.message == "ignoring `budget-exceeded` and `CNN109` silences nothing in this line"
    assert found.fix == "leave them out"
    assert found.edits == (cut(text, "budget-exceeded, CNN101, CNN109", "CNN101"),)


def test_a_comment_on_a_line_of_its_own():
    (found,) = check(net([1, 7, 7], LOST % "") + "  # cnnspec: ignore[fractional-stride]\n")
    assert found.message == "ignoring `fractional-stride` silences nothing on a line of its own"
    assert found.fix == "put it at the end of the line that it is about, or leave it out"


def test_a_comment_without_rules():
    text = net([1, 7, 7], WHOLE % "" + "  # cnnspec: ignore")
    (found,) = check(text)
    assert (found.message, found.fix) == ("a comment that names no rule silences nothing", "leave it out")
    assert found.edits == (cut(text, "  # cnnspec: ignore"),)
    (found,) = check(net([1, 7, 7], LOST % "" + "  # cnnspec: ignore"))
    assert (found.fix, found.edits) == ("# cnnspec: ignore[fractional-stride]", ())


def test_a_layer():
    text = net([1, 7, 7], WHOLE % ", name: c1, ignore: [CNN101, budget-exceeded]")
    (found,) = check(text)
    assert (found.position, found.layer) == (place(text, "CNN101"), "c1")
    assert found.message == "ignoring `CNN101` and `budget-exceeded` silences nothing here"


def test_the_file():
    (found,) = check(net([1, 7, 7], WHOLE % "", lint="{ignore: [CNN101]}"))
    assert (found.position, found.layer) == ((2, 17), None)
    assert found.message == "ignoring `CNN101` silences nothing in this file"


@pytest.mark.parametrize("word", ["window-too-large", "CNN102"])
def test_what_cannot_be_silenced(word):
    """It is told beside the error that it was to silence, too."""
    for size in (7, 2):
        (found,) = check(net([1, size, size], WHOLE % f", ignore: [{word}]"))
        assert found.message == f"ignoring `{word}` silences nothing here: `{word}` cannot be silenced"


OF_USE = {
    "in the file": net([1, 7, 7], LOST % "", lint="{ignore: [CNN101]}"),
    "on the layer": net([1, 7, 7], LOST % ", ignore: [fractional-stride]"),
    "in a comment": net([1, 7, 7], LOST % "" + " # cnnspec: ignore[CNN101]"),
    "all of them": net([1, 7, 7], LOST % ", ignore: [CNN101]" + " # cnnspec: ignore[CNN101]", lint="{ignore: [CNN101]}"),
    "around the layer": net([1, 7, 7], f"sequential: {{ignore: [CNN101], layers: [{{{LOST % ''}}}]}}"),
    "around it without a scope": net([1, 7, 7], f"inline: {{ignore: [CNN101], layers: [{{{LOST % ''}}}]}}"),
    "around it, twice": net([1, 7, 7], f"inline: {{ignore: [CNN101], layers: [inline: [{{{LOST % ''}}}]]}}"),
    "around its path": net([1, 7, 7], f"branches: {{ignore: [CNN101], paths: [{{{LOST % ''}}}, {{{LOST % ''}}}]}}"),
    "around a repeat": net([1, 27, 27], LOST % ", padding: 1, repeat: 4, name: c, ignore: [CNN101]"),
    "of an expectation": net([1, 7, 7], "relu: {expect: {macs: 1}} # cnnspec: ignore[expectation-failed]"),
}


@pytest.mark.parametrize("where", OF_USE)
def test_a_word_that_silences_something_is_of_use(where):
    assert check(OF_USE[where]) == []
    findings = cnnspec.analyze(parse(OF_USE[where], "net.yaml"), selection=Selection(chosen(["CNN101", "CNN109"]))).findings
    assert findings == ()


MANY = "conv2d: {out_channels: 1,%s\n      kernel_size: 3,%s\n      stride: 3}%s"
NOTE = " # cnnspec: ignore[CNN101]"
IN_LINES = "conv2d:\n      out_channels: 1%s\n      kernel_size: 3\n      stride: 3%s"


@pytest.mark.parametrize(
    "entry",
    [MANY % (NOTE, "", ""), MANY % ("", NOTE, ""), MANY % ("", "", NOTE), IN_LINES % (NOTE, ""), IN_LINES % ("", NOTE)],
)
def test_a_comment_holds_for_the_entry_over_whose_lines_it_stands(entry):
    # (7 - 3)/3 + 1 = 2.33…; so does the comment's twin without rules offer to name the rule.
    assert check(net([1, 7, 7], entry, "relu")) == []
    (found,) = check(net([1, 7, 7], entry.replace("[CNN101]", ""), "relu"))
    assert (found.fix, found.edits) == ("# cnnspec: ignore[fractional-stride]", ())


def test_a_comment_on_the_first_line_holds_for_the_others():
    text = net([1, 7, 7], "relu: { # cnnspec: ignore[expectation-failed]\n      expect: {macs: 1}}")
    assert cnnspec.analyze(parse(text, "net.yaml")).findings == ()


@pytest.mark.parametrize("entries", [("relu" + NOTE, MANY % ("", "", "")), (IN_LINES % ("", ""), "relu" + NOTE)])
def test_a_comment_does_not_hold_for_the_entries_above_and_below(entries):
    found = cnnspec.analyze(parse(net([1, 7, 7], *entries), "net.yaml")).findings
    assert {finding.code for finding in found} >= {"CNN101", "CNN110"}


def test_a_comment_on_a_container_s_last_line_holds_for_its_own_findings():
    text = net([1, 7, 7], "inline: {when: true, layers: [\n    relu,\n    tanh]} # cnnspec: ignore[CNN109]")
    assert len(check(text)) == 1
    text = net([1, 7, 7], "sequential: {expect: {macs: 1}, layers: [\n    relu,\n    tanh]} # cnnspec: ignore[CNN109]")
    assert cnnspec.analyze(parse(text, "net.yaml")).findings == ()


def test_nor_does_one_on_a_container_s_last_line_hold_for_what_it_holds():
    text = net([1, 7, 7], "sequential: {layers: [\n    {" + LOST % "" + "},\n    relu]}" + NOTE)
    found = cnnspec.analyze(parse(text, "net.yaml")).findings
    assert {finding.code for finding in found} >= {"CNN101", "CNN110"}


def test_a_comment_on_the_last_line_of_what_is_left_out_may_be_of_use():
    assert check(net([1, 7, 7], MANY.replace("1,", "1, when: false,", 1) % ("", "", NOTE), "relu")) == []


BLOCK = "{b: {params: {s: 2}, layers: [conv2d: {out_channels: 1, kernel_size: 3, stride: s%s}]}}"


def test_a_word_in_a_block_is_of_use_if_it_is_in_one_of_the_uses():
    # Neither: (7 - 3)/2 + 1 = 3, (3 - 3)/2 + 1 = 1. The first: (8 - 3)/2 + 1 = 3.5. The second: (17 - 3)/2 + 1 = 8 before it.
    blocks = BLOCK % ", ignore: [CNN101]"
    assert len(check(net([1, 7, 7], "b", "b", blocks=blocks))) == 1
    assert check(net([1, 8, 8], "b", "b", blocks=blocks)) == []
    assert check(net([1, 17, 17], "b", "b", blocks=blocks)) == []


def test_a_comment_in_a_block_is_told_once_of_all_uses():
    blocks = "\n  b:\n    layers:\n      - conv2d: {out_channels: 1, kernel_size: 1}  # cnnspec: ignore[CNN101]"
    (found,) = check(net([1, 7, 7], "b", "b", "b", blocks=blocks))
    assert found.position == (5, len("      - conv2d: {out_channels: 1, kernel_size: 1}  #"))


def test_each_use_of_a_block_answers_for_what_it_silences():
    # The first use loses a row: (8 - 3)/2 + 1 = 3.5; the second none: (3 - 3)/2 + 1 = 1.
    used = "b: {name: %s, ignore: [CNN101]}"
    (found,) = check(net([1, 8, 8], used % "x", used % "y", blocks=BLOCK % ""))
    assert (found.position, found.layer) == ((5, len("  - b: {name: y, ignore: [C")), "y")
    inline = "{b: {inline: [conv2d: {out_channels: 1, kernel_size: 3, stride: 2}]}}"
    (found,) = check(net([1, 8, 8], "b: {ignore: [CNN101]}", "b: {ignore: [CNN101]}", blocks=inline))
    assert (found.position, found.layer) == ((5, len("  - b: {ignore: [C")), None)


UNCERTAIN = {
    "an entry that is left out": net([1, 7, 7], WHOLE % ", when: false, ignore: [CNN101]", "relu"),
    "a line that is left out": net([1, 7, 7], WHOLE % ", when: false" + " # cnnspec: ignore[CNN101]", "relu"),
    "what an entry that is left out holds": net(
        [1, 7, 7], f"inline: {{when: false, layers: [{WHOLE % ', ignore: [CNN101]'}]}}", "relu"
    ),
    "a block that is not used": net([1, 7, 7], "relu", blocks="{b: {layers: [relu: {ignore: [CNN101]}]}}"),
    "an error of the language": net([1, 7, 7], WHOLE % ", ignore: [CNN101]", "rleu"),
    "an error that hides figures": net([1, 7, 7], WHOLE % ", ignore: [CNN101]", "max_pool2d: 9"),
    "a rule that nobody knows": net([1, 7, 7], WHOLE % ", ignore: [CNN101, CNN999]"),
    "itself": net([1, 7, 7], "relu: {ignore: [unused-suppression]}", lint="{ignore: [CNN110]}"),
}


@pytest.mark.parametrize("why", UNCERTAIN)
def test_what_may_be_of_use_is_not_told(why):
    assert check(UNCERTAIN[why]) == []


def test_rules_that_are_not_asked_might_have_found_something():
    text = net([1, 7, 7], WHOLE % ", ignore: [CNN101]")
    assert check(text, "CNN110", "CNN108") == []
    assert len(check(text, "CNN110", "CNN101")) == 1


def test_another_network_might_have_something_to_silence():
    text = net([1, 7, 7], WHOLE % ", ignore: [CNN101]")
    assert check(text, inputs=[1, 9, 9]) == []
    assert check(text.replace("layers:", "vars: {n: 1}\nlayers:"), vars={"n": 2}) == []


SILENCED = {
    "in the comment": net([1, 7, 7], WHOLE % "" + "  # cnnspec: ignore[CNN101, unused-suppression]"),
    "on the layer": net([1, 7, 7], WHOLE % ", ignore: [CNN101, CNN110]"),
    "in the file": net([1, 7, 7], WHOLE % ", ignore: [CNN101]", lint="{ignore: [unused-suppression, CNN108]}"),
}


@pytest.mark.parametrize("where", SILENCED)
def test_it_can_be_silenced_as_others_are(where):
    assert check(SILENCED[where]) == []


def test_it_can_be_made_an_error():
    (found,) = check(net([1, 7, 7], WHOLE % ", ignore: [CNN101]", lint="{error: [unused-suppression]}"))
    assert found.severity == "error"


def test_an_unknown_rule_in_a_comment_is_an_error():
    text = net([1, 7, 7], WHOLE % "" + "  # cnnspec: ignore[fractional-strid, CNN2]")
    first, second = cnnspec.analyze(parse(text, "net.yaml")).findings[:2]
    assert (first.code, first.position) == ("CNN002", place(text, "fractional"))
    assert first.message == "no rule is called `fractional-strid`: did you mean `fractional-stride`?"
    assert (second.position, second.message.partition(":")[0]) == (place(text, "CNN2"), "no rule is called `CNN2`")


def test_a_message_does_not_grow_with_what_a_file_holds():
    words = ", ".join(["CNN101"] * 50_000)
    for text in (net([1, 7, 7], f"relu  # cnnspec: ignore[{words}]"), net([1, 7, 7], "relu", lint=f"{{ignore: [{words}]}}")):
        (found,) = check(text)
        assert found.message.startswith("ignoring `CNN101`, `CNN101`, `CNN101`, `CNN101`, `CNN101` and 49,995 more silences ")


def test_thousands_of_comments_cost_little_more_than_one():
    lines = ["relu  # cnnspec: ignore[CNN101]"] * 15_000
    assert len(check(net([1, 7, 7], *lines))) == 15_000


def test_thousands_of_words_around_thousands_of_layers():
    words = ", ".join(["CNN101"] * 20_000)
    inner = ", ".join(["relu: {ignore: [CNN109]}"] * 10_000)
    found = check(net([1, 7, 7], f"sequential: {{ignore: [{words}], layers: [{inner}]}}"))
    assert len(found) == 10_001
