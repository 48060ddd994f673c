"""The published form of the JSON result, format 1, as models: they write its JSON Schema and check what others hand in.

``python -m cnnspec.render.format > schemas/result.schema.json`` writes the schema anew.
"""

from __future__ import annotations

import json
import sys
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Shape = Annotated[list[int], Field(description="Sizes, channels first, the batch left out.")]
Count = Annotated[int, Field(ge=0)]

FieldSize = int | Literal["global"] | None
Fraction = Annotated[str, Field(pattern=r"^[0-9]+/[0-9]+$", description='A fraction, such as "1/2".')]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class ReceptiveField(_Model):
    """A unit's field along each spatial axis of an input."""

    size: Annotated[list[FieldSize], Field(description='Extent; "global" where a layer reads a whole axis.')]
    jump: Annotated[list[int | Fraction | None], Field(description="Input distance of neighbouring units.")]
    start: Annotated[list[int | None], Field(description="Input coordinate of the first element that unit 0 sees.")]


class Totals(_Model):
    """Sums over the network, what runs in training only left out of inference's costs."""

    layers: Count
    params: Count | None
    trainable_params: Count | None
    buffers: Count | None
    macs: Count | None
    flops: Count | None
    activations: Count | None
    activation_bytes: Count | None
    param_bytes: Count | None
    receptive_field: list[FieldSize] | dict[str, list[FieldSize]] | None


class Layer(_Model):
    """One layer, blocks and repeats written out."""

    name: Annotated[str, Field(description="Full name, as in PyTorch's state_dict.")]
    type: str
    scope: Annotated[list[str], Field(description="The enclosing scopes' names.")]
    line: Annotated[int, Field(ge=1)]
    column: Annotated[int, Field(ge=1)]
    options: Annotated[dict[str, Any], Field(description="Evaluated: sizes one per axis, padding a pair per axis.")]
    inputs: list[str]
    input_shapes: list[Shape | None]
    output_shape: Shape | None
    params: Count | None
    trainable_params: Count | None
    buffers: Count | None
    macs: Count | None
    flops: Count | None
    unshared_params: Annotated[Count | None, Field(description="Without weight sharing; null where it is no convolution.")]
    dense_params: Annotated[Count | None, Field(description="As a linear layer; null where it is no convolution.")]
    activations: Count | None
    activation_bytes: Count | None
    receptive_field: ReceptiveField | dict[str, ReceptiveField] | None
    coverage: Annotated[float | None, Field(ge=0, le=1)]


class OptionFix(_Model):
    """A value of an option that would be legal."""

    option: str
    value: Any


class InputFix(_Model):
    """A shape of the network's input that would be legal; of several inputs, which change together, by name."""

    input: Shape | dict[str, Shape]


class Finding(_Model):
    """Something to tell the author of a spec."""

    code: Annotated[str, Field(pattern=r"^CNN[0-9]{3}$")]
    rule: str
    severity: Literal["error", "warning", "note"]
    file: str
    line: Annotated[int, Field(ge=1)]
    column: Annotated[int, Field(ge=1)]
    layer: str | None
    expected: bool
    message: str
    fixes: list[OptionFix | InputFix]


class Result(_Model):
    """What cnnspec knows of a network."""

    format: Literal[1]
    cnnspec: Annotated[str, Field(description="The version that wrote this.")]
    name: str
    source: Annotated[str, Field(description="The file, or <stdin>.")]
    dtype: str
    vars: Annotated[dict[str, Any], Field(description="The value of each variable, overridden ones included.")] = {}
    inputs: dict[str, Shape | None]
    outputs: dict[str, Shape | None]
    totals: Totals
    layers: list[Layer]
    findings: list[Finding]


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of the result."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Result.model_json_schema()}


def text() -> str:
    """The schema as the file in ``schemas/`` holds it."""
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(text())
