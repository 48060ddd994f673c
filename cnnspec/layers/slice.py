"""Slicing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cnnspec.arithmetic.shape import Shape
from cnnspec.arithmetic.window import Window
from cnnspec.errors import Fix, ShapeMismatch
from cnnspec.layers.call import Call, Given
from cnnspec.layers.layer import KEPT, Axis, Pointwise, Windows
from cnnspec.layers.options import EXPRESSION, Dim, Int, Kind, option, whole
from cnnspec.layers.reshaping import axis_of
from cnnspec.override import override

_FAR = 10**18
"""As many digits as a number of a spec has."""


class Place(Kind):
    """A place on an axis; a negative one is counted from the end."""

    @property
    @override
    def takes(self) -> str:
        return "a whole number; a negative one counts from the end"

    @override
    def accept(self, value: object, ndim: int) -> int:
        return whole(value, -_FAR)

    @override
    def schema(self, ndim: int) -> dict[str, Any]:
        return {"anyOf": [{"type": "integer"}, EXPRESSION]}


@dataclass(frozen=True, slots=True)
class Slice(Pointwise):
    """Part of one axis: from ``start`` up to, but not including, ``stop``, every ``step``-th, as Python slices.

    Negative places are counted from the end; what lies beyond the end is left out; without ``stop`` it goes to the end.

    Shape: ``ceil((stop - start)/step)`` along ``dim``, after both are cut to the axis; it must be 1 at least.
    Flops: 0: it only moves numbers.
    Receptive field: each unit sees what the one it was moved from sees; the jump grows ``step`` times.

    Example:
        input: [64, 28, 28]
        layers:
          - slice: {name: second, start: 32, expect: {output_shape: [32, 28, 28]}}
          - slice: {name: even, step: 2, dim: height, expect: {output_shape: [32, 14, 28], receptive_field: 1, coverage: 0.5}}

    Source: ``x[start:stop:step]`` of a ``torch.Tensor``.
    """

    types = ("slice",)
    foreign = ("dim",)

    start: int = option(Place(), 0)
    stop: int | None = option(Place(), None)
    step: int = option(Int(1), 1)
    dim: int = option(Dim(), 0)

    @override
    def windows(self, *inputs: Shape) -> tuple[Window, ...]:
        axis = axis_of(self.dim, inputs[0])
        if axis == 0:
            return ()
        return tuple(self._window(size) if other == axis else Window(1) for other, size in enumerate(inputs[0][1:], 1))

    @override
    def output(self, *inputs: Shape) -> Shape:
        axis = axis_of(self.dim, inputs[0])
        count = len(self._read(inputs[0][axis]))
        if not count:
            raise self._empty(inputs[0][axis])
        return (*inputs[0][:axis], count, *inputs[0][axis + 1 :])

    @override
    def axes(self, *inputs: Shape) -> tuple[tuple[Axis, ...], ...]:
        dim = axis_of(self.dim, inputs[0])
        along = Windows(self._window(inputs[0][dim]))
        return (tuple(Axis(axis, along if axis == dim else KEPT) for axis in range(len(inputs[0]))),)

    @override
    def torch(self, *inputs: Shape) -> Call:
        return self.call("Slice", axis_of(self.dim, inputs[0]) + 1)

    @override
    def expression(self, *inputs: Shape) -> Call:
        step = "" if self.is_default("step") else ":{step}"
        places = ("" if self.is_default(name) else f"{{{name}}}" for name in ("start", "stop"))
        given = {name: Given(name) for name in ("start", "stop", "step") if not self.is_default(name)}
        return Call(f"{{0}}[{':, ' * (axis_of(self.dim, inputs[0]) + 1)}{':'.join(places)}{step}]", keywords=given)

    def _read(self, size: int) -> range:
        return range(size)[self.start : self.stop : self.step]

    def _window(self, size: int) -> Window:
        """It ends with the last that it reads: what a stride leaves over is not lost but left out on purpose."""
        read = self._read(size)
        return Window(1, self.step, before=-read[0], after=read[-1] + 1 - size)

    def _empty(self, size: int) -> ShapeMismatch:
        wider = (Fix("start", 0), range(size)[: self.stop]), (Fix("stop", size), range(size)[self.start :])
        fixes = tuple(fix for fix, read in wider if read)
        return ShapeMismatch(
            f"nothing lies from {self.start} to {'the end' if self.stop is None else self.stop} of {size}",
            fix=", or ".join(f"{fix.option} {fix.value}" for fix in fixes),
            fixes=fixes,
        )
