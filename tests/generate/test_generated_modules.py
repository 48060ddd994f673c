"""Modules generated from drawn specs hold and compute what the specs say, and are written as tools want code to be."""

from __future__ import annotations

import re

import pytest
from agreement import differences
from harness import Harness, ModuleFailed
from hypothesis import HealthCheck, Phase, given, settings
from random_specs import specs
from smallest import smallest

import cnnspec

SETTINGS = settings(
    derandomize=True, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)


def usable(text: str) -> cnnspec.Result | None:
    """The analysis of a spec; None where it has errors."""
    try:
        result = cnnspec.analyze(cnnspec.loads(text, "drawn.yaml"))
    except cnnspec.SpecError:
        return None
    return None if result.has_errors else result


def told(harness: Harness, text: str) -> list[str]:
    """What is wrong with the module of a spec; nothing where the spec is."""
    result = usable(text)
    if result is None:
        return []
    try:
        return differences(result, harness.record(result, cnnspec.generate(result.spec)))
    except ModuleFailed as failure:
        return [f"the module does not run: {failure}"]
    except Exception as error:  # noqa: BLE001 - to be told with the spec
        return [f"nothing is generated: {error!r}"]


_KINDS = re.compile(
    "state_dict|parameter|frozen|begin|has|outputs|called|computed|training|inference|nothing|run|[A-Z][a-z]+(?:Error|Warning)"
)


def kind(messages: list[str]) -> list[str]:
    """What sort of thing is wrong first, whatever the layer's name: what is made smaller is to stay so."""
    return _KINDS.findall(messages[0].partition("\nimport")[0]) if messages else []


def holds(harness: Harness, draws: int, *, derandomize: bool) -> None:
    """Draw so many specs and compare; of one that fails a smaller one is told."""
    used = 0

    @settings(SETTINGS, max_examples=draws, derandomize=derandomize)
    @given(specs())
    def agree(text: str) -> None:
        nonlocal used
        used += usable(text) is not None
        if wrong := kind(told(harness, text)):
            small = smallest(text, lambda candidate: kind(told(harness, candidate)) == wrong)
            pytest.fail("\n".join([small, *told(harness, small)[:5]]))

    agree()
    assert used >= 0.95 * draws


def test_what_is_generated_computes_what_the_spec_says(harness: Harness) -> None:
    holds(harness, 500, derandomize=True)


@pytest.mark.long
def test_what_is_generated_computes_what_the_spec_says_at_length(harness: Harness) -> None:
    holds(harness, 10_000, derandomize=False)
