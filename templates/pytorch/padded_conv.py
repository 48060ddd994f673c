from torch import Tensor, nn


class PaddedConv2d(nn.Conv2d):
    """A convolution whose input ``pad`` pads."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | tuple[int, int],
        pad: nn.Module,
        stride: int | tuple[int, int] = 1,
        dilation: int | tuple[int, int] = 1,
        groups: int = 1,
        bias: bool = True,
    ) -> None:
        super().__init__(
            in_channels,
            out_channels,
            kernel_size,
            stride,
            dilation=dilation,
            groups=groups,
            bias=bias,
        )
        self.pad = pad

    def forward(self, input: Tensor) -> Tensor:
        return super().forward(self.pad(input))
