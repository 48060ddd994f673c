"""How PyTorch says a layer: a call, whose arguments stand for themselves, for an option or for a size of the input."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


class Given(NamedTuple):
    """An option, handed on as it is: where the spec has an expression, so may the code."""

    option: str


class Size(NamedTuple):
    """How long an axis of the first input is, counted without the batch: what PyTorch wants to be told, and a spec infers."""

    axis: int


Argument = Given | Size | object
"""What an argument stands for: one of the two, or another :class:`Call`; anything else is a plain value."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a class or function that gives the layer, or of a function that computes it.

    ``name`` is dotted where it is PyTorch's (``nn.Conv2d``, ``F.relu``, ``torch.cat``); without a dot it is Python's
    (``float``), or one of the definitions in ``templates/pytorch``, which are written out where they are used. A name with
    ``{…}`` in it is a template: the data are its ``{0}``, ``{1}``, … and the keywords fill the others
    (``{0}[:, {start}:{stop}]``). A call that computes takes its data as its first arguments.

    ``general`` gives the same and is right for more values of the options: for one piece of code that stands for layers
    whose calls have other names.
    """

    name: str
    arguments: tuple[Argument, ...] = ()
    keywords: Mapping[str, Argument] = field(default_factory=dict)
    general: Call | None = None

    def replaced(self, others: Mapping[Given | Size, Argument]) -> Call:
        """The same with other arguments for these options and sizes."""

        def other(argument: Argument) -> Argument:
            if isinstance(argument, Call):
                return argument.replaced(others)
            return others.get(argument, argument) if isinstance(argument, Given | Size) else argument

        keywords = {name: other(argument) for name, argument in self.keywords.items()}
        general = self.general and self.general.replaced(others)
        return Call(self.name, tuple(map(other, self.arguments)), keywords, general)
