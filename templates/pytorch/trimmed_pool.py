from torch import Tensor, nn


class TrimmedPool(nn.Module):
    """What ``pool`` makes, less windows that begin after the input's end."""

    def __init__(
        self,
        pool: nn.Module,
        stride: tuple[int, ...],
        before: tuple[int, ...],
    ) -> None:
        super().__init__()
        self.pool = pool
        self.stride = stride
        self.before = before

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.pool(x)
        for i, stride in enumerate(self.stride):
            end = x.shape[2 + i] + self.before[i]
            y = y.narrow(2 + i, 0, min(y.shape[2 + i], -(-end // stride)))
        return y
