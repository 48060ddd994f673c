"""Classifiers whose last feature map sees only part of the input."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from cnnspec.analysis.analysis import Analysis, Layer
from cnnspec.arithmetic.shape import Shape, times
from cnnspec.errors import Finding
from cnnspec.override import override
from cnnspec.rules.percent import percent
from cnnspec.rules.rule import DesignRule


class ReceptiveFieldTooSmall(DesignRule):
    """The last feature map is pooled to one element though none of its units can see the whole input.

    Only where a pool makes one element of the map. A network that puts out a map (segmentation, detection, PatchGAN) need
    not see all of its input in one unit; dense layers over a flattened map weigh its places against each other (AlexNet,
    VGG, LeNet-5), and a pool in between (squeeze and excitation) lets every unit see everything.

    Why: the average of local views is a bag of features. What lies further apart than the field is never related.
    Arithmetic: the field grows by ``d*(k - 1)`` jumps in each layer, and the jump by the stride. Below, 1 + 2 + 2·2 = 7 of
    32; with three layers of stride 2 more 7 + 4·2 + 8·2 + 16·2 = 63.

    Bad:
        input: [3, 32, 32]
        layers:
          - conv2d: {out_channels: 16, kernel_size: 3, stride: 2, padding: 1}
          - relu
          - conv2d: {out_channels: 32, kernel_size: 3, stride: 2, padding: 1}
          - relu
          - adaptive_avg_pool2d: 1
          - flatten
          - linear: 10

    Good:
        input: [3, 32, 32]
        vars: {widths: [16, 32, 64, 128, 256]}
        layers:
          - inline:
              repeat: 5
              layers: [{conv2d: {out_channels: "widths[index]", kernel_size: 3, stride: 2, padding: 1}}, relu]
          - adaptive_avg_pool2d: 1
          - flatten
          - linear: 10

    Source: Araujo, Norris and Sim, Computing receptive fields of convolutional neural networks (2019); Brendel and
    Bethge, Approximating CNNs with bag-of-local-features models works surprisingly well on ImageNet (2019).
    """

    code = "CNN212"
    name = "receptive-field-too-small"
    severity = "note"

    @override
    def check(self, analysis: Analysis) -> Iterator[Finding]:
        outputs = analysis.graph.outputs.values()
        last = next((layer for layer in reversed(analysis.layers) if _is_map(layer.output_shape)), None)
        if last is None or last.node.training_only or any(shape is None or _is_map(shape) for shape in outputs):
            return
        pool = next((reader for reader in analysis.readers.get(last.name, ()) if _pools(reader)), None)
        for name, sizes in _too_small(last) if pool is not None else ():
            shape = analysis.graph.inputs[name]
            if pool is None or shape is None or all(seen >= size for seen, size in zip(sizes, shape[1:], strict=True)):
                continue
            seen = tuple(min(one, size) for one, size in zip(sizes, shape[1:], strict=True))
            share = percent(prod(seen) / prod(shape[1:]))
            message = (
                f"its units see {times(seen)} of {name}'s {times(shape[1:])} ({share}), and {pool.name} makes one of them all"
            )
            yield self.at(last.node, message, "more layers or strides above it, or a smaller input")


def _is_map(shape: Shape | None) -> bool:
    return shape is not None and len(shape) > 1 and max(shape[1:]) > 1


def _pools(layer: Layer) -> bool:
    of_type, output = layer.node.layer, layer.output_shape
    return of_type is not None and of_type.family == "pool" and output is not None and set(output[1:]) == {1}


def _too_small(layer: Layer) -> Iterator[tuple[str, Shape]]:
    """Of each input that the layer sees place by place along every axis, how much a unit does."""
    for name, axes in (layer.receptive_field or {}).items():
        fields = [sight.field for sight in axes if sight.field is not None and not sight.field.is_global]
        if fields and len(fields) == len(axes):
            yield name, tuple(field.size for field in fields)
