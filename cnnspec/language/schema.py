"""The JSON Schema of spec files, from the same tables and classes that the checker reads.

``python -m cnnspec.language.schema > schemas/spec.schema.json`` writes it anew.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from cnnspec import layers
from cnnspec.language.keys import BLOCK, ENTRY, FILE, Key
from cnnspec.language.manual import container
from cnnspec.language.signature import CONTAINERS
from cnnspec.layers.layer import Layer, Option, dimension
from cnnspec.layers.page import Page, page

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
            "body": {"type": ["array", "null"], "items": {"$ref": "#/$defs/entry"}},
            "block": _block(),
            "entry": _entry(known),
            **{f"entry_{name}": schema for name, schema in _properties(ENTRY).items()},
            **_containers(known),
            **{name: _layer(name, layer) for name, layer in known.items()},
        },
    }


def text() -> str:
    """The schema as the file in ``schemas/`` holds it."""
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


def _properties(keys: dict[str, Key]) -> dict[str, Any]:
    return {name: {"description": key.meaning, **key.schema} for name, key in keys.items()}


def _entry(known: dict[str, type[Layer]]) -> dict[str, Any]:
    """A type alone, or one type and its options. What is no known type is a block's use: its options are not checked."""
    needy = [name for name, layer in known.items() if layer.merges or _required(layer)[0]]
    return {
        "anyOf": [
            {"type": "string", "not": {"enum": [*needy, *CONTAINERS]}},
            {
                "type": "object",
                "properties": {name: {"$ref": f"#/$defs/{name}"} for name in (*CONTAINERS, *known)},
                "minProperties": 1,
                "maxProperties": 1,
            },
        ]
    }


def _block() -> dict[str, Any]:
    return {
        "type": "object",
        "properties": _properties(BLOCK),
        "oneOf": [{"required": [body]} for body in ("layers", "sequential", "inline")],
        "additionalProperties": False,
    }


def _containers(known: dict[str, type[Layer]]) -> dict[str, Any]:
    body, entry = {"$ref": "#/$defs/body"}, {"$ref": "#/$defs/entry"}
    paths = {"type": "array", "items": {"anyOf": [entry, body]}, "minItems": 2}
    merges = {name: layer for name, layer in known.items() if layer.merges}
    joined = {option.name: _option(option, 0) for layer in merges.values() for option in layer.options().values()}
    return {
        "sequential": _form(container("sequential"), {"layers": body}, [["layers"]], body),
        "inline": _form(container("inline"), {"layers": body}, [["layers"]], body),
        "branches": _form(
            container("branches"),
            {"paths": paths, "merge": {"enum": list(merges), "default": "concat"}, **joined},
            [["paths"]],
            paths,
        ),
    }


def _layer(name: str, layer: type[Layer]) -> dict[str, Any]:
    ndim, required = dimension(name), _required(layer)
    options = {option.name: _option(option, ndim) for option in layer.options().values()}
    main = {"$ref": "#/$defs/entry_from"} if layer.merges else next(iter(options.values()), None)
    form = _form(
        page(layer),
        options,
        [["from"]] if layer.merges else required,
        main if len(required[0]) <= 1 else None,
    )
    if not required[0] and not layer.merges:
        form["anyOf"].append({"type": "null"})
    return form


def _form(meaning: Page, options: dict[str, Any], required: list[list[str]], main: dict[str, Any] | None) -> dict[str, Any]:
    """Options of its own and those of every entry, or the main option alone. What shares weights needs none.

    ``required`` holds one or more lists of options, of which one list must be there.
    """
    mapping: dict[str, Any] = {
        "type": "object",
        "properties": {**options, **{name: {"$ref": f"#/$defs/entry_{name}"} for name in ENTRY}},
        "additionalProperties": False,
    }
    if required[0]:
        mapping["anyOf"] = [{"required": names} for names in (*required, ["share"])]
    description = f"{meaning.summary}\n\nSource: {meaning.source}"
    short = [] if main is None else [{**main, "description": description}]  # else editors would show the option's
    return {"description": description, "anyOf": [mapping, *short]}


def _option(option: Option, ndim: int) -> dict[str, Any]:
    """What may stand in an option, with its default for editors to show."""
    form = {"description": option.kind.takes, **option.kind.schema(ndim)}
    if option.nullable:
        form["anyOf"] = [*form["anyOf"], {"type": "null"}]
    if not option.required and option.default is not None:
        form["default"] = option.default
    return form


def _required(layer: type[Layer]) -> list[list[str]]:
    """The required options; and for each option from which some of them follow, that one with those that do not."""
    needed = [option for option in layer.options().values() if option.required]
    others = dict.fromkeys(option.unless for option in needed if option.unless is not None)
    return [
        [option.name for option in needed],
        *([*(option.name for option in needed if option.unless != other), other] for other in others),
    ]


if __name__ == "__main__":
    sys.stdout.write(text())
