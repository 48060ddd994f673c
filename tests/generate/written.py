"""Specs as people write them: YAML in several styles, drawn."""

from __future__ import annotations

import re
from collections.abc import Mapping
from random import Random
from typing import Any

from cnnspec.language.signature import Signature, signature

Entry = dict[str, dict[str, Any]]

_PLAIN = re.compile(r"[A-Za-z0-9_(.][^,\[\]{}:#\"\n]*(?<! )|-[^ ,\[\]{}:#\"\n][^,\[\]{}:#\"\n]*(?<! )")
_NO_TEXT = re.compile(
    r"~|null|Null|NULL|true|True|TRUE|false|False|FALSE|[-+.]?[0-9].*[0-9.]|[0-9]|0x.*|[-+]?\.(inf|nan)", re.IGNORECASE
)
_WIDTH = 110


def scalar(value: Any) -> str:
    """A value as YAML writes it where nothing need be quoted, and quoted where it must."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, int) and abs(value) >= 1000:
        return f"{value:_}"
    if not isinstance(value, str):
        return repr(value)
    if _PLAIN.fullmatch(value) and not (_NO_TEXT.fullmatch(value) and not set(value) & set(" +*/%(")):
        return value
    return f'"{value}"'


def flow(value: Any) -> str:
    """A value in one line."""
    if isinstance(value, list):
        return f"[{', '.join(map(flow, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{scalar(key)}: {flow(item)}' for key, item in value.items())}}}"
    return scalar(value)


class Writer:
    """Writes one spec; where there is a choice it is drawn."""

    def __init__(self, random: Random, blocks: Mapping[str, Any]) -> None:
        self.random = random
        self.signatures = {
            name: Signature(tuple(block.get("params") or ()), frozenset(), _first(block)) for name, block in blocks.items()
        }

    def spec(self, document: Mapping[str, Any]) -> str:
        """The whole file."""
        lines: list[str] = []
        for key, value in document.items():
            if key == "layers":
                lines += ["", "layers:", *self.entries(value, 2 * self.random.randint(0, 1))]
            elif key == "blocks":
                lines += ["", "blocks:"]
                for name, block in value.items():
                    lines += self._block(name, block)
            elif isinstance(value, dict) and value and self.random.random() < 0.5:
                lines += [f"{key}:", *(f"  {scalar(name)}: {flow(item)}" for name, item in value.items())]
            else:
                lines.append(f"{key}: {flow(value)}")
            if self.random.randint(0, 9) == 9:
                lines[-1] += "  # as drawn"
        return "\n".join(lines) + "\n"

    def _block(self, name: str, block: Mapping[str, Any]) -> list[str]:
        lines = [f"  {scalar(name)}:"]
        for key, value in block.items():
            if key in ("layers", "sequential", "inline"):
                lines += [f"    {key}:", *self.entries(value, 6)] if value else [f"    {key}: []"]
            elif isinstance(value, dict) and self.random.randint(0, 3) == 3:
                lines += [f"    {key}:", *(f"      {scalar(param)}: {flow(default)}" for param, default in value.items())]
            else:
                lines.append(f"    {key}: {flow(value)}")
        return lines

    def entries(self, entries: list[Entry], indent: int) -> list[str]:
        """A list of entries, a line or several each."""
        return [line for entry in entries for line in self._entry(entry, indent)]

    def _entry(self, entry: Entry, indent: int) -> list[str]:
        ((type, options),) = entry.items()
        start = " " * indent + "- "
        line = start + self.inline(entry)
        nested = "paths" in options or "layers" in options
        if len(line) <= _WIDTH and self.random.randint(0, 3) >= 3 * nested:
            return [line]
        lines = [f"{start}{type}:"]
        for key, value in options.items():
            if key in ("layers", "paths") and isinstance(value, list) and value and isinstance(value[0], dict | list):
                lines.append(f"{' ' * (indent + 4)}{key}:")
                for item in value:
                    if isinstance(item, list):
                        lines.append(f"{' ' * (indent + 6)}- {self._listed(item)}")
                    else:
                        lines += self._entry(item, indent + 6)
            else:
                lines.append(f"{' ' * (indent + 4)}{key}: {self._value(key, value)}")
        return lines if options else [line]

    def inline(self, entry: Entry) -> str:
        """An entry in one line: in its short forms where they can say it, mostly."""
        ((type, options),) = entry.items()
        if not options:
            return type
        takes = signature(type, self.signatures)
        assert takes is not None, type
        if list(options) == [takes.main] and self.random.randint(0, 4) and not _is_mapping(options[takes.main]):
            return f"{type}: {self._value(takes.main, options[takes.main])}"
        return f"{type}: {{{', '.join(f'{key}: {self._value(key, value)}' for key, value in options.items())}}}"

    def _value(self, key: str | None, value: Any) -> str:
        if key == "layers" and isinstance(value, list):
            return self._listed(value)
        if key == "paths" and isinstance(value, list):
            return f"[{', '.join(self._listed(path) if isinstance(path, list) else self._braced(path) for path in value)}]"
        return flow(value)

    def _listed(self, entries: list[Any]) -> str:
        """A list of entries in one line; of a list that holds no entries (a parameter may be called ``layers``) its items."""
        return f"[{', '.join(self._braced(entry) if isinstance(entry, dict) else flow(entry) for entry in entries)}]"

    def _braced(self, entry: Entry) -> str:
        text = self.inline(entry)
        return text if ":" not in text or self.random.random() < 0.5 else f"{{{text}}}"


def _first(block: Mapping[str, Any]) -> str | None:
    return next(iter(block.get("params") or ()), None)


def _is_mapping(value: Any) -> bool:
    return isinstance(value, dict)
