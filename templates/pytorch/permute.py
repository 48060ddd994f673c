from torch import Tensor, nn


class Permute(nn.Module):
    """The axes in another order; the batch is axis 0."""

    def __init__(self, *dims: int) -> None:
        super().__init__()
        self.dims = dims

    def forward(self, x: Tensor) -> Tensor:
        return x.permute(self.dims)
