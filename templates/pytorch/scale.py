import torch
from torch import Tensor, nn


class Scale(nn.Module):
    """Each channel times a learned factor."""

    def __init__(self, num_channels: int, init: float = 1.0) -> None:
        super().__init__()
        self.weight = nn.Parameter(init * torch.ones(num_channels))

    def forward(self, x: Tensor) -> Tensor:
        return x * self.weight.view(-1, *[1] * (x.dim() - 2))
