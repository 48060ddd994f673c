"""Transposed convolutions whose kernels overlap unevenly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import gcd
from typing import Any, NamedTuple

from cnnspec.analysis.analysis import Analysis
from cnnspec.arithmetic.shape import SPATIAL, Shape
from cnnspec.errors import Finding, Fix, IllegalShape
from cnnspec.layers.layer import Layer as LayerType
from cnnspec.override import override
from cnnspec.rules.rule import DesignRule


class _Told(NamedTuple):
    """What is said of layers that are alike."""

    message: str
    fix: str
    fixes: tuple[Fix, ...]


class Checkerboard(DesignRule):
    """A transposed convolution's kernel is no multiple of its stride: its outputs sum unlike numbers.

    Left alone are axes of one element, where nothing overlaps, and frozen kernels: a bilinear one of 2s - 1 evens out.

    Why: what is summed from more inputs comes out stronger, in the pattern of a checkerboard, and the weights must learn
    to undo it.
    Arithmetic: output u sums the inputs i with ``u = i*s - p + d*t`` for a tap ``t < k``: k/s of them, if that is whole;
    else by its place ``floor(k/s)`` or ``ceil(k/s)``. Below, 3/2: one or two along each axis, one, two or four in all.

    Bad:
        input: [64, 8, 8]
        layers:
          - conv_transpose2d: {out_channels: 32, kernel_size: 3, stride: 2, padding: 1, output_padding: 1}

    Good:
        input: [64, 8, 8]
        layers:
          - conv_transpose2d: {out_channels: 32, kernel_size: 4, stride: 2, padding: 1}

    Source: Odena, Dumoulin and Olah, Deconvolution and checkerboard artifacts (2016).
    """

    code = "CNN206"
    name = "checkerboard"

    @override
    def check(self, analysis: Analysis) -> Iterator[Finding]:
        known: dict[tuple[int, Shape], _Told | None] = {}
        for layer in analysis.layers:
            of_type, shape = layer.node.layer, layer.input_shapes[0]
            if of_type is None or shape is None or layer.output_shape is None or not layer.node.trainable:
                continue
            key = (id(of_type), shape)
            if key not in known:
                known[key] = _told(of_type, shape) if of_type.type.startswith("conv_transpose") else None
            if told := known[key]:
                yield self.at(layer.node, *told)


def _told(of_type: LayerType, shape: Shape) -> _Told | None:
    """What is said of a layer, and of all like it; None where its outputs sum as many inputs everywhere."""
    uneven = _uneven(of_type, shape)
    if not uneven:
        return None
    options: Any = of_type
    sizes = list(zip(options.kernel_size, options.stride, options.dilation, strict=True))
    kernel, stride, dilation = first = sizes[uneven[0]]
    along = " and ".join(SPATIAL[of_type.ndim][axis] for axis in uneven if sizes[axis] == first)
    fits = (
        f"with dilation {dilation} does not fill stride {stride} evenly"
        if dilation > 1
        else f"is no multiple of stride {stride}"
    )
    counts = " or ".join(map(str, _counts(*first)))
    fixes = tuple(_fixes(of_type, shape))
    values = " or ".join(str(fix.value) for fix in fixes)
    return _Told(
        f"kernel {kernel} {fits}: along {along} an output sums {counts} inputs, by its place",
        f"kernel_size {values}, or upsampling and a convolution" if fixes else "upsampling and a convolution",
        fixes,
    )


def _counts(kernel: int, stride: int, dilation: int) -> list[int]:
    """How many inputs an output sums; several numbers where that depends on its place."""
    cycle = stride // gcd(stride, dilation)
    return sorted({kernel // cycle, -(-kernel // cycle), *([0] if cycle < stride else [])})


def _uneven(of_type: LayerType, shape: Shape) -> list[int]:
    """The axes along which outputs sum unlike numbers of inputs."""
    options: Any = of_type
    axes = zip(options.kernel_size, options.stride, options.dilation, shape[1:], strict=True)
    return [axis for axis, (k, s, d, size) in enumerate(axes) if size > 1 and len(_counts(k, s, d)) > 1]


def _fixes(of_type: LayerType, shape: Shape) -> Iterator[Fix]:
    """The nearest kernels below and above that the strides divide, and that the layer takes."""
    options: Any = of_type
    below = tuple(max(k // s, 1) * s for k, s in zip(options.kernel_size, options.stride, strict=True))
    above = tuple(-(-k // s) * s for k, s in zip(options.kernel_size, options.stride, strict=True))
    for sizes in dict.fromkeys((below, above)):
        values: Any = {"kernel_size": sizes}
        changed = replace(of_type, **values)
        if sizes != options.kernel_size and not _uneven(changed, shape) and _takes(changed, shape):
            yield Fix("kernel_size", sizes[0] if len(set(sizes)) == 1 else list(sizes))


def _takes(of_type: LayerType, shape: Shape) -> bool:
    try:
        of_type.output(shape)
    except IllegalShape:
        return False
    return True
