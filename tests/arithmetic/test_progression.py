"""Numbers in words: what is said holds for each number of the range, and nothing is claimed that was not seen."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnspec.arithmetic.progression import described


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ([], "none"),
        (range(32, 513), "every size"),
        (range(63, 513), "every size from 63"),
        (range(32, 64), "only 32 to 63"),
        ([64], "only 64"),
        ([512], "only 512"),
        (range(32, 513, 2), "every even size"),
        (range(64, 513, 2), "every even size from 64"),
        (range(33, 513, 2), "every odd size"),
        (range(32, 513, 32), "every multiple of 32"),
        (range(64, 513, 32), "every multiple of 32 from 64"),
        (range(188, 513, 16), "188 + 16·k"),
        (range(35, 513, 32), "35 + 32·k"),
        ([n for n in range(32, 513) if n % 6 in (1, 3)], "every size that leaves 1 or 3 when divided by 6"),
        ([n for n in range(63, 513) if n % 6 in (1, 3)], "every size that leaves 1 or 3 when divided by 6 from 63"),
        # Two of a period are no proof of it: 256 fits twice into 256 to 512 only with the half-open end.
        ([256, 512], "only 256 and 512"),
        ([40, 41, 42, 77], "only 40 to 42 and 77"),
        ([33, *range(36, 513, 4)], "33 and every multiple of 4"),
        ([32, 35, *range(63, 513)], "32, 35 and every size from 63"),
        ([n * n for n in range(6, 22)], "only 36, 49, 64, 81, 100, 121 and 10 more"),
    ],
)
def test_words(numbers, words):
    assert described(list(numbers), 32, 512) == words


def read_back(words, low, high):
    """The numbers that the words mean, by another way than they were found."""
    if found := re.fullmatch(r"((?:\d+, )*\d+) and ((?!\d+(?: to \d+)?$).*)", words):
        first = list(map(int, found[1].split(", ")))
        return first + read_back(found[2], first[-1] + 1, high)
    since = int(found[1]) if (found := re.search(r" from (\d+)$", words)) else low
    words = re.sub(r" from \d+$", "", words)
    every = range(since, high + 1)
    if words == "none":
        return []
    if words == "every size":
        return list(every)
    if found := re.fullmatch(r"every (odd|even) size", words):
        return [n for n in every if n % 2 == (found[1] == "odd")]
    if found := re.fullmatch(r"every multiple of (\d+)", words):
        return [n for n in every if n % int(found[1]) == 0]
    if found := re.fullmatch(r"(\d+) \+ (\d+)·k", words):
        return list(range(int(found[1]), high + 1, int(found[2])))
    if found := re.fullmatch(r"every size that leaves (.*) when divided by (\d+)", words):
        rests = set(map(int, re.findall(r"\d+", found[1])))
        return [n for n in every if n % int(found[2]) in rests]
    runs = [list(map(int, part.split(" to "))) for part in re.split(r", | and ", words.removeprefix("only "))]
    return [n for run in runs for n in range(run[0], run[-1] + 1)]


@settings(max_examples=500, derandomize=True, database=None, deadline=None)
@given(st.integers(1, 40), st.integers(0, 60), st.integers(1, 12), st.sets(st.integers(0, 11)), st.integers(0, 70))
def test_words_mean_the_numbers(low, length, period, residues, first):
    high = low + length
    numbers = [n for n in range(low, high + 1) if n >= first and n % period in residues]
    words = described(numbers, low, high)
    if not words.endswith(" more"):
        assert read_back(words, low, high) == numbers
