"""The JSON Schema of spec files, from the same tables and classes that the checker reads.

``python -m cnnspec.language.schema > schemas/spec.schema.json`` writes it anew.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from cnnspec import layers
from cnnspec.language.keys import ENTRY, FILE, Key
from cnnspec.layers.layer import Layer, Option, dimension

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a spec file."""
    known = layers.known()
    return {
        "$schema": DRAFT,
        "title": "cnnspec: a convolutional network",
        "type": "object",
        "properties": _properties(FILE),
        "required": ["layers"],
        "oneOf": [{"required": ["input"]}, {"required": ["inputs"]}],
        "additionalProperties": False,
        "$defs": {
            "expression": {"type": "string", "description": "An expression over vars and sizes: `4 * in_channels`."},
            "layers": {"type": "array", "items": {"$ref": "#/$defs/entry"}, "minItems": 1},
            "entry": _entry(known),
            **{f"entry_{name}": schema for name, schema in _properties(ENTRY).items()},
            **{name: _layer(name, layer) for name, layer in known.items()},
        },
    }


def text() -> str:
    """The schema as the file in ``schemas/`` holds it."""
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


def _properties(keys: dict[str, Key]) -> dict[str, Any]:
    return {name: {"description": key.meaning, **key.schema} for name, key in keys.items()}


def _entry(known: dict[str, type[Layer]]) -> dict[str, Any]:
    """A type alone where it needs no options, or one type and its options."""
    bare = [name for name, layer in known.items() if not layer.merges and not _required(layer)]
    return {
        "anyOf": [
            {"enum": bare},
            {
                "type": "object",
                "properties": {name: {"$ref": f"#/$defs/{name}"} for name in known},
                "minProperties": 1,
                "maxProperties": 1,
                "additionalProperties": False,
            },
        ]
    }


def _layer(name: str, layer: type[Layer]) -> dict[str, Any]:
    ndim, required = dimension(name), _required(layer)
    options = {option.name: _option(option, ndim) for option in layer.options().values()}
    forms: list[dict[str, Any]] = [
        {
            "type": "object",
            "properties": {**options, **{name: {"$ref": f"#/$defs/entry_{name}"} for name in ENTRY}},
            "required": ["from"] if layer.merges else required,
            "additionalProperties": False,
        }
    ]
    main = {"$ref": "#/$defs/entry_from"} if layer.merges else next(iter(options.values()), None)
    if main is not None and len(required) <= 1:
        forms.append(main)
    if not required and not layer.merges:
        forms.append({"type": "null"})
    return {"description": _first_sentence(layer.__doc__ or ""), "anyOf": forms}


def _option(option: Option, ndim: int) -> dict[str, Any]:
    """What may stand in an option, with its default for editors to show."""
    known = not option.required and option.default is not None
    return {**option.kind.schema(ndim), "default": option.default} if known else option.kind.schema(ndim)


def _required(layer: type[Layer]) -> list[str]:
    return [option.name for option in layer.options().values() if option.required]


def _first_sentence(page: str) -> str:
    return " ".join(page.split("\n\n")[0].split())


if __name__ == "__main__":
    sys.stdout.write(text())
