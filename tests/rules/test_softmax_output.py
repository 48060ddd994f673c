"""CNN205."""

import pytest
from rule_nets import check, net

RULE = "softmax-output"


def told(text):
    return [finding.layer for finding in check(text, RULE)]


def test_a_network_that_puts_out_probabilities():
    (found,) = check(net([8], "linear: 10", "softmax: {name: prob}"))
    assert (found.code, found.severity, found.position, found.layer) == ("CNN205", "warning", (4, 5), "prob")
    assert found.message == (
        "it is the network's output, but torch.nn.CrossEntropyLoss takes the softmax of what it is given: it wants logits"
    )
    assert found.fix == "put out linear1, and take the softmax where probabilities are wanted"
    assert not check(net([8], "linear: 10"))


def test_what_only_hands_it_on_does_not_hide_it():
    (found,) = check(net([4, 8, 8], "softmax", "identity", "flatten: {name: out}"), RULE)
    assert (found.layer, found.position) == ("softmax1", (3, 5))
    assert found.message.startswith("out, the network's output, hands it on, but torch.nn.CrossEntropyLoss")
    assert found.fix.startswith("put out input,")


@pytest.mark.parametrize(
    "entry",
    [
        "softmax",
        "activation: softmax",
        "softmax: {dim: -1}",
        "activation: {function: softmax}",
    ],
)
def test_however_it_is_written(entry):
    assert len(told(net([8], "linear: 10", entry))) == 1


@pytest.mark.parametrize(
    "entries",
    [
        ["linear: 10", "log_softmax"],  # NLLLoss wants it so
        ["linear: 10", "sigmoid"],
        ["linear: 10", "softmax", "linear: 10"],  # a mixture inside the network
        ["linear: 10", "softmax", "relu"],
    ],
)
def test_other_outputs(entries):
    assert not told(net([8], *entries))


def test_an_axis_of_space_has_no_classes():
    assert told(net([4, 8, 8], "softmax"))
    assert not told(net([4, 8, 8], "softmax: {dim: width}"))
    assert told(net([8, 4], "linear: 10", "softmax: {dim: -1}"))


def test_both_may_be_put_out():
    layers = ["linear: {name: logits, out_features: 10}", "softmax: {name: prob}"]
    assert told(net([8], *layers)) == ["prob"]
    assert not told(net([8], *layers, outputs="[logits, prob]"))


def test_a_head_for_training_too():
    head = "sequential: {name: aux, from: input, training_only: true, layers: [linear: 10, softmax]}"
    assert told(net([8], "linear: 10", head)) == ["aux.1"]


def test_two_outputs_of_one_softmax_are_one_mistake():
    layers = ["softmax: {name: a}", "identity: {name: b}"]
    assert told(net([8], *layers, outputs="[a, b]")) == ["a"]
