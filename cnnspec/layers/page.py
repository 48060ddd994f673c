"""The page of a layer type: its class's docstring, and its options in words.

A docstring begins with one sentence and may go on with paragraphs; sections follow (:mod:`cnnspec.layers.docstring`).
Which of :data:`SECTIONS` a class leaves out its bases say. ``Example``, a whole spec, and ``Source`` are its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from cnnspec.layers.docstring import split
from cnnspec.layers.layer import Layer, Option, dimension
from cnnspec.layers.options import shown

SECTIONS = ("Shape", "Params", "Flops", "Receptive field")
_LABELS = (*SECTIONS, "Example", "Source")


class Row(NamedTuple):
    """An option in words: what it is where it is left out, and what a file may say there."""

    name: str
    default: str
    takes: str


class Page(NamedTuple):
    """All there is to say of what is known by one or several names. Text is Markdown, the example YAML."""

    names: tuple[str, ...]
    summary: str
    paragraphs: tuple[str, ...]
    options: tuple[Row, ...]
    sections: Mapping[str, str]
    example: str
    source: str

    @property
    def stem(self) -> str:
        """What to call the page: its only name, else what its names have in common but for the dimension."""
        return _stem(self.names[0]) if len(self.names) > 1 else self.names[0]

    @property
    def families(self) -> tuple[str, ...]:
        """The names, ``convNd`` standing for all three dimensions."""
        if {f"{self.stem}{ndim}d" for ndim in (1, 2, 3)} <= set(self.names):
            return (*(name for name in self.names if not dimension(name)), f"{self.stem}Nd")
        return self.names

    @property
    def missing(self) -> tuple[str, ...]:
        """The parts that no docstring says."""
        parts = {"Summary": self.summary, **dict.fromkeys(SECTIONS, ""), **self.sections}
        return tuple(label for label, text in {**parts, "Example": self.example, "Source": self.source}.items() if not text)


def page(layer: type[Layer]) -> Page:
    """The page of a layer class."""
    inherited: dict[str, str] = {}
    for base in reversed(layer.__mro__[1:]):
        inherited |= split(base.__doc__, _LABELS)[1]
    options = [_row(option) for option in layer.options().values()]
    if layer.merges:
        options.insert(0, Row("from", "required", "the names of two or more layers or inputs above"))
    return written(layer.types, layer.__doc__, tuple(options), inherited)


def written(names: tuple[str, ...], docstring: str | None, options: tuple[Row, ...], inherited: Mapping[str, str]) -> Page:
    """The page that a docstring makes, with what it does not say of the sections taken from ``inherited``."""
    (summary, *paragraphs), own = split(docstring, _LABELS)
    sections = {label: text for label in SECTIONS if (text := own.get(label) or inherited.get(label))}
    return Page(names, summary, tuple(paragraphs), options, sections, own.get("Example", ""), own.get("Source", ""))


def _stem(name: str) -> str:
    return name[:-2] if dimension(name) else name


def _row(option: Option) -> Row:
    return Row(option.name, _default(option), f"{option.kind.takes}, or `null`" if option.nullable else option.kind.takes)


def _default(option: Option) -> str:
    """What an option is where it is left out, as a spec writes it."""
    if option.required:
        return f"required without {option.unless}" if option.unless else "required"
    if option.like:
        return f"same as {option.like}"
    return option.default if isinstance(option.default, str) else shown(option.default).replace("e-0", "e-")
