"""A network that is built in torch, run without memory for its weights."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, NamedTuple

import torch
from measured import TYPES
from torch import nn
from torch.utils.flop_counter import FlopCounterMode


class Concat(nn.Module):
    """Maps one after the other along the channels."""

    dim = 1

    def forward(self, *maps: torch.Tensor) -> torch.Tensor:
        return torch.cat(maps, self.dim)


class Crop(nn.Module):
    """The middle of a map, as large as it is asked for."""

    def forward(self, x: torch.Tensor, size: torch.Size) -> torch.Tensor:
        self.size = tuple(size)
        top, left = ((of - to) // 2 for of, to in zip(x.shape[2:], size, strict=True))
        return x[..., top : top + size[0], left : left + size[1]]


class Call(NamedTuple):
    """What a module, with none inside it, read and put out: the names of the modules that it read."""

    module: nn.Module
    inputs: tuple[str, ...]
    output_shape: tuple[int, ...]


def run(network: nn.Module, *shape: int) -> tuple[dict[str, Call], int]:
    """The calls of its modules in order, by name, and how many multiply-accumulates there are in all."""
    calls: dict[str, Call] = {}
    x = torch.empty(1, *(shape or (3, 224, 224)), device="meta")
    # A tensor that no module made, but a line of some ``forward``, has no name.
    made: list[tuple[torch.Tensor, str]] = [(x, "input")]

    def noting(name: str) -> Callable[[nn.Module, tuple[object, ...], torch.Tensor], None]:
        def note(module: nn.Module, given: tuple[object, ...], output: torch.Tensor) -> None:
            inputs = (next((by for tensor, by in reversed(made) if tensor is one), "") for one in given if torch.is_tensor(one))
            calls[name] = Call(module, tuple(inputs), tuple(output.shape[1:]))
            made.append((output, name))

        return note

    hooks = [
        module.register_forward_hook(noting(name)) for name, module in network.named_modules() if not list(module.children())
    ]
    with FlopCounterMode(display=False) as counter:
        network(x)
    for hook in hooks:
        hook.remove()
    return calls, counter.get_total_flops() // 2


def held(network: nn.Module) -> list[tuple[str, list[int]]]:
    """Every tensor of its ``state_dict``."""
    return [(name, list(tensor.shape)) for name, tensor in network.state_dict().items()]


def type_of(module: nn.Module) -> str:
    """What the module is called in a spec."""
    return next(TYPES[cls.__name__] for cls in type(module).__mro__ if cls.__name__ in TYPES)


def options(module: nn.Module, names: Collection[str]) -> dict[str, Any]:
    """The module's options of these names as a result has them: a size for each axis, padding before and after, no batch."""
    found = {name: getattr(module, name) for name in names if name != "learnable"}
    for name in {"kernel_size", "stride", "padding", "output_padding", "dilation", "output_size"} & found.keys():
        found[name] = _two(found[name])
    if "padding" in found and not isinstance(module, nn.ConvTranspose2d):
        found["padding"] = tuple(_two(amount) for amount in found["padding"])
    for name in {"dim", "start_dim"} & found.keys():
        found[name] -= 1
    if "bias" in found:
        found["bias"] = found["bias"] is not None
    # Torch's pools have nothing to learn.
    return {**found, "learnable": False} if "learnable" in names else found


def _two(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value, value)
