"""Names in generated code: identifiers of Python made of words of a spec."""

from __future__ import annotations

import builtins
import keyword
import re
import unicodedata
from collections.abc import Container, Iterable, Mapping

_IMPORTED = ("Callable", "F", "Iterator", "Literal", "OrderedDict", "Sequence", "Tensor", "math", "nn", "partial", "torch")
TAKEN = frozenset((*_IMPORTED, "ACTIVATIONS", "module", "pair", "self"))
"""What generated modules import or rely on."""
_MARK = re.compile(r"_([0-9]*|above)")
"""What stands in code, while it is made, for something else; or in finished code for what is not looked at."""

_WORDS = re.compile(r"[A-Za-z0-9]+")
_LONGEST = 60


def class_name(text: str, taken: Container[str] = ()) -> str:
    """A class's name: ``basic_block`` is ``BasicBlock``, ``ResNet-50`` is ``ResNet50``, ``1x1`` is ``Network1x1``."""
    ascii = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    words = _WORDS.findall(ascii)
    found = "".join(word[0].upper() + word[1:] for word in words)[:_LONGEST]
    if not found or found[0].isdigit():
        found = f"Network{found}"
    return unique(found, taken)


def distinct(names: Mapping[str, str], taken: Iterable[str]) -> dict[str, str]:
    """What names are called in code, given what they would be called: none like another, nor like one that is taken."""
    found: dict[str, str] = {}
    for name, wanted in names.items():
        found[name] = unique(wanted, {*taken, *found.values()})
    return found


def unique(name: str, taken: Container[str]) -> str:
    """A name that is not taken and no word of Python's."""
    name = f"x{name}" if _MARK.fullmatch(name) else name
    found, count = name, 1
    while found in taken or found in TAKEN or keyword.iskeyword(found) or hasattr(builtins, found):
        count += 1
        found = f"{name}_" if count == 2 else f"{name}{'_' if name[-1].isdigit() else ''}{count - 1}"
    return found
