"""What a spec silences: rules named in comments, on entries and in the file's ``lint``."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from cnnspec.analysis.analysis import Analysis, Scope
from cnnspec.errors import Finding, Position
from cnnspec.language.spec import Entry, Reference, Spec

if TYPE_CHECKING:
    from cnnspec.language.comments import Comment

_WITHOUT_SCOPE = ("inline", "branches")
_Words = dict[str, list[Reference]]


class Suppressions:
    """Each word that silences a rule, with its place, and which of them did.

    An entry silences for what stands in it: the layers of its scope, of its paths, of the block that it uses. A word
    on a block's layer is of use if it silences something in one of the block's uses. A comment silences for its line, and
    for the entry over whose lines it stands.
    """

    def __init__(self, analysis: Analysis, *, honoured: bool = True) -> None:
        spec = analysis.graph.spec
        self.file = spec.lint.ignore if honoured else ()
        self.comments = _comments(spec) if honoured else ()
        self.entries = tuple(entry for entry in spec.entries() if entry.ignore) if honoured else ()
        self._network = _Network(analysis) if self.entries or self.comments else None
        self._in_file = _by_name(self.file)
        self._on_entries = {id(entry): _by_name(entry.ignore) for entry in self.entries}
        self._heads = _heads(spec) if self.comments else {}
        self._in_lines: dict[int, _Words] = {}
        for comment in self.comments:
            for line in self.lines_of(comment.position):
                _by_name(comment.rules, self._in_lines.setdefault(line, {}))
        self._used: set[Reference] = set()

    def silences(self, finding: Finding) -> bool:
        """Whether any word silences a finding; all that do are of use."""
        lines = self.lines_of(finding.position) if self.comments else ()
        lists = [*self._around(finding.layer), *(self._in_lines.get(line, {}) for line in lines)]
        matching = [word for words in lists for name in (finding.rule, finding.code) for word in words.get(name, ())]
        self._used.update(matching)
        return bool(matching)

    def lines_of(self, position: Position) -> frozenset[int]:
        """The line of a place, and the first of each entry over whose lines it stands."""
        return self._heads.get(position.line, frozenset()) | {position.line}

    def is_silent(self, layer: str, word: str) -> bool:
        """Whether a rule is silent for a layer, wherever it would be told: an entry around it says so, or the file."""
        return any(word in words for words in self._around(layer))

    def __iter__(self) -> Iterator[Reference]:
        yield from self.file
        for entry in self.entries:
            yield from entry.ignore
        for comment in self.comments:
            yield from comment.rules

    def unused(self, words: Iterable[Reference], asked: Container[str]) -> tuple[Reference, ...]:
        """Those of ``words`` that silenced nothing, though they are among the names that were ``asked``."""
        return tuple(word for word in words if word not in self._used and word.name in asked)

    def made_by(self, entry: Entry) -> str | None:
        """The first layer or scope that an entry made, empty where it makes none itself; None where it is left out."""
        return self._network.made.get(id(entry)) if self._network is not None else None

    @cached_property
    def lines_left_out(self) -> frozenset[int]:
        """Lines of which nothing is part of this network: with other ``vars`` a rule might find something there."""
        entries = list(self._network.users.values()) if self._network is not None else []
        present = {entry.position.line for entry in entries if self.made_by(entry) is not None}
        return frozenset(entry.position.line for entry in entries) - present

    def _around(self, layer: str | None) -> Iterator[_Words]:
        yield self._in_file
        if self._network is not None:
            for entry in self._network.around.get(layer or "", ()):
                yield self._on_entries.get(id(entry), {})


class _Network:
    """Which entries stand around each layer and scope: those of its scopes, and those that make none."""

    def __init__(self, analysis: Analysis) -> None:
        self.around: dict[str, tuple[Entry, ...]] = {}
        self.made: dict[int, str] = {}
        self.users: dict[Position, Entry] = {}
        self._holders: dict[int, tuple[Entry, ...]] = {}
        self._hold(analysis.graph.spec)
        self._walk(analysis.root, ())

    def _hold(self, spec: Spec) -> None:
        for entry in spec.entries():
            self.users[entry.position] = entry
            if entry.type in _WITHOUT_SCOPE or entry.paths is not None:
                holders = (*self._holders.get(id(entry), ()), entry)
                for body in (entry.body, *(entry.paths or ())):
                    self._holders.update((id(inner), holders) for inner in (body.entries if body is not None else ()))

    def _walk(self, scope: Scope, around: tuple[Entry, ...]) -> None:
        for child in scope.children:
            entry = child.scope.entry if isinstance(child, Scope) else child.node.entry
            if entry is None:
                continue
            self.made.setdefault(id(entry), child.name)
            uses = () if isinstance(child, Scope) else child.node.uses
            found = [one for each in (entry, *map(self.users.__getitem__, uses)) for one in (*self._held(each), each)]
            for one in found:
                self.made.setdefault(id(one), "")
            self.around[child.name] = (*around, *(one for one in found if one.ignore))
            if isinstance(child, Scope):
                self._walk(child, self.around[child.name])

    def _held(self, entry: Entry) -> tuple[Entry, ...]:
        return self._holders.get(id(entry), ())


def _comments(spec: Spec) -> tuple[Comment, ...]:
    """The comments that silence rules. Few files have any: what finds them is imported for those that may."""
    if not spec.layers or "ignore" not in spec.source.text:
        return ()
    from cnnspec.language.comments import suppressions

    return suppressions(spec.source.text)


def _heads(spec: Spec) -> dict[int, frozenset[int]]:
    """Of each line the first lines of the entries that reach over it; of one that holds others only its last line."""
    from cnnspec.language.edits import last_line

    found: dict[int, frozenset[int]] = {}
    for at, entry in {entry.position: entry for entry in spec.entries()}.items():
        last = last_line(spec.source.text, entry)
        is_leaf = entry.body is None and entry.paths is None
        for line in () if last == at.line else range(at.line, last + 1) if is_leaf else (at.line, last):
            found[line] = found.get(line, frozenset()) | {at.line}
    return found


def _by_name(words: Iterable[Reference], found: _Words | None = None) -> _Words:
    found = {} if found is None else found
    for word in words:
        found.setdefault(word.name, []).append(word)
    return found
