from pad_symmetric import pad_symmetric
from same_padding import same_padding
from torch import Tensor, nn
from torch.nn import functional as F


class SamePad(nn.Module):
    """Pad so that ceil(size / stride) windows fit; an odd row comes after."""

    def __init__(
        self,
        kernel_size: int | tuple[int, ...],
        stride: int | tuple[int, ...],
        dilation: int | tuple[int, ...] = 1,
        mode: str = "zeros",
    ) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = stride
        self.dilation = dilation
        self.mode = mode

    def forward(self, x: Tensor) -> Tensor:
        pads = same_padding(x, self.kernel_size, self.stride, self.dilation)
        if self.mode == "symmetric":
            return pad_symmetric(x, tuple(pads))
        return F.pad(x, pads, self.mode.replace("zeros", "constant"))
