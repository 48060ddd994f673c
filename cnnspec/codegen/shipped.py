"""What stands in for layers that PyTorch has not: definitions that ship with cnnspec, written out where they are used."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from cnnspec.resources import folder

_DEFINED = re.compile(r"^(?:class|def) (\w+)", re.MULTILINE)
_IMPORTS = re.compile(r"^(?:from|import) .*\n", re.MULTILINE)
_WORD = re.compile(r"\w+")


@cache
def shipped() -> Mapping[str, str]:
    """Each definition's code by its name, its imports left out.

    Where a class has a ``2d`` in its name and its file has none, the file stands for one, two and three dimensions.
    """
    found: dict[str, str] = {}
    for path in sorted((folder("templates") / "pytorch").glob("*.py")):
        code = _IMPORTS.sub("", path.read_text("utf-8")).strip()
        (name,) = _DEFINED.findall(code)
        is_family = name.endswith("2d") and not path.stem.endswith("2d")
        found |= {name.replace("2d", f"{n}d"): _of_dimensions(code, n) for n in (1, 2, 3)} if is_family else {name: code}
    return MappingProxyType(found)


def _of_dimensions(code: str, ndim: int) -> str:
    """Code for maps of two dimensions, for maps of ``ndim``."""
    code = code.replace("2d", f"{ndim}d").replace(") * 2", f") * {ndim}")
    for each in ("int", "1"):
        code = code.replace(f"{each}, {each}", ", ".join([each] * ndim))
    return code


def needed(code: str) -> list[str]:
    """The definitions that code uses, each after those that it uses itself."""
    found: dict[str, str] = {}
    _add(code, found)
    return list(found.values())


def _add(code: str, found: dict[str, str]) -> None:
    known = shipped()
    for word in dict.fromkeys(_WORD.findall(code)):
        if word in known and word not in found and known[word] != code:
            _add(known[word], found)
            found[word] = known[word]
