import torch
from torch import Tensor, nn
from torch.nn import functional as F


class ConnectedConv2d(nn.Module):
    """A convolution; each output channel reads the input channels of its row."""

    def __init__(
        self,
        connections: tuple[tuple[int, ...], ...],
        kernel_size: int | tuple[int, int],
        stride: int | tuple[int, int] = 1,
        dilation: int | tuple[int, int] = 1,
        bias: bool = True,
        pad: nn.Module | None = None,
    ) -> None:
        super().__init__()
        self.reads = [channel for row in connections for channel in row]
        self.lengths = [len(row) for row in connections]
        self.stride = stride
        self.dilation = dilation
        self.pad = pad or nn.Identity()
        kernel = (kernel_size,) * 2 if isinstance(kernel_size, int) else kernel_size
        weight = torch.empty(len(self.reads), *kernel)
        bound = (weight.numel() / len(connections)) ** -0.5
        self.weight = nn.Parameter(weight.uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.zeros(len(connections))) if bias else None

    def forward(self, x: Tensor) -> Tensor:
        x = self.pad(x)[:, self.reads]
        kernels = self.weight.unsqueeze(1)
        x = F.conv2d(x, kernels, None, self.stride, 0, self.dilation, len(self.reads))
        sums = [maps.sum(1) for maps in x.split_with_sizes(self.lengths, 1)]
        x = torch.stack(sums, 1)
        return x if self.bias is None else x + self.bias.view(-1, 1, 1)
