"""The YAML parser's complaints in plain words: what is wrong at which place, and what would be right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import yaml

from cnnspec.errors import INVALID_YAML, Finding, Position
from cnnspec.source import lines_of, quoted

_QUOTES = "an expression that holds , [ ] { or } wants quotes round it"
_TAB = "a tab stands where spaces should: YAML is indented with spaces only"
_TAGS = "tags (`!…`) are not allowed: leave it out, or put quotes round text that begins with `!`"


class _Fault:
    """Where the parser stopped, where what it was reading began, and the text there."""

    def __init__(self, error: yaml.YAMLError, text: str) -> None:
        self.problem = str(getattr(error, "problem", None) or "it cannot be read")
        self.context = str(getattr(error, "context", None) or "")
        self.at = _position(getattr(error, "problem_mark", None)) or Position(1, 1)
        self.begun = _position(getattr(error, "context_mark", None)) or self.at
        self._lines = lines_of(text)

    def rest(self, at: Position) -> str:
        """The line from a place on."""
        return self._lines[at.line - 1][at.column - 1 :] if at.line <= len(self._lines) else ""

    def before(self, at: Position) -> str:
        """The line up to a place."""
        return self._lines[at.line - 1][: at.column - 1] if at.line <= len(self._lines) else ""

    @property
    def character(self) -> str:
        """The character that the parser stopped at; empty at a line's end."""
        return self.rest(self.at)[:1]


Told = tuple[Position, str]


def explained(error: yaml.YAMLError, text: str) -> Finding:
    """The finding that says what keeps ``text`` from being YAML."""
    fault = _Fault(error, text)
    position, message = _told(fault)
    return INVALID_YAML.at(position, message)


def _told(fault: _Fault) -> Told:
    if "directive" in fault.context or "directive" in fault.problem or "incompatible YAML" in fault.problem:
        return fault.begun, "lines that begin with % are directives of YAML, which a spec does without: leave it out"
    if "tag" in fault.context or "tag handle" in fault.problem:
        return fault.begun, _TAGS
    told = _PROBLEMS.get(fault.problem)
    if told is None:
        return fault.at, f"this is not YAML: {fault.problem}"
    return (fault.at, told) if isinstance(told, str) else told(fault)


def _unclosed(fault: _Fault) -> Told:
    """Inside ``[…]`` or ``{…}`` neither a comma nor the end came."""
    opening = fault.rest(fault.begun)[:1]
    closing = "]" if opening == "[" else "}"
    found, before = fault.character, fault.before(fault.at).rstrip()
    if found and found in "[{" and (not before or before[-1] in "]}\"'"):
        return fault.at, f"a comma is missing before `{found}`"
    if found and found in "[{)":
        return fault.at, f"`{found}` cannot stand here: {_QUOTES}"
    if not found or fault.at.line > fault.begun.line:
        return fault.begun, f"`{opening}` is never closed: write `{closing}` where it ends"
    if found in "]}":
        return fault.at, f"`{found}` does not close the `{opening}` of column {fault.begun.column}: write `{closing}`"
    if found == ":":
        return fault.at, "text that holds `: ` wants quotes round it"
    return fault.at, f"a comma or `{closing}` is missing before {quoted(fault.rest(fault.at))}"


def _misplaced(fault: _Fault) -> Told:
    """A mapping or list of several lines goes on with what is no entry of it."""
    before, found = fault.before(fault.at), fault.character
    if found and found in "]}":
        return fault.at, f"`{found}` closes nothing: there is no `{'[' if found == ']' else '{'}` before it"
    if before.strip():
        hint = ": inside '…' a quote is written '', inside \"…\" it is \\\"" if before[-1] in "\"'" else ""
        return fault.at, f"{quoted(fault.rest(fault.at))} stands after the end of a value{hint}"
    if fault.at.column == fault.begun.column:
        wants = "each entry begins with `- `" if "collection" in fault.context else "each line is a key, a `:` and a value"
        return fault.at, f"this line belongs to what begins in line {fault.begun.line}, where {wants}"
    spaces = fault.at.column - 1
    return fault.at, (
        f"this line is indented by {spaces} space{'s' * (spaces != 1)}, unlike those above it: "
        "lines that belong together are indented alike"
    )


def _colon(fault: _Fault) -> Told:
    before = fault.before(fault.at)
    if ": " in before:
        return fault.at, "text that holds `: ` wants quotes round it"
    if len(before.strip()) > 1024:
        return fault.at, "a key has at most 1,024 characters"
    return fault.at, "the line above goes on here: its `:` or the space after it is missing, or this line is indented too far"


def _no_colon(fault: _Fault) -> Told:
    return fault.begun, f"a `:` is missing after {quoted(fault.rest(fault.begun).rstrip())}"


def _character(fault: _Fault) -> Told:
    found = fault.character
    return fault.at, _TAB if found == "\t" else f"text cannot begin with `{found}`: put quotes round it"


def _open_quote(fault: _Fault) -> Told:
    quote = fault.rest(fault.begun)[:1]
    return fault.begun, f"the text that this {quote} begins is never closed: write {quote} at its end"


def _escape(fault: _Fault) -> Told:
    escape, rest = fault.before(fault.at)[-2:], fault.rest(fault.at)
    digits = {"\\x": 2, "\\u": 4, "\\U": 8}.get(escape)
    at = Position(fault.at.line, fault.at.column - 2) if digits else fault.at
    if digits and "hex" in fault.problem:
        return at, f"`{escape}` wants {digits} hexadecimal digits after it"
    shown = escape + rest[:digits] if digits else rest[:2]
    return at, f"`{shown}` is no character: inside \"…\" a backslash is written \\\\; '…' takes it as it is"


def _no_value(fault: _Fault) -> Told:
    found = fault.character
    if not found:
        return fault.at, "the file ends where a value should stand"
    if found in "]}":
        return fault.at, f"`{found}` stands where a value should, and closes nothing"
    return fault.at, f"a value is missing before `{found}`"


def _after_end(fault: _Fault) -> Told:
    if fault.character and fault.character in "]}":
        return _misplaced(fault)
    return fault.at, f"{quoted(fault.rest(fault.at))} stands after the end of the document"


def _alias(fault: _Fault) -> Told:
    sign = fault.rest(fault.begun)[:1]
    return fault.begun, f"`{sign}` begins an anchor's name: put quotes round text that begins with it"


def _block(fault: _Fault) -> Told:
    return fault.begun, "after | or > text begins in the next line: put quotes round text that begins with one of them"


_PROBLEMS: dict[str, str | Callable[[_Fault], Told]] = {
    "did not find expected ',' or ']'": _unclosed,
    "did not find expected ',' or '}'": _unclosed,
    "did not find expected key": _misplaced,
    "did not find expected '-' indicator": _misplaced,
    "did not find expected node content": _no_value,
    "did not find expected <document start>": _after_end,
    "did not find expected alphabetic or numeric character": _alias,
    "did not find expected comment or line break": _block,
    "did not find expected hexdecimal number": _escape,
    "found an indentation indicator equal to 0": _block,
    "found unknown escape character": _escape,
    "found invalid Unicode character escape code": _escape,
    "found character that cannot start any token": _character,
    "found unexpected end of stream": _open_quote,
    "found unexpected document indicator": _open_quote,
    "found a tab character that violates indentation": _TAB,
    "found a tab character where an indentation space is expected": _TAB,
    "could not find expected ':'": _no_colon,
    "mapping values are not allowed in this context": _colon,
    "mapping keys are not allowed in this context": "`? ` cannot stand here: put quotes round text that begins with it",
    "block sequence entries are not allowed in this context": (
        "`- ` cannot stand here: begin a list in a line of its own, or write it in [ ] with commas"
    ),
}


def _position(mark: Any) -> Position | None:
    return None if mark is None else Position(mark.line + 1, mark.column + 1)
