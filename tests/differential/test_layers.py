"""Every layer type against torch: what it takes and refuses, its output's shape, its parameters and buffers.

torch is the truth: batch of 2, float32, evaluation mode. A spec differs from it on purpose in these points, and each
is checked in the way that the code beside it says:

- Empty outputs are refused; torch allows an axis of size 0 in places.
- A tensor always has a batch. Given one axis too few, torch takes the batch for channels; a spec is refused.
- ``adaptive_avg_pool2d`` to 1 is a mean in torch, which then takes any number of axes; to other sizes it does not, and a
  spec never does.
- Negative padding is refused; ``torch.nn.functional.pad`` crops.
- Padding for more axes than there are is refused; a convolution of torch that pads otherwise than with zeros does not
  count its numbers.
- ``dropout2d`` and ``dropout3d`` refuse inputs of other axes, of which torch only warns.
- ``pixel_shuffle`` and ``pixel_unshuffle`` refuse more axes than channels, height and width; torch takes those before
  for a batch.
- ``unflatten`` and ``reshape`` make at most 8 axes; torch makes any number.
- What torch's layers do not know (``same`` with a stride, ``symmetric``, more padding on one side; in pools also
  ``same``) is the same layer without padding, after padding of its own.
"""

from __future__ import annotations

import math
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import pytest
import torch
from hypothesis import HealthCheck, Phase, given, settings
from layer_cases import NEVER_ILLEGAL, STRATEGIES, Case, Shape
from torch import Tensor

import cnnspec
from cnnspec import layers
from cnnspec.analysis.analysis import Layer
from cnnspec.errors import GroupsMismatch, IllegalShape

torch.set_num_threads(1)

REFUSALS = (RuntimeError, ValueError, IndexError, TypeError, AssertionError, ArithmeticError, KeyError)
BATCHES = (2, 7)
"""A second batch, larger than most sizes, tells an answer from one that only the batch's size made possible."""


class Facts(NamedTuple):
    shape: Shape
    state: list[tuple[str, Shape]]
    params: int
    buffers: int


def torchs(case: Case) -> Facts | None:
    """What torch makes of the layer; None where it refuses or where its answer is one that we refuse on purpose."""
    try:
        with warnings.catch_warnings(record=True) as caught, torch.no_grad():
            warnings.simplefilter("always")
            module = case.module().eval()
            outputs = [_run(case, module, batch) for batch in BATCHES]
    except REFUSALS:
        return None
    shapes = {tuple(output.shape[1:]) for output in outputs}
    if len(shapes) > 1 or any(output.shape[:1] != (batch,) for output, batch in zip(outputs, BATCHES, strict=True)):
        return None
    if outputs[0].numel() == 0 or _is_cropped(case) or _is_miscounted(case) or _is_warned(case, caught):
        return None
    if _is_unbatched(case, outputs[0]) or _is_mean(case) or _is_stacked(case, outputs[0]) or _is_long(case, outputs[0]):
        return None
    return Facts(
        shapes.pop(),
        [(name, tuple(tensor.shape)) for name, tensor in module.state_dict().items()],
        sum(tensor.numel() for tensor in module.parameters()),
        sum(tensor.numel() for tensor in module.buffers()),
    )


def _run(case: Case, module: torch.nn.Module, batch: int) -> Tensor:
    return case.forward(module, *(torch.zeros(batch, *shape) for shape in case.inputs))


def _is_unbatched(case: Case, output: Tensor) -> bool:
    """Whether torch took the batch for channels: one axis is missing, and with a batch of 1 before it nothing changes."""
    if not case.ndim or len(case.inputs[0]) != case.ndim or case.type == "batch_norm1d":
        return False
    with warnings.catch_warnings(), torch.no_grad():
        # Where an instance norm has learned nothing, the batch in the channels' place is only told of.
        warnings.filterwarnings("ignore", message="input's size at dim=")
        assert case.forward(case.module().eval(), torch.zeros(1, *BATCHES[:1], *case.inputs[0])).shape[1:] == output.shape
    return True


def _is_mean(case: Case) -> bool:
    """Whether only an output size of 1 made torch take too many axes."""
    if case.type != "adaptive_avg_pool2d" or len(case.inputs[0]) == 3:
        return False
    with pytest.raises(RuntimeError, match="Expected 3D or 4D tensor"):
        torch.nn.AdaptiveAvgPool2d(2)(torch.zeros(*BATCHES[:1], *case.inputs[0]))
    return True


def _is_stacked(case: Case, output: Tensor) -> bool:
    """Whether torch took the axes before the last three for a batch: each sample is a batch of its own."""
    if not case.type.startswith("pixel_") or len(case.inputs[0]) != 4:
        return False
    with torch.no_grad():
        assert case.forward(case.module(), torch.zeros(*case.inputs[0])).shape == output.shape[1:]
    return True


def _is_long(case: Case, output: Tensor) -> bool:
    return case.type in ("unflatten", "reshape") and output.ndim - 1 > 8


def _is_cropped(case: Case) -> bool:
    return "padding" in case.options and "-" in str(case.options["padding"])


def _is_miscounted(case: Case) -> bool:
    padding = case.options.get("padding")
    return "conv" in case.type and isinstance(padding, list) and len(padding) > case.ndim and "padding_mode" in case.options


def _is_warned(case: Case, caught: list[warnings.WarningMessage]) -> bool:
    return case.type in ("dropout2d", "dropout3d") and any("dropout" in str(warning.message) for warning in caught)


def ours(case: Case) -> Facts | None:
    """What cnnspec makes of it; None where it refuses. A fractional stride is legal: analysis goes on."""
    try:
        spec = cnnspec.loads(case.text)
    except cnnspec.SpecError:
        return None
    result = cnnspec.analyze(spec)
    (layer,) = result.layers
    refused = any(finding.severity == "error" and finding.rule != "fractional-stride" for finding in result.findings)
    assert refused == (layer.output_shape is None)
    return None if refused else _facts(layer)


def _facts(layer: Layer) -> Facts:
    of_type = layer.node.layer
    shapes = [shape for shape in layer.input_shapes if shape is not None]
    assert of_type is not None
    assert layer.output_shape is not None
    assert layer.params is not None
    assert layer.buffers is not None
    state = [*of_type.parameters(*shapes).items(), *of_type.buffers(*shapes).items()]
    return Facts(layer.output_shape, state, layer.params, layer.buffers)


def compare(type: str, draws: int, *, derandomize: bool) -> Counter[str]:
    """Draw and compare; how many were legal and illegal."""
    tally: Counter[str] = Counter()

    @settings(
        max_examples=draws,
        derandomize=derandomize,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )
    @given(STRATEGIES[type](type))
    def agree(case: Case) -> None:
        truth = torchs(case)
        tally["illegal" if truth is None else "legal"] += 1
        assert ours(case) == truth, case.text

    agree()
    least = math.ceil(0.3 * draws)
    if type in NEVER_ILLEGAL:
        assert tally == {"legal": tally.total()}
        assert tally.total() >= least
    else:
        assert tally["legal"] >= least
        assert tally["illegal"] >= least
    return tally


def test_every_type_is_drawn() -> None:
    assert sorted(STRATEGIES) == sorted(layers.known())


@pytest.mark.parametrize("type", layers.known())
def test_a_layer_is_torchs(type: str) -> None:
    compare(type, 200, derandomize=True)


def failure_of(case: Case) -> IllegalShape | None:
    (layer,) = cnnspec.analyze(cnnspec.loads(case.text)).layers
    return layer.node.failure


OFFERING = ("conv", "depthwise", "separable", "locally", "max_pool", "avg", "prelu", "pad", "group_norm", "layer_norm")
OFFERING += ("pixel", "channel_shuffle", "upsample", "slice", "unflatten", "reshape")


@pytest.mark.parametrize("type", [type for type in layers.known() if type.startswith(OFFERING) and type != "layer_norm2d"])
def test_what_is_offered_is_legal(type: str) -> None:
    """A fix leaves at most what is wrong for another reason: channels that do not divide, with a kernel too large."""
    offered = 0

    @settings(max_examples=200, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(STRATEGIES[type](type))
    def agree(case: Case) -> None:
        nonlocal offered
        try:
            failure = failure_of(case)
        except cnnspec.SpecError:
            return
        for fix in failure.fixes if failure is not None else ():
            assert fix.option is not None
            fixed = replace(case, options={**case.options, fix.option: fix.value})
            left = failure_of(fixed)
            offered += 1
            assert left is None or isinstance(failure, GroupsMismatch) > isinstance(left, GroupsMismatch), (case.text, fix)

    agree()
    assert offered >= 20


@pytest.mark.long
@pytest.mark.parametrize("type", layers.known())
def test_a_layer_is_torchs_at_length(type: str, record_property: Callable[[str, object], None]) -> None:
    for verdict, count in compare(type, 5_000, derandomize=False).items():
        record_property(verdict, count)
