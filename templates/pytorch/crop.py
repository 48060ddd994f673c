from center_crop import center_crop
from torch import Tensor, nn


class Crop(nn.Module):
    """The middle of each spatial axis, ``size`` long."""

    def __init__(self, size: int | tuple[int, ...]) -> None:
        super().__init__()
        self.size = size

    def forward(self, x: Tensor) -> Tensor:
        return center_crop(x, self.size)
