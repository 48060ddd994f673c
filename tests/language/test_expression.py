"""Expressions: every construct and its value, every refusal and its words, and Python's own answers to the same."""

import math
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cnnspec.language.expression import (
    ABSENT,
    LIMIT,
    Absent,
    ExpressionError,
    LimitExceeded,
    Names,
    UnknownName,
    evaluate,
    make_divisible,
    sizes_read,
)

LAYERS = {
    "input": {"channels": 3, "features": 224, "height": 112, "width": 224, "shape": [3, 112, 224]},
    "unknown": ABSENT,
    "index": {"channels": 7},
}
VALUES = {"planes": 64, "ratio": 0.25, "deep": True, "act": "relu", "widths": [16, 24, 40], "index": 2, "gone": ABSENT}


class _Visible(Names):
    def layer(self, name):
        return LAYERS.get(name)


NAMES = _Visible(VALUES)


def value(text):
    return evaluate(text, NAMES)


def same(one, other):
    return one == other and type(one) is type(other)


# -- what there is ------------------------------------------------------------------------------------------------

CONSTRUCTS = [
    ("5", 5),
    ("2.5", 2.5),
    ("1e3", 1000.0),
    ("1_000", 1000),
    ("0x1F", 31),
    ("true", True),
    ("false", False),
    ("True", True),
    ("'relu'", "relu"),
    ('"relu"', "relu"),
    ("planes", 64),
    ("deep", True),
    ("act", "relu"),
    ("widths", [16, 24, 40]),
    ("2 + 3", 5),
    ("2 - 3", -1),
    ("2 * 3", 6),
    ("7 / 2", 3.5),
    ("6 / 2", 3.0),
    ("7 // 2", 3),
    ("-7 // 2", -4),
    ("7 % 4", 3),
    ("-7 % 4", 1),
    ("2 ** 10", 1024),
    ("2 ** -1", 0.5),
    ("2 ** 3 ** 2", 512),
    ("-2 ** 2", -4),
    ("2 + 3 * 4", 14),
    ("(2 + 3) * 4", 20),
    ("10 - 4 - 3", 3),
    ("+5", 5),
    ("- - 5", 5),
    ("64 * 0.5", 32.0),
    ("1 < 2", True),
    ("2 <= 1", False),
    ("2 > 1", True),
    ("1 >= 2", False),
    ("1 == 1.0", True),
    ("1 != 2", True),
    ("1 < 2 < 3", True),
    ("1 < 3 < 2", False),
    ("act == 'relu'", True),
    ("act != 'relu'", False),
    ("act == 5", False),
    ("true == 1", False),
    ("false != 0", True),
    ("deep == true", True),
    ("widths == [16, 24, 40]", True),
    ("deep and planes > 60", True),
    ("deep and planes > 64", False),
    ("deep or planes > 64", True),
    ("not deep", False),
    ("not deep or true", True),
    ("1 if deep else 2", 1),
    ("1 if not deep else 2", 2),
    ("2 if index == 0 else 1", 1),
    ("1 if false else 2 if false else 3", 3),
    ("min(3, 1, 2)", 1),
    ("max(3, 1, 2)", 3),
    ("min(widths)", 16),
    ("max([1])", 1),
    ("min(widths[0], 8)", 8),
    ("abs(-3)", 3),
    ("round(2.5)", 2),
    ("round(3.5)", 4),
    ("round(2.51)", 3),
    ("ceil(2.1)", 3),
    ("ceil(-2.1)", -2),
    ("floor(2.9)", 2),
    ("floor(-2.1)", -3),
    ("int(2.9)", 2),
    ("int(-2.9)", -2),
    ("len(widths)", 3),
    ("len([])", 0),
    ("len(input.shape)", 3),
    ("make_divisible(33, 8)", 32),
    ("make_divisible(33, 8, 64)", 64),
    ("make_divisible(33, 8, min_value=64)", 64),
    ("make_divisible(v=33, divisor=8)", 32),
    ("[1, planes, 'a']", [1, 64, "a"]),
    ("[[1, 2], [3]]", [[1, 2], [3]]),
    ("[]", []),
    ("widths[0]", 16),
    ("widths[-1]", 40),
    ("widths[index]", 40),
    ("[[1, 2], [3, 4]][1][0]", 3),
    ("input.channels", 3),
    ("input.height // 2", 56),
    ("input.shape", [3, 112, 224]),
    ("input.shape[1]", 112),
    ("index", 2),
    ("index.channels", 7),
    ("  planes  ", 64),
    ("planes*ratio", 16.0),
]


@pytest.mark.parametrize(("text", "expected"), CONSTRUCTS)
def test_a_construct_has_its_value(text, expected):
    assert same(value(text), expected)


@pytest.mark.parametrize(("text", "expected"), [("true or nope", True), ("false and nope", False), ("1 if true else nope", 1)])
def test_what_is_not_needed_is_not_evaluated(text, expected):
    assert value(text) is expected


# -- what there is not --------------------------------------------------------------------------------------------

FUNCTIONS = "there are abs, ceil, floor, int, len, make_divisible, max, min, round"
REFUSED = [
    ("1 +", ExpressionError, "`1 +` is not an expression"),
    ("5 5", ExpressionError, "`5 5` is not an expression"),
    ("", ExpressionError, "`` is not an expression"),
    ("min(1, 2", ExpressionError, "`min(1, 2` is not an expression: a `)` is missing"),
    ("min(1, 2))", ExpressionError, "`min(1, 2))` is not an expression: there is a `)` too many"),
    ("widths[0", ExpressionError, "`widths[0` is not an expression: a `]` is missing"),
    ("3 × 4", ExpressionError, "`3 × 4` is not an expression: write * for ×"),
    ("3 − 4", ExpressionError, "`3 − 4` is not an expression: write - for −"),
    ("deep && true", ExpressionError, "`deep && true` is not an expression: write and for &&"),
    ("deep || true", ExpressionError, "`deep || true` is not an expression: write or for ||"),
    ("3 ≥ 4", ExpressionError, "`3 ≥ 4` is not an expression: write >= for ≥"),
    ("2 ^ 3", ExpressionError, "the operator in `2 ^ 3` is not part of the expression language: write ** for a power"),
    ("2 @ 3", ExpressionError, "the operator in `2 @ 3` is not part of the expression language"),
    ("~2", ExpressionError, "the operator in `~2` is not part of the expression language"),
    ("1 in [1]", ExpressionError, "the comparison in `1 in [1]` is not part of the expression language"),
    ("1 is 1", ExpressionError, "the comparison in `1 is 1` is not part of the expression language"),
    ("(1, 2)", ExpressionError, "`(1, 2)` is not part of the expression language: write [1, 2]"),
    ("{1: 2}", ExpressionError, "`{1: 2}` is not part of the expression language"),
    ("widths[0:1]", ExpressionError, "`0:1` is not part of the expression language"),
    ("None", ExpressionError, "`None` is not part of the expression language"),
    ("1j", ExpressionError, "`1j` is not part of the expression language"),
    ("...", ExpressionError, "`...` is not part of the expression language"),
    ("true + 1", ExpressionError, "`true + 1`: a boolean is not a number"),
    ("deep * 2", ExpressionError, "`deep * 2`: a boolean is not a number"),
    ("-deep", ExpressionError, "`-deep`: a boolean is not a number"),
    ("1 < true", ExpressionError, "`1 < true`: a boolean is not a number"),
    ("max(1, true)", ExpressionError, "`max(1, true)`: a boolean is not a number"),
    ("'a' + 'b'", ExpressionError, "`'a' + 'b'`: text is not a number"),
    ("'a' < 'b'", ExpressionError, "`'a' < 'b'`: text is not a number"),
    ("widths * 2", ExpressionError, "`widths * 2`: a list is not a number"),
    ("min(['a', 'b'])", ExpressionError, "`min(['a', 'b'])`: text is not a number"),
    ("not 1", ExpressionError, "`1` is a number, not true or false"),
    ("1 and true", ExpressionError, "`1` is a number, not true or false"),
    ("false or 0", ExpressionError, "`0` is a number, not true or false"),
    ("1 if planes else 2", ExpressionError, "`planes` is a number, not true or false"),
    ("1 if act else 2", ExpressionError, "`act` is text, not true or false"),
    ("1 / 0", ExpressionError, "`1 / 0` divides by zero"),
    ("1 // 0", ExpressionError, "`1 // 0` divides by zero"),
    ("1 % 0", ExpressionError, "`1 % 0` divides by zero"),
    ("0 ** -1", ExpressionError, "`0 ** (-1)` divides by zero"),
    ("make_divisible(5, 0)", ExpressionError, "`make_divisible(5, 0)` divides by zero"),
    ("(-8) ** 0.5", ExpressionError, "`(-8) ** 0.5` is not a real number"),
    ("widths[3]", ExpressionError, "`widths[3]`: the list has 3 items, there is no item 3"),
    ("widths[-4]", ExpressionError, "`widths[-4]`: the list has 3 items, there is no item -4"),
    ("widths[1.0]", ExpressionError, "`1.0` is not a whole number"),
    ("widths[true]", ExpressionError, "`true` is not a whole number"),
    ("planes[0]", ExpressionError, "`planes` is not a list"),
    ("act[0]", ExpressionError, "`act` is not a list"),
    ("sum(widths)", ExpressionError, f"`sum` is not a function here: {FUNCTIONS}"),
    ("rounded(1)", ExpressionError, f"`rounded` is not a function here: did you mean `round`?: {FUNCTIONS}"),
    ("planes(1)", ExpressionError, f"`planes` is not a function here: {FUNCTIONS}"),
    ("act.upper()", ExpressionError, f"`act.upper` is not a function here: {FUNCTIONS}"),
    ("min()", ExpressionError, "`min()`: min takes two or more numbers, or one list of them"),
    ("min(1)", ExpressionError, "`min(1)`: min takes two or more numbers, or one list of them"),
    ("max([])", ExpressionError, "`max([])`: max takes two or more numbers, or one list of them"),
    ("min(1, 2, key=3)", ExpressionError, "`min(1, 2, key=3)`: min takes two or more numbers, or one list of them"),
    ("min([1], default=3)", ExpressionError, "`min([1], default=3)`: min takes two or more numbers, or one list of them"),
    ("round(2.5, 1)", ExpressionError, "`round(2.5, 1)`: round takes one number"),
    ("abs()", ExpressionError, "`abs()`: abs takes one number"),
    ("int('5')", ExpressionError, "`int('5')`: text is not a number"),
    ("int(5, base=2)", ExpressionError, "`int(5, base=2)`: int takes one number"),
    ("len(5)", ExpressionError, "`len(5)`: len takes one list, not a number"),
    ("len('abc')", ExpressionError, "`len('abc')`: len takes one list, not text"),
    (
        "make_divisible(5)",
        ExpressionError,
        "`make_divisible(5)`: make_divisible takes a number, a divisor and, if need be, min_value",
    ),
    (
        "make_divisible(5, 8, least=3)",
        ExpressionError,
        "`make_divisible(5, 8, least=3)`: make_divisible takes a number, a divisor and, if need be, min_value",
    ),
    ("max", ExpressionError, "`max` is a function, which takes two or more numbers, or one list of them: write max(…)"),
    ("plane", UnknownName, "unknown name `plane`: did you mean `planes`?"),
    ("nothing_like_it", UnknownName, "unknown name `nothing_like_it`"),
    ("yes", UnknownName, "unknown name `yes`: write true"),
    ("off", UnknownName, "unknown name `off`: write false"),
    ("in_height", UnknownName, "unknown name `in_height`: the input has no height"),
    ("input", UnknownName, "`input` is a layer: say what of it, as in input.channels"),
    ("conv9.channels", UnknownName, "`conv9` in `conv9.channels` is no layer or input above this one"),
    ("input.depth", UnknownName, "`input` has no depth: it has channels, features, height, width, shape"),
    ("widths.length", UnknownName, "`widths` in `widths.length` is no layer or input above this one"),
    ("input.shape.length", ExpressionError, "`input.shape.length`: a dot stands between a layer's name and one of its sizes"),
    ("10 ** 18", LimitExceeded, "`10 ** 18` has more than 18 digits"),
    ("10 ** 17 * 10", LimitExceeded, "`10 ** 17 * 10` has more than 18 digits"),
    ("-10 ** 17 * 10", LimitExceeded, "`-10 ** 17 * 10` has more than 18 digits"),
    ("1e300", LimitExceeded, "`1e+300` has more than 18 digits"),
    ("1e17 * 10", LimitExceeded, "`1e+17 * 10` has more than 18 digits"),
    ("1000000000000000000", LimitExceeded, "`1000000000000000000` has more than 18 digits"),
    ("9 ** 9 ** 9", LimitExceeded, "`9 ** 9 ** 9` has more than 18 digits"),
    ("0.1 ** -400", LimitExceeded, "`0.1 ** (-400)` has more than 18 digits"),
    ("1" + "+1" * 100, LimitExceeded, "an expression of 201 characters: at most 200 are allowed"),
    ("-" * 30 + "1", LimitExceeded, "an expression nested deeper than 20"),
    ("(" * 99 + "1" + ")" * 100, ExpressionError, f"`{'(' * 60}…` is not an expression: there is a `)` too many"),
]


@pytest.mark.parametrize(("text", "kind", "message"), REFUSED)
def test_a_refusal_says_what_is_wrong(text, kind, message):
    with pytest.raises(kind) as refusal:
        value(text)
    assert str(refusal.value) == message
    assert type(refusal.value) is kind


@pytest.mark.parametrize(
    "text", ["gone", "gone + 1", "unknown.channels", "[unknown.height]", "max(1, gone)", "1 if gone else 2"]
)
def test_what_is_absent_is_no_error_of_its_own(text):
    with pytest.raises(Absent):
        value(text)


def test_an_expression_of_200_characters_is_read():
    assert value("1" + "+1" * 10 + " " * 179) == 11
    with pytest.raises(LimitExceeded):
        value("1" + "+1" * 10 + " " * 180)


def test_an_expression_nested_20_deep_is_read():
    assert value("abs(" * 20 + "1" + ")" * 20) == 1
    with pytest.raises(LimitExceeded, match=r"^an expression nested deeper than 20$"):
        value("abs(" * 21 + "1" + ")" * 21)


def test_the_largest_numbers_are_numbers():
    assert value("10 ** 17 * 9 + (10 ** 17 - 1)") == LIMIT - 1
    assert value("-999999999999999999") == 1 - LIMIT


def test_a_variable_may_be_called_like_a_layer():
    assert value("index + index.channels") == 9


# -- MobileNet's rounding -----------------------------------------------------------------------------------------


def torchvisions(v, divisor, min_value=None):
    """torchvision.models._utils._make_divisible, as it stands there."""
    if min_value is None:
        min_value = divisor
    new_v = max(min_value, int(v + divisor / 2) // divisor * divisor)
    # Make sure that round down does not go down by more than 10%.
    if new_v < 0.9 * v:
        new_v += divisor
    return new_v


@given(st.floats(0, 1e5) | st.integers(0, 10**5), st.integers(1, 256), st.none() | st.integers(0, 512))
def test_make_divisible_is_torchvision_s(v, divisor, least):
    assert make_divisible(v, divisor, least) == torchvisions(v, divisor, least)


@given(st.floats(1, 1e5), st.integers(1, 256))
def test_make_divisible_never_drops_below_nine_tenths(v, divisor):
    made = make_divisible(v, divisor)
    assert made % divisor == 0
    assert made >= 0.9 * v


@pytest.mark.parametrize(
    ("v", "expected"), [(16 * 0.35, 8), (24 * 0.75, 24), (32 * 1.4, 48), (96 * 0.35, 32), (11, 16), (12, 16)]
)
def test_make_divisible_at_known_widths(v, expected):
    assert make_divisible(v, 8) == expected


# -- Python's own answers -----------------------------------------------------------------------------------------

NUMBERS = st.integers(0, 10**6).map(str) | st.floats(0, 1e6, allow_subnormal=False).map(lambda x: f"{x:.6f}")


def larger(smaller):
    numbers = st.tuples(smaller, st.sampled_from(["+", "-", "*", "/", "//", "%", "**"]), smaller).map(
        lambda x: f"({x[0]} {x[1]} {x[2]})"
    )
    signs = st.tuples(st.sampled_from(["-", "+"]), smaller).map("".join)
    calls = st.tuples(st.sampled_from(["abs", "round", "ceil", "floor", "int"]), smaller).map(lambda x: f"{x[0]}({x[1]})")
    joins = st.tuples(st.sampled_from(["min", "max"]), smaller, smaller).map(lambda x: f"{x[0]}({x[1]}, {x[2]})")
    compared = st.tuples(smaller, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), smaller).map(" ".join)
    chosen = st.tuples(smaller, compared, smaller).map(lambda x: f"({x[0]} if {x[1]} else {x[2]})")
    both = st.tuples(compared, st.sampled_from(["and", "or", "and not", "or not"]), compared).map(" ".join)
    return (
        numbers
        | signs
        | calls
        | joins
        | chosen
        | st.tuples(smaller, both, smaller).map(lambda x: f"({x[0]} if {x[1]} else {x[2]})")
    )


ARITHMETIC = st.recursive(NUMBERS, larger, max_leaves=6).filter(lambda text: len(text) <= 200)


def outcome(compute, text):
    """A value, or the exception that stands for it."""
    try:
        return compute(text)
    except (ExpressionError, ArithmeticError) as refusal:
        return refusal


def pythons(text):
    return eval(text, {"ceil": math.ceil, "floor": math.floor})


@given(ARITHMETIC)
def test_arithmetic_is_python_s(text):
    ours = outcome(value, text)
    assume(not isinstance(ours, LimitExceeded))
    theirs = outcome(pythons, text)
    if isinstance(ours, ExpressionError):
        assert isinstance(theirs, ZeroDivisionError | complex | TypeError)
        assert str(ours).endswith((" divides by zero", " is not a real number"))
    else:
        assert same(ours, theirs)


@given(st.lists(st.integers(-999, 999), min_size=1, max_size=8))
def test_sums_are_exact(numbers):
    assert value(" + ".join(f"({number})" for number in numbers)) == sum(numbers)


@given(st.integers(1, 10**8), st.integers(1, 10**8))
def test_divisions_agree_with_fractions(a, b):
    assert value(f"{a} // {b}") == math.floor(Fraction(a, b))
    assert value(f"{a} % {b}") == a - b * math.floor(Fraction(a, b))
    assert value(f"{a} / {b}") == float(Fraction(a, b))


SIGNS = "()[]{}.,:+-*/%<>=!~^&|@'\"#\\ \n\t;`$?0189"
WORDS = (
    "planes|input|.channels|min|len|lambda |if | else | for | in | and | not |is |**|//|==|:=|f'|b'|yield |await |None|0x|1j"
)
PIECES = st.sampled_from([*SIGNS, *WORDS.split("|")])


@given(st.lists(PIECES, max_size=25).map("".join) | st.text(max_size=220))
def test_any_text_has_a_value_or_a_refusal(text):
    found = outcome(value, text)
    assert isinstance(found, bool | int | float | str | list | ExpressionError)
    assert len(str(found)) < 700


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ("in_height // 2", {"height"}),
        ("max(stem.channels, in_channels) + input.width % 2", {"channels", "width"}),
        ("stem.shape[0]", {"shape"}),
        ("1 if depth == 50 else planes", set()),
        ("same", set()),
        ("3 +", set()),
    ],
)
def test_which_sizes_an_expression_reads(text, sizes):
    assert sizes_read(text) == sizes
