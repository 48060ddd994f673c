"""CNN107."""

import keyword

import pytest
import torch
from rule_nets import check, net

from cnnspec.errors import Fix
from cnnspec.rules.forbidden_name import MODULE, SEQUENTIAL

RULE = "forbidden-name"


def told(text):
    return [(finding.layer, tuple(finding.position), finding.message) for finding in check(text, RULE)]


def words(module):
    return {name for name in dir(module) if not name.startswith("__")}


def test_the_words_are_torchs():
    assert words(torch.nn.Module()) == MODULE
    assert words(torch.nn.Sequential()) - MODULE == SEQUENTIAL


@pytest.mark.parametrize("name", sorted(MODULE))
def test_torch_refuses_them(name):
    with pytest.raises(KeyError):
        torch.nn.Module().add_module(name, torch.nn.ReLU())
    assert [finding.layer for finding in check(net([3], f"relu: {{name: {name}}}"), RULE)] == [name]


def test_a_layer_called_like_a_method():
    (found,) = check(net([3], "linear: 4", "relu: {name: forward}"))
    assert (found.code, found.severity, found.position, found.layer) == ("CNN107", "error", (4, 18), "forward")
    assert found.message == "a layer cannot be called `forward`, which is a word of torch.nn.Module"
    assert found.fix == "another name, such as `forward_`"
    assert found.fixes == (Fix("name", "forward_"),)
    assert not check(net([3], "linear: 4", "relu: {name: forward_}"))


def test_the_name_offered_is_free():
    (found,) = check(net([3], "tanh: {name: half_}", "relu: {name: half}"))
    assert found.fixes == (Fix("name", "half__"),)
    assert not check(net([3], "tanh: {name: half_}", "relu: {name: half__}"))


def test_names_of_scopes_and_in_scopes():
    text = net([3], "sequential: {name: modules, layers: [{relu: {name: to}}]}", "relu: {name: train, repeat: 2}")
    assert told(text) == [
        ("modules", (3, 24), "a layer cannot be called `modules`, which is a word of torch.nn.Module"),
        ("modules.to", (3, 56), "a layer cannot be called `to`, which is a word of torch.nn.Module"),
        ("train", (4, 18), "a layer cannot be called `train`, which is a word of torch.nn.Module"),
    ]


def test_copies_of_a_block_are_told_once():
    blocks = "{pair: {layers: [linear: 3, {relu: {name: half}}]}}"
    text = net([3], "pair: {name: x, repeat: 3}", "pair", blocks=blocks)
    what = "a layer cannot be called `half`, which is a word of torch.nn.Module (in a block used at 4:5); 3 more like it"
    assert told(text) == [("x.0.half", (2, 51), what)]


def test_names_with_holes_are_asked_for_as_they_come_out():
    assert [layer for layer, *_ in told(net([3], 'relu: {name: "bfloat{index + 15}", repeat: 3}'))] == ["bfloat16"]


@pytest.mark.parametrize("name", sorted(SEQUENTIAL))
def test_in_a_sequential_more_is_taken(name):
    with pytest.raises(KeyError):
        torch.nn.Sequential().add_module(name, torch.nn.ReLU())
    torch.nn.Module().add_module(name, torch.nn.ReLU())
    entry = f"{{relu: {{name: {name}}}}}"
    (found,) = check(net([3], f"sequential: [{entry}]"))
    assert found.message == f"a layer cannot be called `{name}`, which is a word of torch.nn.Sequential"
    assert not check(net([3], entry))
    assert check(net([3], "part", blocks=f"{{part: {{sequential: [{entry}]}}}}"))
    assert not check(net([3], "part", blocks=f"{{part: {{layers: [{entry}]}}}}"))


def test_what_needs_no_name_has_a_free_one():
    types = ["relu", "linear: 3", "sequential: [relu, tanh]", "identity", "dropout"]
    assert not told(net([3], *types))


def test_self_is_pythons():
    assert told(net([3], "relu: {name: self}")) == [
        ("self", (3, 18), "a layer cannot be called `self`, which is a word of Python")
    ]
    text = "inputs: {self: [3]}\nlayers:\n  - relu: {from: self}\n"
    assert told(text) == [(None, (1, 16), "an input cannot be called `self`, which is a word of Python")]
    blocks = "{pair: {inputs: [self, other], layers: [add: [self, other]]}, wide: {params: {self: 2}, layers: [linear: self]}}"
    assert told(net([3], "pair: {from: [input, input]}", "wide", blocks=blocks)) == [
        (None, (2, 10), "block `pair`: an input cannot be called `self`, which is a word of Python"),
        (None, (2, 71), "block `wide`: a parameter cannot be called `self`, which is a word of Python"),
    ]


@pytest.mark.parametrize("word", keyword.kwlist)
def test_keywords_are_the_languages_to_refuse(word):
    found = check(net([3], f"relu: {{name: '{word}'}}"))
    assert [finding.code for finding in found] == ["CNN002"]
