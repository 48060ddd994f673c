"""How single facts are written."""

import pytest

from cnnspec.analysis.receptive_field import Sight
from cnnspec.arithmetic.field import GLOBAL, Field
from cnnspec.render import figures

THREE = Sight(1, Field(2, (-1,), (1,)))
FIVE = Sight(2, Field(1, (0,), (4,)))
WHOLE = Sight(1, GLOBAL)
HALF = Sight(1, Field(1, (0, 0), (0, 0)))
LOST = Sight(1, None)


@pytest.mark.parametrize(
    ("value", "exact", "short"),
    [
        (None, "?", "?"),
        (0, "0", "0"),
        (999, "999", "999"),
        (1000, "1,000", "1 k"),
        (61_706, "61,706", "61.71 k"),
        (416_520, "416,520", "416.5 k"),
        (999_949, "999,949", "999.9 k"),
        (999_950, "999,950", "1 M"),
        (4_089_284_608, "4,089,284,608", "4.089 G"),
        (12_345 * 10**12, "12,345,000,000,000,000", "12,345 T"),
    ],
)
def test_counts(value, exact, short):
    assert (figures.count(value), figures.short(value)) == (exact, short)


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, "?"), (0, "0 B"), (1023, "1023 B"), (60_008, "58.6 KiB"), (2**20 - 1, "1.0 MiB"), (5 * 2**50, "5,120.0 TiB")],
)
def test_memory(value, shown):
    assert figures.memory(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"), [(None, ""), (1.0, ""), (0.9375, "93.8 %"), (0.99999, "99.9 %"), (0.25, "25.0 %"), (0.0, "0.0 %")]
)
def test_coverage_is_told_where_something_is_not_read(value, shown):
    assert figures.coverage(value) == shown


def test_shares():
    assert figures.share(48_120, 61_706) == "77.98"
    assert figures.share(5, 5) == "100.00"
    for part, whole in ((None, 5), (5, None), (0, 5), (0, 0)):
        assert figures.share(part, whole) == ""


@pytest.mark.parametrize(
    ("sights", "field", "jump", "start"),
    [
        (None, "?", "?", "?"),
        ({"x": ()}, "–", "–", "–"),
        ({"x": (THREE, THREE)}, "3×3", "2", "−1"),
        ({"x": (THREE, FIVE)}, "3×5", "2×1", "−1, 0"),
        ({"x": (WHOLE, WHOLE)}, "global", "–", "–"),
        ({"x": (WHOLE, FIVE)}, "global×5", "–×1", "–, 0"),
        ({"x": (HALF,)}, "1", "1/2", "0"),
        ({"x": (LOST, LOST)}, "?×?", "?", "?"),
        ({"left": (THREE,), "right": (WHOLE,)}, "left 3, right global", "left 2, right –", "left −1, right –"),
    ],
)
def test_receptive_fields(sights, field, jump, start):
    assert (figures.field(sights), figures.jump(sights), figures.start(sights)) == (field, jump, start)


def test_paragraphs():
    assert figures.paragraphs(None) == figures.paragraphs(" \n \n") == []
    assert figures.paragraphs("a\n  b\r\n \n\n c\n") == [["a", "b"], ["c"]]
    assert figures.one_line("a\n\n b\u2028c") == "a b c"
    assert figures.one_line(None) == ""
