from torch import Tensor, nn


class Slice(nn.Module):
    """From ``start`` up to ``stop`` of axis ``dim``, every ``step``-th."""

    def __init__(
        self,
        dim: int,
        start: int = 0,
        stop: int | None = None,
        step: int = 1,
    ) -> None:
        super().__init__()
        self.dim = dim
        self.places = slice(start, stop, step)

    def forward(self, x: Tensor) -> Tensor:
        return x.movedim(self.dim, 0)[self.places].movedim(0, self.dim)
