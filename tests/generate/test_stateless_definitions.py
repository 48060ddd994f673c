"""What the comparison of single layers cannot show: what stochastic depth drops in training, a crop to another layer."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from calls import module, text
from torch import Tensor

from cnnspec import layers


def namespace() -> dict[str, Any]:
    found: dict[str, Any] = {}
    exec(compile(module(), "definitions", "exec"), found)
    return found


def dropped(p: float, x: Tensor) -> Tensor:
    layer = layers.known()["stochastic_depth"].build("stochastic_depth", {"p": p}, 2)
    torch.manual_seed(0)
    output: Tensor = eval(text(layer.torch((2, 2, 2)), layer, [(2, 2, 2)]), namespace()).train()(x)
    return output


def test_stochastic_depth_drops_whole_samples() -> None:
    """A sample is zero, or 4/3 of itself where one in four is dropped: the mean stays."""
    x = torch.rand(64, 2, 2, 2) + 1
    factors = dropped(0.25, x) / x
    each = factors[:, 0, 0, 0]
    torch.testing.assert_close(factors, each.view(-1, 1, 1, 1).expand_as(x))
    torch.testing.assert_close(torch.unique(each.round(decimals=4)), torch.tensor([0, 1.3333]))


@pytest.mark.parametrize(("p", "factor"), [(0, 1), (1, 0)])
def test_stochastic_depth_drops_none_or_all(p: float, factor: float) -> None:
    x = torch.rand(8, 3)
    torch.testing.assert_close(dropped(p, x), x * factor)


def test_a_crop_takes_the_size_that_the_other_datum_has() -> None:
    """Of 7 rows 4 stay, 1 before and 2 after cut off; of 6 columns 3, 1 before and 2 after."""
    layer = layers.known()["crop"].build("crop", {"to": [4, 3]}, 2)
    call = layer.expression((2, 7, 6))
    assert call is not None
    x = torch.rand(2, 2, 7, 6)
    for size in ((4, 3), (5, 2)):
        data = {"x": x, "other": torch.rand(2, 9, *size)}
        found = eval(text(call, layer, [(2, 7, 6)], ["x", "other"]), {**namespace(), **data})
        assert found.shape == (2, 2, *size)
    torch.testing.assert_close(found, x[:, :, 1:6, 2:4])  # of 7 rows 5, 1 cut off on both sides; of 6 columns 2, 2 cut off
    torch.testing.assert_close(eval(text(layer.torch((2, 7, 6)), layer, []), namespace())(x), x[:, :, 1:5, 1:4])
