from torch import Tensor, nn


class TrimmedPool(nn.Module):
    """What ``pool`` makes, less windows that begin after the input's end."""

    def __init__(
        self, pool: nn.Module, stride: tuple[int, ...], before: tuple[int, ...]
    ) -> None:
        super().__init__()
        self.pool = pool
        self.stride = stride
        self.before = before

    def forward(self, x: Tensor) -> Tensor:
        sizes = x.shape[2:]
        x = self.pool(x)
        for i, (n, s, b) in enumerate(zip(sizes, self.stride, self.before), 2):
            x = x.narrow(i, 0, min(x.shape[i], -(-(n + b) // s)))
        return x
