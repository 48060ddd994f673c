"""Permutation of axes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cnnspec.arithmetic.shape import Shape, listed
from cnnspec.errors import Fix, ShapeMismatch
from cnnspec.layers.call import Call
from cnnspec.layers.layer import KEPT, Axis, Pointwise
from cnnspec.layers.options import Dim, Kind, option, shown
from cnnspec.layers.reshaping import axis_of
from cnnspec.override import override


class Dims(Kind):
    """Axes in some order, each as :class:`Dim` takes it."""

    counts_axes = True
    words = Dim.words

    @property
    @override
    def takes(self) -> str:
        return "every axis once, without the batch: 0 is channels, −1 the last; or its word"

    @override
    def accept(self, value: object, ndim: int) -> tuple[int, ...]:
        return tuple(Dim().accept(item, ndim) for item in (value if isinstance(value, list) else [value]))

    @override
    def brief(self, value: object) -> str | None:
        return listed(value) if isinstance(value, tuple) else None

    @override
    def schema(self, ndim: int) -> dict[str, Any]:
        axis = Dim().schema(ndim)
        return {"anyOf": [*axis["anyOf"], {"type": "array", "items": axis, "minItems": 1}]}


@dataclass(frozen=True, slots=True)
class Permute(Pointwise):
    """The axes in another order: ``[1, 2, 0]`` turns C×H×W into H×W×C, and so does ``[height, width, channels]``.

    Layers after it go by place: whatever stands on axis 0 are channels to them.

    Shape: axis i is the input's axis ``dims[i]``.
    Flops: 0: it only moves numbers.
    Receptive field: each unit sees what the one it was moved from sees.

    Example:
        input: [3, 32, 48]
        layers:
          - permute: {dims: [height, width, channels], expect: {output_shape: [32, 48, 3], receptive_field: 1}}

    Source: ``torch.permute``, whose ``dims`` count the batch.
    """

    types = ("permute",)

    dims: tuple[int, ...] = option(Dims())

    @override
    def output(self, *inputs: Shape) -> Shape:
        return tuple(inputs[0][axis] for axis in self._order(inputs[0]))

    @override
    def axes(self, *inputs: Shape) -> tuple[tuple[Axis, ...], ...]:
        order = self._order(inputs[0])
        return (tuple(Axis(order.index(axis), KEPT) for axis in range(len(order))),)

    @override
    def torch(self, *inputs: Shape) -> Call:
        return Call("Permute", self._with_batch(inputs[0]))

    @override
    def expression(self, *inputs: Shape) -> Call:
        return Call(f"{{0}}.permute({', '.join(map(str, self._with_batch(inputs[0])))})")

    def _with_batch(self, shape: Shape) -> tuple[int, ...]:
        return (0, *(axis + 1 for axis in self._order(shape)))

    def _order(self, shape: Shape) -> list[int]:
        if sorted(self.dims) == list(range(len(shape) + 1)) and self.dims[0] == 0:
            order = [axis - 1 for axis in self.dims[1:]]
            raise ShapeMismatch(
                f"dims {listed(self.dims)} count a batch, but axes are counted without it: 0 is channels",
                fix=f"dims {listed(tuple(order))}",
                fixes=(Fix("dims", order),),
            )
        order = [axis_of(dim, shape, "dims") for dim in self.dims]
        if sorted(order) != list(range(len(shape))):
            raise ShapeMismatch(f"dims {shown(self.dims)} are not each axis of the input {listed(shape)} once")
        return order
