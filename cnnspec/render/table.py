"""The layer table and the totals, as columns of text: what the summary, Markdown and HTML show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from cnnspec.analysis.analysis import Analysis, Layer
from cnnspec.render import figures


class Column(NamedTuple):
    """A column of the layer table."""

    title: str
    numeric: bool


COLUMNS = (
    Column("Layer", False),
    Column("Type", False),
    Column("Options", False),
    Column("Output", True),
    Column("Params", True),
    Column("MACs", True),
    Column("FLOPs", True),
    Column("Field", True),
    Column("Jump", True),
)


def rows(analysis: Analysis) -> list[tuple[str, ...]]:
    """A row a layer, in execution order."""
    return [_row(layer) for layer in analysis.layers]


def totals(analysis: Analysis) -> list[tuple[str, str]]:
    """The network's figures, named."""
    found = analysis.totals
    frozen = None if found.params is None or found.trainable_params is None else found.params - found.trainable_params
    lines = [
        ("Layers", figures.count(found.layers)),
        ("Params", figures.count(found.params)),
        ("Frozen params", figures.count(frozen)),
        ("Buffers", figures.count(found.buffers)),
        ("MACs", figures.count(found.macs)),
        ("FLOPs", figures.count(found.flops)),
        ("Activations", figures.count(found.activations)),
        ("Activation memory", figures.memory(found.activation_bytes)),
        ("Param memory", figures.memory(found.param_bytes)),
        ("Receptive field", figures.field(found.receptive_field) if found.receptive_field else "–"),
    ]
    return [line for line in lines if line not in (("Frozen params", "0"), ("Buffers", "0"))]


def shapes(named: Sequence[tuple[str, object]]) -> str:
    """``input 1×32×32``, several joined by commas."""
    return ", ".join(f"{name} {figures.shape(shape)}" for name, shape in named) or figures.UNKNOWN  # type: ignore[arg-type]


def _row(layer: Layer) -> tuple[str, ...]:
    return (
        layer.name,
        layer.type,
        options(layer),
        figures.shape(layer.output_shape),
        figures.count(layer.params),
        figures.count(layer.macs),
        figures.count(layer.flops),
        figures.field(layer.receptive_field),
        _jump(layer),
    )


def options(layer: Layer) -> str:
    """What was chosen for a layer, defaults left out: ``6, kernel_size 5×5``."""
    if layer.node.layer is None:
        return ""
    declared = layer.node.layer.options()
    given = {name: value for name, value in layer.options.items() if name in layer.node.entry.options}
    return ", ".join(f"{name} {_value(value)}" for name, value in given.items() if name in declared)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, tuple):
        return str(value)
    if value and isinstance(value[0], tuple):
        pairs = [str(before) if before == after else f"{before}+{after}" for before, after in value]
        return pairs[0] if len(set(pairs)) == 1 else "×".join(pairs)
    return str(value[0]) if len(set(value)) == 1 else "×".join(map(str, value))


def _jump(layer: Layer) -> str:
    if layer.receptive_field is None:
        return figures.UNKNOWN
    fields = [sight.field for axes in layer.receptive_field.values() for sight in axes]
    jumps = ["–" if field is None or field.is_global else str(field.jump) for field in fields]
    return jumps[0] if len(set(jumps)) == 1 else "×".join(jumps) or "–"
