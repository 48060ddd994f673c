"""Expressions that have a wanted value where they are written, over the names that are known there."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any


@dataclass
class Names:
    """What names stand for at a place: values by their text, ``conv1.channels`` and ``widths[0]`` among them."""

    values: dict[str, Any] = field(default_factory=dict)
    index: bool = False
    """Whether copies are counted here; the first is number 0."""

    def of(self, kind: type, random: Random) -> tuple[str, Any] | None:
        """One of the names with a value of a kind, booleans being no numbers."""
        fitting = [(name, value) for name, value in self.values.items() if type(value) is kind]
        return random.choice(fitting) if fitting else None


def one_of(random: Random, *items: Any) -> Any:
    return random.choice(items)


def chance(random: Random, percent: int) -> bool:
    return random.randrange(100) < percent


def condition(random: Random, names: Names, holds: bool) -> str:
    """Text that is true, or false."""
    forms: list[str] = []
    if (found := names.of(bool, random)) is not None:
        name, value = found
        forms += [name if value == holds else f"not {name}"] * 4
        # A number is no boolean: never equal to one.
        forms += [f"{name} == {int(value)}" if not holds else f"{name} != {int(value)}"]
        forms += [f"{name} and {'true' if value else 'false'}" if value == holds else f"not {name} or not true"]
    if (found := names.of(int, random)) is not None:
        name, value = found
        right = (
            f"{name} == {value}",
            f"{name} != {value + 1}",
            f"{name} > {value - 1}",
            f"{name} <= {value}",
            f"0 <= {name} < {value + 1}",
        )
        wrong = (
            f"{name} != {value}",
            f"{name} == {value + 2}",
            f"{name} > {value}",
            f"not {name} <= {value}",
            f"{name} < {value} <= 9",
        )
        forms += list(right if holds else wrong)
        forms.append(f"{name} == {value} and {name} < {value + 2}" if holds else f"{name} != {value} or {name} > {value + 2}")
    if (found := names.of(str, random)) is not None:
        name, value = found
        forms += [f"{name} {'==' if holds else '!='} '{value}'", f"{name} {'!=' if holds else '=='} 'none_of_these'"] * 2
    if names.index:
        forms += [
            "index < 1" if holds else "index > 0",
            "index % 2 == 0" if holds else "index == 1",
            "index == 0" if holds else "index != 0",
        ] * 2
    return str(one_of(random, *(forms or ["1 < 2" if holds else "1 > 2"])))


def truth(random: Random, names: Names, value: bool) -> bool | str:
    """A boolean, or a condition in its place."""
    return value if chance(random, 60) else condition(random, names, value)


def whole(random: Random, names: Names, value: int) -> int | str:
    """A whole number, or an expression in its place."""
    if names.index and value > 0 and chance(random, 45):
        return str(one_of(random, *_counted(random, value)))
    if chance(random, 40):
        return value
    found = names.of(int, random)
    if found is None:
        return (
            value
            if chance(random, 85)
            else str(one_of(random, f"{value + 2} - 2", f"{2 * value} // 2", f"max({value}, {value - 1})"))
        )
    forms = _over(*found, value)
    other = names.of(int, random)
    assert other is not None
    forms += _over_both(*found, *other, value)
    if (listed := names.of(list, random)) is not None:
        forms += _over_list(*listed, value)
    if (number := names.of(float, random)) is not None and number[1] * found[1] == value:
        forms += [f"{found[0]} * {number[0]}"] * 3
    forms += [f"{value} if {condition(random, names, True)} else {value + 1}"] * (1 if forms else 3)
    return str(one_of(random, *forms))


def _counted(random: Random, value: int) -> list[str]:
    """Of copies the first has ``value``."""
    more = random.randint(1, 3)
    forms = [
        f"{value} + {more} * index",
        f"{value} * (index + 1)",
        f"{value} if index == 0 else {more}",
        f"{value} * 2 ** index",
    ]
    forms += [
        f"max({value} - index, 1)",
        f"[{value}, {more}, {value}, {more}][index]",
        f"{value} + index % 2",
        f"{value} - index // 2",
    ]
    return forms


def _over(name: str, known: int, value: int) -> list[str]:
    forms = []
    if known == value:
        forms += [name] * 8 + [
            f"max({name}, {value - 1})",
            f"min({name}, {value + 3})",
            f"int({name})",
            f"[{value + 1}, {name}][1]",
            f"{name} ** 1",
        ]
        if value >= 0:
            forms += [f"abs({name})", f"{name} if {name} < {value + 1} else {value + 5}"]
    if known > 1 and value > known and value % known == 0:
        forms += [f"{value // known} * {name}", f"{name} * {value // known}"] * 3
        if value == 2 * known:
            forms.append(f"{name} + {name}")
        if value == known**2:
            forms.append(f"{name} ** 2")
    if value > 0 and known > value and known // value < 9:
        by = known // value
        if known % value == 0:
            # A whole fraction is a whole number.
            forms += [f"{name} // {by}"] * 3 + [f"{name} / {by}", f"round({name} / {by})", f"int({name} / {by})"]
            forms += [f"{name} * {1 / by}", f"{1 / by} * {name}"] if by in (2, 4) else []
        if -(-known // by) == value:
            forms.append(f"ceil({name} / {by})")
        if known % 4 == value:
            forms.append(f"{name} % 4")
    if known != value and abs(known - value) < 7:
        forms.append(f"{name} + {value - known}" if value > known else f"{name} - {known - value}")
    if value >= 4 and value % 4 == 0 and abs(known - value) < 2:
        forms.append(f"make_divisible({name}, 4)")
    return forms


def _over_both(name: str, known: int, other: str, also: int, value: int) -> list[str]:
    forms = []
    if name != other:
        pairs = (("+", known + also), ("-", known - also), ("*", known * also), ("//", known // also if also else None))
        forms += [f"{name} {sign} {other}" for sign, made in pairs if made == value] * 3
        forms += [f"max({name}, {other})"] * (max(known, also) == value) + [f"min({name}, {other})"] * (
            min(known, also) == value
        )
        forms += [f"({name} + {other}) * 2"] * (2 * (known + also) == value)
    return forms


def _over_list(name: str, items: list[Any], value: int) -> list[str]:
    forms = [f"{name}[{place}]" for place, item in enumerate(items) if type(item) is int and item == value] * 3
    if items and all(type(item) is int for item in items):
        forms += [f"max({name})"] * (max(items) == value) + [f"{name}[-1]"] * (items[-1] == value)
    return forms + [f"len({name})"] * (len(items) == value)


def fraction(random: Random, names: Names, value: float) -> float | int | str:
    """A number, or an expression in its place."""
    if chance(random, 50):
        return value
    forms = [f"{value} + 0" if value >= 0 else value]
    if (found := names.of(float, random)) is not None:
        forms += [found[0]] * 4 * (found[1] == value) + [f"{found[0]} / 2"] * 2 * (found[1] == 2 * value)
    if names.index:
        forms += [f"{value} / (index + 1)", f"{value} if index == 0 else {value / 2}"] * (value >= 0)
    return one_of(random, *forms)


def word(random: Random, names: Names, value: str) -> str:
    """A word, or a name that stands for it."""
    holding = [name for name, known in names.values.items() if known == value]
    return str(one_of(random, value, *holding, *holding, *holding))
