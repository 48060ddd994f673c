from same_padding import same_padding
from torch import Tensor, nn
from torch.nn import functional as F


class SameConv2d(nn.Conv2d):
    """A convolution whose output is its input's size over the stride, rounded up."""

    def forward(self, input: Tensor) -> Tensor:
        pads = same_padding(input, self.kernel_size, self.stride, self.dilation)
        mode = self.padding_mode.replace("zeros", "constant")
        return super().forward(F.pad(input, pads, mode))
