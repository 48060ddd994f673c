"""What Python programs call: load a spec, analyze it, read the result."""

from __future__ import annotations

import gc
import os
import stat
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from numbers import Integral, Real
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnnspec import rules
from cnnspec.analysis.analysis import Analysis, Layer, Totals, analyse
from cnnspec.errors import FileUnreadable, Finding, SpecError, UsageError
from cnnspec.graph.elaborate import elaborate
from cnnspec.graph.graph import Graph
from cnnspec.language.checker import parse
from cnnspec.language.reader import MAX_BYTES
from cnnspec.language.spec import Spec
from cnnspec.language.suggest import did_you_mean
from cnnspec.override import override
from cnnspec.version import __version__

if TYPE_CHECKING:
    from cnnspec.analysis.input_sizes import AxisSizes
    from cnnspec.rules.selection import Selection

Shape = Sequence[int]


@dataclass(frozen=True)
class Result:
    """A network with everything that is known of it. Immutable; every report is made from it."""

    analysis: Analysis
    findings: tuple[Finding, ...]
    """What is wrong with the network, in the order of the file."""

    @property
    def spec(self) -> Spec:
        """The file as it was checked."""
        return self.analysis.graph.spec

    @property
    def graph(self) -> Graph:
        """The network, blocks and repeats written out."""
        return self.analysis.graph

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The layers with their facts, in execution order."""
        return self.analysis.layers

    @property
    def totals(self) -> Totals:
        """Sums over the network."""
        return self.analysis.totals

    @property
    def has_errors(self) -> bool:
        """Whether any finding is an error."""
        return any(finding.severity == "error" for finding in self.findings)

    def __getitem__(self, name: str) -> Layer:
        """The layer of this full name. Raises KeyError, naming the nearest, where there is none."""
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise KeyError(f"no layer is called {name!r}{did_you_mean(name, [layer.name for layer in self.layers])}")

    def __iter__(self) -> Iterator[Layer]:
        return iter(self.layers)

    def to_dict(self) -> dict[str, Any]:
        """The result as plain values, as ``cnnspec report --format json`` writes it."""
        from cnnspec.render.json import to_dict

        return to_dict(self.analysis, self.findings, __version__)

    def to_markdown(self) -> str:
        """The report as Markdown."""
        from cnnspec.render.markdown import markdown

        return markdown(self.analysis, self.findings, __version__)

    def to_html(self) -> str:
        """The report as one self-contained page."""
        from cnnspec.render.html import html

        return html(self.analysis, self.findings, __version__)

    def _repr_html_(self) -> str:
        """The report's body, as notebooks show it."""
        from cnnspec.render.html import fragment

        return fragment(self.analysis, self.findings, __version__)

    @override
    def __str__(self) -> str:
        from cnnspec.render.text import summary

        return summary(self.analysis, self.findings)


def load(path: str | os.PathLike[str]) -> Spec:
    """The spec in a file. Raises :class:`SpecError`, listing every error, and an OSError for what cannot be read."""
    return _sound(read(path))


def loads(text: str, name: str = "<string>") -> Spec:
    """The spec in a text. Raises :class:`SpecError`, listing every error."""
    return _sound(parse(text, name))


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the garbage collector: it takes a third of the time of a large network, and there is no cycle to find."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@_uncollected()
def analyze(
    spec: Spec | str | os.PathLike[str],
    *,
    vars: Mapping[str, Any] | None = None,
    inputs: Mapping[str, Shape] | Shape | None = None,
    selection: Selection | None = None,
) -> Result:
    """All that is known of a network, given as a :class:`Spec` or as its file's path.

    ``vars`` override the file's variables, ``inputs`` its input's shape (by name where it has several): then its
    ``expect`` is of another network and is not asked for, its ``budget`` is. ``selection`` says which rules are asked
    and how strictly; every rule where it is left out. What is wrong with the network is in ``findings``; nothing is
    raised for it. Raises :class:`UsageError` for a variable or an input that the file does not have, and OSError for a
    file that cannot be read.
    """
    spec = _changed(spec, vars, inputs)
    if selection is not None and selection.strict:
        spec = replace(spec, lint=replace(spec.lint, strict=True))
    analysis = analyse(elaborate(spec))
    return Result(analysis, rules.check(analysis, selection))


@_uncollected()
def input_sizes(
    spec: Spec | str | os.PathLike[str],
    low: int = 32,
    high: int = 512,
    *,
    vars: Mapping[str, Any] | None = None,
    inputs: Mapping[str, Shape] | Shape | None = None,
) -> tuple[AxisSizes, ...]:
    """Which sizes of its input, from ``low`` to ``high``, a network takes without losing any of it, and what rules others out.

    All spatial axes move together where the input is square: then there is one answer. Else each axis has its own.
    Raises :class:`SpecError` for a spec with errors in its language, :class:`UsageError` where it has no size to choose,
    and what :func:`analyze` raises.
    """
    from cnnspec.analysis.input_sizes import solve

    return solve(elaborate(_sound(_changed(spec, vars, inputs))), low, high)


@_uncollected()
def generate(
    spec: Spec | str | os.PathLike[str],
    *,
    class_name: str | None = None,
    with_main: bool = False,
    vars: Mapping[str, Any] | None = None,
    inputs: Mapping[str, Shape] | Shape | None = None,
) -> str:
    """The network as a PyTorch module: the text of one Python file that depends on torch alone.

    Its last class is the network, called ``class_name`` or as the spec is; ``with_main`` adds what runs it on a batch.
    Raises :class:`SpecError`, listing them, where the spec has errors, :class:`UsageError` for a name that no class can
    have, and what :func:`analyze` raises.
    """
    from cnnspec.codegen.module import module
    from cnnspec.graph.trace import trace
    from cnnspec.rules.selection import of_errors

    network = trace(_changed(spec, vars, inputs))
    analysis = analyse(network.graph)
    spec = network.graph.spec
    _refuse(spec, tuple(finding for finding in rules.check(analysis, of_errors(spec)) if finding.severity == "error"))
    return module(network, analysis, class_name, with_main=with_main)


def _changed(
    spec: Spec | str | os.PathLike[str], vars: Mapping[str, Any] | None, inputs: Mapping[str, Shape] | Shape | None
) -> Spec:
    """The spec, read where it is a path, with other variables and shapes."""
    if not isinstance(spec, Spec):
        spec = read(spec)
    if vars:
        spec = with_vars(spec, vars)
    if inputs:
        spec = with_inputs(spec, inputs if isinstance(inputs, Mapping) else {"": inputs})
    return spec


def read(path: str | os.PathLike[str]) -> Spec:
    """The spec in a file (``-``: standard input), its errors in ``findings``. Only regular files are read.

    Raises :class:`FileUnreadable` for a missing file, a folder or a device.
    """
    name = os.fspath(path)
    return parse(content(name), "<stdin>" if name == "-" else name)


def content(name: str) -> bytes:
    """What a file (``-``: standard input) holds: at most one byte more than a spec may have.

    Raises :class:`FileUnreadable` for a missing file, a folder or a device.
    """
    try:
        if name == "-" and sys.stdin is None:
            raise FileUnreadable("standard input is closed")
        if name == "-":
            return sys.stdin.buffer.read(MAX_BYTES + 1)
        mode = Path(name).stat().st_mode
        data = _read(name) if stat.S_ISREG(mode) else None
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise FileUnreadable(f"{name}: {reason[0].lower()}{reason[1:]}") from None
    if data is None:
        raise FileUnreadable(f"{name}: {'is a folder' if stat.S_ISDIR(mode) else 'is not a regular file'}")
    return data


def _read(name: str) -> bytes:
    """The file's bytes, one more than a spec may have at the most."""
    with Path(name).open("rb") as file:
        return file.read(MAX_BYTES + 1)


def with_vars(spec: Spec, values: Mapping[str, Any]) -> Spec:
    """``spec`` with other values of its variables. Raises :class:`UsageError` for one that it does not have."""
    for name in values:
        if name not in spec.vars:
            hint = did_you_mean(name, spec.vars) or (f": there are {', '.join(spec.vars)}" if spec.vars else ": it has no vars")
            raise UsageError(f"{spec.source.name} has no variable {name!r}{hint}")
    return spec.varied({name: _constant(value) for name, value in values.items()})


def _constant(value: Any) -> Any:
    """A value as a file would give it: numbers of other libraries and tuples are Python's numbers and lists."""
    if isinstance(value, list | tuple):
        return [_constant(item) for item in value]
    if isinstance(value, bool) or not isinstance(value, Real):
        return value
    return int(value) if isinstance(value, Integral) else float(value)


def with_inputs(spec: Spec, shapes: Mapping[str, Shape]) -> Spec:
    """``spec`` with other shapes of its inputs; the name "" stands for the only one."""
    replaced = {}
    for given, shape in shapes.items():
        name = given or (next(iter(spec.inputs)) if len(spec.inputs) == 1 else "")
        if name not in spec.inputs:
            known = ", ".join(spec.inputs) or "none"
            raise UsageError(f"{spec.source.name} has no input {name!r}: say NAME=SHAPE with one of {known}")
        replaced[name] = shape
    return spec.resized(replaced)


def _sound(spec: Spec) -> Spec:
    _refuse(spec, spec.findings)
    return spec


def _refuse(spec: Spec, errors: tuple[Finding, ...]) -> None:
    """Raise what is wrong with a spec, if anything is."""
    if errors:
        from cnnspec.render.concise import full

        raise SpecError(full(errors, spec.source), errors)
