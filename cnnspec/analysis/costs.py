"""What a layer costs: parameters, multiply-accumulates, operations, and what it leaves unread."""

from __future__ import annotations

from math import prod
from typing import NamedTuple

from cnnspec.arithmetic.shape import Shape, elements
from cnnspec.layers.layer import Layer


class Costs(NamedTuple):
    """A layer's figures for one input."""

    params: int
    buffers: int
    macs: int
    flops: int
    activations: int
    unshared_params: int | None
    dense_params: int | None
    coverage: float | None


def costs(layer: Layer, inputs: tuple[Shape, ...], output: Shape, *, shares: bool = False) -> Costs:
    """The costs of ``layer`` between these shapes, by the layer's own rules.

    One that shares another's weights adds no parameters and no buffers.
    """
    params = sum(map(elements, layer.parameters(*inputs).values()))
    unshared = dense = None
    if layer.shares_weights:
        bias = bool(getattr(layer, "bias", False))
        unshared = params * prod(output[1:])
        dense = elements(inputs[0]) * elements(output) + bias * elements(output)
    return Costs(
        0 if shares else params,
        0 if shares else sum(map(elements, layer.buffers(*inputs).values())),
        layer.macs(*inputs),
        layer.flops(*inputs),
        elements(output),
        unshared,
        dense,
        coverage(layer, inputs),
    )


def coverage(layer: Layer, inputs: tuple[Shape, ...]) -> float | None:
    """The share of the input's positions that the layer's windows read; 1 where it has none and reads everything."""
    windows = layer.windows(*inputs)
    if not windows:
        return 1.0
    read = 1
    for window, size in zip(windows, inputs[0][1:], strict=True):
        count = window.reads(size)
        if count is None:
            return None
        read *= count
    return read / prod(inputs[0][1:])
