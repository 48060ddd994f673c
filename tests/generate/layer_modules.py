"""The differential tests' cases as they are compared here: the layer that a spec has, and torch's module with other numbers."""

from __future__ import annotations

import torch
from layer_cases import Case
from torch import nn

import cnnspec
from cnnspec.analysis.analysis import Layer


def legal(case: Case) -> Layer | None:
    """The layer of a case; None where it is refused."""
    try:
        (layer,) = cnnspec.analyze(cnnspec.loads(case.text)).layers
    except cnnspec.SpecError:
        return None
    return None if layer.output_shape is None else layer


def randomised(module: nn.Module) -> nn.Module:
    """In double precision and evaluation, with other numbers than it begins with."""
    module = module.double().eval()
    with torch.no_grad():
        for name, tensor in module.state_dict().items():
            if tensor.is_floating_point():
                tensor.copy_(torch.rand_like(tensor) + 0.5 if name.endswith("var") else torch.randn_like(tensor))
    return module
