"""Receptive fields against gradients of random graphs in float64.

Weights are one positive constant and biases 0, activations and norms left out, max pooling is averaging: a unit's
gradient is not zero exactly where it sees the input. The same drawn numbers are written as a spec and run by torch.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, gcd
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from layer_cases import Draw, Pairs, Shape, least_same
from torch import Tensor, nn

import cnnspec
from cnnspec.arithmetic.field import Field

torch.set_num_threads(1)

DRAWS = pytest.mark.parametrize("draws", [300, pytest.param(5_000, marks=pytest.mark.long)])


def at_length(draws: int) -> settings:
    """The same draws in every short run; new ones in every long run."""
    checks = list(HealthCheck)
    return settings(max_examples=draws, derandomize=draws < 5_000, database=None, deadline=None, suppress_health_check=checks)


CONV = {1: nn.functional.conv1d, 2: nn.functional.conv2d}
AVERAGE = {1: nn.functional.avg_pool1d, 2: nn.functional.avg_pool2d}
ADAPTIVE = {1: nn.functional.adaptive_avg_pool1d, 2: nn.functional.adaptive_avg_pool2d}
NEITHER_HERE_NOR_THERE = ("relu", "sigmoid", "prelu", "batch_norm", "dropout", "identity")
Run = Callable[..., Tensor]


def slide_over(x: Tensor, kernel: Shape, stride: Shape, dilation: Shape, pairs: Pairs, *, mixes: bool) -> Tensor:
    """Sums over windows: of all channels together, or of each by itself."""
    channels = x.shape[1]
    x = nn.functional.pad(x, [amount for pair in reversed(pairs) for amount in pair])
    weight = torch.ones((1, channels, *kernel) if mixes else (channels, 1, *kernel), dtype=x.dtype, device=x.device)
    return CONV[len(kernel)](x, weight, stride=stride, dilation=dilation, groups=1 if mixes else channels)


@dataclass
class Network:
    """A graph, written twice: as a spec's entries and as steps that torch runs."""

    shape: Shape
    margin: int = 0
    """How much more input, on each side of every axis, torch has than the spec: padding there is real."""
    entries: list[dict[str, Any]] = field(default_factory=list)
    steps: list[tuple[str, tuple[str, ...], Run]] = field(default_factory=list)
    seen: dict[str, Tensor] = field(default_factory=dict)
    """What every layer puts out, without numbers: torch's own word for the sizes so far."""
    jumps: dict[str, tuple[Fraction, ...]] = field(default_factory=dict)
    reach: int = 0
    """More than any unit's field, padding included: the sum of what all layers add to it."""

    def __post_init__(self) -> None:
        self.seen["input"] = torch.empty(self.torchs_shape, dtype=torch.float64, device="meta")
        self.jumps["input"] = (Fraction(1),) * self.ndim

    @property
    def ndim(self) -> int:
        return len(self.shape) - 1

    @property
    def torchs_shape(self) -> Shape:
        channels, *sizes = self.shape
        return (1, channels, *(size + 2 * self.margin for size in sizes))

    @property
    def last(self) -> str:
        return self.steps[-1][0] if self.steps else "input"

    def sizes(self, name: str) -> Shape:
        return tuple(self.seen[name].shape[2:])

    def put(self, type: str, sources: tuple[str, ...], options: dict[str, Any], run: Run) -> str:
        name = f"n{len(self.steps)}"
        if type.endswith("Nd"):
            type = f"{type[:-2]}{self.ndim}d"
        origin = sources[0] if len(sources) == 1 else list(sources)
        self.entries.append({type: {"name": name, "from": origin, **options}})
        self.steps.append((name, sources, run))
        self.seen[name] = run(*(self.seen[source] for source in sources))
        self.jumps[name] = tuple(map(max, *(self.jumps[source] for source in sources), self.jumps[sources[0]]))
        return name

    def window(
        self,
        type: str,
        source: str,
        kernel: Shape,
        stride: Shape,
        dilation: Shape,
        pairs: Pairs,
        padding: Any = None,
        ceil_mode: bool = False,
    ) -> str:
        options: dict[str, Any] = {"kernel_size": list(kernel), "stride": list(stride)}
        if type == "convNd":
            options["out_channels"] = 1
        if type != "avg_poolNd":
            options["dilation"] = list(dilation)
        if any(map(any, pairs)) or padding is not None:
            options["padding"] = [list(pair) for pair in pairs] if padding is None else padding
        if ceil_mode:
            options["ceil_mode"] = True

        def run(x: Tensor) -> Tensor:
            if ceil_mode:
                return AVERAGE[len(kernel)](x, kernel, stride, ceil_mode=True)
            return slide_over(x, kernel, stride, dilation, pairs, mixes=type == "convNd")

        jumps = self.jumps[source]
        name = self.put(type, (source,), options, run)
        self.jumps[name] = tuple(jump * s for jump, s in zip(jumps, stride, strict=True))
        self.reach += max(
            ceil(jump) * (d * (k - 1) + max(pair)) for jump, d, k, pair in zip(jumps, dilation, kernel, pairs, strict=True)
        )
        return name

    def __call__(self, x: Tensor) -> Tensor:
        outputs = {"input": x}
        for name, sources, run in self.steps:
            outputs[name] = run(*(outputs[source] for source in sources))
        return outputs[self.last]

    def fields(self) -> tuple[Field, ...]:
        """What cnnspec says of the last layer, an axis each."""
        text = json.dumps({"input": self.shape, "layers": self.entries})
        result = cnnspec.analyze(cnnspec.loads(text))
        last = result[self.last]
        assert last.output_shape == tuple(self.seen[self.last].shape[1:]), text
        assert last.receptive_field is not None, text
        fields = [sight.field for sight in last.receptive_field["input"]]
        return tuple(of_axis for of_axis in fields if of_axis is not None)

    def measure(self, units: list[Shape]) -> list[list[tuple[int, int]]]:
        """Of each unit, the first and the last input coordinate that it sees, an axis each."""
        x = torch.ones(self.torchs_shape, dtype=torch.float64, requires_grad=True)
        y = self(x)
        measured = []
        for unit in units:
            (gradient,) = torch.autograd.grad(y[(0, slice(None), *unit)].sum(), x, retain_graph=True)
            where = gradient[0].sum(0).nonzero()
            measured.append([(int(axis.min()) - self.margin, int(axis.max()) - self.margin) for axis in where.T])
        return measured


# -- drawing ----------------------------------------------------------------------------------------------------


def drawn_window(draw: Draw, net: Network, source: str, strides: st.SearchStrategy[int], *, padded: bool) -> str:
    """A convolution or a pool; no larger than its input where nothing is padded."""
    axes, sizes = range(net.ndim), net.sizes(source)
    type = draw(st.sampled_from(["convNd", "convNd", "avg_poolNd", "max_poolNd"]))
    kernel = tuple(draw(st.integers(1, min(4 if net.ndim == 1 else 3, sizes[axis]))) for axis in axes)
    stride = tuple(draw(strides) for _ in axes)
    dilation = (1,) * net.ndim
    if type != "avg_poolNd":
        spare = (sizes[axis] - 1 if kernel[axis] == 1 else (sizes[axis] - 1) // (kernel[axis] - 1) for axis in axes)
        dilation = tuple(draw(st.integers(1, max(1, min(3 if net.ndim == 1 else 2, most)))) for most in spare)
    pairs, padding = [(0, 0)] * net.ndim, None
    how = draw(st.sampled_from(["none", "each side", "same", "one side"])) if padded else "none"
    if how == "same":
        pairs, padding = list(map(least_same, sizes, kernel, stride, dilation)), "same"
    elif how != "none":
        most = [3 if type == "convNd" else size // 2 for size in kernel]
        pairs = [(draw(st.integers(0, bound)), draw(st.integers(0, bound))) for bound in most]
        if how == "each side":
            pairs = [(before, before) for before, _ in pairs]
            padding = [before for before, _ in pairs]
    ceil_mode = padded and how == "none" and type != "convNd" and set(dilation) == {1} and draw(st.booleans())
    return net.window(type, source, kernel, stride, dilation, pairs, padding, ceil_mode)


def drawn_pad(draw: Draw, net: Network, source: str) -> str:
    pairs = [(draw(st.integers(0, 3)), draw(st.integers(0, 3))) for _ in range(net.ndim)]
    flat = [amount for pair in reversed(pairs) for amount in pair]
    net.reach += max(map(max, pairs)) * ceil(max(net.jumps[source]))
    return net.put("pad", (source,), {"padding": [list(pair) for pair in pairs]}, lambda x: nn.functional.pad(x, flat))


def drawn_noise(draw: Draw, net: Network, source: str) -> str:
    type = draw(st.sampled_from(NEITHER_HERE_NOR_THERE))
    return net.put("batch_normNd" if type == "batch_norm" else type, (source,), {}, lambda x: x)


def trimmed(draw: Draw, net: Network, source: str, sizes: Shape) -> str:
    """The larger of two paths cut to the other's size by a convolution that just fits: wide, or of two taps far apart."""
    excess = [mine - size for mine, size in zip(net.sizes(source), sizes, strict=True)]
    if not any(excess):
        return source
    wide = draw(st.booleans())
    kernel = tuple(extra + 1 if wide or not extra else 2 for extra in excess)
    dilation = tuple(1 if wide or not extra else extra for extra in excess)
    ones = (1,) * net.ndim
    return net.window("convNd", source, kernel, ones, dilation, [(0, 0)] * net.ndim)


def drawn_merge(draw: Draw, net: Network, paths: tuple[str, ...]) -> str:
    sizes = tuple(map(min, *map(net.sizes, paths)))
    paths = tuple(trimmed(draw, net, path, sizes) for path in paths)
    channels = {net.seen[path].shape[1] for path in paths}
    if len(channels - {1}) <= 1 and draw(st.booleans()):
        return net.put("add", paths, {}, lambda *tensors: sum(tensors))
    return net.put("concat", paths, {}, lambda *tensors: torch.cat(tensors, 1))


def drawn_branches(draw: Draw, net: Network, source: str) -> str:
    """Two or three padded paths of the same stride, one of them perhaps a skip."""
    stride = draw(st.sampled_from([1, 1, 2]))
    paths = []
    for _ in range(draw(st.integers(2, 3))):
        path = source
        if stride > 1:
            path = drawn_window(draw, net, path, st.just(stride), padded=True)
        for _ in range(draw(st.integers(0, 2))):
            path = drawn_window(draw, net, path, st.just(1), padded=True)
        paths.append(path)
    return drawn_merge(draw, net, tuple(paths))


@st.composite
def aligned(draw: Draw, ndim: int) -> Network:
    """A padded graph whose paths keep step, on an input on which an inner unit is clipped nowhere."""
    net = Network(
        (draw(st.integers(1, 2)), *(draw(st.integers(*(900, 950) if ndim == 1 else (150, 170))) for _ in range(ndim)))
    )
    for _ in range(draw(st.integers(1, 5 if ndim == 1 else 3))):
        kind = draw(st.sampled_from(["window", "window", "branches", "branches", "pad", "noise"]))
        if kind == "window":
            drawn_window(draw, net, net.last, st.integers(1, 3 if ndim == 1 else 2), padded=True)
        elif kind == "branches":
            drawn_branches(draw, net, net.last)
        else:
            (drawn_pad if kind == "pad" else drawn_noise)(draw, net, net.last)
    return net


@st.composite
def misaligned(draw: Draw, ndim: int) -> Network:
    """Two or three paths of any strides, padded first of all, their sizes made equal; perhaps a window over them."""
    margin = 6
    net = Network((1, *(draw(st.integers(8, 24)) for _ in range(ndim))), margin)
    strides = st.integers(1, 3)
    paths = []
    for _ in range(draw(st.integers(2, 3))):
        path = drawn_surroundings(draw, net)
        for _ in range(draw(st.integers(0, 2))):
            path = drawn_window(draw, net, path, strides, padded=False)
        paths.append(path)
    merged = drawn_merge(draw, net, tuple(paths))
    how = draw(st.sampled_from(["nothing", "window", "padded"]))
    if how == "window":
        drawn_window(draw, net, merged, st.integers(1, 2), padded=False)
    elif how == "padded":
        out_of_step = [len({net.jumps[path][axis] for path in paths}) > 1 for axis in range(ndim)]
        drawn_replicating(draw, net, merged, out_of_step)
    return net


def drawn_replicating(draw: Draw, net: Network, source: str, where: list[bool]) -> str:
    """A convolution that is padded on some axes: it repeats the outermost units, beyond which there are none."""
    kernel = tuple(draw(st.integers(1, min(3, size))) for size in net.sizes(source))
    pairs = [(draw(st.integers(0, 2)), draw(st.integers(0, 2))) if padded else (0, 0) for padded in where]
    flat = [amount for pair in reversed(pairs) for amount in pair]
    options = {"out_channels": 1, "kernel_size": list(kernel), "padding": list(map(list, pairs)), "padding_mode": "replicate"}
    ones, none = (1,) * net.ndim, [(0, 0)] * net.ndim

    def run(x: Tensor) -> Tensor:
        return slide_over(nn.functional.pad(x, flat, mode="replicate"), kernel, ones, ones, none, mixes=True)

    return net.put("convNd", (source,), options, run)


def drawn_surroundings(draw: Draw, net: Network) -> str:
    """The input, padded in the spec; torch has real input there."""
    pairs = [(draw(st.integers(0, net.margin)), draw(st.integers(0, net.margin))) for _ in range(net.ndim)]
    cut = tuple(
        slice(net.margin - before, net.margin + size + after)
        for (before, after), size in zip(pairs, net.shape[1:], strict=True)
    )
    return net.put("pad", ("input",), {"padding": [list(pair) for pair in pairs]}, lambda x: x[(..., *cut)])


@st.composite
def adaptive(draw: Draw, ndim: int) -> Network:
    """An adaptive pool in an unpadded chain, its windows of one size or of several; perhaps a window over it."""
    net = Network((1, *(draw(st.integers(4, 24)) for _ in range(ndim))))
    for _ in range(draw(st.integers(0, 2))):
        drawn_window(draw, net, net.last, st.integers(1, 2), padded=False)
    source, sizes = net.last, net.sizes(net.last)
    output = tuple(draw(st.integers(2, size + 3)) for size in sizes)
    name = net.put("adaptive_avg_poolNd", (source,), {"output_size": list(output)}, lambda x: ADAPTIVE[ndim](x, output))
    # The units share the axis below.
    net.jumps[name] = tuple(Fraction(jump * n, o) for jump, n, o in zip(net.jumps[source], sizes, output, strict=True))
    if draw(st.booleans()):
        drawn_window(draw, net, name, st.integers(1, 2), padded=False)
        # After o / gcd(n, o) units their windows' sizes come round again: let there be one of each.
        assume(all(left >= o // gcd(n, o) for left, n, o in zip(net.sizes(net.last), sizes, output, strict=True)))
    return net


# -- tests ------------------------------------------------------------------------------------------------------


@DRAWS
def test_fields_are_where_gradients_are(draws: int) -> None:
    compared = {1: 0, 2: 0}

    @at_length(draws)
    @given(st.integers(1, 2).flatmap(aligned))
    def agree(net: Network) -> None:
        sizes = net.sizes(net.last)
        assume(min(sizes) >= 3)
        unit = tuple(size // 2 for size in sizes)
        here, next_to_it = net.measure([unit, tuple(index + 1 for index in unit)])
        for (first, last), (_, past), size in zip(here, next_to_it, net.shape[1:], strict=True):
            assume(first > net.reach and max(last, past) < size - 1 - net.reach)
        for (first, last), (after, past), index, found in zip(here, next_to_it, unit, net.fields(), strict=True):
            jump = after - first
            assert jump == past - last
            expected = (last - first + 1, jump, first - index * jump)
            assert (found.size, found.jump, found.start) == expected, net.entries
        compared[net.ndim] += 1

    agree()
    assert min(compared.values()) >= 80, compared


def every_unit(net: Network) -> list[list[tuple[int, int]]]:
    """What every unit along the diagonal sees, an axis at a time: each axis' units all stand on it."""
    sizes = net.sizes(net.last)
    units = [tuple(min(index, size - 1) for size in sizes) for index in range(max(sizes))]
    measured = net.measure(units)
    return [[sights[axis] for sights in measured[:size]] for axis, size in enumerate(sizes)]


@DRAWS
def test_paths_out_of_step_see_as_much_as_the_unit_that_sees_most(draws: int) -> None:
    out_of_step = 0

    @at_length(draws)
    @given(st.integers(1, 2).flatmap(misaligned))
    def agree(net: Network) -> None:
        nonlocal out_of_step
        for sights, found, jump in zip(every_unit(net), net.fields(), net.jumps[net.last], strict=True):
            # The largest of the paths' jumps.
            assert found.jump == jump, net.entries
            assert found.size == max(last - first + 1 for first, last in sights), net.entries
            out_of_step += len({last - first for first, last in sights}) > 1

    agree()
    assert out_of_step >= 50


@DRAWS
def test_adaptive_pools_see_what_their_largest_window_sees(draws: int) -> None:
    uneven = 0

    @at_length(draws)
    @given(st.integers(1, 2).flatmap(adaptive))
    def agree(net: Network) -> None:
        nonlocal uneven
        for sights, found, jump in zip(every_unit(net), net.fields(), net.jumps[net.last], strict=True):
            assert found.jump == jump, net.entries
            assert found.size == max(last - first + 1 for first, last in sights), net.entries
            assert found.start == sights[0][0], net.entries
            uneven += len({last - first for first, last in sights}) > 1

    agree()
    assert uneven >= 50


WHOLE_AXES: list[tuple[list[Any], Callable[[int, int], nn.Module], tuple[bool, bool]]] = [
    (["adaptive_max_pool2d: 1"], lambda height, width: nn.AdaptiveAvgPool2d(1), (True, True)),
    (["adaptive_avg_pool2d: [2, 1]"], lambda height, width: nn.AdaptiveAvgPool2d((2, 1)), (False, True)),
    (
        ["flatten", "linear: 3"],
        lambda height, width: nn.Sequential(nn.Flatten(), nn.Linear(2 * height * width, 3)),
        (True, True),
    ),
    (["linear: 3"], lambda height, width: nn.Linear(width, 3), (False, True)),
    (["softmax: height"], lambda height, width: nn.Softmax(2), (True, False)),
    (["softmax"], lambda height, width: nn.Softmax(1), (False, False)),
    (["flatten"], lambda height, width: nn.Flatten(), (False, False)),
    (
        ["flatten: {start_dim: 1}", "conv1d: {out_channels: 3, kernel_size: 1}"],
        lambda height, width: nn.Sequential(nn.Flatten(2), nn.Conv1d(2, 3, 1)),
        (False, False),
    ),
    (
        ["flatten: {start_dim: 1}", "conv1d: {out_channels: 3, kernel_size: 3}", "flatten", "linear: 3"],
        lambda height, width: nn.Sequential(
            nn.Flatten(2), nn.Conv1d(2, 3, 3), nn.Flatten(), nn.Linear(3 * height * width - 6, 3)
        ),
        (True, True),
    ),
]


@pytest.mark.parametrize(("entries", "module", "whole"), WHOLE_AXES)
def test_a_field_is_global_where_the_whole_axis_is_seen(
    entries: list[str], module: Callable[[int, int], nn.Module], whole: tuple[bool, bool]
) -> None:
    """Whatever the axis' length: on a small input and on a larger one."""
    for height, width in ((4, 6), (6, 10)):
        x = torch.rand((1, 2, height, width), requires_grad=True)
        unit = module(height, width)(x).flatten()[0]
        where = torch.autograd.grad(unit, x)[0][0].abs().sum(0).nonzero()
        seen = [len(set(axis.tolist())) for axis in where.T]
        assert [count == size for count, size in zip(seen, (height, width), strict=True)] == list(whole)
        text = "\n".join([f"input: [2, {height}, {width}]", "layers:", *(f"- {entry}" for entry in entries)])
        fields = cnnspec.analyze(cnnspec.loads(text)).layers[-1].receptive_field["input"]
        assert [sight.field.is_global for sight in fields] == list(whole)
        assert [sight.field.size for sight in fields if not sight.field.is_global] == [
            count for count, is_whole in zip(seen, whole, strict=True) if not is_whole
        ]


@st.composite
def chains(draw: Draw) -> list[dict[str, Any]]:
    numbers = st.integers(1, 4)
    chain: list[dict[str, Any]] = []
    for _ in range(draw(st.integers(1, 5))):
        options = {"kernel_size": draw(numbers), "stride": draw(st.integers(1, 3))}
        type = draw(st.sampled_from(["conv1d", "max_pool1d", "avg_pool1d"]))
        if type != "avg_pool1d":
            options["dilation"] = draw(st.integers(1, 3))
        chain.append({type: options | ({"out_channels": 1} if type == "conv1d" else {})})
    return chain


@DRAWS
def test_an_input_as_large_as_the_field_gives_one_unit(draws: int) -> None:
    """That is what a receptive field is: what one unit needs, no more and no less."""

    def outputs(chain: list[dict[str, Any]], length: int) -> list[Any]:
        result = cnnspec.analyze(cnnspec.loads(json.dumps({"input": [1, length], "layers": chain})))
        return [result.layers[-1].output_shape, result.layers[-1].receptive_field]

    @at_length(draws)
    @given(chains())
    def agree(chain: list[dict[str, Any]]) -> None:
        # Five layers of extent 10 and stride 3 see 1 + 9*(1 + 3 + 9 + 27 + 81) = 1090.
        _, fields = outputs(chain, 2_000)
        size = fields["input"][0].field.size
        assert outputs(chain, size)[0] == (1, 1)
        if size > 1:
            assert outputs(chain, size - 1)[0] is None

    agree()
