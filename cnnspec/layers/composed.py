"""Layers that are convolutions in a row."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cnnspec.arithmetic.shape import Shape
from cnnspec.arithmetic.window import Window
from cnnspec.layers.conv import Conv
from cnnspec.layers.layer import Axis, Layer, require_rank
from cnnspec.layers.sliding import padded_options
from cnnspec.override import override


@dataclass(frozen=True, slots=True)
class Composed(Layer):
    """A layer that is one or several convolutions in a row, of which only the first has a window."""

    family = "convolution"

    @abstractmethod
    def parts(self, channels: int) -> Mapping[str, Conv]:
        """The convolutions over so many channels, in order, each with what its parameters' names begin with."""

    def _steps(self, *inputs: Shape) -> Iterator[tuple[str, Conv, Shape]]:
        """Each convolution with its prefix and its input."""
        shape = inputs[0]
        for prefix, conv in self.parts(shape[0]).items():
            yield prefix, conv, shape
            shape = conv.output(shape)

    def _first(self, *inputs: Shape) -> Conv:
        return next(iter(self.parts(inputs[0][0]).values()))

    @override
    def windows(self, *inputs: Shape) -> tuple[Window, ...]:
        return self._first(*inputs).windows(*inputs)

    @override
    def output(self, *inputs: Shape) -> Shape:
        require_rank(self, inputs[0])
        *_, (_, last, shape) = self._steps(*inputs)
        return last.output(shape)

    @override
    def parameters(self, *inputs: Shape) -> Mapping[str, Shape]:
        return {
            prefix + name: size for prefix, conv, shape in self._steps(*inputs) for name, size in conv.parameters(shape).items()
        }

    @override
    def macs(self, *inputs: Shape) -> int:
        return sum(conv.macs(shape) for _, conv, shape in self._steps(*inputs))

    @override
    def flops(self, *inputs: Shape) -> int:
        return sum(conv.flops(shape) for _, conv, shape in self._steps(*inputs))

    @override
    def axes(self, *inputs: Shape) -> tuple[tuple[Axis, ...], ...]:
        return self._first(*inputs).axes(*inputs)

    @override
    def resolved(self, *inputs: Shape) -> dict[str, object]:
        return padded_options(self, *inputs)
