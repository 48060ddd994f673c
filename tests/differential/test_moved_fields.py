"""Receptive fields where numbers are moved and paths join out of step, against gradients in float64, unit by unit.

Networks are drawn, run and compared as those of upsampling are; see there.
"""

from __future__ import annotations

import json
from itertools import permutations
from typing import Any

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from layer_cases import Draw, Shape
from test_receptive_fields import DRAWS
from test_upsampled_fields import STEPS, Moving, begun, chains, compare, cut, hold, small, summed
from torch import Tensor, nn

import cnnspec
from cnnspec.arithmetic.field import Field

# -- drawing ----------------------------------------------------------------------------------------------------


def drawn_slice(draw: Draw, net: Moving, source: str) -> str:
    """Part of one spatial axis, its places counted from either end."""
    axis = draw(st.integers(0, net.ndim - 1)) if net.only is None else net.only
    size = net.sizes(source)[axis]
    part = range(size)[draw(st.integers(0, size // 3)) :: draw(st.integers(1, 3))]
    part = part[: draw(st.integers((len(part) + 1) // 2, len(part)))]
    options: dict[str, Any] = {"step": part.step, "dim": 1 + axis - draw(st.sampled_from([0, net.ndim + 1]))}
    options["start"] = part.start - draw(st.sampled_from([0, size]))
    if part.stop < size or draw(st.booleans()):
        options["stop"] = part.stop - (size if part.stop < size and draw(st.booleans()) else 0)
    where = (..., slice(options["start"], options.get("stop"), part.step), *[slice(None)] * (net.ndim - 1 - axis))
    name = net.put("slice", (source,), options, lambda x: x[where])
    net.jumps[name] = tuple(jump * (part.step if other == axis else 1) for other, jump in enumerate(net.jumps[source]))
    return name


def widened(net: Moving, source: str, channels: int) -> str:
    """A convolution of 1×1 to so many channels, all alike."""
    options = {"out_channels": channels, "kernel_size": 1}
    spread = (-1, channels, *[-1] * net.ndim)
    return net.put("convNd", (source,), options, lambda x: x.sum(1, keepdim=True).expand(spread))


def drawn_shuffle(draw: Draw, net: Moving, source: str) -> str:
    """Channels to pixels, or channels among each other."""
    factor = draw(st.integers(2, 3))
    if net.ndim == 1:
        wide = widened(net, source, 6)
        groups = draw(st.sampled_from([1, 2, 3, 6]))
        return net.put("channel_shuffle", (wide,), {"groups": groups}, nn.ChannelShuffle(groups))
    wide = widened(net, source, draw(st.integers(1, 2)) * factor**2)
    name = net.put("pixel_shuffle", (wide,), {"upscale_factor": factor}, nn.PixelShuffle(factor))
    net.jumps[name] = tuple(jump / factor for jump in net.jumps[source])
    return small(net, name)


def drawn_unshuffle(draw: Draw, net: Moving, source: str) -> str:
    """Pixels to channels, the input cut so that they divide."""
    sizes = net.sizes(source)
    factor = draw(st.integers(1, min(3, *sizes)))
    if net.ndim == 1:
        return drawn_slice(draw, net, source)
    fitting = cut(net, source, tuple(size - size % factor for size in sizes))
    name = net.put("pixel_unshuffle", (fitting,), {"downscale_factor": factor}, nn.PixelUnshuffle(factor))
    net.jumps[name] = tuple(jump * factor for jump in net.jumps[source])
    return name


def permuted(net: Moving, source: str, dims: list[int]) -> str:
    return net.put("permute", (source,), {"dims": dims}, lambda x: x.permute(0, *(1 + axis for axis in dims)))


def drawn_turn(draw: Draw, net: Moving, source: str) -> str:
    """The spatial axes in another order; or any order, a slice of the first axis there, and back again."""
    if net.ndim == 2 and draw(st.booleans()):
        name = permuted(net, source, [0, 2, 1])
        net.jumps[name] = net.jumps[source][::-1]
        return name
    dims = list(draw(st.permutations(range(net.ndim + 1))))
    turned = permuted(net, source, dims)
    # Channels are taken together: were some left out, the others might see less.
    step = draw(st.integers(1, 2)) if dims[0] else 1
    part = net.put("slice", (turned,), {"step": step}, lambda x: x[:, ::step])
    name = permuted(net, part, [dims.index(axis) for axis in range(net.ndim + 1)])
    net.jumps[name] = tuple(jump * (step if dims[0] == axis else 1) for axis, jump in enumerate(net.jumps[source], 1))
    return name


def drawn_reshape(draw: Draw, net: Moving, source: str) -> str:
    """The channels split, axes of one put in, and back again."""
    shape = list(net.seen[source].shape[1:])
    channels = shape[0]
    split = draw(st.sampled_from([size for size in range(1, channels + 1) if channels % size == 0]))
    wider = [split, channels // split, *shape[1:]]
    for _ in range(draw(st.integers(0, 2))):
        wider.insert(draw(st.integers(0, len(wider))), 1)
    there = net.put("reshape", (source,), {"shape": wider}, lambda x: x.reshape(-1, *wider))
    return net.put("reshape", (there,), {"shape": [-1, *shape[1:]]}, lambda x: x.reshape(-1, *shape))


MOVES = [drawn_slice, drawn_shuffle, drawn_unshuffle, drawn_turn, drawn_reshape]


def shortened(draw: Draw, net: Moving, source: str, sizes: Shape) -> str:
    """The first, the last or the middle units of each axis."""
    if draw(st.booleans()):
        return cut(net, source, sizes)
    for axis, size in enumerate(sizes, start=1):
        whole = net.sizes(source)[axis - 1]
        start = draw(st.sampled_from([0, whole - size]))
        where = (..., slice(start, start + size), *[slice(None)] * (net.ndim - axis))
        options = {"start": start, "stop": start + size, "dim": axis}
        source = net.put("slice", (source,), options, lambda x, where=where: x[where])
    return source


def drawn_merge(draw: Draw, net: Moving, source: str) -> str:
    """Two or three paths of any jumps and centres, added or side by side on any axis."""
    dim = draw(st.integers(-1, net.ndim))  # -1: added
    # Side by side along one axis units see alike along the others: there the paths are the same.
    net.only = dim - 1 if dim > 0 else None
    steps = [*STEPS, drawn_slice, *([drawn_shuffle, drawn_unshuffle] if dim < 1 else [])]
    paths = []
    for _ in range(draw(st.integers(2, 3))):
        path = source
        for step in draw(st.lists(st.sampled_from(steps), max_size=2)):
            path = step(draw, net, path)
        paths.append(path)
    net.only = None
    if dim != 0 and len({net.seen[path].shape[1] for path in paths}) > 1:
        paths = [widened(net, path, 1) for path in paths]
    least = [min(net.sizes(path)[axis] for path in paths) for axis in range(net.ndim)]
    for index, path in enumerate(paths):
        sizes = tuple(size if axis == dim else least[axis - 1] for axis, size in enumerate(net.sizes(path), 1))
        paths[index] = path if sizes == net.sizes(path) else shortened(draw, net, path, sizes)
    if dim < 0:
        return net.put("add", tuple(paths), {}, lambda *tensors: sum(tensors))
    return small(net, net.put("concat", tuple(paths), {"dim": dim}, lambda *tensors: torch.cat(tensors, dim + 1)))


@st.composite
def merged(draw: Draw, ndim: int) -> Moving:
    """Paths that part and join, between other layers, those on paths out of step included."""
    net = begun(draw, ndim)
    # A unit that sees nothing by one path along one axis sees nothing by it along the other.
    net.gaps = ndim == 1
    steps = draw(st.lists(st.sampled_from([*STEPS, drawn_slice]), max_size=1)), [drawn_merge]
    after = draw(st.lists(st.sampled_from([*STEPS, *MOVES, drawn_merge]), max_size=2))
    for step in [*steps[0], *steps[1], *after]:
        step(draw, net, net.last)
    return net


# -- tests ------------------------------------------------------------------------------------------------------


@DRAWS
@pytest.mark.parametrize("step", MOVES, ids=lambda step: step.__name__)
def test_moves(step: Any, draws: int) -> None:
    hold(st.integers(1, 2).flatmap(lambda ndim: chains(ndim, step, MOVES)), draws)


@DRAWS
def test_merges_out_of_step(draws: int) -> None:
    hold(st.integers(1, 2).flatmap(merged), draws)


@pytest.mark.parametrize("dims", list(permutations(range(3))), ids=str)
def test_any_order_of_axes(dims: tuple[int, ...]) -> None:
    """Whichever axis a field comes to ride on, the channels' included: of strides 2 and 1 each unit sees its own."""
    net = Moving((2, 9, 6))
    net.put("convNd", ("input",), {"out_channels": 1, "kernel_size": 3, "stride": [2, 1]}, convolved)
    permuted(net, net.last, list(dims))
    # 4 rows of windows by 4.
    assert compare(net) == 4 * 4


def convolved(x: Tensor) -> Tensor:
    return summed(x, (3, 3), (2, 1), (1, 1))


@pytest.mark.parametrize("dim", [1, 2])
def test_parts_put_together_again_see_as_before(dim: int) -> None:
    net = Moving((1, 8, 8))
    parts = ((5, 8), (0, 5))
    for start, stop in parts:
        where = (..., slice(start, stop), *[slice(None)] * (2 - dim))
        options = {"start": start, "stop": stop, "dim": dim}
        net.put("slice", ("input",), options, lambda x, where=where: x[where])
    net.put("concat", ("n0", "n1"), {"dim": dim}, lambda *tensors: torch.cat(tensors, 1 + dim))
    assert compare(net) == 64
    assert [sight.field.size for sight in net.sights()] == [1, 1]
    # A window over the seam sees from row 0 to row 7, which stand side by side there.
    net.put("convNd", ("n2",), {"out_channels": 1, "kernel_size": 2}, lambda x: summed(x, (2, 2), (1, 1), (1, 1)))
    assert compare(net) == 49
    assert [sight.field.size for sight in net.sights()] == ([8, 2] if dim == 1 else [2, 8])


ONE_UNIT = {"conv2d": {"out_channels": 4, "kernel_size": [6, 9]}}


def layers(shape: list[int], *entries: Any) -> cnnspec.Result:
    return cnnspec.analyze(cnnspec.loads(json.dumps({"input": shape, "layers": entries})))


@pytest.mark.parametrize(
    ("entries", "sizes"),
    [
        # Convolutions of 3 by 5 before all.
        ([{"reshape": [8, 6, 9]}], [3, 5]),
        ([{"unflatten": [2, 4]}], [3, 5]),
        ([{"unflatten": {"sizes": [1, 6], "dim": "height"}}], [3, 5]),
        ([{"flatten": "height"}], [3, 5]),
        # Rows and columns of one unit go along with any axis: 3 + 5 by 5 + 8 is all that unit sees.
        ([ONE_UNIT, "flatten"], [8, 13]),
        ([ONE_UNIT, {"reshape": [2, 2]}], [None, None]),
        ([ONE_UNIT, "flatten", {"unflatten": [4, 1, 1]}], [8, 13]),
        # Folded on one axis they stay apart until that is read whole.
        (["flatten"], [3, 5]),
        (["flatten", {"linear": 2}], ["global", "global"]),
        ([{"reshape": [8, -1]}, {"linear": 2}], ["global", "global"]),
        ([{"reshape": [48, 9]}, {"linear": 2}], [3, "global"]),
        # A window over folded axes, and units of an axis that was split, see what is no interval.
        ([{"reshape": [8, -1]}, {"conv1d": {"out_channels": 1, "kernel_size": 3}}], [None, None]),
        ([{"flatten": 1}, {"slice": {"dim": 1, "stop": 7}}], [None, None]),
        ([{"unflatten": {"sizes": [2, 3], "dim": 1}}], [None, 5]),
        ([{"unflatten": {"sizes": [2, 3], "dim": 1}}, {"linear": 2}], [None, "global"]),
        ([{"reshape": [8, 9, 6]}], [None, None]),
        ([{"flatten": 1}, {"unflatten": {"sizes": [6, 9], "dim": 1}}], [None, None]),
        # Channels that were rows, shuffled: no two see side by side.
        ([{"permute": [1, 0, 2]}, {"channel_shuffle": 2}], [None, 5]),
        ([{"permute": [1, 0, 2]}, {"channel_shuffle": 2}, {"conv2d": {"out_channels": 1, "kernel_size": 1}}], ["global", 5]),
        # Columns that were channels are read whole by the convolution.
        ([{"permute": [2, 1, 0]}, {"conv2d": {"out_channels": 1, "kernel_size": 1}}], [3, "global"]),
    ],
)
def test_what_becomes_of_axes(entries: list[Any], sizes: list[Any]) -> None:
    result = layers([2, 8, 13], {"conv2d": {"out_channels": 8, "kernel_size": [3, 5]}}, *entries)
    assert not [finding for finding in result.findings if finding.severity == "error"]
    assert result.to_dict()["layers"][-1]["receptive_field"]["size"] == sizes


@settings(derandomize=True, database=None, deadline=None)
@given(st.integers(1, 20), st.integers(-22, 22), st.none() | st.integers(-22, 22), st.integers(1, 7), st.integers(1, 3))
def test_a_slice_throws_nothing_away_by_mistake(size: int, start: int, stop: int | None, step: int, dim: int) -> None:
    """No stride of it is fractional, and its coverage is the share that it takes."""
    part = range(size)[start:stop:step]
    assume(part)
    shape = [2, 3, 4, 5]
    shape[dim] = size
    ends = {"start": start} if stop is None else {"start": start, "stop": stop}
    result = layers(shape, {"slice": {**ends, "step": step, "dim": dim}})
    assert result.findings == ()
    assert result.layers[0].coverage == len(part) / size


def test_what_sees_nothing_begins_nowhere() -> None:
    """A transposed convolution of kernel 1 and stride 2 leaves every other unit empty; of these alone nothing is known."""
    transposed = {"conv_transpose1d": {"out_channels": 1, "kernel_size": 1, "stride": 2}}
    result = layers([1, 8], transposed, {"slice": {"start": 1, "step": 2, "dim": 1}})
    assert result.to_dict()["layers"][-1]["receptive_field"] == {"size": [None], "jump": [None], "start": [None]}
    assert "0000" not in result.to_markdown()


def test_only_so_much_is_looked_at() -> None:
    """Of 4,096 units out of step each is followed by itself: through many merges, but then no further."""
    odd = {"max_pool1d": {"name": "odd", "kernel_size": 2}}
    half = {"slice": {"name": "half", "from": "input", "stop": 4096, "dim": 1}}
    merges = [{"add": {"name": f"sum{index}", "from": ["odd", "half"]}} for index in range(300)]
    result = layers([1, 8192], odd, half, *merges)
    fields = [result[f"sum{index}"].receptive_field["input"][0].field for index in (0, 299)]
    assert fields[0].size == 4097
    assert fields[1] is None


def test_more_phases_than_are_followed_of_fewer_units() -> None:
    """67 and 71 phases come round together after 4,757 units, of which there are 10."""
    rising = Field(67, tuple(range(67)), tuple(unit + unit % 3 for unit in range(67)))
    falling = Field(71, tuple(unit - unit % 2 for unit in range(71)), tuple(range(71)))
    both = rising.union(falling, 10)
    assert both.lows == (0, 0, 2, 2, 4, 4, 6, 6, 8, 8)
    assert both.highs == (0, 2, 4, 3, 5, 7, 6, 8, 10, 9)
    assert both.jump == 1


def test_more_axes_than_a_map_has() -> None:
    """Windows of Swin: each of the four spatial axes by itself, whether it has a word or not."""
    result = layers(
        [3, 8, 12], {"reshape": [3, 2, 4, 3, 4]}, {"slice": {"dim": 3, "step": 2}}, {"crop": {"size": [2, 2, 2, 4]}}
    )
    assert result.findings == ()
    assert [layer.output_shape for layer in result.layers[1:]] == [(3, 2, 4, 2, 4), (3, 2, 2, 2, 4)]
    assert [layer.coverage for layer in result.layers] == [1, 2 / 3, 1 / 2]


@pytest.mark.parametrize("factor", [10**17, 1e17])
def test_no_axis_outgrows_the_numbers_of_a_spec(factor: float) -> None:
    (finding,) = layers([1, 20], {"upsample": factor}, {"upsample": factor}, "relu").findings
    assert (finding.rule, finding.layer) == ("shape-mismatch", "upsample1")
    assert "18 digits" in finding.message
