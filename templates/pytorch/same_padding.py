from torch import Tensor


def same_padding(
    x: Tensor,
    kernel_size: int | tuple[int, ...],
    stride: int | tuple[int, ...],
    dilation: int | tuple[int, ...] = 1,
) -> list[int]:
    """The least padding with which ceil(size / stride) windows fit, for ``F.pad``."""
    pads: list[int] = []
    for i, n in enumerate(x.shape[2:]):
        window = (kernel_size, stride, dilation)
        k, s, d = (v if isinstance(v, int) else v[i] for v in window)
        total = max(0, (n - 1) // s * s + d * (k - 1) + 1 - n)
        pads = [total // 2, total - total // 2, *pads]
    return pads
