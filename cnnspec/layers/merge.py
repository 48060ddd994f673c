"""What merges share: two or more inputs, broadcast as PyTorch does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from cnnspec.arithmetic.field import Field
from cnnspec.arithmetic.shape import AXES, Shape, elements, listed
from cnnspec.errors import ShapeMismatch
from cnnspec.layers.call import Call
from cnnspec.layers.layer import KEPT, Axis, Pointwise, Reading
from cnnspec.override import override


class Repeated(Reading):
    """Every unit reads the axis' only element."""

    @override
    def field(self, below: Field) -> Field:
        return below.read(1, 0, lambda unit: (0, 1, 1))


REPEATED = Repeated()


@dataclass(frozen=True, slots=True)
class Broadcast(Pointwise):
    """A merge that makes each element of its output of one element of every input.

    Shape: the inputs', which are equal; an axis of 1 is repeated to the others' size.
    Flops: ``n - 1`` an output element, n being the number of inputs.
    Receptive field: the union of what the inputs' units see; along an axis that is repeated each sees what the only unit
    there does.
    """

    family = "merge"
    merges = True
    operator: ClassVar[str] = ""
    """Python's operator between two inputs; none where it is no operator."""

    @override
    def output(self, *inputs: Shape) -> Shape:
        rank = len(inputs[0])
        if any(len(shape) != rank for shape in inputs):
            raise ShapeMismatch(
                f"inputs {some(list(map(listed, inputs)))} have different numbers of axes: batches would not line up"
            )
        return tuple(_broadcast(axis, tuple(shape[axis] for shape in inputs), inputs) for axis in range(rank))

    @override
    def flops(self, *inputs: Shape) -> int:
        return (len(inputs) - 1) * elements(self.output(*inputs))

    @override
    def axes(self, *inputs: Shape) -> tuple[tuple[Axis, ...], ...]:
        output = self.output(*inputs)
        return tuple(
            tuple(
                Axis(axis, REPEATED if size < whole else KEPT)
                for axis, (size, whole) in enumerate(zip(shape, output, strict=True))
            )
            for shape in inputs
        )

    @override
    def expression(self, *inputs: Shape) -> Call:
        return Call(f" {self.operator} ".join(data(len(inputs))))


def data(count: int) -> tuple[str, ...]:
    """The places of so many data in the template of a call."""
    return tuple(f"{{{index}}}" for index in range(count))


def _broadcast(axis: int, sizes: Shape, inputs: tuple[Shape, ...]) -> int:
    size = max(sizes)
    if any(other not in (1, size) for other in sizes):
        raise mismatch(axis, sizes, inputs)
    return size


def mismatch(axis: int, sizes: Shape, inputs: tuple[Shape, ...]) -> ShapeMismatch:
    """The inputs' sizes along ``axis`` differ."""
    words = AXES.get(len(inputs[0]), ())
    differing = some([str(size) for size in dict.fromkeys(sizes)])
    return ShapeMismatch(
        f"inputs {some(list(map(listed, inputs)))} differ in {words[axis] if words else f'axis {axis}'}: {differing}",
        axis=axis,
    )


def some(parts: list[str]) -> str:
    """Parts joined by "and", of many the first few: a message never grows with what a file holds."""
    return " and ".join(parts) if len(parts) <= 4 else f"{', '.join(parts[:3])} and {len(parts) - 3} more"
