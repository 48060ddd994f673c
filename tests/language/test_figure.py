"""Figures with units: what they are worth, and how far another may be away."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnspec.language.figure import Figure

WORTH = [
    ("0", 0),
    ("5", 5),
    ("61706", 61_706),
    ("61_706", 61_706),
    ("5k", 5_000),
    ("5M", 5_000_000),
    ("5G", 5 * 10**9),
    ("5T", 5 * 10**12),
    ("1_000M", 10**9),
    ("4.09G", 4_090_000_000),
    ("0.5M", 500_000),
    ("1.5", Fraction(3, 2)),
    ("4.0G", 4 * 10**9),
    ("0.001k", 1),
]


@pytest.mark.parametrize(("text", "worth"), WORTH)
def test_a_figure_has_its_worth(text, worth):
    figure = Figure.parse(text)
    assert figure.value == worth
    assert figure.text == text
    assert figure.holds(worth)


@pytest.mark.parametrize(
    ("text", "holds", "not_"),
    [
        ("4.09G", [4_089_184_256, 4_085_000_000, 4_095_000_000, 4_090_000_000], [4_080_000_000, 4_084_999_999, 4_095_000_001]),
        ("4.1G", [4_089_184_256, 4_050_000_000], [4_049_999_999]),
        ("4.089G", [4_089_184_256], [4_090_000_000]),
        ("4.089184256G", [4_089_184_256], [4_089_184_257, 4_089_184_255]),
        ("5M", [5_000_000], [5_000_001, 4_999_999]),
        ("5.0M", [5_000_001, 4_950_000, 5_050_000], [5_050_001, 4_949_999]),
        ("61_706", [61_706, 61_706.0], [61_705, 61_707, 61_706.5]),
        ("0.5", [0.5, 0.45, 0.46, 0.54], [0.44, 0.56, 0.5500001]),
        ("1.82G", [1_818_048_000, 1_815_000_000], [1_814_073_344, 1_826_000_000]),
    ],
)
def test_it_holds_to_the_digits_written(text, holds, not_):
    figure = Figure.parse(text)
    assert [actual for actual in holds if not figure.holds(actual)] == []
    assert [actual for actual in not_ if figure.holds(actual)] == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "5m",
        "5K",
        "5 M",
        "5MB",
        "M",
        ".5M",
        "5.M",
        "-5",
        "+5",
        "1e6",
        "1,000",
        "_5",
        "5._5",
        "5.5.5",
        "0x5",
        "٣",
        "5M\n",
        "1" * 25,
        "a",
    ],
)
def test_what_is_no_figure_is_none(text):
    assert Figure.parse(text) is None


@given(st.integers(0, 10**15), st.sampled_from([("", 1), ("k", 10**3), ("M", 10**6), ("G", 10**9), ("T", 10**12)]))
def test_whole_figures_are_exact(number, unit):
    sign, scale = unit
    figure = Figure.parse(f"{number}{sign}")
    assert figure.value == number * scale
    assert not figure.holds(number * scale + 1)


@given(st.integers(0, 10**6), st.text("0123456789", min_size=1, max_size=6), st.sampled_from("kMGT"))
def test_half_a_last_digit_is_the_bound(whole, decimals, unit):
    figure = Figure.parse(f"{whole}.{decimals}{unit}")
    assert figure.holds(figure.value + figure.within)
    assert figure.holds(figure.value - figure.within)
    assert not figure.holds(figure.value + figure.within + Fraction(1, 10**9))
    assert figure.within == Fraction(10 ** (3 * "kMGT".index(unit) + 3), 2 * 10 ** len(decimals))
