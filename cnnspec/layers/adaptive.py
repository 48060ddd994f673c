"""What adaptive pools share: as many windows as outputs are asked for, spread over the axis."""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd, prod

from cnnspec.arithmetic.field import Field
from cnnspec.arithmetic.shape import Shape
from cnnspec.layers.call import Given
from cnnspec.layers.layer import KEPT, WHOLE, Axis, Pointwise, Reading, require_rank
from cnnspec.layers.options import Sizes, option
from cnnspec.override import override


class Spread(Reading):
    """Unit ``i`` of ``output`` reads ``floor(i*n/o) .. ceil((i+1)*n/o) - 1`` of an axis of ``size`` n."""

    def __init__(self, size: int, output: int) -> None:
        self.size, self.output = size, output

    @override
    def field(self, below: Field) -> Field:
        size, output = self.size, self.output
        common = gcd(size, output)

        def reads(unit: int) -> tuple[int, int, int]:
            first = unit * size // output
            return first, 1, -(-(unit + 1) * size // output) - first

        return below.read(output // common, size // common, reads)


@dataclass(frozen=True, slots=True)
class AdaptivePool(Pointwise):
    """A pool that is told its output size; each channel by itself.

    Shape: ``output_size`` along the spatial axes.
    Receptive field: global along an axis of one output; of several, output ``i`` of ``o`` sees elements ``floor(i*n/o)`` to
    ``ceil((i + 1)*n/o) - 1``, and the size is the largest.
    """

    family = "pool"
    leading = (Given("output_size"),)

    output_size: tuple[int, ...] = option(Sizes(1))

    @override
    def output(self, *inputs: Shape) -> Shape:
        require_rank(self, inputs[0])
        return (inputs[0][0], *self.output_size)

    @override
    def axes(self, *inputs: Shape) -> tuple[tuple[Axis, ...], ...]:
        sizes = zip(inputs[0][1:], self.output_size, strict=True)
        spatial = (Axis(axis, WHOLE if output == 1 else Spread(size, output)) for axis, (size, output) in enumerate(sizes, 1))
        return ((Axis(0, KEPT), *spatial),)

    def elements_read(self, *inputs: Shape) -> int:
        """The sum over all outputs of how many elements each reads: n + o − gcd(n, o) along an axis."""
        sizes = zip(inputs[0][1:], self.output_size, strict=True)
        return inputs[0][0] * prod(size + output - gcd(size, output) for size, output in sizes)
