"""The file's ``blocks``: parameters, inputs and bodies."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from cnnspec import layers
from cnnspec.errors import Position
from cnnspec.language.entries import Tell, check_body, described, name_fault
from cnnspec.language.expression import ABSENT, RESERVED, SIZES, is_computed
from cnnspec.language.keys import BLOCK, ENTRY
from cnnspec.language.reader import UNREADABLE, Key, Node
from cnnspec.language.signature import CONTAINERS, Blocks, Signature
from cnnspec.language.spec import Block, Body
from cnnspec.language.suggest import did_you_mean
from cnnspec.source import quoted

BODIES = ("layers", "sequential", "inline")

Error = Callable[[Position, str], None]
Vars = Mapping[str, Any]


def signatures(node: Node | None, vars: Vars, error: Error) -> Blocks:
    """Each block by its parameters, before any body is read: blocks may use blocks that stand below them."""
    if node is None or node.value is None:
        return {}
    if not isinstance(node.value, dict):
        error(node.position, f"blocks is a mapping from names to blocks, not {described(node)}")
        return {}
    found = {}
    for name, block in node.value.items():
        _check_name(name, error)
        params = _params(block, vars, error)
        required = frozenset(key for key, value in params.items() if value is None)
        found[str(name)] = Signature(tuple(params), required, next(iter(params), None))
    return found


def check_blocks(node: Node | None, vars: Vars, known: Blocks, tell: Tell, error: Error) -> dict[str, Block]:
    """The blocks with their bodies; of those that use themselves, directly or not, one is told and left out."""
    if not known or node is None:
        return {}
    blocks = {
        str(name): _block(name, block, vars, known, tell, error)
        for name, block in node.value.items()
        if _has_body(name, block, error)
    }
    cyclic = {chain[0]: chain for chain in _cycles(blocks)}
    for name, chain in cyclic.items():
        more = f" and {len(chain) - 4} more" if len(chain) > 4 else ""
        through = f" through {', '.join(f'`{other}`' for other in chain[1:4])}{more}" if len(chain) > 1 else ""
        error(blocks[name].position, f"block `{name}` uses itself{through}")
    return {name: block for name, block in blocks.items() if name not in cyclic}


def _check_name(name: Key, error: Error) -> None:
    fault = name_fault(name)
    if fault is None and (name in CONTAINERS or layers.find(name) is not None):
        fault = f"a block cannot be called `{name}`: that is a layer type"
    if fault is not None:
        error(name.position, fault)


def _block(name: Key, node: Node, vars: Vars, known: Blocks, tell: Tell, error: Error) -> Block:
    given = node.value
    (kind,) = (key for key in given if key in BODIES)
    body = check_body(kind, given[kind], known, tell, error)
    params = _params(node, vars, lambda position, message: None)
    texts = frozenset(key for key, value in params.items() if isinstance(value, str))
    return Block(str(name), name.position, params, texts, _inputs(given.get("inputs"), error), body)


def _params(node: Node, vars: Vars, error: Error) -> dict[str, Any]:
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
    values = {**vars, **{str(key): default.value for key, default in given.value.items()}}
    return {str(key): _constant(key, default, values, error) for key, default in given.value.items()}


def _constant(key: Key, node: Node, values: Vars, error: Error) -> Any:
    """A default as it is written; :data:`ABSENT` where it could not be read or is none."""
    if isinstance(node.value, list):
        items = [_constant(key, item, values, error) for item in node.value]
        return ABSENT if any(item is ABSENT for item in items) else items
    if node.value is UNREADABLE or isinstance(node.value, dict):
        return ABSENT
    if isinstance(node.value, str) and is_computed(node.value, values):
        what = f"{key}: a default is a value, not an expression: write {quoted(node.value)} where `{key}` is used"
        error(node.position, what)
        return ABSENT
    return node.value


def _inputs(node: Node | None, error: Error) -> tuple[str, ...]:
    if node is None:
        return ("input",)
    names = node.value if isinstance(node.value, list) else []
    if not names:
        error(node.position, f"inputs is a list of names, not {described(node)}")
    known: set[str] = set()
    for name in names:
        fault = name_fault(name.text) if isinstance(name.value, str) else f"an input's name is text, not {described(name)}"
        if fault is None and name.text == "above":
            fault = "`above` cannot name an input: in `from` it stands for the entry above"
        elif fault is None and name.text in known:
            fault = f"the input `{name.text}` stands twice"
        if fault is not None:
            error(name.position, fault)
        known.add(name.text)
    return tuple(dict.fromkeys(name.text for name in names)) or ("input",)


def _has_body(name: Key, node: Node, error: Error) -> bool:
    """Whether a block has one body, its keys told of; what uses one that has not is not known."""
    if not isinstance(node.value, dict):
        error(node.position, f"a block is a mapping with params and layers, not {described(node)}")
        return False
    for key in node.value:
        if key not in BLOCK:
            hint = did_you_mean(key, BLOCK) or f": there are {', '.join(BLOCK)}"
            error(key.position, f"a block has no key {quoted(key)}{hint}")
    bodies = [key for key in node.value if key in BODIES]
    if len(bodies) != 1:
        what = "no body" if not bodies else f"{len(bodies)} bodies"
        error(name.position, f"block `{name}` has {what}: write one of layers, sequential, inline")
    return len(bodies) == 1


def _cycles(blocks: Mapping[str, Block]) -> Iterator[list[str]]:
    """Chains of blocks each of which uses the next, and the last the first: without the first of each there are none."""
    uses = {name: iter(_used(block.body, blocks)) for name, block in blocks.items()}
    path: dict[str, None] = {}
    done: set[str] = set()
    for start in blocks:
        path |= {} if start in done else {start: None}
        while path:
            name = next(reversed(path))
            used = next((used for used in uses[name] if used not in done), None)
            if used is None:
                done.add(name)
                del path[name]
            elif used in path:
                chain = list(path)
                yield chain[chain.index(used) :]
            else:
                path[used] = None


def _used(body: Body, blocks: Mapping[str, Block]) -> dict[str, None]:
    found: dict[str, None] = {}
    pending = deque(body.entries)
    while pending:
        entry = pending.popleft()
        if entry.type in blocks:
            found[entry.type] = None
        for inner in (entry.body, *(entry.paths or ())):
            pending += inner.entries if inner is not None else ()
    return found
