"""The file's ``blocks``: parameters, inputs and bodies."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cnnspec import layers
from cnnspec.errors import Position
from cnnspec.language.entries import Tell, check_body, described, name_fault
from cnnspec.language.expression import RESERVED, SIZES
from cnnspec.language.keys import BLOCK, ENTRY
from cnnspec.language.reader import Key, Node
from cnnspec.language.signature import CONTAINERS, Blocks, Signature
from cnnspec.language.spec import Block, Body, Entry
from cnnspec.language.suggest import did_you_mean
from cnnspec.source import quoted

BODIES = ("layers", "sequential", "inline")

Error = Callable[[Position, str], None]


def signatures(node: Node | None, error: Error) -> Blocks:
    """Each block by its parameters, before any body is read: blocks may use blocks that stand below them."""
    if node is None or node.value is None:
        return {}
    if not isinstance(node.value, dict):
        error(node.position, f"blocks is a mapping from names to blocks, not {described(node)}")
        return {}
    found = {}
    for name, block in node.value.items():
        _check_name(name, error)
        params = _params(block, error)
        required = frozenset(key for key, value in params.items() if value is None)
        found[str(name)] = Signature(tuple(params), required, next(iter(params), None))
    return found


def check_blocks(node: Node | None, known: Blocks, tell: Tell, error: Error) -> dict[str, Block]:
    """The blocks with their bodies; one that uses itself, directly or not, is told and left out."""
    if not known or node is None:
        return {}
    blocks = {str(name): _block(name, block, known, tell, error) for name, block in node.value.items()}
    for name in _cyclic(blocks):
        error(blocks[name].position, f"block `{name}` uses itself")
        del blocks[name]
    return blocks


def _check_name(name: Key, error: Error) -> None:
    fault = name_fault(name)
    if fault is None and (name in CONTAINERS or layers.find(name) is not None):
        fault = f"a block cannot be called `{name}`: that is a layer type"
    if fault is not None:
        error(name.position, fault)


def _block(name: Key, node: Node, known: Blocks, tell: Tell, error: Error) -> Block:
    given = node.value if isinstance(node.value, dict) else {}
    if not isinstance(node.value, dict):
        error(node.position, f"a block is a mapping with params and layers, not {described(node)}")
    for key in given:
        if key not in BLOCK:
            hint = did_you_mean(key, BLOCK) or f": there are {', '.join(BLOCK)}"
            error(key.position, f"a block has no key {quoted(key)}{hint}")
    params = _params(node, lambda position, message: None)
    texts = frozenset(key for key, value in params.items() if isinstance(value, str))
    return Block(
        str(name), name.position, params, texts, _inputs(given.get("inputs"), error), _body(name, given, known, tell, error)
    )


def _params(node: Node, error: Error) -> dict[str, Any]:
    given = node.value.get("params") if isinstance(node.value, dict) else None
    if given is None or given.value is None:
        return {}
    if not isinstance(given.value, dict):
        error(given.position, f"params is a mapping from names to defaults, not {described(given)}")
        return {}
    for key, default in given.value.items():
        if (fault := name_fault(key)) is not None:
            error(key.position, fault)
        elif key in ENTRY:
            error(key.position, f"a parameter cannot be called `{key}`: every entry takes an option of that name")
        elif key in RESERVED or key in SIZES or key == "index":
            error(key.position, f"a parameter cannot be called `{key}`: it has a meaning of its own in expressions")
        elif isinstance(default.value, dict):
            error(default.position, f"{key}: a default is a number, a boolean, a list, a word or nothing, not a mapping")
    return {str(key): _constant(default) for key, default in given.value.items()}


def _constant(node: Node) -> Any:
    return [_constant(item) for item in node.value] if isinstance(node.value, list) else node.value


def _inputs(node: Node | None, error: Error) -> tuple[str, ...]:
    if node is None:
        return ("input",)
    names = node.value if isinstance(node.value, list) else []
    if not names:
        error(node.position, f"inputs is a list of names, not {described(node)}")
    for name in names:
        fault = name_fault(name.text) if isinstance(name.value, str) else f"an input's name is text, not {described(name)}"
        if fault is not None:
            error(name.position, fault)
    return tuple(dict.fromkeys(name.text for name in names)) or ("input",)


def _body(name: Key, given: Mapping[Key, Node], known: Blocks, tell: Tell, error: Error) -> Body:
    bodies = [key for key in given if key in BODIES]
    if len(bodies) != 1:
        what = "no body" if not bodies else f"{len(bodies)} bodies"
        error(name.position, f"block `{name}` has {what}: write one of layers, sequential, inline")
    if not bodies:
        return Body("layers", (), name.position)
    return check_body(bodies[0], given[bodies[0]], known, tell, error)


def _cyclic(blocks: Mapping[str, Block]) -> list[str]:
    """The blocks that use themselves, directly or through others, in the order of the file."""
    uses = {name: _used(block.body, blocks) for name, block in blocks.items()}
    while True:
        plain = {name for name, used in uses.items() if not used & uses.keys()}
        if not plain:
            break
        uses = {name: used for name, used in uses.items() if name not in plain}
    return [name for name in uses if _reaches(name, name, uses)]


def _reaches(start: str, goal: str, uses: Mapping[str, set[str]]) -> bool:
    seen: set[str] = set()
    level = {start}
    while level:
        level = {name for used in level for name in uses.get(used, ())} - seen
        if goal in level:
            return True
        seen |= level
    return False


def _used(body: Body, blocks: Mapping[str, Block]) -> set[str]:
    found: set[str] = set()
    pending: list[Entry] = list(body.entries)
    while pending:
        entry = pending.pop()
        if entry.type in blocks:
            found.add(entry.type)
        for inner in (entry.body, *(entry.paths or ())):
            pending += inner.entries if inner is not None else ()
    return found
