"""YOLOv5 against the table of its authors, built in PyTorch: five sizes, layer by layer."""

from __future__ import annotations

import itertools
import math
from pathlib import Path
from typing import NamedTuple

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

import cnnspec
from cnnspec.analysis.analysis import Layer

SPEC = Path(__file__).parents[2] / "examples" / "yolov5.yaml"


class Size(NamedTuple):
    """One of the five: its multiples, and what is published of it (params, and thousands of millions of flops: 2 a mac)."""

    depth: float
    width: float
    params: int
    gflops: str


# Multiples: models/yolov5n.yaml to models/yolov5x.yaml. Params: what the authors' summary of each model prints.
SIZES = {
    "n": Size(0.33, 0.25, 1_872_157, "4.468"),
    "s": Size(0.33, 0.50, 7_235_389, "16.434"),
    "m": Size(0.67, 0.75, 21_190_557, "48.872"),
    "l": Size(1.0, 1.0, 46_563_709, "108.994"),
    "x": Size(1.33, 1.25, 86_749_405, "205.448"),
}

STRIDES = {"small": 8, "medium": 16, "large": 32}

every_size = pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)


# -- the network as its authors write it ---------------------------------------------------------------------------


class Conv(nn.Module):
    def __init__(self, c1: int, c2: int, k: int = 1, s: int = 1, p: int | None = None) -> None:
        super().__init__()
        self.conv = nn.Conv2d(c1, c2, k, s, k // 2 if p is None else p, bias=False)
        self.bn = nn.BatchNorm2d(c2, eps=1e-3, momentum=0.03)
        self.act = nn.SiLU()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.act(self.bn(self.conv(x)))


class Bottleneck(nn.Module):
    def __init__(self, c1: int, c2: int, shortcut: bool, e: float) -> None:
        super().__init__()
        hidden = int(c2 * e)
        self.cv1 = Conv(c1, hidden, 1, 1)
        self.cv2 = Conv(hidden, c2, 3, 1)
        self.add = shortcut and c1 == c2

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.cv2(self.cv1(x)) if self.add else self.cv2(self.cv1(x))


class C3(nn.Module):
    def __init__(self, c1: int, c2: int, n: int, shortcut: bool = True, e: float = 0.5) -> None:
        super().__init__()
        hidden = int(c2 * e)
        self.cv1 = Conv(c1, hidden, 1, 1)
        self.cv2 = Conv(c1, hidden, 1, 1)
        self.cv3 = Conv(2 * hidden, c2, 1)
        self.m = nn.Sequential(*(Bottleneck(hidden, hidden, shortcut, e=1.0) for _ in range(n)))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.cv3(torch.cat((self.m(self.cv1(x)), self.cv2(x)), 1))


class SPPF(nn.Module):
    def __init__(self, c1: int, c2: int, k: int = 5) -> None:
        super().__init__()
        hidden = c1 // 2
        self.cv1 = Conv(c1, hidden, 1, 1)
        self.cv2 = Conv(hidden * 4, c2, 1, 1)
        self.m = nn.MaxPool2d(kernel_size=k, stride=1, padding=k // 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.cv1(x)
        y1 = self.m(x)
        y2 = self.m(y1)
        return self.cv2(torch.cat((x, y1, y2, self.m(y2)), 1))


class Concat(nn.Module):
    def forward(self, x: list[torch.Tensor]) -> torch.Tensor:
        return torch.cat(x, 1)


class Detect(nn.Module):
    """Without what turns predictions into boxes."""

    def __init__(self, channels: list[int], classes: int) -> None:
        super().__init__()
        self.m = nn.ModuleList(nn.Conv2d(c, 3 * (classes + 5), 1) for c in channels)

    def forward(self, x: list[torch.Tensor]) -> list[torch.Tensor]:
        return [conv(level) for conv, level in zip(self.m, x, strict=True)]


# From, number, module, arguments, and what the layer is called in the spec. The first ten are the backbone.
TABLE = [
    (-1, 1, Conv, (64, 6, 2, 2), "stem"),
    (-1, 1, Conv, (128, 3, 2), "down2"),
    (-1, 3, C3, (128,), "p2"),
    (-1, 1, Conv, (256, 3, 2), "down3"),
    (-1, 6, C3, (256,), "p3"),
    (-1, 1, Conv, (512, 3, 2), "down4"),
    (-1, 9, C3, (512,), "p4"),
    (-1, 1, Conv, (1024, 3, 2), "down5"),
    (-1, 3, C3, (1024,), "p5"),
    (-1, 1, SPPF, (1024, 5), "sppf"),
    (-1, 1, Conv, (512, 1, 1), "lateral5"),
    (-1, 1, nn.Upsample, (None, 2, "nearest"), "upsample1"),
    ([-1, 6], 1, Concat, (), "concat1"),
    (-1, 3, C3, (512, False), "fpn4"),
    (-1, 1, Conv, (256, 1, 1), "lateral4"),
    (-1, 1, nn.Upsample, (None, 2, "nearest"), "upsample2"),
    ([-1, 4], 1, Concat, (), "concat2"),
    (-1, 3, C3, (256, False), "fpn3"),
    (-1, 1, Conv, (256, 3, 2), "pan_down4"),
    ([-1, 14], 1, Concat, (), "concat3"),
    (-1, 3, C3, (512, False), "pan4"),
    (-1, 1, Conv, (512, 3, 2), "pan_down5"),
    ([-1, 10], 1, Concat, (), "concat4"),
    (-1, 3, C3, (1024, False), "pan5"),
    ([17, 20, 23], 1, Detect, (), "detect"),
]


class Model(nn.Module):
    def __init__(self, depth: float, width: float, classes: int = 80) -> None:
        super().__init__()
        self.model = nn.ModuleList()
        channels = [3]
        for source, number, cls, arguments, _ in TABLE:
            inputs = [channels[at if at < 0 else at + 1] for at in ([source] if isinstance(source, int) else source)]
            repeats = max(round(number * depth), 1) if number > 1 else number
            if cls in (Conv, C3, SPPF):
                made = math.ceil(arguments[0] * width / 8) * 8
                rest = (repeats, *arguments[1:]) if cls is C3 else arguments[1:]
                self.model.append(cls(inputs[0], made, *rest))
            else:
                made = sum(inputs)
                self.model.append(Detect(inputs, classes) if cls is Detect else cls(*arguments))
            channels.append(made)

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        values: list = []
        for module, (source, *_) in zip(self.model, TABLE, strict=True):
            above = values[-1] if values else x
            values.append(module(above if source == -1 else [above if at == -1 else values[at] for at in source]))
        return values[-1]


def built(size: Size, classes: int = 80) -> Model:
    with torch.device("meta"):
        return Model(size.depth, size.width, classes).eval()


def analyzed(size: Size, pixels: int = 640, **more: int) -> cnnspec.Result:
    return cnnspec.analyze(SPEC, vars={"depth": size.depth, "width": size.width, **more}, inputs=(3, pixels, pixels))


def by_name(result: cnnspec.Result) -> dict[str, Layer]:
    return {layer.name: layer for layer in result}


def image(pixels: int) -> torch.Tensor:
    return torch.empty(1, 3, pixels, pixels, device="meta")


# -- what it is ----------------------------------------------------------------------------------------------------


@every_size
def test_totals_are_those_published(size: Size) -> None:
    totals = analyzed(size).totals
    assert totals.params == size.params
    assert f"{2 * totals.macs / 10**9:.3f}" == size.gflops


def test_the_file_is_the_small_one() -> None:
    totals = cnnspec.analyze(SPEC).totals
    assert (totals.params, f"{2 * totals.macs / 10**9:.3f}") == SIZES["s"][2:]


@every_size
@pytest.mark.parametrize(("pixels", "classes"), [(640, 80), (416, 20)])
def test_totals_and_outputs_are_those_of_pytorch(size: Size, pixels: int, classes: int) -> None:
    module, result = built(size, classes), analyzed(size, pixels, classes=classes)
    with FlopCounterMode(display=False) as counter:
        outputs = module(image(pixels))
    assert counter.get_total_flops() == 2 * result.totals.macs
    assert sum(weight.numel() for weight in module.parameters()) == result.totals.params
    assert sum(held.numel() for held in module.buffers()) == result.totals.buffers
    shapes = list(result.graph.outputs.values())
    assert shapes == [tuple(output.shape[1:]) for output in outputs]
    assert shapes == [(3 * (classes + 5), pixels // stride, pixels // stride) for stride in STRIDES.values()]


def renamed(name: str, pools: int) -> str:
    """What the spec calls a module: the authors' one pool, called three times, is three there."""
    _, number, *inner = name.split(".")
    called = TABLE[int(number)][-1]
    if called == "detect":
        return list(STRIDES)[int(inner[-1])]
    return f"sppf.m{pools}" if (called, inner) == ("sppf", ["m"]) else ".".join([called, *inner])


TYPES = {
    nn.Conv2d: "conv2d",
    nn.BatchNorm2d: "batch_norm2d",
    nn.SiLU: "silu",
    nn.MaxPool2d: "max_pool2d",
    nn.Upsample: "upsample",
    Concat: "concat",
}


def options(module: nn.Module) -> tuple:
    if isinstance(module, nn.Conv2d):
        return module.kernel_size, module.stride, module.padding, module.bias is not None
    return (module.eps, module.momentum) if isinstance(module, nn.BatchNorm2d) else ()


def options_of(layer: Layer) -> tuple:
    given = layer.options
    if layer.type == "conv2d":
        (above, below), (left, right) = given["padding"]
        assert (above, left) == (below, right)
        return given["kernel_size"], given["stride"], (above, left), given["bias"]
    return (given["eps"], given["momentum"]) if layer.type == "batch_norm2d" else ()


@every_size
def test_each_module_is_called_in_its_order_with_its_shape_params_and_options(size: Size) -> None:
    model, called, pools = built(size), [], itertools.count(1)

    def record(name: str, module: nn.Module, output: torch.Tensor) -> None:
        name = renamed(name, next(pools) if isinstance(module, nn.MaxPool2d) else 0)
        params = sum(weight.numel() for weight in module.parameters())
        called.append((name, TYPES[type(module)], tuple(output.shape[1:]), params, options(module)))

    for name, module in model.named_modules():
        if not list(module.children()):
            module.register_forward_hook(lambda module, _, output, name=name: record(name, module, output))
    model(image(640))
    # What is added or concatenated within a module of the authors' is a line of its ``forward``.
    layers = [layer for layer in analyzed(size) if not (layer.type in {"add", "concat"} and "." in layer.name)]
    assert [(layer.name, layer.type, layer.output_shape, layer.params, options_of(layer)) for layer in layers] == called


def test_a_width_of_ones_own_is_rounded_up_as_by_the_authors() -> None:
    """0.3 makes 19.2, 38.4, 76.8, 153.6 and 307.2 channels: 24, 40, 80, 160 and 312. Halves of these may be others."""
    size, shapes = Size(0.33, 0.3, 0, ""), {}
    model = built(size)
    for module, (*_, name) in zip(model.model, TABLE, strict=True):
        module.register_forward_hook(lambda _, __, output, name=name: shapes.update({name: output}))
    model(image(64))
    parts = {part.name: part.output_shape for part in analyzed(size, 64).analysis.root.children}
    del shapes["detect"]
    assert {name: parts[name] for name in shapes} == {name: tuple(output.shape[1:]) for name, output in shapes.items()}
    assert [parts[name][0] for name in ("stem", "p2", "p3", "p4", "p5")] == [24, 40, 80, 160, 312]


@every_size
def test_the_authors_shortcuts_are_added(size: Size) -> None:
    """Each bottleneck of the backbone adds what it was given, none of the neck."""
    added = {name.removesuffix(".add1"): layer for name, layer in by_name(analyzed(size)).items() if layer.type == "add"}
    modules = built(size).named_modules()
    assert list(added) == [renamed(name, 0) for name, module in modules if isinstance(module, Bottleneck) and module.add]
    for name, layer in added.items():
        block, _, at = name.rpartition(".")
        above = f"{block}.{int(at) - 1}.add1" if int(at) else f"{block.removesuffix('.m')}.cv1.act"
        assert layer.node.inputs == (f"{name}.cv2.act", above)


def test_what_is_concatenated_is_what_the_authors_concatenate() -> None:
    layers = by_name(analyzed(SIZES["s"]))
    joined = {name: layer.node.inputs for name, layer in layers.items() if layer.type == "concat"}
    for row, (source, _, cls, _, name) in enumerate(TABLE):
        if cls is Concat:
            sources = [TABLE[row + at if at < 0 else at][-1] for at in source]
            assert [read.partition(".")[0] for read in joined.pop(name)] == sources
    assert joined.pop("sppf.concat1") == ("sppf.cv1.act", "sppf.m1", "sppf.m2", "sppf.m3")
    # With m of 1, 2, 3, 1 bottlenecks in the backbone, 1 in the neck.
    last = {"p2": "m.0.add1", "p3": "m.1.add1", "p4": "m.2.add1", "p5": "m.0.add1"}
    neck = dict.fromkeys(("fpn4", "fpn3", "pan4", "pan5"), "m.0.cv2.act")
    assert joined == {f"{name}.concat1": (f"{name}.{inner}", f"{name}.cv2.act") for name, inner in {**last, **neck}.items()}


@pytest.mark.parametrize("depth", sorted({size.depth for size in SIZES.values()}))
def test_outputs_see_what_their_gradients_reach(depth: float) -> None:
    """On a strip one coarse unit high and so long that units in its middle are clipped nowhere. Width changes no field."""
    model, length, middle = averaging(depth), 32 * 80, 32 * 40
    layers = by_name(cnnspec.analyze(SPEC, vars={"depth": depth}))
    fields = {name: layers[name].receptive_field["input"][1].field for name in STRIDES}
    strip = torch.ones(1, 3, 32, length, dtype=torch.float64, requires_grad=True)
    for (name, stride), output in zip(STRIDES.items(), model(strip), strict=True):
        # What a unit sees depends on where it stands over a coarse one: a whole period of them, and the next one's first.
        period = 32 // stride
        intervals = [reached(strip, output[0, 0, 0, middle // stride + phase]) for phase in range(period + 1)]
        assert all(first > 0 and last < length - 1 for first, last in intervals)
        assert intervals[period][0] - intervals[0][0] == 32
        assert fields[name].size == max(1 + last - first for first, last in intervals)
        assert fields[name].jump == stride
        assert fields[name].start == min(first for first, _ in intervals[:period]) - middle


def averaging(depth: float) -> Model:
    """The network with positive weights, nothing that saturates and pools that read all: gradients reach what units see."""
    model = Model(depth, width=0.125, classes=1).eval().double()
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.constant_(module.weight, 1 / module.weight[0].numel())
        if isinstance(module, Conv):
            module.act = nn.Identity()
        if isinstance(module, SPPF):
            module.m = nn.AvgPool2d(5, 1, 2)
    return model


def reached(strip: torch.Tensor, unit: torch.Tensor) -> tuple[int, int]:
    """First and last column of the strip that the unit sees."""
    (gradient,) = torch.autograd.grad(unit, strip, retain_graph=True)
    columns = gradient[0].sum((0, 1)).nonzero()
    return int(columns[0]), int(columns[-1])


def test_sizes_are_those_that_pytorch_runs() -> None:
    """All multiples of 32, and some more: padding is all that is ever lost, but maps to be joined must be of one size."""
    (found,) = cnnspec.input_sizes(SPEC, 32, 98)
    module, runs = built(SIZES["s"]), []
    for pixels in range(32, 99):
        try:
            module(image(pixels))
            runs.append(pixels)
        except RuntimeError:
            pass
    assert list(found.sizes) == runs
    assert {32, 64, 96} <= set(runs)
