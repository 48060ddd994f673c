"""What layers share that keep all numbers in their order: axes become one, or one becomes several."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod

from cnnspec.arithmetic.shape import Shape, listed
from cnnspec.errors import Fix, ShapeMismatch
from cnnspec.layers.layer import KEPT, SCATTERED, Axis, Pointwise
from cnnspec.layers.options import shown
from cnnspec.override import override

MAX_AXES = 8
"""More than any network's tensor has: shapes stand in every row of a result."""


@dataclass(frozen=True, slots=True)
class Reshaping(Pointwise):
    """A layer after which the same numbers, in the same order, stand on other axes.

    Flops: 0: it only moves numbers.
    Receptive field: each unit sees what the one below it sees. Where axes become one, reading that whole is reading each
    of them whole, and what a window over it sees is not known; nor is, where one becomes several, what their units see.
    """

    @override
    def axes(self, *inputs: Shape) -> tuple[tuple[Axis, ...], ...]:
        before, after = inputs[0], self.output(*inputs)
        found: list[Axis] = []
        for old, new in _lined_up(before, after):
            size = prod(before[axis] for axis in old)
            to = next((axis for axis in new if after[axis] == size), None)
            found += [Axis(None, SCATTERED) if to is None else Axis(to, KEPT, folded=before[axis] != after[to]) for axis in old]
        return (tuple(found),)


def _lined_up(before: Shape, after: Shape) -> Iterator[tuple[range, range]]:
    """The axes of both shapes, of as many elements, in the smallest parts that hold as many."""
    old = new = 0
    while old < len(before) and new < len(after):
        first = old, new
        mine, others = before[old], after[new]
        old, new = old + 1, new + 1
        while mine != others:
            if mine < others:
                mine, old = mine * before[old], old + 1
            else:
                others, new = others * after[new], new + 1
        if old == len(before) or new == len(after):  # what is left are axes of 1
            old, new = len(before), len(after)
        yield range(first[0], old), range(first[1], new)


def axis_of(dim: int, shape: Shape, option: str = "dim") -> int:
    """The axis that an option means, counted from the front. Raises :class:`ShapeMismatch` where there is none."""
    rank = len(shape)
    if not -rank <= dim < rank:
        raise ShapeMismatch(f"{option} {dim} is not an axis of the input {listed(shape)}", fix=f"{-rank} to {rank - 1}")
    return dim % rank


def with_batch(dim: int) -> int:
    """An axis as PyTorch counts it: the batch is axis 0."""
    return dim if dim < 0 else dim + 1


def settled(sizes: Shape, total: int, option: str) -> Shape:
    """``sizes`` that hold ``total`` elements, −1 worked out. Raises :class:`ShapeMismatch` where they cannot."""
    free = [sizes.index(-1)] if -1 in sizes else range(len(sizes))
    legal = [fitted for axis in free if (fitted := _fitted(sizes, axis, total)) is not None]
    if -1 in sizes and legal:
        return legal[0]
    if sizes in legal:
        return sizes
    fixes = [Fix(option, list(fitted)) for fitted in legal[-1:]]
    raise ShapeMismatch(
        f"{option} {shown(sizes)} cannot hold {total} elements",
        fix="".join(f"{option} {shown(fix.value)}" for fix in fixes),
        fixes=tuple(fixes),
    )


def _fitted(sizes: Shape, axis: int, total: int) -> Shape | None:
    """``sizes`` with the one of ``axis`` so that they hold ``total`` elements."""
    others = prod(sizes[:axis]) * prod(sizes[axis + 1 :])
    return None if total % others else (*sizes[:axis], total // others, *sizes[axis + 1 :])


def check_rank(rank: int) -> None:
    """Raise :class:`ShapeMismatch` where there would be more axes than are followed."""
    if rank > MAX_AXES:
        raise ShapeMismatch(f"{rank} axes are more than {MAX_AXES}")
