"""Which files ``check`` looks at, and where they lie."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from cnnspec.render.checked import absolute

SUFFIXES = (".yaml", ".yml")
_SKIPPED = frozenset(("__pycache__", "build", "dist", "node_modules", "site-packages", "venv"))
_MARK = re.compile(rb"(?:\A(?:\xef\xbb\xbf)?|[\r\n])cnnspec:")


class Candidate(NamedTuple):
    """A file that may be a spec, and the ``folder`` in which it was found; None where it was given by itself."""

    path: str
    folder: Path | None


def is_spec(data: bytes) -> bool:
    """Whether a line begins with ``cnnspec:``, which tells a spec from other YAML."""
    return b"cnnspec:" in data and _MARK.search(data) is not None


def candidates(paths: Iterable[str], excluded: Callable[[str], bool], unread: Callable[[str], None]) -> Iterator[Candidate]:
    """The files among ``paths`` and the YAML files in its folders, each once.

    Hidden folders and those of other people's files are passed over, as is what is ``excluded``; no link to a folder is
    followed. A folder that cannot be read is told of to ``unread``.
    """
    seen = set()
    for path in paths:
        folder = path not in ("", "-") and _is_folder(Path(path))
        for found in _walk(Path(path), excluded, unread) if folder else (path,):
            if (place := found if found == "-" else absolute(found)) not in seen:
                seen.add(place)
                yield Candidate(_safe(found), Path(path) if folder else None)


def shown(path: Path) -> str:
    """``path`` from the working directory where it lies below it."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def repository(paths: Iterable[str]) -> Path:
    """The folder of the git repository that holds all of ``paths``; the working directory where there is none."""
    places = [absolute(path) for path in paths]
    for folder in places[0].parents if places else ():
        if (folder / ".git").exists() and all(place.is_relative_to(folder) for place in places):
            return folder
    return Path.cwd()


def _walk(folder: Path, excluded: Callable[[str], bool], unread: Callable[[str], None]) -> Iterator[str]:
    """The YAML files below a folder, in the order of their names."""
    pending = [folder]
    while pending:
        path = pending.pop()
        try:
            if path != folder and not _is_folder(path):
                yield shown(path)
                continue
            inside = sorted((entry for entry in path.iterdir() if _is_wanted(entry)), reverse=True)
        except OSError as error:
            unread(f"{shown(path)}: {(error.strerror or str(error)).lower()}")
            continue
        pending += [entry for entry in inside if not excluded(str(entry))]


def _is_wanted(entry: Path) -> bool:
    if entry.suffix in SUFFIXES and entry.is_file():
        return True
    hidden = entry.name.startswith(".") or entry.name in _SKIPPED
    return not hidden and not entry.is_symlink() and entry.is_dir()


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False


def _safe(path: str) -> str:
    """A path that no build server takes for a command of its own: one that begins with ``::``, blanks left out."""
    return f"./{path}" if path.lstrip().startswith("::") else path
