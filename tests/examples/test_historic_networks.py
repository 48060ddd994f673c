"""The networks of 1980 to 2016: against their papers, and layer by layer against PyTorch's, built here by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

import cnnspec
from cnnspec.analysis.analysis import Layer

EXAMPLES = Path(__file__).parents[2] / "examples"
NAMES = ["neocognitron", "lenet_1998", "alexnet_2012", "zfnet", "yolov1"]

every_network = pytest.mark.parametrize("name", NAMES)


@pytest.fixture(scope="module")
def network() -> Callable[[str], cnnspec.Result]:
    results = {name: cnnspec.analyze(EXAMPLES / f"{name}.yaml") for name in NAMES}
    return results.__getitem__


# -- the same in PyTorch -------------------------------------------------------------------------------------------


class Crop(nn.Module):
    """One row less on each side."""

    size = (14, 14)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x[..., 1:-1, 1:-1]


class Subsampling(nn.AvgPool2d):
    """The mean of 2×2, times a coefficient and plus a bias a map."""

    learnable = True

    def __init__(self, maps: int) -> None:
        super().__init__(2)
        self.coefficient, self.bias = nn.Parameter(torch.ones(maps, 1, 1)), nn.Parameter(torch.zeros(maps, 1, 1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return super().forward(x) * self.coefficient + self.bias


class Table(nn.Module):
    """A convolution for each map, which reads the maps below that are marked in its column."""

    out_channels, kernel_size, stride, padding, dilation, groups, bias, padding_mode = 16, 5, 1, 0, 1, 1, True, "zeros"

    def __init__(self, rows: list[str]) -> None:
        super().__init__()
        reads = ([row for row, marks in enumerate(rows) if marks[column] == "X"] for column in range(16))
        self.connections = tuple(map(tuple, reads))
        self.maps = nn.ModuleList(nn.Conv2d(len(reads), 1, 5) for reads in self.connections)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.cat([convolve(x[:, reads]) for convolve, reads in zip(self.maps, self.connections, strict=True)], 1)


# LeCun et al. (1998), table I: a row for each map of S2, a column for each of C3.
TABLE_I = [
    "X...XXX..XXXX.XX",
    "XX...XXX..XXXX.X",
    "XXX...XXX..X.XXX",
    ".XXX..XXXX..X.XX",
    "..XXX..XXXX.XX.X",
    "...XXX..XXXX.XXX",
]


def neocognitron() -> list[nn.Module]:
    def blur(size: int, padding: int = 0) -> list[nn.Module]:
        given = nn.Conv2d(24, 24, size, padding=padding, groups=24, bias=False)
        return [given.requires_grad_(requires_grad=False), nn.Softsign()]

    return [
        *(nn.Conv2d(1, 24, 5, padding=2), nn.ReLU(), Crop(), *blur(5)),
        *(nn.Conv2d(24, 24, 5, padding=1), nn.ReLU(), *blur(5, padding=1)),
        *(nn.Conv2d(24, 24, 5), nn.ReLU(), *blur(2)),
    ]


def lenet_1998() -> list[nn.Module]:
    return [
        *(nn.Conv2d(1, 6, 5), nn.Tanh(), Subsampling(6), nn.Tanh()),
        *(Table(TABLE_I), nn.Tanh(), Subsampling(16), nn.Tanh()),
        *(nn.Conv2d(16, 120, 5), nn.Tanh(), nn.Flatten(), nn.Linear(120, 84), nn.Tanh()),
        nn.Linear(84, 10, bias=False).requires_grad_(requires_grad=False),
    ]


def dense_head() -> list[nn.Module]:
    return [
        *(nn.Flatten(), nn.Linear(9216, 4096), nn.ReLU(), nn.Dropout()),
        *(nn.Linear(4096, 4096), nn.ReLU(), nn.Dropout(), nn.Linear(4096, 1000)),
    ]


def alexnet_2012() -> list[nn.Module]:
    def norm() -> nn.Module:
        return nn.LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2)

    return [
        *(nn.Conv2d(3, 96, 11, stride=4), nn.ReLU(), norm(), nn.MaxPool2d(3, 2)),
        *(nn.Conv2d(96, 256, 5, padding=2, groups=2), nn.ReLU(), norm(), nn.MaxPool2d(3, 2)),
        *(nn.Conv2d(256, 384, 3, padding=1), nn.ReLU()),
        *(nn.Conv2d(384, 384, 3, padding=1, groups=2), nn.ReLU()),
        *(nn.Conv2d(384, 256, 3, padding=1, groups=2), nn.ReLU(), nn.MaxPool2d(3, 2)),
        *dense_head(),
    ]


def zfnet() -> list[nn.Module]:
    def norm() -> nn.Module:
        return nn.LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2)

    return [
        *(nn.Conv2d(3, 96, 7, stride=2, padding=1), nn.ReLU(), nn.MaxPool2d(3, 2, padding=1), norm()),
        *(nn.Conv2d(96, 256, 5, stride=2), nn.ReLU(), nn.MaxPool2d(3, 2, padding=1), norm()),
        *(nn.Conv2d(256, 384, 3, padding=1), nn.ReLU(), nn.Conv2d(384, 384, 3, padding=1), nn.ReLU()),
        *(nn.Conv2d(384, 256, 3, padding=1), nn.ReLU(), nn.MaxPool2d(3, 2)),
        *dense_head(),
    ]


# Redmon et al. (2016), figure 3, a line a column: kernel, maps put out, stride; P is the pool that halves.
FIGURE_3 = [
    *((7, 64, 2), "P"),
    *((3, 192, 1), "P"),
    *((1, 128, 1), (3, 256, 1), (1, 256, 1), (3, 512, 1), "P"),
    *((1, 256, 1), (3, 512, 1)) * 4,
    *((1, 512, 1), (3, 1024, 1), "P"),
    *((1, 512, 1), (3, 1024, 1)) * 2,
    *((3, 1024, 1), (3, 1024, 2)),
    *((3, 1024, 1), (3, 1024, 1)),
]


def yolov1() -> list[nn.Module]:
    modules: list[nn.Module] = []
    below = 3
    for part in FIGURE_3:
        if part == "P":
            modules.append(nn.MaxPool2d(2))
        else:
            kernel, maps, stride = part
            modules += [nn.Conv2d(below, maps, kernel, stride, padding=kernel // 2), nn.LeakyReLU(0.1)]
            below = maps
    head = [nn.Flatten(), nn.Linear(7 * 7 * 1024, 4096), nn.LeakyReLU(0.1), nn.Dropout(), nn.Linear(4096, 7 * 7 * 30)]
    return [*modules, *head, nn.Unflatten(1, (7, 7, 30))]


def built(name: str) -> list[nn.Module]:
    """The network in PyTorch, without memory for its weights."""
    with torch.device("meta"):
        modules: list[nn.Module] = globals()[name]()
    return modules


TYPES = {
    nn.Conv2d: "conv2d",
    Table: "conv2d",
    nn.Linear: "linear",
    nn.MaxPool2d: "max_pool2d",
    Subsampling: "avg_pool2d",
    nn.ReLU: "relu",
    nn.LeakyReLU: "leaky_relu",
    nn.Tanh: "tanh",
    nn.Softsign: "softsign",
    nn.Dropout: "dropout",
    nn.LocalResponseNorm: "local_response_norm",
    nn.Flatten: "flatten",
    nn.Unflatten: "unflatten",
    Crop: "crop",
}


def options(module: nn.Module, names: Iterable[str]) -> dict[str, Any]:
    """The module's options of these names as a result has them: a size for each axis, padding before and after, no batch."""
    found = {name: getattr(module, "unflattened_size" if name == "sizes" else name) for name in names}
    for name in {"kernel_size", "stride", "padding", "dilation"} & found.keys():
        found[name] = found[name] if isinstance(found[name], tuple) else (found[name],) * 2
    if "padding" in found:
        found["padding"] = tuple((amount, amount) for amount in found["padding"])
    for name in {"dim", "start_dim"} & found.keys():
        found[name] -= 1
    return {**found, "bias": found["bias"] is not None} if "bias" in found else found


@every_network
def test_pytorch_builds_the_same_network_layer_by_layer(network, name):
    result = network(name)
    (shape,) = result.graph.inputs.values()
    x = torch.empty(1, *shape, device="meta")
    params = macs = 0
    for layer, module in zip(result, built(name), strict=True):
        with FlopCounterMode(display=False) as counter:
            x = module(x)
        weights = list(module.parameters())
        found = (layer.output_shape, layer.params, layer.trainable_params, layer.macs)
        counted = sum(weight.numel() for weight in weights)
        trained = sum(weight.numel() for weight in weights if weight.requires_grad)
        assert layer.type == TYPES[type(module)]
        assert found == (tuple(x.shape[1:]), counted, trained, counter.get_total_flops() // 2), layer.name
        # The numbers of the Neocognitron's fixed windows are ours: below.
        compared = layer.options.keys() - {"weight"}
        assert {name: layer.options[name] for name in compared} == options(module, compared), layer.name
        params, macs = params + counted, macs + counter.get_total_flops() // 2
    assert (result.totals.params, result.totals.macs) == (params, macs)


def sights(layer: Layer) -> set[tuple[int, int, int]]:
    """Size, jump and start of the receptive field along each axis."""
    assert layer.receptive_field is not None
    fields = [sight.field for sight in layer.receptive_field["input"]]
    return {(field.size, field.jump, field.start) for field in fields if field is not None}


@every_network
def test_fields_grow_as_windows_add_up(network, name):
    """A window of k with stride s adds k − 1 jumps and multiplies the jump by s."""
    size, jump, start = 1, 1, 0
    compared = 0
    for layer, module in zip(network(name), built(name), strict=True):
        if isinstance(module, nn.Flatten):
            break
        if isinstance(module, Crop):
            start += jump
        elif hasattr(module, "kernel_size"):
            kernel, stride, padding = (
                value if isinstance(value, int) else value[0] for value in (module.kernel_size, module.stride, module.padding)
            )
            size, jump, start = size + (kernel - 1) * jump, jump * stride, start - padding * jump
        assert sights(layer) == {(size, jump, start)}, layer.name
        compared += 1
    # Convolutions, pools and what stands between them, up to where the map is flattened.
    assert compared == {"neocognitron": 13, "lenet_1998": 10, "alexnet_2012": 15, "zfnet": 15, "yolov1": 52}[name]


# -- what the papers print -----------------------------------------------------------------------------------------


def scopes(result: cnnspec.Result) -> list[tuple[int, ...] | None]:
    """Output shapes of blocks."""
    return [part.output_shape for part in result.analysis.root.children if part.name[0] in "sc" and part.name[1:].isdigit()]


def test_cells_of_the_neocognitron(network):
    # Fukushima (1980): 16×16×24 cells in US1, 10×10×24 in UC1, 8×8×24 in US2, 6×6×24 in UC2, 2×2×24 in US3 and 24 in UC3.
    sizes = [(24, size, size) for size in (16, 10, 8, 6, 2, 1)]
    assert scopes(network("neocognitron")) == sizes


def test_synapses_of_the_neocognitron(network):
    convolutions = [layer for layer in network("neocognitron") if layer.type == "conv2d"]
    # To each S-cell lead 5×5 in US1, 5×5×24 in US2 and US3; to each C-cell 5×5 in UC1 and UC2, 2×2 in UC3.
    assert [layer.macs // layer.activations for layer in convolutions] == [25, 25, 25 * 24, 25, 25 * 24, 4]
    # Shared in a plane. Modifiable: as many for each of 24 planes, and its b. Fixed: as many for each of 24 planes.
    assert [layer.trainable_params for layer in convolutions] == [26 * 24, 0, 601 * 24, 0, 601 * 24, 0]
    assert [layer.params for layer in convolutions[1::2]] == [25 * 24, 25 * 24, 4 * 24]


def test_cells_of_the_neocognitron_lie_even_on_all_sides(network):
    for layer in network("neocognitron"):
        ((size, jump, start),) = sights(layer)
        last = start + (layer.output_shape[1] - 1) * jump + size - 1
        assert start + last == 0 + 15, layer.name


@pytest.mark.parametrize("name", ["c1.d", "c2.d", "c3.d"])
def test_c_cells_read_less_of_what_is_further_off(network, name):
    weight = network("neocognitron")[name].options["weight"]
    middle = (len(weight) - 1) / 2
    by_distance = {}
    for row, column in product(range(len(weight)), repeat=2):
        distance = (row - middle) ** 2 + (column - middle) ** 2
        assert by_distance.setdefault(distance, weight[row][column]) == weight[row][column]
    falling = [by_distance[distance] for distance in sorted(by_distance)]
    assert len(falling) == {5: 6, 2: 1}[len(weight)]
    assert all(near > far > 0 for near, far in pairwise(falling))
    assert sum(map(sum, weight)) == pytest.approx(1)


def test_connections_of_lenet(network):
    result = network("lenet_1998")
    # Each use of a weight or a bias is one. Subsampling: four inputs and the bias for each unit.
    connections = {name: result[name].unshared_params for name in ("c1", "c3", "c5")}
    connections |= {name: (2 * 2 + 1) * result[name].activations for name in ("s2", "s4")}
    connections |= {name: result[name].params for name in ("f6", "output")}
    # LeCun et al. (1998), section II.B, each layer's; 340,908 in all, of which 840 are the output's 84 inputs for 10 units.
    printed = {"c1": 122_304, "s2": 5_880, "c3": 151_600, "s4": 2_000, "c5": 48_120, "f6": 10_164, "output": 840}
    assert connections == printed
    assert sum(printed.values()) == 340_908


def test_parameters_of_lenet(network):
    result = network("lenet_1998")
    # As printed: weights of 5×5 windows and biases in C1, C3 and C5, a coefficient and a bias a map in S2 and S4.
    printed = {"c1": 156, "s2": 12, "c3": 1_516, "s4": 32, "c5": 48_120, "f6": 10_164, "output": 0}
    assert {name: result[name].trainable_params for name in printed} == printed
    assert result.totals.trainable_params == sum(printed.values()) == 60_000
    assert result["c3"].params == 6 * (3 * 25 + 1) + 9 * (4 * 25 + 1) + (6 * 25 + 1)


def test_table_of_lenet(network):
    reads = [[row for row in range(6) if TABLE_I[row][column] == "X"] for column in range(16)]
    assert [list(channels) for channels in network("lenet_1998")["c3"].options["connections"]] == reads


def test_neurons_of_alexnet(network):
    result = network("alexnet_2012")
    # Krizhevsky et al. (2012), section 3.5. The first layer's 253,440 cannot be: its kernels make 96 maps of 55×55.
    printed = {"conv2": 186_624, "conv3": 64_896, "conv4": 64_896, "conv5": 43_264, "fc6": 4_096, "fc7": 4_096, "fc8": 1_000}
    assert {name: result[name].activations for name in printed} == printed
    assert result["conv1"].activations == 55 * 55 * 96 == 290_400


@pytest.mark.parametrize(("name", "norm"), [("alexnet_2012", "norm1"), ("zfnet", "local_response_norm1")])
def test_response_is_normalized_by_the_papers_sum(network, name, norm):
    """b = a / (k + α Σ a²)^β over n maps, with k = 2, n = 5, α = 0.0001 and β = 0.75: Krizhevsky et al. (2012), section 3.3."""
    a = 100 * torch.rand(1, 96, 2, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    squares = torch.stack([(a[:, max(0, i - 2) : i + 3] ** 2).sum(1) for i in range(96)], 1)
    expected = a / (2 + 0.0001 * squares) ** 0.75
    torch.testing.assert_close(nn.LocalResponseNorm(**network(name)[norm].options)(a), expected)


def test_sizes_of_zfnet(network):
    result = network("zfnet")
    # Zeiler and Fergus (2013), figure 3: 110, pooled 55; 26, pooled 13; 13, 13 and 13, pooled 6.
    assert [layer.output_shape for layer in result if layer.type == "conv2d"] == [
        *[(96, 110, 110), (256, 26, 26)],
        *[(384, 13, 13), (384, 13, 13), (256, 13, 13)],
    ]
    assert [layer.output_shape for layer in result if layer.type == "max_pool2d"] == [(96, 55, 55), (256, 13, 13), (256, 6, 6)]
    # 110.5, 55.5 and 13.5: of each a row of padding is lost, and none of the image.
    lost = [found for found in result.findings if found.rule == "fractional-stride"]
    assert {(found.layer, found.severity) for found in lost} == {(name, "note") for name in ("conv1", "max_pool1", "max_pool2")}
    assert all("all of them padding" in found.message for found in lost)


def test_parameters_of_zfnet(network):
    # Windows times maps below, and a bias, for each map; then 6·6·256 and twice 4,096 inputs, and a bias.
    printed = [(49 * 3 + 1) * 96, (25 * 96 + 1) * 256, (9 * 256 + 1) * 384, (9 * 384 + 1) * 384, (9 * 384 + 1) * 256]
    printed += [(6 * 6 * 256 + 1) * 4096, 4097 * 4096, 4097 * 1000]
    assert [layer.params for layer in network("zfnet") if layer.params] == printed
    assert sum(printed) == 62_357_608


def test_yolo_has_24_convolutions(network):
    convolutions = [layer for layer in network("yolov1") if layer.type == "conv2d"]
    assert [layer.name for layer in convolutions] == [f"conv{number}" for number in range(1, 25)]
    drawn = [part[:2] for part in FIGURE_3 if part != "P"]
    assert [(layer.options["kernel_size"][0], layer.output_shape[0]) for layer in convolutions] == drawn
    assert all(layer.options["negative_slope"] == 0.1 for layer in network("yolov1") if layer.type == "leaky_relu")
    # Figure 3: the image is 448 wide; the maps after each pool and stride.
    assert [layer.output_shape[1] for layer in network("yolov1") if layer.type == "max_pool2d"] == [112, 56, 28, 14]
    assert convolutions[-1].output_shape == (1024, 7, 7)


@pytest.mark.parametrize(("classes", "numbers"), [(20, 30), (80, 90)])
def test_yolo_tells_of_each_cell_two_boxes_and_the_classes(classes, numbers):
    # S×S×(B·5 + C): 7×7×30 for Pascal VOC.
    result = cnnspec.analyze(EXAMPLES / "yolov1.yaml", vars={"classes": classes})
    assert dict(result.graph.outputs) == {"detections": (7, 7, numbers)}
    assert result["linear2"].params == (4096 + 1) * 49 * numbers
    assert not [found for found in result.findings if found.severity == "error"]
