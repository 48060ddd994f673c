"""Plain networks, each layer stated once: as a spec's text and as a PyTorch module."""

from __future__ import annotations

from typing import NamedTuple

from torch import nn


class Conv(NamedTuple):
    """A convolution."""

    in_channels: int
    out_channels: int
    kernel_size: int
    stride: int = 1
    padding: int = 0

    def entry(self) -> str:
        options = zip(self._fields[1:], self[1:], strict=True)
        return f"conv2d: {{{', '.join(f'{name}: {value}' for name, value in options)}}}"

    def module(self) -> nn.Module:
        return nn.Conv2d(*self)


class Pool(NamedTuple):
    """Average or maximum pooling."""

    kind: str
    kernel_size: int
    stride: int

    def entry(self) -> str:
        return f"{self.kind}_pool2d: {{kernel_size: {self.kernel_size}, stride: {self.stride}}}"

    def module(self) -> nn.Module:
        return {"avg": nn.AvgPool2d, "max": nn.MaxPool2d}[self.kind](self.kernel_size, self.stride)


class Linear(NamedTuple):
    """A dense layer."""

    in_features: int
    out_features: int

    def entry(self) -> str:
        return f"linear: {self.out_features}"

    def module(self) -> nn.Module:
        return nn.Linear(*self)


class Plain(NamedTuple):
    """A layer without options."""

    type: str

    def entry(self) -> str:
        return self.type

    def module(self) -> nn.Module:
        return {"relu": nn.ReLU, "tanh": nn.Tanh, "flatten": nn.Flatten}[self.type]()


RELU, TANH, FLATTEN = Plain("relu"), Plain("tanh"), Plain("flatten")


class Network(NamedTuple):
    """An input and the layers it passes through."""

    name: str
    input: tuple[int, ...]
    layers: tuple[Conv | Pool | Linear | Plain, ...]

    def spec(self) -> str:
        """The text of its spec."""
        entries = "".join(f"  - {layer.entry()}\n" for layer in self.layers)
        return f"cnnspec: 1\nname: {self.name}\ninput: {list(self.input)}\nlayers:\n{entries}"

    def module(self) -> nn.Module:
        """The network in PyTorch, its weights initialized."""
        return nn.Sequential(*(layer.module() for layer in self.layers)).eval()


def _classifier(features: int, *units: int, activation: Plain) -> list[Linear | Plain]:
    sizes = [features, *units]
    dense = [part for pair in zip(sizes, units, strict=False) for part in (Linear(*pair), activation)]
    return [FLATTEN, *dense[:-1]]


def _vgg(*stages: tuple[int, int]) -> list[Conv | Pool | Plain]:
    layers: list[Conv | Pool | Plain] = []
    channels = 3
    for convolutions, width in stages:
        for _ in range(convolutions):
            layers += [Conv(channels, width, 3, padding=1), RELU]
            channels = width
        layers.append(Pool("max", 2, 2))
    return layers


LENET = Network(
    "LeNet-5",
    (1, 32, 32),
    (
        *(Conv(1, 6, 5), TANH, Pool("avg", 2, 2), Conv(6, 16, 5), TANH, Pool("avg", 2, 2)),
        *_classifier(400, 120, 84, 10, activation=TANH),
    ),
)

ALEXNET = Network(
    "AlexNet",
    (3, 224, 224),
    (
        *(Conv(3, 64, 11, 4, 2), RELU, Pool("max", 3, 2), Conv(64, 192, 5, 1, 2), RELU, Pool("max", 3, 2)),
        *(Conv(192, 384, 3, 1, 1), RELU, Conv(384, 256, 3, 1, 1), RELU, Conv(256, 256, 3, 1, 1), RELU, Pool("max", 3, 2)),
        *_classifier(9216, 4096, 4096, 1000, activation=RELU),
    ),
)

VGG16 = Network(
    "VGG-16",
    (3, 224, 224),
    (*_vgg((2, 64), (2, 128), (3, 256), (3, 512), (3, 512)), *_classifier(25088, 4096, 4096, 1000, activation=RELU)),
)
