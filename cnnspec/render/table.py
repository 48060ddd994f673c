"""What the summary and the reports show, as text: the layer table, the totals, the findings in their order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple

from cnnspec.analysis.analysis import Analysis, Layer, Run, Scope, Totals, folded
from cnnspec.arithmetic.shape import Shape
from cnnspec.errors import Finding
from cnnspec.render import figures
from cnnspec.render.concise import tally

Item = Layer | Scope | Run
"""What a row shows: a layer, a scope with what is in it, or a run of copies."""

TRAINING_ONLY = "training only"

_SEVERITIES = ("error", "warning", "note")
_MANY = 3
"""So many notes of one rule are shown one by one."""


class Column(NamedTuple):
    """A column of a table of layers. ``text`` is of a row's item and of the name of the layer above it."""

    title: str
    meaning: str
    text: Callable[[Any, str], str]
    numeric: bool = True
    share: Callable[[Any, Totals], str] | None = None
    """The layer's part of the network's, in hundredths."""


class Row(NamedTuple):
    """A layer, scope or run, its text for each column, and how deep it stands."""

    item: Item
    cells: tuple[str, ...]
    level: int = 0

    @property
    def label(self) -> str:
        """The name inside the scope around it."""
        return self.cells[0].rpartition(".")[2] if self.level else self.cells[0]

    @property
    def is_scope(self) -> bool:
        """Whether what is below stands in it: then its figures are of all that."""
        return not isinstance(self.item, Layer)


class Table(NamedTuple):
    """Columns and a row a layer or scope, in execution order."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    def only(self, titles: Collection[str]) -> Table:
        """These columns alone."""
        shown = [index for index, column in enumerate(self.columns) if column.title in titles]
        rows = tuple(Row(row.item, tuple(row.cells[index] for index in shown), row.level) for row in self.rows)
        return Table(tuple(self.columns[index] for index in shown), rows)

    @property
    def key(self) -> str:
        """How rows of several copies, and of what is for training only, are read; empty where there are none."""
        runs = any(isinstance(row.item, Run) for row in self.rows)
        told = ["A row of n copies (× n) sums all of them; the rows inside it are the first copy's."] if runs else []
        if any(row.item.training_only for row in self.rows):
            told.append("What is for training only has figures of its own; the sums around it count its params alone.")
        return " ".join(told)

    def filled(self) -> Table:
        """The columns in which something stands."""
        empty = [not any(row.cells[index] for row in self.rows) for index in range(len(self.columns))]
        return self.only([column.title for column, is_empty in zip(self.columns, empty, strict=True) if not is_empty])


class Total(NamedTuple):
    """A figure of the whole network; ``also`` says it another way, or is empty."""

    name: str
    figure: str
    also: str = ""


LAYERS = (
    Column("Layer", "full name, as in PyTorch's state_dict", lambda layer, _: layer.name, numeric=False),
    Column("Type", "as the spec names it", lambda layer, _: _type(layer), numeric=False),
    Column("Options", "what the spec sets; PyTorch's defaults are left out", lambda layer, _: options(layer), numeric=False),
    Column(
        "Inputs", "what it reads, where that is not the layer above", lambda layer, above: _inputs(layer, above), numeric=False
    ),
    Column("Output", "shape, channels first, the batch left out", lambda layer, _: figures.shape(layer.output_shape)),
    Column(
        "Params",
        "learnable numbers, frozen ones included",
        lambda layer, _: figures.count(layer.params),
        share=lambda layer, totals: figures.share(layer.params, totals.params),
    ),
    Column(
        "MACs",
        "multiply-accumulates of convolutions and linear layers for one input, bias left out",
        lambda layer, _: figures.count(layer.macs),
        share=lambda layer, totals: "" if layer.training_only else figures.share(layer.macs, totals.macs),
    ),
    Column(
        "FLOPs",
        "two a MAC, one a bias addition, one a primitive of every other operation",
        lambda layer, _: figures.count(layer.flops),
    ),
    Column("Activations", "elements of the output", lambda layer, _: figures.count(layer.activations)),
    Column(
        "Field",
        "receptive field: what one unit sees of the network's input",
        lambda layer, _: figures.field(layer.receptive_field),
    ),
    Column(
        "Jump", "distance of neighbouring units in the network's input", lambda layer, _: figures.jump(layer.receptive_field)
    ),
    Column(
        "Start",
        "the first input coordinate that unit 0 sees, negative in the padding",
        lambda layer, _: figures.start(layer.receptive_field),
    ),
    Column(
        "Coverage",
        "share of the layer's input positions that its windows read, where not all",
        lambda layer, _: figures.coverage(layer.coverage) if isinstance(layer, Layer) else "",
    ),
    Column("Notes", "what the spec says of it", lambda layer, _: _notes(layer), numeric=False),
)

CONVOLUTIONS = (
    LAYERS[0],
    Column("Params", "as it is: every output position uses the same weights", lambda layer, _: figures.count(layer.params)),
    Column(
        "Unshared",
        "were every position to have weights of its own (locally connected)",
        lambda layer, _: figures.count(layer.unshared_params),
    ),
    Column("Dense", "as a linear layer between the same activations", lambda layer, _: figures.count(layer.dense_params)),
)


def layers(analysis: Analysis, depth: int | None = None) -> Table:
    """The network as its author wrote it: scopes opened ``depth`` deep (None: all), copies that are alike shown once."""
    inputs = list(analysis.graph.inputs)
    return _table(LAYERS, _lines(analysis.root, 0, depth), inputs[0] if len(inputs) == 1 else "")


def convolutions(analysis: Analysis) -> Table:
    """What sharing weights saves, for the layers that do."""
    lines = _lines(analysis.root, 0, None)
    shared = [item for item, _ in lines if isinstance(item, Layer) and item.unshared_params is not None]
    return _table(CONVOLUTIONS, [(item, 0) for item in shared], "")


def totals(analysis: Analysis) -> list[Total]:
    """The network's figures, named."""
    found = analysis.totals
    frozen = None if found.params is None or found.trainable_params is None else found.params - found.trainable_params
    # Without any unit that sees only a part, there is no field to tell; where shapes are unknown, neither is that.
    field = (
        figures.NONE
        if found.receptive_field is None and found.activations is not None
        else figures.field(found.receptive_field)
    )
    return [
        Total("Layers", figures.count(found.layers)),
        _counted("Params", found.params),
        _counted("Frozen params", frozen),
        _counted("Buffers", found.buffers),
        _counted("MACs", found.macs),
        _counted("FLOPs", found.flops),
        _counted("Activations", found.activations),
        _stored("Activation memory", found.activation_bytes),
        _stored("Param memory", found.param_bytes),
        Total("Receptive field", field),
    ]


def shapes(named: Mapping[str, Shape | None]) -> str:
    """``input 1×32×32``, several joined by commas."""
    return ", ".join(f"{name} {figures.shape(shape)}" for name, shape in named.items()) or figures.UNKNOWN


def ranked(findings: Sequence[Finding]) -> list[Finding]:
    """Errors first, then warnings, then notes, each in the order of the file."""
    return sorted(findings, key=lambda finding: _SEVERITIES.index(finding.severity))


def folded_notes(findings: Sequence[Finding]) -> list[tuple[Finding, list[Finding]]]:
    """The findings as ``ranked``; where there are many notes of one rule, the first with the others."""
    alike = Counter(_kind(finding) for finding in findings)
    shown: list[tuple[Finding, list[Finding]]] = []
    others: dict[tuple[str, ...], list[Finding]] = {}
    for finding in ranked(findings):
        kind = _kind(finding)
        if kind in others:
            others[kind].append(finding)
            continue
        if finding.severity == "note" and alike[kind] > _MANY:
            others[kind] = []
        shown.append((finding, others.get(kind, [])))
    return shown


def context(analysis: Analysis, findings: Sequence[Finding], version: str) -> dict[str, Any]:
    """What the templates of the reports read."""
    graph, spec = analysis.graph, analysis.graph.spec
    return {
        "title": figures.title(spec),
        "description": figures.paragraphs(spec.description),
        "reference": figures.one_line(spec.reference),
        "address": figures.address((spec.reference or "").strip(" \n")),
        "inputs": shapes(graph.inputs),
        "outputs": shapes(graph.outputs),
        "dtype": spec.dtype,
        "source": spec.source,
        "version": version,
        "totals": totals(analysis),
        "sums": analysis.totals,
        "findings": ranked(findings),
        "folded": folded_notes(findings),
        "tally": tally(findings),
        "layers": layers(analysis).filled(),
        "convolutions": convolutions(analysis),
    }


def _kind(finding: Finding) -> tuple[str, ...]:
    return finding.rule, finding.severity, "expected" * finding.expected


def options(item: Item) -> str:
    """What was chosen, defaults left out: ``out_channels 6, kernel_size 5``; of a run what was chosen for its first copy."""
    layer = item.copies[0] if isinstance(item, Run) else item
    if isinstance(layer, Scope):
        entry, params = layer.scope.entry, layer.scope.params
        chosen = {name: value for name, value in params.items() if entry is not None and name in entry.options}
        return ", ".join(f"{name} {_value(value)}" for name, value in chosen.items())
    if layer.node.layer is None:
        return figures.UNKNOWN if layer.node.entry.options else ""
    declared = layer.node.layer.options()
    given = {name: value for name, value in layer.options.items() if name in layer.node.entry.options}
    return ", ".join(f"{name} {declared[name].kind.brief(value) or _value(value)}" for name, value in given.items())


def _type(item: Item) -> str:
    """The type, and the one that it stands for: ``activation (hardswish)``."""
    of_type = item.node.layer if isinstance(item, Layer) else None
    return item.type if of_type is None or of_type.meant is of_type else f"{item.type} ({of_type.meant.type})"


def _lines(scope: Scope, level: int, depth: int | None) -> list[tuple[Item, int]]:
    """What stands in a scope and below it, each with how deep; of a run the first copy is opened."""
    lines: list[tuple[Item, int]] = []
    for item in folded(scope):
        lines.append((item, level))
        inside = item.copies[0] if isinstance(item, Run) else item
        if isinstance(inside, Scope) and (depth is None or level < depth):
            lines += _lines(inside, level + 1, depth)
    return lines


def _table(columns: tuple[Column, ...], lines: Sequence[tuple[Item, int]], first: str) -> Table:
    rows, above = [], first
    for item, level in lines:
        rows.append(Row(item, tuple(column.text(item, above) for column in columns), level))
        above = last.name if isinstance(last := _last(item), Layer) else above
    return Table(columns, tuple(rows))


def _last(item: Item) -> Item:
    """The layer that a row ends with, as far as the row shows it."""
    return item.copies[-1] if isinstance(item, Run) else item


def _counted(name: str, value: int | None) -> Total:
    """Exact, and rounded where that is shorter."""
    return Total(name, figures.count(value), "" if value is None or value < 10_000 else figures.short(value))


def _stored(name: str, value: int | None) -> Total:
    return Total(name, figures.memory(value), "" if value is None or value < 1024 else f"{value:,} bytes")


def _inputs(item: Item, above: str) -> str:
    if not isinstance(item, Layer) or item.node.inputs == (above,):
        return ""
    return ", ".join(item.node.inputs) or figures.UNKNOWN


def _notes(item: Item) -> str:
    if isinstance(item, Run):
        return _notes(item.copies[0])
    said = [TRAINING_ONLY] if item.training_only else []
    entry = item.scope.entry if isinstance(item, Scope) else item.node.entry
    if isinstance(item, Layer):
        said += ["frozen"] if item.params and not item.node.trainable else []
        said += [f"shares weights with {item.node.shares}"] if item.node.shares else []
    note = figures.one_line(entry.note) if entry is not None else ""
    return "; ".join([*said, note] if note else said)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, tuple):
        return str(value)
    parts = [_pair(item) if isinstance(item, tuple) else str(item) for item in value]
    return parts[0] if len(set(parts)) == 1 else "×".join(parts)


def _pair(sides: tuple[object, ...]) -> str:
    """Padding before and after: ``1``, or ``0+1`` where they differ."""
    return str(sides[0]) if len(set(sides)) == 1 else "+".join(map(str, sides))
