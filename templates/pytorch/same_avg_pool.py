from same_padding import same_padding
from torch import Tensor, nn
from torch.nn import functional as F


class SameAvgPool2d(nn.AvgPool2d):
    """An average pool whose output is its input's size over the stride, rounded up."""

    def forward(self, input: Tensor) -> Tensor:
        pads = same_padding(input, self.kernel_size, self.stride)
        return super().forward(F.pad(input, pads))
