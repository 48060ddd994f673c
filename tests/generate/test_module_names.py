"""Modules are called as the spec calls them, and a class holds them so that any name will do."""

import re

import pytest
from agreement import differences
from harness import Harness

import cnnspec

SPEC = """
input: [3, 8, 8]
layers:
  - sequential:
      name: stage
      layers:
        - conv2d: {{name: {name}, out_channels: 4, kernel_size: 3, padding: 1}}
        - relu: {{name: act}}
        - conv2d: {{{second}out_channels: 4, kernel_size: 1}}
        - add: {{name: sum, from: [above, {name}]}}
"""


def checked(harness: Harness, text: str) -> str:
    """The module of a spec, which computes what the spec says."""
    result = cnnspec.analyze(cnnspec.loads(text))
    module = cnnspec.generate(result.spec)
    assert differences(result, harness.record(result, module)) == []
    return module


@pytest.mark.parametrize("name", ["conv", "items", "keys", "values"])
def test_attributes_where_all_have_names(harness: Harness, name: str) -> None:
    module = checked(harness, SPEC.format(name=name, second="name: second, "))
    assert re.search(rf"class \w+\(nn.Module\):\n.*\n +super.*\n +self\.{name} = nn.Conv2d\(3, 4, 3, padding=1\)", module)
    assert "ModuleDict" not in module


def test_items_where_one_has_a_number(harness: Harness) -> None:
    module = checked(harness, SPEC.format(name="conv", second=""))
    assert 'self["conv"] = nn.Conv2d(3, 4, 3, padding=1)' in module
    assert 'self["2"] = nn.Conv2d(4, 4, 1)' in module


def test_what_cannot_be_an_item_is_told() -> None:
    """``nn.ModuleDict`` keeps a few names for itself."""
    with pytest.raises(cnnspec.UsageError, match="beside modules that have numbers for names, none can be called `keys`"):
        cnnspec.generate(cnnspec.loads(SPEC.format(name="keys", second="")))
