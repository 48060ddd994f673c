"""What names mean at a place in the file, and how layers are called."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple

from cnnspec.arithmetic.shape import SPATIAL, Shape
from cnnspec.errors import Position
from cnnspec.language.expression import ABSENT, MISSING, SIZES, Names
from cnnspec.language.spec import Body, Entry
from cnnspec.override import override


class Binding(NamedTuple):
    """What a name stands for: a layer's output or an input. Its shape is None where it is not known."""

    node: str
    shape: Shape | None
    training_only: bool = False


NOWHERE = Binding("", None)
"""The output of what cannot be resolved."""


class Made(NamedTuple):
    """What an entry made, for those that share its weights: its body and full name, and a block's parameters."""

    entry: Entry
    body: Body | None
    name: str
    params: Mapping[str, Any]


class Naming:
    """The names of one scope: each stands once, nameless entries are called by number or by type and count."""

    def __init__(self, prefix: tuple[str, ...], numbered: bool, given: Iterable[str]) -> None:
        self.prefix = prefix
        self.path = "".join(f"{scope}." for scope in prefix)
        self.numbered = numbered
        self.given = frozenset(given)
        self.taken: dict[str, Position | None] = {}
        self.uncertain = False
        """Whether it has entries whose names are not known: then a name that is not found is no error."""
        self._counts: dict[str, int] = {}
        self._present = 0

    def full(self, name: str) -> str:
        """The name joined to those of the scopes around it, as in PyTorch's ``state_dict``."""
        return self.path + name

    def next(self, given: str | None, type: str) -> str:
        """What the next entry is called that is present: as given, else by its number or by its type and a count."""
        self._present += 1
        if given is not None:
            return given
        if self.numbered:
            return str(self._present - 1)
        stem = type[:-2] if type[-2:] in ("1d", "2d", "3d") else type
        while True:
            count = self._counts[stem] = self._counts.get(stem, 0) + 1
            name = f"{stem}{'_' if stem[-1].isdigit() else ''}{count}"
            if name not in self.given and name not in self.taken:
                return name


class Scope:
    """What an entry sees: the layers above it here and in the scopes around it, and the values that names stand for.

    A block's use begins a scope with nothing around it; ``uses`` says where it, and the blocks around it, are used.
    ``params`` win over ``vars``.
    """

    def __init__(
        self,
        naming: Naming,
        vars: Mapping[str, Any],
        params: Mapping[str, Any],
        around: Scope | None = None,
        index: int | None = None,
        uses: tuple[Position, ...] = (),
        exports: Scope | None = None,
    ) -> None:
        self.naming = naming
        self.vars = vars
        self.params = params
        self.around = around
        self.index = index
        self.uses = uses
        self.exports = exports
        self.visible: dict[str, Binding] = {}
        self.made: dict[str, Made] = {}
        self.trainable = True
        self.training_only = False
        self.miscounted = False
        """Whether an error keeps it from being known how many copies there are: then there is nothing to say of ``index``."""
        self.twin: tuple[str, ...] | None = None

    def inside(self, naming: Naming | None = None, index: int | None = None) -> Scope:
        """A scope in this one that sees what this one sees; the innermost repeat's index wins."""
        index = self.index if index is None else index
        return Scope(naming or self.naming, self.vars, self.params, self, index, self.uses).inherit(self)

    def inherit(self, around: Scope) -> Scope:
        """This scope, frozen, for training only and with another's weights where the one around it is.

        ``twin`` is the scope whose weights are used: the same names in it.
        """
        self.trainable, self.training_only = around.trainable, around.training_only
        self.miscounted = around.miscounted and self.index is around.index
        if around.twin is not None:
            self.twin = (*around.twin, *self.naming.prefix[len(around.naming.prefix) :])
        return self

    def find(self, name: str) -> Binding | None:
        """What a name stands for here, the nearest winning."""
        return next((scope.visible[name] for scope in self._outwards() if name in scope.visible), None)

    def find_made(self, name: str) -> Made | None:
        """What the entry made that ``find`` finds; None where it is an input, left out, or repeated."""
        return next((scope.made.get(name) for scope in self._outwards() if name in scope.visible), None)

    def bind(self, name: str, binding: Binding, made: Made | None = None) -> None:
        """Let ``name`` stand for an output below this place; in a scope without names of its own, around it too."""
        scope: Scope | None = self
        while scope is not None:
            scope.visible[name] = binding
            if made is not None:
                scope.made[name] = made
            around = scope.exports or scope.around
            scope = around if around is not None and around.naming is scope.naming else None

    def is_uncertain(self) -> bool:
        """Whether a name that is not found here may be one that an error keeps from being known."""
        return self.naming.uncertain or (self.around is not None and self.around.is_uncertain())

    def known(self) -> Iterator[str]:
        """Every name that can be read here, the nearest first."""
        for scope in self._outwards():
            yield from scope.visible

    def _outwards(self) -> Iterator[Scope]:
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.around


@lru_cache(maxsize=1024)
def sizes(shape: Shape | None) -> Any:
    """The sizes of an output by word: channels first, features last, spatial words from the end."""
    if shape is None:
        return ABSENT
    spatial = dict(zip(SPATIAL[len(shape) - 1], shape[1:], strict=True)) if 1 < len(shape) < 5 else {}
    return {"channels": shape[0], "features": shape[-1], **spatial, "shape": list(shape)}


NOTHING: Final = ()
"""The first input's shape where there is none: at the file's top."""


class Place(Names):
    """The names that an expression may use in an entry whose first input has the shape ``first`` (None: not known).

    Made for every copy of every entry, and asked by few: what a name means is worked out when it is read.
    """

    __slots__ = ("entry", "first", "scope")

    def __init__(self, scope: Scope, first: Shape | None, entry: Entry | None = None) -> None:
        self.scope = scope
        self.first = first
        self.entry = entry

    @override
    def value(self, name: str) -> Any:
        scope = self.scope
        if name in SIZES and self.first != NOTHING:
            known = sizes(self.first)
            return ABSENT if known is ABSENT else known.get(name.removeprefix("in_"), MISSING)
        if name == "index":
            return ABSENT if scope.miscounted else MISSING if scope.index is None else scope.index
        return scope.params[name] if name in scope.params else scope.vars.get(name, MISSING)

    @override
    def known(self) -> Iterator[str]:
        always = (*SIZES, "index")
        return (name for name in (*always, *self.scope.params, *self.scope.vars) if self.value(name) is not MISSING)

    @override
    def layer(self, name: str) -> Any:
        found = self.scope.find(name)
        return None if found is None else sizes(found.shape)
