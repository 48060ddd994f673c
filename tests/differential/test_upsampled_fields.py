"""Receptive fields where they depend on a unit's phase, against gradients in float64, unit by unit.

What is drawn is linear, its weights ones and its biases zeros, so that its gradients are what it makes of impulses: one run
tells of every unit what it sees. (In torch the gradient of nearest and bicubic interpolation goes by the sizes where
the interpolation itself goes by ``scale_factor``.) Fields are cut nowhere at the border: units that a border reaches,
through however many layers, are told by a second run, of zeros with ones beyond every border, and are not compared.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from layer_cases import Draw, Shape
from test_receptive_fields import AVERAGE, CONV, DRAWS, Network, at_length
from torch import Tensor, nn

import cnnspec
from cnnspec.analysis.receptive_field import Sight
from cnnspec.arithmetic.field import Field

EXAMPLES = Path(__file__).parents[2] / "examples"
LENGTHS = {1: (40, 64), 2: (12, 16)}
MOST = 3_000
"""Elements of a drawn layer's output."""
NOT_ZERO = 1e-9
"""Where an interpolated unit stands on one below, rounding leaves the others a weight of 1e-16 or so."""
TRANSPOSED = {1: nn.functional.conv_transpose1d, 2: nn.functional.conv_transpose2d}


@dataclass
class Moving(Network):
    """A graph whose units need not stand in step with its input's."""

    border: float = 0.0
    """What lies beyond every border."""
    only: int | None = None
    """The one spatial axis, counted from 0, that layers may change which are drawn now."""
    gaps: bool = True
    """Whether there may be units that see nothing, between the kernels of a transposed convolution."""

    def gradients(self) -> Tensor:
        """Of every output (the last axes) by every input position (the first), all channels there together."""
        channels, *sizes = self.shape
        impulses = torch.eye(prod(sizes), dtype=torch.float64).reshape(prod(sizes), 1, *sizes)
        y = self(impulses.expand(-1, channels, *sizes))
        return y.reshape(*sizes, *y.shape[1:])

    def touched(self) -> Tensor:
        """Which outputs a border reaches."""
        self.border = 1.0
        y = self(torch.zeros(self.torchs_shape, dtype=torch.float64))[0]
        self.border = 0.0
        return y.abs() > NOT_ZERO

    def sights(self) -> tuple[Sight, ...]:
        """What cnnspec says of the last layer, an axis of the input each."""
        text = json.dumps({"input": self.shape, "layers": self.entries})
        last = cnnspec.analyze(cnnspec.loads(text))[self.last]
        assert last.output_shape == tuple(self.seen[self.last].shape[1:]), text
        assert last.receptive_field is not None
        return last.receptive_field["input"]

    def bordered(self, x: Tensor, pairs: list[tuple[int, int]]) -> Tensor:
        return nn.functional.pad(x, [amount for pair in reversed(pairs) for amount in pair], value=self.border)


def intervals(field: Field, units: int, size: int) -> tuple[Tensor, Tensor]:
    """The first and the last that each of so many units sees; of what sees nothing ``size`` and −1."""
    found = []
    for unit in range(units):
        period, phase = divmod(unit, len(field.lows))
        assert field.periodic or not period
        low, high = (end + period * int(field.advance) for end in (field.lows[phase], field.highs[phase]))
        found.append((low, high) if low <= high else (size, -1))
    lows, highs = torch.tensor(found).T
    return lows, highs


def compare(net: Moving) -> int:
    """Hold every unit that no border reaches against its gradient; how many there are, along all axes."""
    gradients, touched, sights = net.gradients().abs() > NOT_ZERO, net.touched(), net.sights()
    carried = sorted(sight.axis for sight in sights if sight.axis is not None)
    assert len(carried) == net.ndim
    # Channels are taken together; along the axes that carry the input's each unit is one by itself.
    together = [axis for axis in range(touched.ndim) if axis not in carried]
    gradients, touched = gradients.any(dim=[net.ndim + axis for axis in together]), touched.any(dim=together)
    expected = []
    for sight, size in zip(sights, net.shape[1:], strict=True):
        assert sight.field is not None, net.entries
        along = carried.index(sight.axis)
        shape = [-1 if axis == along else 1 for axis in range(net.ndim)]
        expected.append([ends.reshape(shape) for ends in intervals(sight.field, touched.shape[along], size)])
    blind = sum((lows > highs).int() for lows, highs in expected) > 0
    for axis, ((lows, highs), size) in enumerate(zip(expected, net.shape[1:], strict=True)):
        others = [other for other in range(net.ndim) if other != axis]
        seen = gradients.any(dim=others) if others else gradients
        some = seen.any(dim=0)
        first = torch.where(some, seen.int().argmax(dim=0), size)
        last = torch.where(some, size - 1 - seen.flip(0).int().argmax(dim=0), -1)
        # What sees nothing along one axis sees nothing at all.
        right = torch.where(blind, ~some, (first == lows) & (last == highs))
        assert bool((right | touched).all()), (axis, net.shape, net.entries)
    return int((~touched & ~blind).sum())


# -- drawing ----------------------------------------------------------------------------------------------------


def small(net: Moving, name: str) -> str:
    assume(prod(net.seen[name].shape) <= MOST)
    return name


def summed(x: Tensor, kernel: Shape, stride: Shape, dilation: Shape) -> Tensor:
    weight = torch.ones((1, x.shape[1], *kernel), dtype=x.dtype, device=x.device)
    return CONV[len(kernel)](x, weight, stride=stride, dilation=dilation)


def each(draw: Draw, net: Moving, low: int, high: int) -> Shape:
    """A number an axis; the least, which changes nothing, where nothing is to change."""
    return tuple(draw(st.integers(low, high)) if net.only in (None, axis) else low for axis in range(net.ndim))


def drawn_plain(draw: Draw, net: Moving, source: str) -> str:
    """A convolution, or a pool without padding."""
    kernel, stride, dilation = each(draw, net, 1, 4), each(draw, net, 1, 3), each(draw, net, 1, 2)
    pairs = list(zip(each(draw, net, 0, 2), each(draw, net, 0, 2), strict=True))
    sizes = net.sizes(source)
    if draw(st.booleans()):
        assume(all(map(int.__le__, kernel, sizes)))
        options = {"kernel_size": list(kernel), "stride": list(stride)}
        name = net.put("avg_poolNd", (source,), options, lambda x: AVERAGE[len(kernel)](x, kernel, stride))
    else:
        reach = [size + sum(pair) - d * (k - 1) for size, pair, d, k in zip(sizes, pairs, dilation, kernel, strict=True)]
        assume(min(reach) >= 1)
        options = {"kernel_size": list(kernel), "stride": list(stride), "dilation": list(dilation), "out_channels": 1}
        options["padding"] = [list(pair) for pair in pairs]
        name = net.put("convNd", (source,), options, lambda x: summed(net.bordered(x, pairs), kernel, stride, dilation))
    net.jumps[name] = tuple(jump * s for jump, s in zip(net.jumps[source], stride, strict=True))
    return name


def drawn_transposed(draw: Draw, net: Moving, source: str) -> str:
    kernel, dilation = each(draw, net, 1, 5 if net.ndim == 1 else 3), each(draw, net, 1, 3 if net.ndim == 1 else 2)
    stride, padding = each(draw, net, 1, 4 if net.ndim == 1 else 3), each(draw, net, 0, 3)
    if not net.gaps:
        dilation, stride = (1,) * net.ndim, tuple(map(min, stride, kernel))
    extra = tuple(draw(st.integers(0, max(pair) - 1)) for pair in zip(stride, dilation, strict=True))
    sizes = zip(net.sizes(source), kernel, stride, dilation, padding, extra, strict=True)
    assume(all((n - 1) * s - 2 * p + d * (k - 1) + e + 1 >= 1 for n, k, s, d, p, e in sizes))
    # So many units more on each side make no difference where they are zeros.
    more = max(d * (k - 1) + e for k, d, e in zip(kernel, dilation, extra, strict=True))

    def run(x: Tensor) -> Tensor:
        weight = torch.ones((x.shape[1], 1, *kernel), dtype=x.dtype, device=x.device)
        beside = more if net.border else 0
        hidden = tuple(p + beside * s for p, s in zip(padding, stride, strict=True))
        x = net.bordered(x, [(beside, beside)] * net.ndim)
        return TRANSPOSED[len(kernel)](x, weight, None, stride, hidden, extra, 1, dilation)

    options = {"kernel_size": kernel, "stride": stride, "padding": padding, "dilation": dilation, "output_padding": extra}
    name = net.put("conv_transposeNd", (source,), {"out_channels": 1} | {k: list(v) for k, v in options.items()}, run)
    net.jumps[name] = tuple(jump / s for jump, s in zip(net.jumps[source], stride, strict=True))
    return small(net, name)


FACTORS = (1, 2, 3, 4, 0.4, 0.5, 0.7, 0.75, 1.01, 1.2, 1.5, 1.6, 2.5, 1 / 3, 2 / 3)
"""1/3 is a fraction, too; 1.01 leaves an axis as long as it is, which torch's linear modes then hand on."""
TAPS = {"linear": 2, "bilinear": 2, "bicubic": 4}


def interpolated(x: Tensor, arguments: dict[str, Any]) -> Tensor:
    """What torch makes of it; nearest by its kernels for three axes, as those for two round places to single precision.

    Some of bicubic's weights are negative, and of two in a row they may cancel: their magnitudes are taken.
    """
    if arguments["mode"] == "bicubic":
        for axis in (2, 3):
            weights = bicubic_weights(x.shape[axis], axis - 2, arguments).abs().to(x.device)
            x = (x.movedim(axis, -1) @ weights).movedim(-1, axis)
        return x
    if x.ndim != 4 or not arguments["mode"].startswith("nearest"):
        return nn.functional.interpolate(x, **arguments)
    deeper = {name: (1, *value) if isinstance(value, tuple) else value for name, value in arguments.items()}
    return nn.functional.interpolate(x.unsqueeze(2), **deeper).squeeze(2)


def bicubic_weights(size: int, axis: int, arguments: dict[str, Any]) -> Tensor:
    """Of every unit by every one below along an axis: what torch makes of impulses on an input one column wide."""
    column = {name: (value[axis], 1) if isinstance(value, tuple) else value for name, value in arguments.items()}
    impulses = torch.eye(size, dtype=torch.float64).reshape(size, 1, size, 1)
    return nn.functional.interpolate(impulses, **column)[:, 0, :, 0]


def upsampled(net: Moving, source: str, mode: str, corners: bool, factors: list[float] | None, outputs: Shape) -> str:
    """By factors, or to sizes where there are none."""
    sizes = net.sizes(source)
    options: dict[str, Any] = {"mode": mode} | ({"align_corners": True} if corners else {})
    ratios = [Fraction(n, o) for n, o in zip(sizes, outputs, strict=True)]
    if factors is None:
        options["size"] = list(outputs)
    else:
        options["scale_factor"] = factors
        ratios = [1 / Fraction(factor).limit_denominator(100) for factor in factors]

    def run(x: Tensor) -> Tensor:
        arguments = {name: tuple(value) if isinstance(value, list) else value for name, value in options.items()}
        y = interpolated(x, arguments)
        if net.border:
            y = y + sum(beyond(axis, sizes[axis], outputs[axis], float(ratios[axis])) for axis in range(net.ndim))
        return y

    def beyond(axis: int, size: int, units: int, ratio: float) -> Tensor:
        """Where less than the taps lie below on either side; or a unit more, as corners are aligned or sizes rounded."""
        needed = TAPS.get(mode, 0) // 2 + (TAPS.get(mode, 0) > 0) * (corners or ratio * units != size)
        place = (torch.arange(units, dtype=torch.float64) + 0.5) * ratio - 0.5
        short = (place < needed - 1) | (place > size - needed) if needed else torch.zeros(units, dtype=torch.bool)
        return short.double().reshape([-1 if other == axis else 1 for other in range(net.ndim)])

    name = net.put("upsample", (source,), options, run)
    if corners:
        ratios = [Fraction(n - 1, o - 1) if o > 1 else Fraction(0) for n, o in zip(sizes, outputs, strict=True)]
    elif mode != "bicubic" and mode in TAPS:
        ratios = [Fraction(1) if n == o else ratio for n, o, ratio in zip(sizes, outputs, ratios, strict=True)]
    net.jumps[name] = tuple(jump * ratio for jump, ratio in zip(net.jumps[source], ratios, strict=True))
    return name


def drawn_upsampling(draw: Draw, net: Moving, source: str) -> str:
    """By a factor or to a size, in any mode."""
    mode = draw(st.sampled_from(["nearest", "nearest-exact", *(["linear"] * 2 if net.ndim == 1 else ["bilinear", "bicubic"])]))
    corners, sizes = mode in TAPS and draw(st.booleans()), net.sizes(source)
    free = [net.only in (None, axis) for axis in range(net.ndim)]
    if draw(st.booleans()):
        factors = [draw(st.sampled_from(FACTORS)) if moves else 1 for moves in free]
        outputs = tuple(int(size * factor) for size, factor in zip(sizes, factors, strict=True))
        assume(min(outputs) >= 1)
    else:
        factors = None
        outputs = tuple(draw(st.integers(1, 3 * size)) if moves else size for size, moves in zip(sizes, free, strict=True))
    return small(net, upsampled(net, source, mode, corners, factors, outputs))


def cut(net: Moving, source: str, sizes: Shape) -> str:
    """The middle of every axis."""

    def run(x: Tensor) -> Tensor:
        for axis, size in enumerate(sizes, start=2):
            x = x.narrow(axis, (x.shape[axis] - size) // 2, size)
        return x

    return net.put("crop", (source,), {"size": list(sizes)}, run)


def drawn_crop(draw: Draw, net: Moving, source: str) -> str:
    return cut(
        net, source, tuple(max(1, size - less) for size, less in zip(net.sizes(source), each(draw, net, 0, 4), strict=True))
    )


def begun(draw: Draw, ndim: int) -> Moving:
    return Moving((draw(st.integers(1, 2)), *(draw(st.integers(*LENGTHS[ndim])) for _ in range(ndim))))


Step = Callable[[Draw, Moving, str], str]
STEPS: list[Step] = [drawn_plain, drawn_transposed, drawn_upsampling, drawn_crop]


@st.composite
def chains(draw: Draw, ndim: int, step: Step, others: Sequence[Step] = ()) -> Moving:
    """A chain of layers with at least one ``step`` among them."""
    net = begun(draw, ndim)
    steps = draw(st.lists(st.sampled_from([*STEPS, *others]), max_size=3))
    steps.insert(draw(st.integers(0, len(steps))), step)
    for drawn in steps:
        drawn(draw, net, net.last)
    return net


# -- tests ------------------------------------------------------------------------------------------------------


def hold(nets: Any, draws: int) -> None:
    """Compare so many networks, and see that most have units that no border reaches."""
    tally = {"units": 0, "networks": 0, "compared": 0}

    @at_length(draws)
    @given(nets)
    def agree(net: Moving) -> None:
        compared = compare(net)
        found = [sight.field.jump for sight in net.sights() if sight.field is not None]
        axes = [sight.axis for sight in net.sights()]
        assert found == [net.jumps[net.last][axis - 1] for axis in axes if axis], net.entries
        tally["networks"] += 1
        tally["compared"] += compared > 0
        tally["units"] += compared

    agree()
    assert tally["networks"] >= draws * 0.9, tally
    assert tally["compared"] >= draws * 0.6, tally


@DRAWS
def test_transposed_convolutions(draws: int) -> None:
    hold(st.integers(1, 2).flatmap(lambda ndim: chains(ndim, drawn_transposed)), draws)


@DRAWS
def test_upsampling(draws: int) -> None:
    hold(st.integers(1, 2).flatmap(lambda ndim: chains(ndim, drawn_upsampling)), draws)


@at_length(30)
@given(chains(1, drawn_transposed))
def test_what_is_made_of_impulses_is_the_gradient(net: Moving) -> None:
    """Of all layers but interpolations, whose gradients in torch go by the sizes where they themselves go by the factor."""
    assume(not any("upsample" in entry for entry in net.entries))
    x = torch.zeros(net.torchs_shape, dtype=torch.float64)
    by_channel = torch.autograd.functional.jacobian(net, x)
    assert torch.allclose(by_channel[0, :, :, 0].sum(2).movedim(2, 0), net.gradients())


MODES = ["nearest", "nearest-exact", "linear", "bilinear", "bicubic"]


@pytest.mark.parametrize("factor", [None, 2, 0.7, 1.01, 1 / 3])
@pytest.mark.parametrize("corners", [False, True])
@pytest.mark.parametrize("mode", MODES)
def test_each_mode(mode: str, corners: bool, factor: float | None) -> None:
    """20 units to 14, or by a factor."""
    if corners and mode not in TAPS:
        return
    ndim = 2 if mode.startswith("bi") else 1
    net = Moving((1, *[20] * ndim))
    outputs = (14 if factor is None else int(20 * factor),) * ndim
    upsampled(net, "input", mode, corners, None if factor is None else [factor] * ndim, outputs)
    assert compare(net) >= 0.1 * prod(outputs)
    assert [sight.field.jump for sight in net.sights()] == [*net.jumps[net.last]]


def halved(x: Tensor) -> Tensor:
    return nn.functional.avg_pool1d(x, 2)


def twice(x: Tensor) -> Tensor:
    """Two unpadded convolutions of 3."""
    return summed(summed(x, (3,), (1,), (1,)), (3,), (1,), (1,))


def unet(x: Tensor, depth: int = 4) -> Tensor:
    """U-Net along one axis, as published: what goes around is cut to what comes up, and stands beside it."""
    around = twice(x)
    if depth == 0:
        return around
    below = unet(halved(around), depth - 1)
    up = nn.functional.conv_transpose1d(below, torch.ones(1, 1, 2, dtype=x.dtype), stride=2)
    spare = (around.shape[2] - up.shape[2]) // 2
    return twice(torch.cat([around[:, :, spare : spare + up.shape[2]], up], dim=1))


def test_unet_by_phase() -> None:
    """Nothing is padded, so that each of the 388 units is compared: they see 188 or 204 of the input's 572."""
    (high, wide) = cnnspec.analyze(EXAMPLES / "unet.yaml")["head"].receptive_field["input"]
    assert high.field == wide.field
    gradients = unet(torch.eye(572, dtype=torch.float64).unsqueeze(1))[:, 0]
    assert gradients.shape == (572, 388)
    where = [unit.nonzero().flatten().tolist() for unit in gradients.T]
    seen = [(positions[0], positions[-1]) for positions in where]
    lows, highs = intervals(high.field, 388, 572)
    assert list(zip(lows.tolist(), highs.tolist(), strict=True)) == seen
    # 16 units lie over one unit of the bottom.
    sizes = [last - first + 1 for first, last in seen]
    assert set(sizes) == {188, 204}
    assert high.field.size == 204
    assert [high - low + 1 for low, high in zip(high.field.lows, high.field.highs, strict=True)] == sizes[:16]
