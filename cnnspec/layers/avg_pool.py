"""Average pooling."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import prod

from cnnspec.arithmetic.shape import Shape, elements, times
from cnnspec.errors import Fix, WindowTooLarge
from cnnspec.layers.call import Call, Size
from cnnspec.layers.layer import require_rank
from cnnspec.layers.options import Bool, option
from cnnspec.layers.pool import Pool, takes_padding
from cnnspec.override import override


@dataclass(frozen=True, slots=True)
class AvgPool(Pool):
    """An average pool: the mean of each window, each channel by itself.

    ``count_include_pad`` divides by K also where the window reaches into the padding. ``learnable`` follows the mean with
    a coefficient and a bias a channel, as LeNet-5's subsampling layers do; PyTorch has no such layer.

    Shape: ``floor((n + p0 + p1 - k)/s) + 1`` along each spatial axis. With ``ceil_mode`` the ceiling, less a last window
    that would start in the padding after the input.
    Params: none; C coefficients and C biases where ``learnable``.
    Flops: ``K`` an output element, K being the elements of a window: K − 1 additions and a division; a product and a sum
    more where ``learnable``.
    Receptive field: grows by ``k - 1`` jumps; the jump grows ``s`` times.

    Example:
        input: [6, 28, 28]
        layers:
          - avg_pool2d: {kernel_size: 2, learnable: true, expect: {output_shape: [6, 14, 14], params: 12, flops: 7_056}}

    Source: ``torch.nn.AvgPool2d``; LeCun et al., Gradient-based learning applied to document recognition (1998).
    """

    types = ("avg_pool1d", "avg_pool2d", "avg_pool3d")
    functional = "F.avg_pool"
    foreign = ("learnable",)

    count_include_pad: bool = option(Bool(), True)
    learnable: bool = option(Bool(), False)

    @property
    @override
    def is_linear(self) -> bool:
        return True

    @override
    def output(self, *inputs: Shape) -> Shape:
        require_rank(self, inputs[0])
        sizes = inputs[0][1:]
        if self.ndim == 3 and any(kernel > size for kernel, size in zip(self.kernel_size, sizes, strict=True)):
            most = min(sizes)
            fits = takes_padding(tuple(window._replace(kernel=most) for window in self.windows(*inputs)))
            kernel = times(self.kernel_size)
            raise WindowTooLarge(
                f"kernel {kernel} does not fit the input {times(sizes)} before padding, as PyTorch's avg_pool3d wants",
                fix=f"a kernel of at most {most}" if fits else "",
                fixes=(Fix("kernel_size", most),) if fits else (),
            )
        return Pool.output(self, *inputs)

    @override
    def parameters(self, *inputs: Shape) -> Mapping[str, Shape]:
        channels = inputs[0][:1]
        return {"weight": channels, "bias": channels} if self.learnable else {}

    @override
    def flops(self, *inputs: Shape) -> int:
        return (prod(self.kernel_size) + 2 * self.learnable) * elements(self.output(*inputs))

    @override
    def torch(self, *inputs: Shape) -> Call:
        made = Pool.torch(self, *inputs)
        made = replace(self._mean(made), general=made.general and self._mean(made.general))
        return Call("Subsampling", (Size(0), made)) if self.learnable else made

    def _mean(self, pool: Call) -> Call:
        """What leaves padding out of its means, where that is asked for and PyTorch does not do it."""
        return pool if self.count_include_pad or pool.name.startswith("nn.Avg") else Call("UnpaddedMean", (pool,))
