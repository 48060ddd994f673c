"""Average pooling."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from cnnspec.arithmetic.shape import Shape, elements, times
from cnnspec.errors import Fix, WindowTooLarge
from cnnspec.layers.layer import require_rank
from cnnspec.layers.options import Bool, option
from cnnspec.layers.pool import Pool, takes_padding
from cnnspec.override import override


@dataclass(frozen=True, slots=True)
class AvgPool(Pool):
    """The mean of each window, each channel by itself.

    A window of K elements takes K − 1 additions and a division. ``count_include_pad`` divides by K also where the
    window reaches into the padding.

    Source: ``torch.nn.AvgPool2d``.
    """

    types = ("avg_pool1d", "avg_pool2d", "avg_pool3d")

    count_include_pad: bool = option(Bool(), True)

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
    def flops(self, *inputs: Shape) -> int:
        return prod(self.kernel_size) * elements(self.output(*inputs))
