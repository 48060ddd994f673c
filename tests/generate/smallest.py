"""The smallest spec like one that fails: whatever can be left out of it is left out, as long as it still fails."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

from written import flow

from cnnspec.language.reader import Node, read

Path = tuple[str | int, ...]


def smallest(text: str, fails: Callable[[str], bool], *, seconds: float = 60) -> str:
    """A spec like ``text`` for which ``fails`` holds, too; what is found in so much time."""
    document, end = _plain(read(text).root), time.monotonic() + seconds
    if not fails(_written(document)):
        return text
    before = None
    while before != document and time.monotonic() < end:
        before = document
        for path in list(_paths(document)):
            for candidate in _without(document, path):
                if time.monotonic() < end and fails(_written(candidate)):
                    document = candidate
                    break
    return _written(document)


def _plain(node: Node | None) -> Any:
    if node is None:
        return None
    if isinstance(node.value, dict):
        return {str(key): _plain(value) for key, value in node.value.items()}
    return [_plain(item) for item in node.value] if isinstance(node.value, list) else node.value


def _paths(value: Any, path: Path = ()) -> Iterator[Path]:
    """The places of all values in a value, those around others first."""
    for key, item in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield (*path, key)
        yield from _paths(item, (*path, key))


def _without(document: Any, path: Path) -> Iterator[Any]:
    """The document without what stands at a place; or with what stands in it in its place."""
    changed = deepcopy(document)
    holder = changed
    try:
        for key in path[:-1]:
            holder = holder[key]
        item = holder.pop(path[-1])
    except (KeyError, IndexError, TypeError, AttributeError):
        return  # what stood there is gone
    yield changed
    body = _body(item)
    if isinstance(holder, list) and body is not None:
        holder[path[-1] : path[-1]] = body  # type: ignore[misc]
        yield changed


def _body(entry: Any) -> list[Any] | None:
    """The entries that stand in an entry."""
    options = next(iter(entry.values())) if isinstance(entry, dict) and entry else None
    found = options.get("layers", options.get("paths")) if isinstance(options, dict) else options
    return found if isinstance(found, list) else None


def _written(document: dict[str, Any]) -> str:
    lines = []
    for key, value in document.items():
        if key == "layers":
            lines += ["layers:", *(f"  - {flow(entry)}" for entry in value)]
        elif key == "blocks":
            lines.append("blocks:")
            for name, block in value.items():
                lines += [f"  {flow(name)}:", *(f"    {part}: {flow(held)}" for part, held in block.items())]
        else:
            lines.append(f"{key}: {flow(value)}")
    return "\n".join(lines) + "\n"
