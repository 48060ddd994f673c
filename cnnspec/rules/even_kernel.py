"""Convolution kernels without a middle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from cnnspec.analysis.analysis import Analysis, Layer
from cnnspec.analysis.paths import by_name
from cnnspec.arithmetic.shape import SPATIAL, Shape, times
from cnnspec.errors import Finding, Fix, IllegalShape
from cnnspec.layers.layer import Layer as LayerType
from cnnspec.override import override
from cnnspec.rules.rule import DesignRule


class _Told(NamedTuple):
    """What is said of layers that are alike."""

    message: str
    fix: str
    fixes: tuple[Fix, ...]


class EvenKernel(DesignRule):
    """A convolution's kernel is even: it has no middle, and ``same`` pads it unevenly.

    Only where the stride is odd. With an even stride an output stands for an even number of inputs, and it is the even
    kernel that lies evenly round them: 4/2 with padding 1 (DCGAN's and pix2pix's discriminators), 6/2 with padding 2
    (YOLOv5's stem), 2/2 and 16/16 patches. Left alone are also kernels as large as their input, which lie nowhere else,
    padding that is written unevenly (causal convolutions: WaveNet's kernel is 2), even extents that dilation makes odd,
    and kernels whose weights are given.

    Why: outputs lie between the inputs. Each such layer moves the map by half an element, and where a path without it
    is added the two are not of one place.
    Arithmetic: at stride s an output of the same grid lies in the middle of s inputs; a kernel of extent e lies evenly
    round them if e - s is even, (e - s)/2 on each side. Below, e - s = 3: one element before and two after.

    Bad:
        input: [3, 32, 32]
        layers:
          - conv2d: {out_channels: 8, kernel_size: 4, padding: same}

    Good:
        input: [3, 32, 32]
        layers:
          - conv2d: {out_channels: 8, kernel_size: 3, padding: same}

    Source: Wu et al., Convolution with even-sized kernels and symmetric padding (2019).
    """

    code = "CNN201"
    name = "even-kernel"

    @override
    def check(self, analysis: Analysis) -> Iterator[Finding]:
        named: Mapping[str, Layer] = {}
        known: dict[tuple[int, Shape], _Told | None] = {}
        for layer in analysis.layers:
            of_type, shape = layer.node.layer, layer.input_shapes[0]
            if of_type is None or shape is None or layer.output_shape is None or of_type.family != "convolution":
                continue
            key = (id(of_type), shape)
            if key not in known:
                known[key] = _told(of_type, shape)
            if told := known[key]:
                named = named or by_name(analysis)
                if not _is_padded_unevenly(named.get(layer.node.inputs[0])):
                    yield self.at(layer.node, *told)


def _told(of_type: LayerType, shape: Shape) -> _Told | None:
    """What is said of a layer, and of all like it; None where its kernel has a middle."""
    axes = _even(of_type, shape)
    if not axes:
        return None
    windows = of_type.windows(shape)
    sizes = tuple(window.kernel for window in windows)
    kernel = str(sizes[0]) if len(set(sizes)) == 1 else times(sizes)
    along = " and ".join(SPATIAL[len(windows)][axis] for axis in axes)
    message = f"kernel {kernel} has no middle along {along}: outputs lie half an element beside their inputs"
    window = windows[axes[0]]
    if window.before != window.after:
        message += f", and `same` pads {window.before} before and {window.after} after"
    fixes = tuple(_fixes(of_type, shape, axes))
    values = " or ".join(str(fix.value) for fix in fixes)
    return _Told(message, f"kernel_size {values}" if fixes else "an odd kernel", fixes)


def _even(of_type: LayerType, shape: Shape) -> list[int]:
    """The axes along which the kernel has no middle."""
    if getattr(of_type, "weight", None) is not None:
        return []
    is_same = getattr(of_type, "padding", None) == "same"
    return [
        axis
        for axis, (window, size) in enumerate(zip(of_type.windows(shape), shape[1:], strict=False))
        if window.extent % 2 == 0
        and window.stride % 2
        and window.output(size) > 1
        and (is_same or window.before == window.after)
    ]


def _is_padded_unevenly(below: Layer | None) -> bool:
    """Whether a layer pads one side more: then what reads it is meant to lie where it does."""
    if below is None or below.type != "pad" or below.node.layer is None or below.input_shapes[0] is None:
        return False
    return any(window.before != window.after for window in below.node.layer.windows(below.input_shapes[0]))


def _fixes(of_type: LayerType, shape: Shape, axes: list[int]) -> Iterator[Fix]:
    """The odd kernels below and above that the layer takes and with which it loses nothing of its input."""
    sizes: tuple[int, ...] = getattr(of_type, "kernel_size", ())
    for step in (-1, 1) if sizes else ():
        odd = tuple(size + step if axis in axes else size for axis, size in enumerate(sizes))
        changed: Any = {"kernel_size": odd}
        other = replace(of_type, **changed)
        if min(odd) >= 1 and _takes(other, shape) and not _even(other, shape):
            yield Fix("kernel_size", odd[0] if len(set(odd)) == 1 else list(odd))


def _takes(of_type: LayerType, shape: Shape) -> bool:
    try:
        of_type.output(shape)
    except IllegalShape:
        return False
    return not any(window.lost(size) for window, size in zip(of_type.windows(shape), shape[1:], strict=True))
