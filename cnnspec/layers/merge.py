"""What merges share: two or more inputs, broadcast as PyTorch does."""

from __future__ import annotations

from dataclasses import dataclass

from cnnspec.arithmetic.field import Field
from cnnspec.arithmetic.shape import Shape, elements, listed
from cnnspec.errors import ShapeMismatch
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
    """An element of each input makes one of the output; an axis of 1 is repeated to the others' size."""

    merges = True

    @override
    def output(self, *inputs: Shape) -> Shape:
        rank = len(inputs[0])
        if any(len(shape) != rank for shape in inputs):
            raise ShapeMismatch(
                f"inputs {' and '.join(map(listed, inputs))} have different numbers of axes: batches would not line up"
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


def _broadcast(axis: int, sizes: Shape, inputs: tuple[Shape, ...]) -> int:
    size = max(sizes)
    if any(other not in (1, size) for other in sizes):
        raise mismatch(axis, sizes, inputs)
    return size


def mismatch(axis: int, sizes: Shape, inputs: tuple[Shape, ...]) -> ShapeMismatch:
    """The inputs' sizes along ``axis`` differ."""
    differing = " and ".join(map(str, dict.fromkeys(sizes)))
    return ShapeMismatch(f"inputs {' and '.join(map(listed, inputs))} differ in axis {axis}: {differing}")
