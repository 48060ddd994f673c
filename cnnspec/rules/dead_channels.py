"""Channels that are computed and never read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from cnnspec.analysis.analysis import Analysis, Layer
from cnnspec.analysis.paths import by_name
from cnnspec.arithmetic.shape import Shape
from cnnspec.errors import Finding, IllegalShape
from cnnspec.layers.layer import IllegalOption
from cnnspec.override import override
from cnnspec.rules.rule import DesignRule

_MOST = 6
"""So many channels are listed in a message."""
_LIMIT = 16_384
"""So many channels are looked at one by one."""


class DeadChannels(DesignRule):
    """No layer reads some of a layer's channels.

    Connection tables and slices of channels read some of those below them; what all readers together leave out is dead.
    Other layers read all. What the network puts out is read, too; an input's channels may be left out by slices.

    Why: dead channels are computed for nothing, and a table that leaves one out mostly has a slip of the pen in it.

    Bad:
        input: [4, 8, 8]
        outputs: [low, high]
        layers:
          - conv2d: {name: both, out_channels: 8, kernel_size: 3}
          - slice: {name: low, from: both, stop: 4}
          - slice: {name: high, from: both, start: 5}

    Good:
        input: [4, 8, 8]
        outputs: [low, high]
        layers:
          - conv2d: {name: both, out_channels: 8, kernel_size: 3}
          - slice: {name: low, from: both, stop: 4}
          - slice: {name: high, from: both, start: 4}

    Source: LeCun et al., Gradient-based learning applied to document recognition (1998), table 1: every map is read.
    """

    code = "CNN208"
    name = "dead-channels"

    @override
    def check(self, analysis: Analysis) -> Iterator[Finding]:
        partial = [layer for layer in analysis.layers if _reads(layer) is not None]
        if not partial:
            return
        named, told = by_name(analysis), set[str]()
        for layer in partial:
            below = layer.node.inputs[0]
            if below in told or below in analysis.graph.ends:
                continue
            told.add(below)
            shape = named[below].output_shape if below in named else analysis.graph.inputs[below]
            readers = analysis.readers[below]
            if shape is None or (below not in named and not any(_connections(reader) for reader in readers)):
                continue
            if dead := _dead(shape, readers):
                what = f"channel{'s' if len(dead) > 1 else ''} {_listed(dead)} of the {shape[0]} of {below}"
                them = "them" if len(dead) > 1 else "it"
                yield self.at(layer.node, f"no layer reads {what}", _fix(analysis, named, below, shape[0] - len(dead), them))


def _fix(analysis: Analysis, named: Mapping[str, Layer], below: str, left: int, them: str) -> str:
    """What can be done: fewer channels are offered of the layer that makes them, if all between it and here take so many."""
    fix, passed = f"read {them}", list[Layer]()
    while below in named and _passes_on(named[below]):
        passed.append(named[below])
        below = named[below].node.inputs[0]
        if len(analysis.readers[below]) > 1 or below in analysis.graph.ends:
            return fix
    if below not in named:
        return f"{fix}, or leave {them} out of {below}"
    maker = named[below].node.layer
    option = next((name for name in ("out_channels", "out_features") if maker is not None and maker.is_free(name)), None)
    shape = named[below].input_shapes[0]
    if maker is None or option is None or shape is None:
        return fix
    changed: Any = {option: left}
    try:
        out = replace(maker, **changed).output(shape)
        for layer in reversed(passed):
            out = layer.node.layer.output(out) if layer.node.layer is not None else out
    except (IllegalShape, IllegalOption):
        return fix
    return f"{fix}, or let {below} have {left}"


def _passes_on(layer: Layer) -> bool:
    """Whether a layer has the channels that its one input has."""
    of_type, shape = layer.node.layer, layer.input_shapes[0] if len(layer.input_shapes) == 1 else None
    if of_type is None or shape is None or layer.output_shape is None or of_type.family == "convolution":
        return False
    if of_type.family == "linear" and len(shape) == 1:
        return False
    return shape[0] == layer.output_shape[0] and of_type.axes(shape)[0][0].to == 0


def _dead(shape: Shape, readers: Sequence[Layer]) -> list[int]:
    """The channels that none of the readers reads; none are told of more than a network can have."""
    if shape[0] > _LIMIT:
        return []
    unread = bytearray(b"\1" * shape[0])
    for reader in readers:
        read = _reads(reader)
        if read is None:
            return []
        if isinstance(read, range):
            unread[read.start : read.stop : read.step] = bytes(len(read))
        else:
            for channel in read:
                unread[channel] = 0
    return [channel for channel, is_unread in enumerate(unread) if is_unread]


def _reads(layer: Layer) -> frozenset[int] | range | None:
    """The channels that a layer reads of its input, where those are not all for certain."""
    shape = layer.input_shapes[0] if len(layer.input_shapes) == 1 else None
    if shape is None or layer.output_shape is None or not layer.node.inputs:
        return None
    if connections := _connections(layer):
        return frozenset(channel for channels in connections for channel in channels)
    of_type = layer.node.layer
    if layer.type != "slice" or of_type is None or getattr(of_type, "dim", 0) % len(shape):
        return None
    start, stop, step = (getattr(of_type, name, None) for name in ("start", "stop", "step"))
    return range(shape[0])[start:stop:step]


def _connections(layer: Layer) -> tuple[tuple[int, ...], ...] | None:
    """A convolution's connection table: for each output channel the input channels that it reads."""
    return getattr(layer.node.layer, "connections", None)


def _listed(channels: list[int]) -> str:
    """``3 to 5`` or ``3, 5 and 7``; of many the first few and their number."""
    if len(channels) > 2 and channels == list(range(channels[0], channels[-1] + 1)):
        return f"{channels[0]} to {channels[-1]}"
    if len(channels) > _MOST:
        return f"{', '.join(map(str, channels[: _MOST - 1]))} and {len(channels) - _MOST + 1} more"
    *first, last = map(str, channels)
    return f"{', '.join(first)} and {last}" if first else last
