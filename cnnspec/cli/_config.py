"""``[tool.cnnspec]`` of the nearest pyproject.toml."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, NamedTuple

from cnnspec.cli._files import shown
from cnnspec.errors import SEVERITIES, Severity, UsageError
from cnnspec.language.suggest import did_you_mean
from cnnspec.render.checked import absolute
from cnnspec.source import quoted

_MARK = b"tool.cnnspec"
_MAX_BYTES = 1 << 20
Words = tuple[str, ...]


class Config(NamedTuple):
    """What a project says of its specs. Rules are codes and beginnings of codes, patterns are of paths below ``folder``."""

    folder: Path = Path()
    select: Words | None = None
    ignore: Words = ()
    strict: bool = False
    severity: Severity = "error"
    exclude: Words = ()
    per_file_ignores: tuple[tuple[str, Words], ...] = ()

    def excludes(self, path: str) -> bool:
        """Whether a path, or a folder that it lies in, is left out."""
        return any(self._matches(path, pattern) for pattern in self.exclude)

    def ignored_in(self, path: str) -> Words:
        """What is ignored in this file only."""
        return tuple(word for pattern, words in self.per_file_ignores if self._matches(path, pattern) for word in words)

    def _matches(self, path: str, pattern: str) -> bool:
        """Whether a pattern is that of a name in the path, or of the path from the project's folder, or of one on the way."""
        names = absolute(path).relative_to(self.folder).parts
        ways = ("/".join(names[: count + 1]) for count in range(len(names)))
        return any(fnmatchcase(part, pattern.rstrip("/")) for part in (*names, *ways))


class Configs:
    """The configuration of each file: of the nearest pyproject.toml above it that has one."""

    def __init__(self, *, isolated: bool) -> None:
        self._known: dict[Path, Config] = {}
        self._isolated = isolated

    def of(self, path: str) -> Config:
        """The configuration of a file; for ``-`` that of the working directory. Raises :class:`UsageError` for a wrong one."""
        if self._isolated:
            return Config()
        found, above = None, []
        for folder in absolute(path).parents:
            above.append(folder)
            if (found := self._known.get(folder) or _read(folder)) is not None:
                break
        config = found or Config()
        self._known.update(dict.fromkeys(above, config))
        return config


def _read(folder: Path) -> Config | None:
    """What a folder's pyproject.toml says, None where there is none or it does not speak of cnnspec."""
    path = folder / "pyproject.toml"
    try:
        if not path.is_file():
            return None
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES)
    except OSError as error:
        raise UsageError(f"{shown(path)}: {(error.strerror or str(error)).lower()}") from None
    if _MARK not in data:
        return None
    import tomllib

    try:
        tools = tomllib.loads(data.decode("utf-8")).get("tool")
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{shown(path)} cannot be read: {error}") from None
    try:
        return _config(folder, tools["cnnspec"]) if isinstance(tools, dict) and "cnnspec" in tools else None
    except UsageError as error:
        raise UsageError(f"{shown(path)}: [tool.cnnspec] {error}") from None


def _config(folder: Path, given: Any) -> Config:
    if not isinstance(given, dict):
        raise UsageError(f"is a table, not {quoted(str(given))}")
    values = {}
    for key, value in given.items():
        if key not in _KEYS:
            hint = did_you_mean(key, _KEYS) or f": there are {', '.join(_KEYS)}"
            raise UsageError(f"has no key {quoted(key)}{hint}")
        try:
            values[key.replace("-", "_")] = _KEYS[key](value)
        except UsageError as error:
            raise UsageError(f"{key}: {error}") from None
    return Config(folder, **values)


def _words(value: Any) -> Words:
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise UsageError(f"it is a list of texts, not {quoted(str(value))}")
    return tuple(value)


def _selected(value: Any) -> Words:
    from cnnspec.rules.selection import codes_of

    return tuple(codes_of(word) for word in _words(value))


def _ignored(value: Any) -> Words:
    from cnnspec.rules.selection import codes_of

    return tuple(codes_of(word, to_ignore=True) for word in _words(value))


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise UsageError(f"it is true or false, not {quoted(str(value))}")
    return value


def _severity(value: Any) -> Severity:
    if value not in SEVERITIES:
        raise UsageError(f"it is one of {', '.join(SEVERITIES)}, not {quoted(str(value))}")
    return next(severity for severity in SEVERITIES if severity == value)


def _by_pattern(value: Any) -> tuple[tuple[str, Words], ...]:
    if not isinstance(value, dict):
        raise UsageError(f"it is a table of patterns with the rules to ignore there, not {quoted(str(value))}")
    return tuple((pattern, _ignored(words)) for pattern, words in value.items())


_KEYS: Mapping[str, Callable[[Any], Any]] = {
    "select": _selected,
    "ignore": _ignored,
    "strict": _boolean,
    "severity": _severity,
    "exclude": _words,
    "per-file-ignores": _by_pattern,
}
