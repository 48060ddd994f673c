from torch import Tensor, nn
from torch.nn import functional as F


class StochasticDepth(nn.Module):
    """In training, whole samples are zero with probability ``p``."""

    def __init__(self, p: float) -> None:
        super().__init__()
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return x
        return x * F.dropout(x.new_ones(x.shape[0], *[1] * (x.dim() - 1)), self.p)
