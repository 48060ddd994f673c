"""The keys of a file and of an entry: what each means, and its JSON Schema. Read by the checker and by the schema."""

from __future__ import annotations

from typing import Any, NamedTuple

from cnnspec.language.spec import DTYPES, FACTS, TOTALS
from cnnspec.layers.options import EXPRESSION

_TEXT = {"type": "string"}
_WORDS = {"type": "array", "items": _TEXT}
_INTEGER = {"anyOf": [{"type": "integer"}, EXPRESSION]}
_BOOLEAN = {"anyOf": [{"type": "boolean"}, EXPRESSION]}
_SHAPE = {"type": "array", "items": {"anyOf": [{"type": "integer", "minimum": 1}, EXPRESSION]}, "minItems": 1, "maxItems": 4}
_FIGURE = {"anyOf": [{"type": "number", "minimum": 0}, {"type": "string"}]}
_LIMITS = tuple(name for name in TOTALS if name != "receptive_field")
_FIELD = {"anyOf": [{"type": ["integer", "string"]}, {"type": "array", "items": {"type": ["integer", "string"]}}]}


def _fact(name: str) -> dict[str, Any]:
    special: dict[str, dict[str, Any]] = {
        "receptive_field": _FIELD,
        "output_shape": _SHAPE,
        "findings": _WORDS,
        "outputs": {"type": "object", "additionalProperties": _SHAPE},
    }
    return special.get(name, _FIGURE)


def _facts(names: tuple[str, ...]) -> dict[str, Any]:
    return {"type": "object", "properties": {name: _fact(name) for name in names}, "additionalProperties": False}


class Key(NamedTuple):
    """A key: what it means and what may stand there."""

    meaning: str
    schema: dict[str, Any]


LINT: dict[str, Key] = {
    "ignore": Key("Rules that are silent in this file.", _WORDS),
    "error": Key("Rules whose findings are errors in this file.", _WORDS),
    "warning": Key("Rules whose findings are warnings in this file.", _WORDS),
    "strict": Key("Every fractional stride is an error, also one that loses padding only.", {"type": "boolean"}),
}

FILE: dict[str, Key] = {
    "cnnspec": Key("The language's version, 1. A line that begins with this key tells a spec from other YAML.", {"const": 1}),
    "name": Key("The network's name; the file's stem where it is left out.", {"type": ["string", "number"]}),
    "description": Key("What the network is, for reports.", _TEXT),
    "reference": Key("A URL or a citation.", _TEXT),
    "input": Key("The input's shape without the batch: [C, L], [C, H, W], [C, D, H, W] or [F].", _SHAPE),
    "inputs": Key("Several inputs: name to shape.", {"type": "object", "additionalProperties": _SHAPE, "minProperties": 1}),
    "dtype": Key("The type of weights and activations; float32 where it is left out.", {"enum": list(DTYPES)}),
    "vars": Key(
        "Constants that expressions may use; --set NAME=VALUE overrides them.",
        {"type": "object", "additionalProperties": {"type": ["number", "boolean", "string", "array"]}},
    ),
    "blocks": Key(
        "Parts of the network by name, used like layer types.",
        {"type": "object", "additionalProperties": {"$ref": "#/$defs/block"}},
    ),
    "layers": Key("The network: a list of layers, each fed by the one above.", {"$ref": "#/$defs/layers"}),
    "outputs": Key("The names of the output layers, in order; the last layer where it is left out.", _WORDS),
    "budget": Key("Upper limits of totals. Units: k M G T.", _facts(_LIMITS)),
    "expect": Key("Facts that the network must have.", _facts((*TOTALS, "outputs"))),
    "lint": Key(
        "Which rules are silent, errors or warnings here.",
        {"type": "object", "properties": {name: key.schema for name, key in LINT.items()}, "additionalProperties": False},
    ),
}

BLOCK: dict[str, Key] = {
    "params": Key("Parameters with their defaults, null for a required one.", {"type": "object"}),
    "inputs": Key("The names of several inputs; the single input is named `input`.", _WORDS),
    "layers": Key("The block's layers, called by type and count.", {"$ref": "#/$defs/body"}),
    "sequential": Key("The block's layers, numbered as nn.Sequential numbers.", {"$ref": "#/$defs/body"}),
    "inline": Key("The block's layers, named as if written where the block is used.", {"$ref": "#/$defs/body"}),
}

ENTRY: dict[str, Key] = {
    "name": Key("The layer's name, unique in its scope; in a repeat it may hold {index}.", _TEXT),
    "from": Key(
        "Where the data comes from: a name or a list of names; `above` is the entry above.", {"anyOf": [_TEXT, _WORDS]}
    ),
    "repeat": Key("How many copies in a row; `index` counts them from 0.", _INTEGER),
    "when": Key("Where false the entry is left out.", _BOOLEAN),
    "training_only": Key("An auxiliary head: its parameters count, its inference costs do not.", _BOOLEAN),
    "share": Key("An earlier entry of the same type, whose options and weights are used: parameters count once.", _TEXT),
    "trainable": Key("false freezes the weights.", _BOOLEAN),
    "ignore": Key("Rules that are silent for this layer.", _WORDS),
    "expect": Key("Facts that the layer must have.", _facts(FACTS)),
    "note": Key("Text shown in reports.", _TEXT),
}
