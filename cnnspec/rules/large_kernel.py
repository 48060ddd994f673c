"""Kernels that a stack of small ones would replace."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from cnnspec.analysis.analysis import Analysis, Layer
from cnnspec.analysis.paths import by_name
from cnnspec.arithmetic.shape import times
from cnnspec.errors import Finding
from cnnspec.override import override
from cnnspec.rules.rule import DesignRule

_LARGE = 9


class LargeKernel(DesignRule):
    """A kernel is over 9 after the first layer: small ones in a row see as much for less.

    Only where they weigh less (a 1×15 does not), and not for depthwise convolutions, whose large kernels cost little
    beside the 1×1 convolutions round them (RepLKNet, ConvNeXt), for kernels as large as their stride (patches) or as
    their input (a dense layer by another name), nor for kernels whose weights are given.

    Why: a stack has an activation after each layer, so that it can tell more apart, with fewer weights.
    Arithmetic: n convolutions of 3×3 see ``2*n + 1`` elements along an axis and have ``9*n`` weights for each pair of
    channels; one of k×k has ``k*k``. Below, five see 11 with 45 weights where one has 121.

    Bad:
        input: [3, 64, 64]
        layers:
          - conv2d: {out_channels: 16, kernel_size: 3, padding: 1}
          - relu
          - conv2d: {out_channels: 16, kernel_size: 11, padding: 5}

    Good:
        input: [3, 64, 64]
        layers:
          - conv2d: {out_channels: 16, kernel_size: 3, padding: 1}
          - inline:
              repeat: 5
              layers: [relu, {conv2d: {out_channels: 16, kernel_size: 3, padding: 1}}]

    Source: Simonyan and Zisserman, Very deep convolutional networks for large-scale image recognition (2015), 2.3;
    Ding et al., Scaling up your kernels to 31×31 (2022), for the other side.
    """

    code = "CNN210"
    name = "large-kernel"
    severity = "note"

    @override
    def check(self, analysis: Analysis) -> Iterator[Finding]:
        named: dict[str, Layer] = {}
        for layer in analysis.layers:
            of_type = layer.node.layer
            if of_type is None or max(getattr(of_type, "kernel_size", None) or (0,)) <= _LARGE or layer.costs is None:
                continue
            if not (kernel := _kernel(layer)):
                continue
            named = named or dict(by_name(analysis))
            small = tuple(3 if size > 1 else 1 for size in kernel)
            count = max(kernel) // 2
            if count * prod(small) < prod(kernel) and not _is_first(layer, named):
                message = f"kernel {times(kernel)} has {prod(kernel)} weights for each pair of channels"
                stack = f"{count} convolutions of {times(small)} in a row, which see as much with {count * prod(small)}"
                yield self.at(layer.node, message, stack)


def _kernel(layer: Layer) -> tuple[int, ...]:
    """The kernel's sizes; none where its size has a reason of its own."""
    of_type, shapes = layer.node.layer, tuple(shape for shape in layer.input_shapes if shape is not None)
    if of_type is None or layer.output_shape is None or getattr(of_type, "weight", None) is not None:
        return ()
    if of_type.family != "convolution":
        return ()
    windows = of_type.windows(*shapes)
    if not windows or all(window.kernel <= window.stride for window in windows) or max(layer.output_shape[1:]) == 1:
        return ()
    weight = next(iter(of_type.parameters(*shapes).values()))
    is_depthwise = weight[1] == 1 < shapes[0][0]
    return () if is_depthwise else tuple(window.kernel for window in windows)


def _is_first(layer: Layer, named: dict[str, Layer]) -> bool:
    """Whether nothing above it looks at more than one element."""
    below = named.get(layer.node.inputs[0])
    if below is None:
        return True
    sights = below.receptive_field or {}
    fields = [sight.field for axes in sights.values() for sight in axes]
    return all(field is not None and not field.is_global and field.size == 1 for field in fields)
