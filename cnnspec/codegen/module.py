"""The text of a generated module."""

from __future__ import annotations

import re
import textwrap

from cnnspec.analysis.analysis import Analysis
from cnnspec.codegen.code import Class, mentioned
from cnnspec.codegen.layout import definition, flat
from cnnspec.codegen.names import class_name
from cnnspec.codegen.network import written
from cnnspec.codegen.program import Program
from cnnspec.codegen.shipped import needed
from cnnspec.codegen.symbolic import literal
from cnnspec.graph.trace import Trace
from cnnspec.source import printable


def module(network: Trace, analysis: Analysis, name: str | None = None) -> str:
    """The network as a PyTorch module; ``analysis`` is of the same network."""
    spec = network.graph.spec
    program = written(network, name or class_name(spec.name), _docstring(analysis))
    body = "\n\n\n".join(definition(found) for found in program.definitions)
    constants = _constants(program)
    code = "\n\n\n".join([*needed(body + "\n".join(constants)), body])
    parts = [_header("\n".join([*constants, code])), *(["\n".join(constants)] if constants else [])]
    return "\n\n".join(parts) + "\n\n\n" + code + "\n"


def _docstring(analysis: Analysis) -> str:
    spec, totals = analysis.graph.spec, analysis.totals
    shapes = [f"{_shape(shape or ())}" for shape in analysis.graph.inputs.values()]
    figures = [f"Input {', '.join(shapes)}", f"{totals.params:,} parameters", f"{totals.macs:,} multiply-accumulates"]
    reference = textwrap.wrap(_text(spec.reference), 84) if spec.reference else []
    lines = [_text(spec.name)[:84], "", *reference, "; ".join(figures) + "."]
    return "\n".join(lines)


def _shape(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape))


def _text(text: str) -> str:
    """Text of a spec for a docstring: one line that cannot end it."""
    one = " ".join(printable(text).split())
    return one.replace("\\", "/").replace('"', "'")


def _constants(program: Program) -> list[str]:
    """The file's variables that the constructor does not take, and the activations that parameters name."""
    used: set[str] = set()
    for found in program.definitions:
        for method in found.methods if isinstance(found, Class) else [found]:
            used |= mentioned(method.body)
    lines = [
        f"{called} = {flat(literal(program.spec.vars[name]))}" for name, called in program.constants.items() if called in used
    ]
    if program.activations:
        table = [f'    "{word}": {flat(maker)},' for word, maker in sorted(program.activations.items())]
        lines += ["ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {", *table, "}"]
    return lines


def _header(code: str) -> str:
    """The imports that code uses."""
    from_standard = ["import math"] if "math." in code else []
    abc = [name for name in ("Callable", "Iterator", "Sequence") if re.search(rf"\b{name}\[", code)]
    if re.search(r"\bOrderedDict\(", code):
        from_standard.append("from collections import OrderedDict")
    if abc:
        from_standard.append(f"from collections.abc import {', '.join(abc)}")
    if re.search(r"\bpartial\(", code):
        from_standard.append("from functools import partial")
    torch = ["import torch"] if re.search(r"\btorch\.", code) else []
    names = [name for name in ("Tensor", "nn") if re.search(rf"\b{name}\b", code)]
    torch.append(f"from torch import {', '.join(names)}")
    if re.search(r"\bF\.", code):
        torch.append("from torch.nn import functional as F")
    return "\n\n".join(["\n".join(block) for block in (from_standard, torch) if block])
