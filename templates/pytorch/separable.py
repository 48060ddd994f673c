from torch import nn


class Separable(nn.Sequential):
    """A convolution of each channel by itself, then one that mixes them."""

    def __init__(self, depthwise: nn.Module, pointwise: nn.Module) -> None:
        super().__init__()
        self.depthwise = depthwise
        self.pointwise = pointwise
