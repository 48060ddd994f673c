"""What can go wrong, as bare facts: the numbers inside, the place added at the border.

Inner code raises or records the fact; whoever knows the file, the line and the layer's name turns it into
a :class:`Finding`.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Severity = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
"""The worst first."""


class Position(NamedTuple):
    """A place in a file, both counted from 1, columns in code points."""

    line: int
    column: int


def used(uses: tuple[Position, ...]) -> str:
    """Where the blocks around a place are used, the nearest first: `` (in a block used at 31:5)``."""
    if not uses:
        return ""
    return f" (in a block used at {', in one used at '.join(f'{use.line}:{use.column}' for use in reversed(uses))})"


class Fix(NamedTuple):
    """One concrete value that would be legal: of an option, or (``option`` None) a shape of the network's input.

    Where several inputs change together, their shapes by name.
    """

    option: str | None
    value: object


class Edit(NamedTuple):
    """Other text for a stretch of the file, from ``start`` to before ``end``."""

    start: Position
    end: Position
    text: str


class Finding(NamedTuple):
    """Something to tell the author of a spec, with the place where it is written."""

    code: str
    rule: str
    severity: Severity
    position: Position
    layer: str | None
    message: str
    fix: str = ""
    fixes: tuple[Fix, ...] = ()
    expected: bool = False
    edits: tuple[Edit, ...] = ()
    """What makes it right without changing what the network computes: safe to apply unasked."""


class Kind(NamedTuple):
    """A kind of error that the language itself makes, in one sentence: a file that means nothing cannot be linted."""

    code: str
    rule: str
    summary: str

    def at(self, position: Position, message: str, layer: str | None = None, fix: str = "") -> Finding:
        """The finding of this kind at ``position``."""
        return Finding(self.code, self.rule, "error", position, layer, message, fix)


INVALID_YAML = Kind("CNN001", "invalid-yaml", "The text is not YAML, or holds what a spec does without.")
INVALID_SPEC = Kind("CNN002", "invalid-spec", "A key, an option or a value is not what the language takes.")
UNKNOWN_NAME = Kind("CNN003", "unknown-name", "No layer type, layer, input or variable is called so.")
INVALID_EXPRESSION = Kind("CNN004", "invalid-expression", "An expression is malformed, or gives not what is asked for.")
LIMIT_EXCEEDED = Kind("CNN005", "limit-exceeded", "The file or the network is larger than the language allows.")
LANGUAGE = (INVALID_YAML, INVALID_SPEC, UNKNOWN_NAME, INVALID_EXPRESSION, LIMIT_EXCEEDED)


class IllegalValue(ValueError):
    """An option's value is not of the kind that the option asks for."""


class IllegalShape(Exception):
    """A layer cannot take these inputs: which numbers do not fit, and what would be legal.

    Each subclass is reported by the rule of the same name.
    """

    def __init__(self, message: str, fix: str = "", fixes: tuple[Fix, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix
        self.fixes = fixes


class WindowTooLarge(IllegalShape):
    """No window fits: the kernel reaches beyond the padded input, or nothing would come out."""


class PaddingTooLarge(IllegalShape):
    """The padding is more than the kernel or the input allows."""


class GroupsMismatch(IllegalShape):
    """Channels do not divide into the groups."""


class ShapeMismatch(IllegalShape):
    """The inputs do not have the axes or the sizes that the layer reads. ``axis`` is that along which merged inputs differ."""

    def __init__(self, message: str, fix: str = "", fixes: tuple[Fix, ...] = (), axis: int | None = None) -> None:
        super().__init__(message, fix, fixes)
        self.axis = axis


class SpecError(Exception):
    """A spec has errors in its language; the message lists them all, with their places."""

    def __init__(self, text: str, findings: tuple[Finding, ...]) -> None:
        super().__init__(text)
        self.findings = findings


class FileUnreadable(OSError):
    """A file is missing, is a folder or a device, or may not be read: nothing that a spec's author wrote."""


class UsageError(ValueError):
    """What was asked for on the command line (or of a function) does not fit the spec."""
