import torch
from torch import nn


def given(module: nn.Module, **numbers: object) -> nn.Module:
    """``module`` with these numbers for its own; a matrix serves every channel."""
    with torch.no_grad():
        for name, values in numbers.items():
            module.get_parameter(name).copy_(torch.tensor(values))
    return module
