"""Maps that become smaller without becoming deeper."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import prod

from cnnspec.analysis.analysis import Analysis, Layer
from cnnspec.arithmetic.shape import Shape, elements, times
from cnnspec.errors import Finding
from cnnspec.layers.layer import Windows
from cnnspec.override import override
from cnnspec.rules.rule import DesignRule

_LOOKS = 20_000


class NarrowingChannels(DesignRule):
    """The map halves and no layer before the next halving has more channels.

    A pool is followed by the convolution that widens, so what counts is the widest of all layers up to where the map
    changes its size again (bottlenecks and DenseNet's transitions widen only there). Depthwise convolutions and given
    kernels (a blur) are like pools. Nothing is said where no other convolution follows: there the head begins. Nor is it in
    ``training_only`` heads: such a head begins anew, and reduces what it reads to a prediction.

    Why: three quarters of the numbers are given up in one step, and nothing is made of them. A representation should
    shrink gently on its way from input to output.
    Arithmetic: halving both axes leaves a quarter of the positions; twice the channels keep half of the numbers.
    Below, 64·32·32 = 65,536 become 64·16·16 = 16,384.

    Bad:
        input: [3, 32, 32]
        layers:
          - conv2d: {out_channels: 64, kernel_size: 3, padding: 1}
          - relu
          - max_pool2d: 2
          - conv2d: {out_channels: 64, kernel_size: 3, padding: 1}
          - relu

    Good:
        input: [3, 32, 32]
        layers:
          - conv2d: {out_channels: 64, kernel_size: 3, padding: 1}
          - relu
          - max_pool2d: 2
          - conv2d: {out_channels: 128, kernel_size: 3, padding: 1}
          - relu

    Source: Szegedy, Vanhoucke, Ioffe, Shlens and Wojna, Rethinking the Inception architecture for computer vision (2016),
    principle 1; Simonyan and Zisserman, Very deep convolutional networks for large-scale image recognition (2015).
    """

    code = "CNN214"
    name = "narrowing-channels"
    severity = "note"

    @override
    def check(self, analysis: Analysis) -> Iterator[Finding]:
        scale = _Scale(analysis.readers)
        for layer in analysis.layers:
            shapes = None if layer.training_only else _halved(layer)
            if shapes is None or layer.name in analysis.graph.ends or layer.node.inputs[0] in analysis.graph.inputs:
                continue
            before, after = shapes
            widest = scale.widest(layer, before[0])
            if widest is not None and widest <= before[0]:
                channels = f"channels stay {before[0]}" if widest == before[0] else f"{before[0]} channels become {widest}"
                share = f"{elements(before):,} numbers become {widest * prod(after[1:]):,}"
                message = f"{times(before[1:])} becomes {times(after[1:])} and {channels}: {share}"
                yield self.at(layer.node, message, f"{2 * before[0]} channels")


def _halved(layer: Layer) -> tuple[Shape, Shape] | None:
    """The shapes before and after a convolution or a pool that halves every spatial axis."""
    of_type, before, after = layer.node.layer, layer.input_shapes[0] if layer.input_shapes else None, layer.output_shape
    if of_type is None or before is None or after is None or not 1 < len(before) == len(after):
        return None
    if 2 * after[1] > before[1] + 1 or any(2 * new > old + 1 for new, old in zip(after[1:], before[1:], strict=True)):
        return None
    windows = of_type.windows(before) if of_type.family in ("convolution", "pool") else ()
    return (before, after) if windows and all(window.stride > 1 for window in windows) else None


class _Scale:
    """Looks on from a layer over those of its scale, at most :data:`_LOOKS` in all."""

    def __init__(self, readers: Mapping[str, tuple[Layer, ...]]) -> None:
        self.readers = readers
        self.left = _LOOKS

    def widest(self, layer: Layer, enough: int) -> int | None:
        """The most channels before the map changes its size again, or as soon as there are more than ``enough``.

        None where no convolution follows, or it is too far to look.
        """
        convolved = layer.output_shape[0] if layer.output_shape is not None and _chooses(layer) else 0
        merged, pending, met = 0, [layer], {layer.name}
        while pending and not (convolved and max(convolved, merged) > enough):
            for reader in self.readers.get(pending.pop().name, ()):
                self.left -= 1
                of_type, shape = reader.node.layer, reader.output_shape
                if reader.name in met or of_type is None or shape is None or len(shape) < 2:
                    continue
                met.add(reader.name)
                if _chooses(reader) and not _upsamples(reader):
                    convolved = max(convolved, shape[0])
                elif of_type.family in ("convolution", "merge") and not _upsamples(reader):
                    merged = max(merged, shape[0])
                if _keeps_scale(reader):
                    pending.append(reader)
            if self.left < 0:
                return None
        return max(convolved, merged) if convolved else None


def _chooses(layer: Layer) -> bool:
    """Whether a layer is a convolution whose channels follow neither from its input nor from weights that are given."""
    of_type, shape = layer.node.layer, layer.input_shapes[0]
    if of_type is None or shape is None or of_type.family != "convolution" or not of_type.is_free("out_channels"):
        return False
    return not getattr(of_type, "groups", 1) == shape[0] > 1


def _keeps_scale(layer: Layer) -> bool:
    """Whether neither a stride nor upsampling changes how far apart the units are."""
    of_type, before, after = layer.node.layer, layer.input_shapes[0], layer.output_shape
    if of_type is None or before is None or after is None or len(before) != len(after) or _upsamples(layer):
        return False
    readings = [axis.reading for axis in of_type.axes(*(shape for shape in layer.input_shapes if shape is not None))[0]]
    return not any(isinstance(reading, Windows) and reading.window.stride > 1 for reading in readings[1:])


def _upsamples(layer: Layer) -> bool:
    """Whether a map becomes larger, and not by padding."""
    of_type, before, after = layer.node.layer, layer.input_shapes[0] or (), layer.output_shape or ()
    grows = any(new > old for new, old in zip(after[1:], before[1:], strict=False))
    return grows and of_type is not None and not of_type.windows(before)
