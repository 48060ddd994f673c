"""Specs are drawn whole: nearly all are legal, they cover the language, and the interpreter runs each as analyzed."""

from __future__ import annotations

from collections import Counter

import pytest
import torch
from agreement import ends, held
from hypothesis import given, settings
from interpreter import interpret
from random_specs import SETTINGS, drawn, specs, usable
from spec_features import features

from cnnspec import layers

torch.set_num_threads(1)
EXPECTED = {
    *(f"layer: {type}" for type in layers.known()),
    *(f"param: {kind}" for kind in ("required", "int", "float", "bool", "list", "str")),
    *(f"vars: {kind}" for kind in ("int", "float", "bool", "list", "str")),
    *(f"expression over {what}" for what in ("params", "vars", "index", "in_…", "a layer's size")),
    *(f"when on {kind}" for kind in ("layer", "merge", "block use", "sequential", "inline", "branches")),
    *(f"repeat of {kind}" for kind in ("layer", "merge", "block use", "sequential", "inline", "branches")),
    *(f"repeat: {how}" for how in ("nameless", "named", "name with holes", "expression", "0", "1", "2", "3")),
    *(f"share of {kind}" for kind in ("layer", "block use", "sequential")),
    *(f"trainable on {kind}" for kind in ("layer", "merge", "block use", "sequential", "inline", "branches")),
    *(f"training_only on {kind}" for kind in ("layer", "merge", "block use", "sequential", "inline", "branches")),
    *(f"block body: {kind}" for kind in ("layers", "sequential", "inline")),
    *(f"branches merged by {type}" for type in ("add", "concat", "subtract", "multiply", "average", "maximum")),
    *(f"path: {what}" for what in ("identity", "one", "several")),
    *(f"{kind} in block" for kind in ("layer", "merge", "block use", "sequential", "inline", "branches")),
    *("when: constant", "when: expression", "repeat in a repeat", "repeat of a block of several inputs"),
    *("block that uses a block", "block without layers", "block inputs: several", "inputs: several", "outputs: several, named"),
    *(
        "output in the middle",
        "crop to a name",
        "activation: text of a name",
        "inplace: true",
        "expression in the input's shape",
    ),
    *("training_only on layer in a block", "training_only on block use in a block", "layer that uses another's weights"),
    *("frozen weights, at the top", "frozen weights, in a block", "training only, at the top", "training only, in a block"),
    *("name: given", "name: Python's or torch's", "param named like Python's or torch's", "var named like Python's or torch's"),
    *("axes: 1", "axes: 2", "axes: 3", "axes: 4", "entries: 3 to 15", "entries: over 15"),
}


@pytest.mark.long
def test_draws_are_legal_and_cover_the_language() -> None:
    found: Counter[str] = Counter()
    results = [usable(drawn(seed)) for seed in range(1000)]
    for result in results:
        found.update(features(result) if result is not None else ())
    assert sum(result is not None for result in results) >= 950
    assert {what for what in EXPECTED if found[what] < 5} == set()


@settings(SETTINGS, max_examples=100)
@given(specs())
def test_the_interpreter_runs_what_is_drawn(text: str) -> None:
    result = usable(text)
    if result is None:
        return
    torch.manual_seed(0)
    state = {
        f"{node.name}.{name}": torch.rand(shape, dtype=torch.float64)
        for node in result.graph.nodes
        for name, shape in held(node).items()
    }
    inputs = {name: torch.randn(2, *(shape or ()), dtype=torch.float64) for name, shape in result.graph.inputs.items()}
    values = interpret(result.graph, state, inputs)
    for node in result.graph.nodes:
        if not node.training_only:
            assert tuple(values[node.name].shape[1:]) == node.output_shape, (node.name, text)
    assert [tuple(values[end].shape[1:]) for end in ends(result).values()] == list(result.graph.outputs.values())
