from torch import Tensor


def center_crop(x: Tensor, size: int | tuple[int, ...]) -> Tensor:
    """The middle of each spatial axis; of what is left over the odd row comes after."""
    sizes = (size,) * (x.dim() - 2) if isinstance(size, int) else size
    for axis, length in enumerate(sizes, 2):
        x = x.narrow(axis, (x.shape[axis] - length) // 2, length)
    return x
