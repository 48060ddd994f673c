"""What becomes of a text when the edits of its findings are made: round by round, and never to its harm."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

import cnnspec
from cnnspec.errors import Edit, Finding, Position
from cnnspec.language.checker import parse
from cnnspec.render.diff import diff
from cnnspec.rules.fixing import Fixed, Refused, fixed
from cnnspec.rules.selection import Selection


def told(at, text="", message="", *, to=None, severity="warning", rule="even-kernel", layer=None, expected=False):
    """A finding in the first line, from column ``at`` to before ``to``, that wants ``text`` there."""
    edits = () if to is None else (Edit(Position(1, at), Position(1, to), text),)
    return Finding("CNN201", rule, severity, Position(1, at), layer, message, edits=edits, expected=expected)


def each(word, replacement):
    """A look at a text that finds a word everywhere and wants another for it."""
    return lambda text: [told(at.start() + 1, replacement, to=at.end() + 1) for at in re.finditer(word, text)]


def nothing(text):
    return ()


def test_all_edits_are_made_and_counted():
    assert fixed("a b a", each("a", "xyz"), nothing) == Fixed("xyz b xyz", 2)


def test_what_an_edit_brings_about_is_edited_in_the_next_round():
    def asked(text):
        return [*each("a", "b")(text), *each("b", "c")(text)]

    assert fixed("a.b", asked, nothing) == Fixed("c.c", 3)


def test_what_has_no_end_is_ended():
    done = fixed("a", each("a", "aa"), nothing)
    assert set(done.text) == {"a"}


def test_of_edits_that_overlap_the_first_is_made_and_the_others_wait():
    seen = []

    def asked(text):
        seen.append(text)
        return [] if len(seen) > 1 else [told(1, "x", to=4), told(2, "y", to=3), told(3, "z", to=6), told(4, "!", to=5)]

    assert fixed("abcdef", asked, nothing) == Fixed("x!ef", 2)


def test_of_two_insertions_at_one_place_the_second_waits():
    seen = []

    def asked(text):
        seen.append(text)
        return [told(3, ", bias: false", to=3)] * 2 if len(seen) == 1 else []

    assert fixed("{}", asked, nothing) == Fixed("{}, bias: false", 1)


def test_a_finding_s_edits_are_made_together_or_not_at_all():
    both = told(1)._replace(edits=(Edit(Position(1, 1), Position(1, 2), "A"), Edit(Position(1, 5), Position(1, 6), "E")))
    seen = []

    def asked(text):
        seen.append(text)
        return [told(5, "x", to=6), both] if len(seen) == 1 else []

    assert fixed("abcdef", asked, nothing) == Fixed("abcdxf", 1)


def test_what_the_author_expects_is_left():
    assert fixed("a", lambda text: [told(1, "b", to=2, expected=True)], nothing) == Fixed("a")


def test_an_edit_that_brings_an_error_about_is_left_out_and_the_others_are_made():
    def guard(text):
        return [told(1, message="y is bad", severity="error")] if "y" in text else ()

    def asked(text):
        return [*each("a", "x")(text), *each("b", "y")(text), *each("c", "z")(text)]

    done = fixed("a b c a", asked, guard)
    assert (done.text, done.made) == ("x b z x", 3)
    assert done.refused == (Refused(told(3, "y", to=4), told(1, message="y is bad", severity="error")),)


def test_so_is_one_that_brings_a_warning_about_in_another_layer():
    def guard(text):
        return [told(1, layer="one"), told(1, layer="two" if "b" in text else "one")]

    done = fixed("a", each("a", "b"), guard)
    assert (done.text, [refused.harm.layer for refused in done.refused]) == ("a", ["two"])


def test_one_more_of_the_same_is_harm_other_numbers_are_not():
    def moved(text):
        return [told(1, message=f"{len(text)} letters")]

    def doubled(text):
        return [told(1, message="a letter")] * len(text)

    assert fixed("a", each("a", "bb"), moved) == Fixed("bb", 1)
    assert fixed("a", each("a", "bb"), doubled).text == "a"


def test_a_note_is_no_harm():
    assert fixed("a", each("a", "b"), lambda text: [told(1, severity="note")] * text.count("b")) == Fixed("b", 1)


def test_edits_that_do_harm_only_together_are_not_both_made():
    def guard(text):
        return [told(1)] if text.count("b") > 1 else ()

    done = fixed("a a", each("a", "b"), guard)
    assert (done.text, done.made, len(done.refused)) == ("b a", 1, 1)


def test_what_is_looked_at_too_often_is_left():
    trials = []

    def guard(text):
        trials.append(text)
        return [told(1)] if "b" in text else ()

    done = fixed("a" * 1_000, each("a", "b"), guard)
    assert (done.text, done.made, len(done.refused)) == ("a" * 1_000, 0, 1_000)
    assert len(trials) < 500


def test_of_many_whose_own_layers_are_harmed_the_others_are_made_at_once():
    # A bias of 8 beside 3·8 or 8·8 weights is counted; without it there are 8 parameters less.
    counted = "- conv2d: {out_channels: 8, kernel_size: 1, expect: {params: 72}}\n  - batch_norm2d\n  - relu\n"
    free = counted.replace(", expect: {params: 72}", "")
    text = "input: [8, 8, 8]\nlayers:\n  " + "  ".join([*[counted] * 150, *[free] * 10, *[counted] * 150])
    looks = []

    def guard(text):
        looks.append(text)
        return found(text, Selection())

    done = fixed(text, found, guard)
    assert (done.made, len(done.refused)) == (10, 300)
    assert done.text == text.replace(free, free.replace("1}", "1, bias: false}"))
    assert all(harm.layer == finding.layer for finding, harm in done.refused)
    # Before, all and all that do no harm; then before, and what is left.
    assert len(looks) == 5


def test_the_longer_a_text_the_less_often_it_is_looked_at():
    def looks(text):
        trials = []

        def guard(text):
            trials.append(text)
            return [told(1)] if "b" in text else ()

        done = fixed(text, each("a", "b"), guard)
        assert (done.text, len(done.refused)) == (text, 500)
        assert {refused.harm for refused in done.refused} == {None, told(1)}
        return len(trials)

    # One is before any edit.
    assert looks("a" * 500) == 201
    assert looks("a" * 500 + " " * 4_000_000) == 21


def test_nothing_is_edited_where_an_error_hides_figures():
    hiding = told(1, rule="window-too-large", severity="error")
    assert fixed("a", each("a", "b"), lambda text: [hiding]) == Fixed("a", hidden=hiding)
    wrong = told(1, rule="invalid-spec")._replace(code="CNN002")
    assert fixed("a", each("a", "b"), lambda text: [wrong]) == Fixed("a", hidden=wrong)


# -- the rules' own edits -----------------------------------------------------------------------------------------

LAYERS = [
    "- conv2d: {out_channels: 8, kernel_size: 3, padding: 1}",
    "- conv2d: {kernel_size: 3, out_channels: 8, padding: 1, bias: true}  # ünïcödé 🙂",
    "- conv2d: {out_channels: 8, kernel_size: 3, padding: 1, expect: {params: 224}}",
    "- conv2d:\n    out_channels: 8  # eight\n    kernel_size: 1\n",
    '- "conv2d": {"out_channels": 8, "kernel_size": 1}',
    "- batch_norm2d",
    "- batch_norm2d: {}",
    "- relu",
    "- relu # cnnspec: ignore[even-kernel]",
    "- tanh  # cnnspec: ignore[CNN203, misaligned-merge] because  # more",
    "# cnnspec: ignore",
    "",
]


@st.composite
def nets(draw):
    lines = ["input: [8, 8, 8]", "layers:", "  - relu"]
    for layer in draw(st.lists(st.sampled_from(LAYERS), min_size=1, max_size=12)):
        lines += [f"  {line}" for line in layer.split("\n")]
    ends = draw(st.sampled_from(["\n", "\r\n", "\r", "\x85", "\u2028"]))
    return ends.join([*lines, *draw(st.sampled_from([[], [""], ["budget: {params: 1k}", ""]]))])


def found(text, selection=None):
    return cnnspec.analyze(parse(text, "net.yaml"), selection=selection).findings


def mended(text):
    return fixed(text, found, lambda text: found(text, Selection()))


@settings(max_examples=150, deadline=None, derandomize=True)
@given(nets())
def test_a_fixed_network_computes_the_same(text):
    done = mended(text)
    before, after = (cnnspec.analyze(parse(each, "net.yaml")) for each in (text, done.text))
    assert done.made == sum(bool(finding.edits) for finding in before.findings)
    assert not any(finding.edits for finding in after.findings)
    assert [(layer.name, layer.type, layer.output_shape, layer.macs) for layer in before] == [
        (layer.name, layer.type, layer.output_shape, layer.macs) for layer in after
    ]
    # Weights stay; each bias that was in vain had 8 numbers.
    fewer = sum(finding.rule == "bias-before-norm" and bool(finding.edits) for finding in before.findings)
    assert before.totals.params - after.totals.params == 8 * fewer
    errors = [[finding.code for finding in each.findings if finding.severity != "note"] for each in (before, after)]
    assert set(errors[1]) <= set(errors[0])


@settings(max_examples=150, deadline=None, derandomize=True)
@given(nets())
def test_fixing_is_idempotent_and_leaves_the_rest_of_the_text(text):
    done = mended(text)
    assert mended(done.text) == Fixed(done.text)
    assert rest(done.text) == rest(text)
    assert bool(diff("net.yaml", text, done.text)) == (text != done.text)


def rest(text):
    """A text without biases, comments that silence, and white space."""
    return re.sub(r",? *bias: (true|false)|# cnnspec: ignore[^\n\r\x85\u2028#]*|\s", "", text)
