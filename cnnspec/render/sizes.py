"""Input sizes as text for people and as JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from textwrap import wrap
from typing import Any

from cnnspec.analysis.input_sizes import AxisSizes, Excluder
from cnnspec.language.spec import Spec
from cnnspec.render.figures import title
from cnnspec.render.json import constants
from cnnspec.source import printable, width

_WIDTH = 100
_MOST = 12
_FILE = "the file"


def text(spec: Spec, answers: Sequence[AxisSizes]) -> str:
    """The rule, the sizes and what excludes the others, of each axis that moves."""
    return "\n\n".join(printable(f"{title(spec)}: ") + _answer(answer) for answer in answers)


def to_json(spec: Spec, answers: Sequence[AxisSizes], indent: int | None = None) -> str:
    """The same as a JSON object."""
    vars = constants(spec)
    found = {"name": spec.name, "source": spec.source.name, "vars": vars, "answers": [_plain(answer) for answer in answers]}
    return json.dumps(found, indent=indent, ensure_ascii=False)


def _answer(answer: AxisSizes) -> str:
    held = f" (with {' and '.join(f'{axis} {size}' for axis, size in answer.held)})" if answer.held else ""
    head = f"{' and '.join(answer.axes)} from {answer.low} to {answer.high}{held}"
    lines = [head, f"  {answer.rule}"]
    if answer.rule != "every size":
        lines += wrap(" ".join(map(str, answer.sizes)), _WIDTH, initial_indent="  ", subsequent_indent="  ")
    shown, hidden = answer.excluders[:_MOST], answer.excluders[_MOST:]
    names = [printable(excluder.layer or _FILE) for excluder in shown]
    margin = max(map(width, names), default=0)
    if shown:
        lines.append("Excluded by")
    lines += [f"  {name}{' ' * (margin - width(name))}  {_why(each)}" for name, each in zip(names, shown, strict=True)]
    if hidden:
        lines.append(f"  and by {len(hidden)} more: {_sizes(sum(each.count for each in hidden))}")
    return "\n".join(lines)


def _why(excluder: Excluder) -> str:
    which = "such as" if excluder.count > 1 else "namely"
    return printable(f"{_sizes(excluder.count)}, {which} {excluder.example}: {excluder.why}")


def _sizes(count: int) -> str:
    return f"{count} size{'s' if count > 1 else ''}"


def _plain(answer: AxisSizes) -> dict[str, Any]:
    return {
        "axes": list(answer.axes),
        "held": dict(answer.held),
        "from": answer.low,
        "to": answer.high,
        "rule": answer.rule,
        "sizes": list(answer.sizes),
        "excluded_by": [
            {"layer": each.layer, "rule": each.rule, "count": each.count, "example": each.example, "why": each.why}
            for each in answer.excluders
        ],
    }
