import torch
from torch import Tensor, nn


class Subsampling(nn.Module):
    """What ``pool`` makes, times a learned factor and plus a learned bias a channel."""

    def __init__(self, num_channels: int, pool: nn.Module) -> None:
        super().__init__()
        self.pool = pool
        self.weight = nn.Parameter(torch.ones(num_channels))
        self.bias = nn.Parameter(torch.zeros(num_channels))

    def forward(self, x: Tensor) -> Tensor:
        each = (-1, *[1] * (x.dim() - 2))
        x = self.pool(x)
        return x * self.weight.view(each) + self.bias.view(each)
