"""Windows that step over part of their input."""

from __future__ import annotations

from collections.abc import Iterator

from cnnspec.analysis.analysis import Analysis, Layer
from cnnspec.arithmetic.shape import times
from cnnspec.arithmetic.window import Window
from cnnspec.errors import Finding
from cnnspec.override import override
from cnnspec.rules.percent import percent
from cnnspec.rules.rule import DesignRule


class StrideExceedsKernel(DesignRule):
    """The stride is larger than the kernel: positions between the windows are never read.

    Why: what is skipped is computed for nothing. The 1×1/2 shortcut of a residual network is the usual case: it reads a
    quarter of its input. An average pool above a 1×1 convolution of stride 1 (ResNet-D) reads all of it.
    Arithmetic: of n positions the windows read about ``k/s`` along each axis. Below, (1/2)·(1/2) = 25 %.

    Bad:
        input: [64, 56, 56]
        layers:
          - conv2d: {out_channels: 128, kernel_size: 1, stride: 2}

    Good:
        input: [64, 56, 56]
        layers:
          - avg_pool2d: 2
          - conv2d: {out_channels: 128, kernel_size: 1}

    Source: He et al., Bag of tricks for image classification with convolutional neural networks (2019), ResNet-D.
    """

    code = "CNN211"
    name = "stride-exceeds-kernel"
    severity = "note"

    @override
    def check(self, analysis: Analysis) -> Iterator[Finding]:
        for layer in analysis.layers:
            costs = layer.costs
            if costs is None or costs.coverage is None or costs.coverage == 1:
                continue
            windows = _windows(layer)
            if any(window.kernel < window.stride for window in windows):
                kernel, stride = (_sizes([getattr(window, name) for window in windows]) for name in ("kernel", "stride"))
                message = f"kernel {kernel} is smaller than stride {stride}: {percent(costs.coverage)} of its input is read"
                yield self.at(layer.node, message, f"an average pool of {stride} above it, or a kernel of {stride}")


def _windows(layer: Layer) -> tuple[Window, ...]:
    """A convolution's or a pool's; what a slice leaves out it is meant to."""
    of_type, shapes = layer.node.layer, (shape for shape in layer.input_shapes if shape is not None)
    return of_type.windows(*shapes) if of_type is not None and of_type.family in ("convolution", "pool") else ()


def _sizes(sizes: list[int]) -> str:
    return str(sizes[0]) if len(set(sizes)) == 1 else times(tuple(sizes))
