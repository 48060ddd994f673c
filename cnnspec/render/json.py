"""The result as JSON, format 1: what other programs read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from cnnspec.analysis.analysis import Analysis, Layer
from cnnspec.analysis.receptive_field import Sight, Sights
from cnnspec.errors import Edit, Finding
from cnnspec.language.expression import ABSENT
from cnnspec.language.spec import Spec
from cnnspec.render.checked import Checked

FORMAT = 1


def to_dict(analysis: Analysis, findings: Sequence[Finding], version: str) -> dict[str, Any]:
    """The result as plain values, ready for JSON. Within a format keys are added, never renamed or removed."""
    graph = analysis.graph
    return {
        "format": FORMAT,
        "cnnspec": version,
        "name": graph.spec.name,
        "source": graph.spec.source.name,
        "dtype": graph.spec.dtype,
        "vars": constants(graph.spec),
        "inputs": inputs(analysis),
        "outputs": {name: _plain(shape) for name, shape in graph.outputs.items()},
        "totals": totals(analysis),
        "layers": [_layer(layer, len(graph.inputs) > 1) for layer in analysis.layers],
        "findings": [_finding(finding, graph.spec.source.name) for finding in findings],
    }


def to_json(result: dict[str, Any] | list[dict[str, Any]], indent: int | None = 2) -> str:
    """Text of :func:`to_dict`, in ASCII: no character of a spec reaches a terminal or a log raw."""
    return json.dumps(result, indent=indent, allow_nan=False)


def findings(checked: Sequence[Checked]) -> str:
    """A list of all findings, in the order of the files: those of a result, with the remedy in words and safe edits.

    An edit is other text for what stands from ``start`` to before ``end``. Keys are added, never renamed or removed.
    """
    return to_json(
        [
            {**_finding(finding, each.source.name), "fix": finding.fix, "edits": [_edit(edit) for edit in finding.edits]}
            for each in checked
            for finding in each.findings
        ]
    )


def _edit(edit: Edit) -> dict[str, Any]:
    return {"start": edit.start._asdict(), "end": edit.end._asdict(), "text": edit.text}


def constants(spec: Spec) -> dict[str, Any]:
    """The value of each variable; null of one that an error keeps from being known."""
    return {name: None if value is ABSENT else _plain(value) for name, value in spec.vars.items()}


def inputs(analysis: Analysis) -> dict[str, Any]:
    """The shape of each input."""
    return {name: _plain(shape) for name, shape in analysis.graph.inputs.items()}


def totals(analysis: Analysis) -> dict[str, Any]:
    """Sums over the network, and its receptive field."""
    totals, several = analysis.totals, len(analysis.graph.inputs) > 1
    return {
        "layers": totals.layers,
        "params": totals.params,
        "trainable_params": totals.trainable_params,
        "buffers": totals.buffers,
        "macs": totals.macs,
        "flops": totals.flops,
        "activations": totals.activations,
        "activation_bytes": totals.activation_bytes,
        "param_bytes": totals.param_bytes,
        "receptive_field": _by_input(totals.receptive_field, lambda axes: [_size(sight) for sight in axes], several),
    }


def _layer(layer: Layer, several: bool) -> dict[str, Any]:
    return {
        "name": layer.name,
        "type": layer.type,
        "scope": list(layer.node.scope),
        "line": layer.node.position.line,
        "column": layer.node.position.column,
        "options": _plain(layer.options),
        "inputs": list(layer.node.inputs),
        "input_shapes": _plain(layer.input_shapes),
        "output_shape": _plain(layer.output_shape),
        "params": layer.params,
        "trainable_params": layer.trainable_params,
        "buffers": layer.buffers,
        "macs": layer.macs,
        "flops": layer.flops,
        "unshared_params": layer.unshared_params,
        "dense_params": layer.dense_params,
        "activations": layer.activations,
        "activation_bytes": layer.activation_bytes,
        "receptive_field": _by_input(layer.receptive_field, _field, several),
        "coverage": layer.coverage,
    }


def _finding(finding: Finding, file: str) -> dict[str, Any]:
    return {
        "code": finding.code,
        "rule": finding.rule,
        "severity": finding.severity,
        "file": file,
        "line": finding.position.line,
        "column": finding.position.column,
        "layer": finding.layer,
        "expected": finding.expected,
        "message": finding.message,
        "fixes": [
            {"input": fix.value} if fix.option is None else {"option": fix.option, "value": fix.value} for fix in finding.fixes
        ],
    }


def _by_input(sights: Sights | None, shown: Any, several: bool) -> Any:
    """What is shown of the axes of each input that is seen; where the network has one input, of that."""
    if sights is None:
        return None
    every = {name: shown(axes) for name, axes in sights.items()}
    return every if several else next(iter(every.values()))


def _field(axes: tuple[Sight, ...]) -> dict[str, Any]:
    return {
        "size": [_size(sight) for sight in axes],
        "jump": [_local(sight, lambda field: _number(field.jump)) for sight in axes],
        "start": [_local(sight, lambda field: field.start) for sight in axes],
    }


def _size(sight: Sight) -> int | str | None:
    return "global" if sight.field is not None and sight.field.is_global else _local(sight, lambda field: field.size)


def _local(sight: Sight, shown: Any) -> Any:
    """What is shown of a field; nothing of one that is global or not known."""
    return None if sight.field is None or sight.field.is_global or not sight.field.size else shown(sight.field)


def _number(value: Fraction) -> int | str:
    return value.numerator if value.denominator == 1 else str(value)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, tuple | list) else value
