from same_padding import same_padding
from torch import Tensor, nn
from torch.nn import functional as F


class SameMaxPool2d(nn.MaxPool2d):
    """A max pool whose output is its input's size over the stride, rounded up."""

    def forward(self, input: Tensor) -> Tensor:
        pads = same_padding(input, self.kernel_size, self.stride, self.dilation)
        x: Tensor = super().forward(F.pad(input, pads, value=float("-inf")))
        return x
