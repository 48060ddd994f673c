"""Modules generated from drawn specs hold and compute what the specs say, and are written as tools want code to be."""

from __future__ import annotations

import ast
import re
from random import Random

import pytest
from agreement import differences, in_outline
from drawn_names import other
from harness import Harness, ModuleFailed
from hypothesis import given, settings
from random_specs import SETTINGS, drawn, specs, usable
from smallest import smallest

import cnnspec


def told(harness: Harness, text: str) -> list[str]:
    """What is wrong with the module of a spec; nothing where the spec is, or has no code."""
    result = usable(text)
    if result is None:
        return []
    try:
        return differences(result, harness.record(result, cnnspec.generate(result.spec)))
    except ModuleFailed as failure:
        return [f"the module does not run: {failure}"]
    except Exception as error:  # noqa: BLE001 - to be told with the spec
        return [] if is_refused(result, error) else [f"nothing is generated: {error!r}"]


def is_refused(result: cnnspec.Result, error: Exception) -> bool:
    """Whether a spec has no code, as it says: where a part is used again for training only, what it holds for training is read.

    The same modules would have to be called in two ways.
    """
    flagged = [entry for entry in result.spec.entries() if entry.training_only is not None]
    is_shared = any(entry.share is not None for entry in flagged) and len(flagged) > 1
    return is_shared and isinstance(error, cnnspec.UsageError) and "is used again it would be other code" in str(error)


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


def test_programs_run(harness: Harness) -> None:
    """A program says what the network is, holds it against the analysis and runs it."""
    for result in filter(None, (usable(drawn(seed)) for seed in range(100))):
        printed = harness.main(cnnspec.generate(result.spec, with_main=True))
        assert f"parameters {result.totals.params or 0:,}" in printed


def parameters(module: str) -> list[str]:
    """What the constructor of a module's last class takes."""
    *_, last = (node for node in ast.parse(module).body if isinstance(node, ast.ClassDef))
    constructors = [node for node in last.body if isinstance(node, ast.FunctionDef) and node.name == "__init__"]
    return [argument.arg for node in constructors for argument in node.args.args[1:]]


def varied(harness: Harness, text: str, seed: int) -> bool:
    """Compare the module at other values of the variables that it takes; whether there are any with which it is legal."""
    result = usable(text)
    if result is None:
        return False
    spec, module, random = result.spec, cnnspec.generate(result.spec), Random(seed)
    # A name that means something in Python bears an underscore there; `_` is `x_`.
    spelled = {name: (name, name.removesuffix("_"), name.removeprefix("x")) for name in parameters(module)}
    taken = {name: next(word for word in words if word in spec.vars) for name, words in spelled.items()}
    arguments = {name: other(random, spec.vars[variable]) for name, variable in taken.items()}
    changed = cnnspec.analyze(spec, vars={taken[name]: value for name, value in arguments.items()})
    if not arguments or changed.has_errors:
        return False
    try:
        wrong = in_outline(changed, harness.outline(changed, module, **arguments))
    except ModuleFailed as failure:
        wrong = [str(failure)]
    if wrong:
        pytest.fail("\n".join([f"with {arguments}:", text, *wrong[:5]]))
    return True


def test_arguments_are_the_variables(harness: Harness) -> None:
    """Of a hundred specs about ten have variables that are arguments, and are legal with other values."""
    assert sum(varied(harness, drawn(seed), seed) for seed in range(300)) >= 20


@pytest.mark.long
def test_arguments_are_the_variables_at_length(harness: Harness) -> None:
    assert sum(varied(harness, drawn(seed), seed) for seed in range(5_000)) >= 350
