"""Words that silence a rule which has nothing to say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from cnnspec.analysis.analysis import Analysis
from cnnspec.errors import Finding
from cnnspec.language.spec import Reference
from cnnspec.override import override
from cnnspec.rules.rule import Rule
from cnnspec.rules.suppressions import Suppressions

if TYPE_CHECKING:
    from cnnspec.language.comments import Comment

_SHOWN = 5


class UnusedSuppression(Rule):
    """A rule is silenced where it has nothing to say.

    It is told of each word in a comment ``# cnnspec: ignore[…]``, an entry's ``ignore`` and the file's ``lint: ignore``,
    and of a comment that names no rule. It is not told where a word may be of use after all: where rules were left out
    by a selection, where an error keeps something from being known, where ``when`` leaves the entry out, and where
    variables or input shapes were overridden.

    Why: what the word was for is gone, and it will hide the next finding of its kind.

    Bad:
        input: [3, 8, 8]
        layers:
          - conv2d: {out_channels: 8, kernel_size: 3}  # cnnspec: ignore[fractional-stride]

    Good:
        input: [3, 8, 8]
        layers:
          - conv2d: {out_channels: 8, kernel_size: 3}

    Source: ruff's unused-noqa (RUF100) and ESLint's ``--report-unused-disable-directives``.
    """

    code = "CNN110"
    name = "unused-suppression"
    severity = "note"
    can_be_fixed = True

    @override
    def check(self, analysis: Analysis) -> Iterator[Finding]:
        """Nothing: what was of use is known after every rule has been asked. See :meth:`unused`."""
        yield from ()

    def unused(
        self, text: str, suppressions: Suppressions, found: Sequence[Finding], asked: Mapping[str, Rule]
    ) -> Iterator[Finding]:
        """What silenced nothing; ``found`` is what is told of the spec, ``asked`` the rules by their names and codes."""
        if words := suppressions.unused(suppressions.file, asked):
            yield self._silent(words, "in this file", asked)
        for entry in suppressions.entries:
            layer, words = suppressions.made_by(entry), suppressions.unused(entry.ignore, asked)
            if words and layer is not None:
                yield self._silent(words, "here", asked)._replace(layer=layer or None)
        rules_of: dict[int, list[str]] = {}
        for finding in found if suppressions.comments else ():
            for line in suppressions.lines_of(finding.position):
                rules_of.setdefault(line, []).append(finding.rule)
        for comment in suppressions.comments:
            lines = suppressions.lines_of(comment.position)
            words = suppressions.unused(comment.rules, asked)
            if not comment.rules:
                yield self._blanket(comment, [rule for line in sorted(lines) for rule in rules_of.get(line, [])], text)
            elif words and lines.isdisjoint(suppressions.lines_left_out):
                told = self._silent(words, "on a line of its own" if comment.alone else "in this line", asked)
                fix = "put it at the end of the line that it is about, or leave it out" if comment.alone else told.fix
                yield told._replace(position=comment.position, fix=fix, edits=(comment.without(words, text),))

    def _silent(self, words: Sequence[Reference], where: str, asked: Mapping[str, Rule]) -> Finding:
        always = [word for word in words if not asked[word.name].can_be_silenced]
        why = f": {_named(always)} cannot be silenced" if always else ""
        message = f"ignoring {_named(words)} silences nothing {where}{why}"
        return self.finding(words[0].position, None, message, f"leave {'it' if len(words) == 1 else 'them'} out")

    def _blanket(self, comment: Comment, rules: list[str], text: str) -> Finding:
        message = "a comment that names no rule silences nothing"
        if rules:
            named = ", ".join(list(dict.fromkeys(rules))[:_SHOWN])
            return self.finding(comment.position, None, message, f"# cnnspec: ignore[{named}]")
        return self.finding(comment.position, None, message, "leave it out", edits=(comment.without((), text),))


def _named(words: Sequence[Reference]) -> str:
    """The first words, and how many there are beside them: a message never grows with what a file holds."""
    shown = [f"`{word.name}`" for word in words[:_SHOWN]]
    if len(words) > _SHOWN:
        shown.append(f"{len(words) - _SHOWN:,} more")
    return f"{', '.join(shown[:-1])} and {shown[-1]}" if len(shown) > 1 else shown[0]
