from pad_symmetric import pad_symmetric
from torch import Tensor, nn


class SymmetricPad(nn.Module):
    """Mirror rows with the edge."""

    def __init__(self, padding: int | tuple[int, ...]) -> None:
        super().__init__()
        self.padding = padding

    def forward(self, x: Tensor) -> Tensor:
        if isinstance(self.padding, int):
            return pad_symmetric(x, (self.padding,) * 2 * (x.dim() - 2))
        return pad_symmetric(x, self.padding)
