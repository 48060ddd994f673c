"""Layers with weights and nothing nonlinear between."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import prod
from typing import NamedTuple

from cnnspec.analysis.analysis import Analysis, Layer
from cnnspec.analysis.paths import by_name, sole_reader
from cnnspec.arithmetic.shape import Shape, elements, times
from cnnspec.errors import Finding
from cnnspec.layers.layer import Layer as LayerType
from cnnspec.layers.layer import kept_axes
from cnnspec.override import override
from cnnspec.rules.rule import DesignRule


class LinearStack(DesignRule):
    """Two convolutions or linear layers with nothing nonlinear between are one.

    Norms that are linear at inference (batch norm), dropout, average pools, ``flatten`` and padding change nothing about
    that; a merge does, a layer that others read too, one that moves channels into space or back, frozen weights and
    shared ones. Left alone is what one layer could only do with more weights:

    - a depthwise or grouped convolution beside a pointwise one (in either order), two depthwise ones;
    - a pair that reduces the rank: the first has fewer outputs than it has inputs, and fewer than the second has
      (MobileNetV2's linear bottlenecks). Below a transposed convolution that upsamples as many do (FCN's scores);
    - two kernels that are separable: 1×k and k×1;
    - a convolution and a linear layer above it, where the one over all of the input has more parameters than both.

    Why: a linear map of a linear map is a linear map. Mostly an activation was forgotten; else one layer does the same.
    Arithmetic: ``W2*(W1*x + b1) + b2 = (W2*W1)*x + (W2*b1 + b2)``; of two convolutions one with kernel
    ``k1 + (k2 - 1)*s1`` and stride ``s1*s2``, but for the border where the second pads. Below, 3 + 2 = 5: 25·3·8 + 8 = 608
    parameters, not 224 + 584.

    Bad:
        input: [3, 32, 32]
        layers:
          - conv2d: {name: conv1, out_channels: 8, kernel_size: 3}
          - conv2d: {name: conv2, out_channels: 8, kernel_size: 3}

    Good:
        input: [3, 32, 32]
        layers:
          - conv2d: {name: conv1, out_channels: 8, kernel_size: 3}
          - relu
          - conv2d: {name: conv2, out_channels: 8, kernel_size: 3}

    Source: Goodfellow, Bengio and Courville, Deep learning (2016), section 6.1.
    """

    code = "CNN202"
    name = "linear-stack"

    @override
    def check(self, analysis: Analysis) -> Iterator[Finding]:
        named = by_name(analysis)
        for layer in analysis.layers:
            if (second := _weighted(layer)) and (found := _below(layer, named, analysis)):
                first, between = found
                if _joins(first, second) and not _is_meant(first, second):
                    yield from self._told(first, between, second)

    def _told(self, first: _Weighted, between: Sequence[Layer], second: _Weighted) -> Iterator[Finding]:
        message = f"nothing nonlinear stands between {first.layer.name} and it"
        fix = "an activation between them"
        if one := _one(first, between, second):
            now = (first.layer.params or 0) + (second.layer.params or 0)
            if second.is_linear_layer and not first.is_linear_layer and one.params > now:
                return
            message += f": they are one {one.what} ({one.params:,} parameters, not {now:,})"
            fix += ", or the one layer" if one.params <= now else ""
        yield self.at(second.layer.node, message, fix)


class _One(NamedTuple):
    """The layer that does the same."""

    what: str
    params: int


class _Weighted(NamedTuple):
    """A convolution or linear layer that learns weights of its own, and its shapes."""

    layer: Layer
    of_type: LayerType
    into: Shape
    out: Shape

    @property
    def is_linear_layer(self) -> bool:
        return self.of_type.family == "linear"

    @property
    def is_transposed(self) -> bool:
        return self.of_type.type.startswith("conv_transpose")

    @property
    def has_bias(self) -> bool:
        return bool(getattr(self.of_type, "bias", False))

    @property
    def kernel(self) -> Shape:
        return getattr(self.of_type, "kernel_size", None) or (1,)

    @property
    def stride(self) -> Shape:
        return getattr(self.of_type, "stride", None) or (1,)

    @property
    def extent(self) -> Shape:
        dilation = getattr(self.of_type, "dilation", None) or (1,) * len(self.kernel)
        return tuple(d * (k - 1) + 1 for k, d in zip(self.kernel, dilation, strict=True))

    @property
    def groups(self) -> int | None:
        """A convolution's, as its weight has them; None where it has several weights, or others."""
        weights = [shape for name, shape in self.of_type.parameters(self.into).items() if name.endswith("weight")]
        if len(weights) != 1 or len(weights[0]) != len(self.kernel) + 2:
            return None
        return (self.out if self.is_transposed else self.into)[0] // weights[0][1]


def _weighted(layer: Layer) -> _Weighted | None:
    node, of_type, out = layer.node, layer.node.layer, layer.output_shape
    if of_type is None or out is None or of_type.family not in ("convolution", "linear") or not of_type.is_linear:
        return None
    into = layer.input_shapes[0]
    return _Weighted(layer, of_type, into, out) if into is not None and node.trainable and node.shares is None else None


def _below(layer: Layer, named: Mapping[str, Layer], analysis: Analysis) -> tuple[_Weighted, list[Layer]] | None:
    """The layer with weights whose output comes to ``layer`` through linear ones alone, and those, in order."""
    between: list[Layer] = []
    above, below = layer, named.get(layer.node.inputs[0])
    while below is not None and sole_reader(analysis, below) is above:
        if found := _weighted(below):
            return found, between[::-1]
        if not _passes(below):
            return None
        between.append(below)
        above, below = below, named.get(below.node.inputs[0])
    return None


def _passes(layer: Layer) -> bool:
    """Whether a layer is linear and leaves each channel and each place where it is, or puts all of them in one row."""
    of_type, shape = layer.node.layer, layer.input_shapes[0] if len(layer.input_shapes) == 1 else None
    if of_type is None or shape is None or layer.output_shape is None or not of_type.is_linear:
        return False
    if of_type.meant.family not in ("pool", "norm", "dropout", "shape"):
        return False
    if of_type.family == "pool" or len(layer.output_shape) == 1 or of_type.windows(shape):
        return True
    return of_type.axes(shape)[0] is kept_axes(len(shape))


def _joins(first: _Weighted, second: _Weighted) -> bool:
    """Whether the second reads what the first puts out along the same axis, or all of it."""
    return len(second.out) == 1 or (first.of_type.family == second.of_type.family and len(first.out) == len(second.into))


# -- what is meant ------------------------------------------------------------------------------------------------


def _is_meant(first: _Weighted, second: _Weighted) -> bool:
    """Whether one layer could do the same only with more weights, so that two are no mistake."""
    into, middle, out = _sizes(first, second)
    upsamples = second.is_transposed and max(second.stride) > 1
    if middle < into and (middle < out or (upsamples and middle == out)):
        return True
    if first.is_linear_layer or second.is_linear_layer:
        return False
    if 1 in (prod(first.kernel), prod(second.kernel)):
        return first.groups != second.groups
    if max(map(min, first.kernel, second.kernel)) == 1:
        return True
    return first.groups == first.into[0] > 1 and second.groups == second.into[0]


def _sizes(first: _Weighted, second: _Weighted) -> Shape:
    """The inputs, the outputs between and the outputs of two layers: channels, features of rows, else all elements."""
    if first.of_type.family != second.of_type.family or len(first.into) != len(second.out):
        return elements(first.into), elements(second.into), elements(second.out)
    axis = -1 if second.is_linear_layer else 0
    return first.into[axis], second.into[axis], second.out[axis]


# -- the one layer ------------------------------------------------------------------------------------------------


def _one(first: _Weighted, between: Sequence[Layer], second: _Weighted) -> _One | None:
    """The layer that does what two do; None where it is not as plain as they are."""
    into, _, out = _sizes(first, second)
    bias = first.has_bias or second.has_bias
    if second.is_linear_layer:
        return _One(f"linear layer of {into:,} inputs", (into + bias) * out)
    if first.groups is None or second.groups is None:
        return None
    slides = [layer for layer in between if not _is_kept(layer)]
    found = _transposed(first, second) if first.is_transposed or second.is_transposed else _window(first, slides, second)
    if found is None or (slides and (first.is_transposed or second.is_transposed)):
        return None
    kernel, stride = found
    groups = first.groups if first.groups == second.groups else 1
    name = "transposed convolution" if first.is_transposed or second.is_transposed else "convolution"
    strides = f" and stride {_plain(stride)}" if max(stride) > 1 else ""
    params = prod(kernel) * into // groups * out + bias * out
    return _One(f"{name} with kernel {_plain(kernel)}{strides}", params)


def _is_kept(layer: Layer) -> bool:
    shape = layer.input_shapes[0]
    return layer.node.layer is None or shape is None or layer.node.layer.axes(shape)[0] is kept_axes(len(shape))


def _window(first: _Weighted, between: Sequence[Layer], second: _Weighted) -> tuple[Shape, Shape] | None:
    """The kernel and the stride of windows one over the other; None where one of them has another size at each place."""
    kernel, jump = [1] * len(first.kernel), [1] * len(first.kernel)
    for layer in (first.layer, *between, second.layer):
        assert layer.node.layer is not None, "its output is known"
        windows = layer.node.layer.windows(*(shape for shape in layer.input_shapes if shape is not None))
        if not windows:
            return None
        for axis, window in enumerate(windows):
            kernel[axis] += (window.extent - 1) * jump[axis]
            jump[axis] *= window.stride
    return tuple(kernel), tuple(jump)


def _transposed(first: _Weighted, second: _Weighted) -> tuple[Shape, Shape] | None:
    """The kernel and the stride of two convolutions that are one transposed one; None where the other has a stride, too."""
    if not (first.is_transposed or max(first.stride) == 1) or not (second.is_transposed or max(second.stride) == 1):
        return None
    steps = second.stride if second.is_transposed else (1,) * len(second.stride)
    kernel = tuple(
        (one - 1) * step + two if second.is_transposed else one + two - 1
        for one, two, step in zip(first.extent, second.extent, steps, strict=True)
    )
    return kernel, tuple(one * two for one, two in zip(first.stride, second.stride, strict=True))


def _plain(sizes: Shape) -> str:
    return str(sizes[0]) if len(set(sizes)) == 1 else times(sizes)
