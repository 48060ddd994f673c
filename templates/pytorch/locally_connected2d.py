import torch
from torch import Tensor, nn
from torch.nn import functional as F


class LocallyConnected2d(nn.Module):
    """A convolution with weights of its own at each position of its output."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | tuple[int, int],
        output_size: tuple[int, int],
        stride: int | tuple[int, int] = 1,
        bias: bool = True,
        pads: tuple[int, int, int, int] = (0, 0, 0, 0),
    ) -> None:
        super().__init__()
        kernel = (kernel_size,) * 2 if isinstance(kernel_size, int) else kernel_size
        self.stride = (stride,) * 2 if isinstance(stride, int) else stride
        self.pads = pads
        weight = torch.empty(out_channels, in_channels, *kernel, *output_size)
        bound = weight[0, ..., 0, 0].numel() ** -0.5
        self.weight = nn.Parameter(weight.uniform_(-bound, bound))
        zeros = torch.zeros(out_channels, *output_size)
        self.bias = nn.Parameter(zeros) if bias else None

    def forward(self, x: Tensor) -> Tensor:
        x = F.pad(x, self.pads)
        height, width = self.weight.shape[2:4]
        x = x.unfold(2, height, self.stride[0]).unfold(3, width, self.stride[1])
        x = torch.einsum("bchwij,ocijhw->bohw", x, self.weight)
        return x if self.bias is None else x + self.bias
