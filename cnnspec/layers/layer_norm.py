"""Layer normalization."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cnnspec.arithmetic.shape import Shape, elements, listed
from cnnspec.errors import Fix, ShapeMismatch
from cnnspec.layers.call import Argument, Call, Given, Size
from cnnspec.layers.layer import KEPT, WHOLE, Axis, Pointwise, require_rank
from cnnspec.layers.norm import learned, normalizing
from cnnspec.layers.options import Bool, Extents, Float, option
from cnnspec.override import override


@dataclass(frozen=True, slots=True)
class LayerNorm(Pointwise):
    """A layer norm: the numbers of the last axes less their mean, divided by their deviation; the other axes are rows.

    ``normalized_shape`` lists the sizes of the axes normalized together, as PyTorch wants them; left out, it is the last
    axis. On a feature map that is its width: for a norm over the channels there is ``layer_norm2d``.

    Params: a weight and a bias for each number of ``normalized_shape``, where ``elementwise_affine``.
    Flops: ``5*n + 2`` a row of n numbers, and ``2*n`` more where ``elementwise_affine``.
    Receptive field: global along the axes that it normalizes; along the others each unit sees what the one below it sees.

    Example:
        input: [196, 768]
        layers:
          - layer_norm: {expect: {output_shape: [196, 768], params: 1_536, flops: 1_054_088}}

    Source: ``torch.nn.LayerNorm``; Ba et al., Layer normalization (2016).
    """

    types = ("layer_norm",)
    family = "norm"

    normalized_shape: tuple[int, ...] | None = option(Extents(), None)
    eps: float = option(Float(0), 1e-5)
    elementwise_affine: bool = option(Bool(), True)

    @override
    def output(self, *inputs: Shape) -> Shape:
        normalized = self._normalized(inputs[0])
        last = inputs[0][-len(normalized) :]
        if normalized != last:
            raise ShapeMismatch(
                f"normalized_shape {listed(normalized)} is not what the input {listed(inputs[0])} ends in",
                fix=f"normalized_shape {listed(last)}",
                fixes=(Fix("normalized_shape", list(last)),),
            )
        return inputs[0]

    @override
    def parameters(self, *inputs: Shape) -> Mapping[str, Shape]:
        return learned(self._normalized(inputs[0]), self.elementwise_affine)

    @override
    def flops(self, *inputs: Shape) -> int:
        rows = elements(inputs[0]) // elements(self._normalized(inputs[0]))
        return normalizing(inputs[0], rows, self.elementwise_affine)

    @override
    def axes(self, *inputs: Shape) -> tuple[tuple[Axis, ...], ...]:
        rank = len(inputs[0])
        rows = rank - len(self._normalized(inputs[0]))
        return (tuple(Axis(axis, KEPT if axis < rows else WHOLE) for axis in range(rank)),)

    @override
    def resolved(self, *inputs: Shape) -> dict[str, object]:
        return {**Pointwise.resolved(self, *inputs), "normalized_shape": self._normalized(inputs[0])}

    @override
    def torch(self, *inputs: Shape) -> Call:
        normalized: Argument = Size(-1) if self.normalized_shape is None else Given("normalized_shape")
        return self.call("nn.LayerNorm", normalized)

    def _normalized(self, shape: Shape) -> Shape:
        return self.normalized_shape or shape[-1:]


@dataclass(frozen=True, slots=True)
class LayerNorm2d(Pointwise):
    """A layer norm over the channels of a C×H×W map: at each position less their mean, divided by their deviation.

    ConvNeXt's: what ``layer_norm`` does to the same map with its channels last.

    Params: C weights and C biases where ``elementwise_affine``.
    Flops: ``5*C + 2`` a position, and ``2*C`` more where ``elementwise_affine``.

    Example:
        input: [96, 56, 56]
        layers:
          - layer_norm2d: {eps: 0.000_001, expect: {params: 192, flops: 2_113_664, receptive_field: 1}}

    Source: torchvision's ``LayerNorm2d``; Liu et al., A ConvNet for the 2020s (2022).
    """

    types = ("layer_norm2d",)
    family = "norm"

    eps: float = option(Float(0), 1e-5)
    elementwise_affine: bool = option(Bool(), True)

    @override
    def output(self, *inputs: Shape) -> Shape:
        require_rank(self, inputs[0])
        return inputs[0]

    @override
    def parameters(self, *inputs: Shape) -> Mapping[str, Shape]:
        return learned(inputs[0][:1], self.elementwise_affine)

    @override
    def flops(self, *inputs: Shape) -> int:
        return normalizing(inputs[0], elements(inputs[0][1:]), self.elementwise_affine)

    @override
    def axes(self, *inputs: Shape) -> tuple[tuple[Axis, ...], ...]:
        return ((Axis(0, WHOLE), Axis(1, KEPT), Axis(2, KEPT)),)

    @override
    def torch(self, *inputs: Shape) -> Call:
        return self.call("LayerNorm2d", Size(0))
