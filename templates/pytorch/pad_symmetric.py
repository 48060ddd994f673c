import torch
from torch import Tensor


def pad_symmetric(x: Tensor, padding: tuple[int, ...]) -> Tensor:
    """Mirror rows with the edge; pairs of amounts, last axis first, as in ``F.pad``."""
    for i in range(len(padding) // 2):
        axis, before, after = -1 - i, padding[2 * i], padding[2 * i + 1]
        head = x.narrow(axis, 0, before).flip(axis)
        tail = x.narrow(axis, x.shape[axis] - after, after).flip(axis)
        x = torch.cat([head, x, tail], axis)
    return x
