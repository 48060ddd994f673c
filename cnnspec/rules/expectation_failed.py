"""Facts that the author wrote down and that are not so."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from typing import Any

from cnnspec.analysis.analysis import Analysis, Layer, Scope
from cnnspec.analysis.receptive_field import Sight, Sights
from cnnspec.errors import Finding
from cnnspec.graph.graph import Expected
from cnnspec.language.figure import Figure
from cnnspec.override import override
from cnnspec.rules.rule import Rule


class ExpectationFailed(Rule):
    """A fact that the file expects is not so.

    ``expect:`` holds facts, of the network at the file's level and of a layer on its entry. A finding that is expected
    and does not come is a failed expectation too.

    Where ``vars`` or an input's shape were overridden, the facts are those of another network and are not asked for.

    Why: what a paper prints, or what was true when the file was written, is held from then on.
    Arithmetic: a figure with a unit and a point holds to the digits written: ``4.09G`` is 4,089,184,256. The layer below
    has (5·5·1 + 1)·6 = 156 params.

    Bad:
        input: [1, 32, 32]
        layers:
          - conv2d: {out_channels: 6, kernel_size: 5, expect: {params: 150}}

    Good:
        input: [1, 32, 32]
        layers:
          - conv2d: {out_channels: 6, kernel_size: 5, expect: {params: 156}}

    Source: LeCun et al., Gradient-based learning applied to document recognition (1998), where C1 has 156 parameters.
    """

    code = "CNN109"
    name = "expectation-failed"

    @override
    def check(self, analysis: Analysis) -> Iterator[Finding]:
        if analysis.graph.spec.altered:
            return
        outputs = analysis.graph.outputs
        for name, expected in analysis.graph.expect.items():
            if name != "outputs":
                yield from self._compare(
                    name, expected, _fact(analysis.totals, name), None, known=analysis.totals.params is not None
                )
            elif None not in outputs.values():
                yield from self._compare(name, expected, outputs, None, known=True)
        yield from self._of_scopes(analysis.root)
        for layer in analysis.layers:
            for name, expected in layer.node.expect.items():
                if name != "findings":
                    yield from self._compare(name, expected, _fact(layer, name), layer, known=layer.costs is not None)

    def _of_scopes(self, scope: Scope) -> Iterator[Finding]:
        for name, expected in scope.scope.expect.items():
            yield from self._compare(name, expected, _fact(scope, name), scope, known=False)
        for child in scope.children:
            if isinstance(child, Scope):
                yield from self._of_scopes(child)

    def absent(
        self, analysis: Analysis, met: set[tuple[str, str]], is_silent: Callable[[str, str], bool], rules: Container[str]
    ) -> Iterator[Finding]:
        """The findings of ``rules`` that layers expect and that are not in ``met``, pairs of layer and word, nor silenced."""
        for layer in () if analysis.graph.spec.altered else analysis.layers:
            expected = layer.node.expect.get("findings")
            if expected is not None and layer.costs is not None:
                for word in expected.value:
                    if word in rules and (layer.name, word) not in met and not is_silent(layer.name, word):
                        message = f"the finding {word} is expected, but there is none"
                        yield self.finding(expected.position, layer.name, message, "take it out")

    def _compare(
        self, name: str, expected: Expected, actual: Any, of: Layer | Scope | None, *, known: bool
    ) -> Iterator[Finding]:
        """Compare, unless an error keeps the fact from being known; a fact that does not apply is not as expected."""
        if (actual is None and not known) or _holds(expected.value, actual):
            return
        message = f"{name} is {_shown(actual)}, not {_shown(expected.value)} as expected"
        written = _written(actual)
        fix = f"expect `{name}: {written}`, or take it out" if written else "take it out"
        yield self.finding(expected.position, of.name if of is not None else None, message, fix)


def _fact(of: Any, name: str) -> Any:
    value = getattr(of, name)
    return _field_sizes(value) if name == "receptive_field" and value is not None else value


def _field_sizes(sights: Sights) -> Any:
    """The size of the field along each axis; for several inputs, of each."""
    sizes = {name: [_size(sight) for sight in axes] for name, axes in sights.items()}
    return next(iter(sizes.values())) if len(sizes) == 1 else sizes


def _size(sight: Sight) -> int | str | None:
    return None if sight.field is None else "global" if sight.field.is_global else sight.field.size


def _holds(expected: Any, actual: Any) -> bool:
    if actual is None:
        return False
    if isinstance(expected, Figure):
        if isinstance(actual, Mapping):
            return all(_holds(expected, item) for item in actual.values())
        if isinstance(actual, list | tuple):
            return bool(actual) and all(_holds(expected, item) for item in actual)
        return not isinstance(actual, str) and expected.holds(actual)
    if isinstance(expected, list):
        return isinstance(actual, list | tuple) and len(expected) == len(actual) and all(map(_holds, expected, actual))
    if isinstance(expected, Mapping):
        same = isinstance(actual, Mapping) and expected.keys() == actual.keys()
        return same and all(_holds(expected[name], actual[name]) for name in expected)
    if isinstance(actual, list):
        return all(item == expected for item in actual)
    return bool(expected == actual)


def _shown(value: Any) -> str:
    if value is None or value == []:
        return "nothing that this has"
    if isinstance(value, Figure):
        return value.text
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_shown_plain, value))}]"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_shown(item)}" for name, item in value.items())
    return str(value)


def _written(value: Any) -> str:
    """A fact as a file may expect it; empty where it may not: what does not apply, or a field in each of several inputs."""
    if isinstance(value, int):
        return f"{value:_}"
    if isinstance(value, list | tuple):
        return "" if not value or None in value else f"[{', '.join(map(str, value))}]"
    if isinstance(value, Mapping):
        shapes = {name: _written(shape) for name, shape in value.items() if isinstance(shape, tuple)}
        return f"{{{', '.join(f'{name}: {shape}' for name, shape in shapes.items())}}}" if shapes else ""
    return "" if value is None else str(value)


def _shown_plain(value: Any) -> str:
    return value.text if isinstance(value, Figure) else str(value)
