"""A network that is built in torch, run without memory for its weights."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode


def run(network: nn.Module) -> tuple[dict[str, tuple[int, ...]], int]:
    """What each module puts out that has none inside it, and how many multiply-accumulates there are in all."""
    shapes: dict[str, tuple[int, ...]] = {}

    def noting(name: str) -> Callable[[nn.Module, object, torch.Tensor], None]:
        return lambda module, given, output: shapes.update({name: tuple(output.shape[1:])})

    hooks = [
        module.register_forward_hook(noting(name)) for name, module in network.named_modules() if not list(module.children())
    ]
    with FlopCounterMode(display=False) as counter:
        network(torch.empty(1, 3, 224, 224, device="meta"))
    for hook in hooks:
        hook.remove()
    return shapes, counter.get_total_flops() // 2


def held(network: nn.Module) -> list[tuple[str, list[int]]]:
    """Every tensor of its ``state_dict``."""
    return [(name, list(tensor.shape)) for name, tensor in network.state_dict().items()]
