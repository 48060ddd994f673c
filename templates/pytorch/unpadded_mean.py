import torch
from torch import Tensor, nn


class UnpaddedMean(nn.Module):
    """What the average ``pool`` makes, padding left out of its means."""

    def __init__(self, pool: nn.Module) -> None:
        super().__init__()
        self.pool = pool

    def forward(self, x: Tensor) -> Tensor:
        mean: Tensor = self.pool(x)
        share: Tensor = self.pool(torch.ones_like(x))
        return mean / share
