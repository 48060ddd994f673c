"""Which lists of entries are a straight line: each reads the one above, and all can be modules of an ``nn.Sequential``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cnnspec import layers
from cnnspec.graph.names import Binding
from cnnspec.graph.trace import Copy, Visit


def is_straight(visits: Sequence[Visit], start: str, end: str) -> bool:
    """Whether a list of entries that reads the layer ``start`` is a straight line, and puts out ``end``."""
    return _end(visits, start) == end


def _end(visits: Sequence[Visit], node: str) -> str | None:
    """Where a straight line ends; None where it is none."""
    for visit in visits:
        entry = visit.entry
        if visit.present and (visit.training_only or entry.share is not None or entry.paths is not None):
            return None
        for copy in visit.copies:
            found = _after(copy, node)
            if found is None:
                return None
            node = found
    return node


def _after(copy: Copy, node: str) -> str | None:
    """What stands after a copy in a straight line."""
    if len(copy.sources) != 1 or copy.sources[0].node != node or copy.named:
        return None
    if copy.node is not None:
        found = layers.find(copy.node.type)
        return None if found is None or found.merges or copy.node.shares is not None else copy.output.node
    if not copy.prefix:
        return _end(copy.bodies[0], node)
    return copy.output.node if not outside(copy) else None


def is_line(copy: Copy) -> bool:
    """Whether what a copy holds is a straight line, which reads nothing but its one input."""
    return len(copy.sources) == 1 and not outside(copy) and is_straight(copy.bodies[0], copy.sources[0].node, copy.output.node)


def is_named(visit: Visit) -> bool:
    """Whether an entry, or one that it holds without a scope, has a name of its own."""
    inner = (found for copy in visit.copies if copy.node is None and not copy.prefix for body in copy.bodies for found in body)
    return visit.entry.name is not None or any(map(is_named, inner))


def is_numbered(visits: Sequence[Visit]) -> bool:
    """Whether any of these entries, or one that they hold without a scope, has a number for a name."""
    copies = [copy for visit in visits for copy in visit.copies]
    return any(copy.name.isdigit() or (not copy.prefix and any(map(is_numbered, copy.bodies))) for copy in copies)


def outside(copy: Copy) -> list[Binding]:
    """What the entries of a copy read that is none of them, nor what the copy is fed with."""
    fed = {source.node for source in copy.sources}
    made, read = set[str](), dict[str, Binding]()
    for inner in _inner(copy):
        for binding in (*inner.sources, *inner.named):
            if binding.node not in made and binding.node not in fed:
                read.setdefault(binding.node, binding)
        if inner.node is not None:
            made.add(inner.node.name)
            shared = inner.node.shares
            if shared is not None and shared not in made:
                read.setdefault(shared, Binding(shared, None))
    if copy.output.node not in made and copy.output.node not in fed:
        read.setdefault(copy.output.node, copy.output)  # what its last entry reads, where that is left out
    return list(read.values())


def _inner(copy: Copy) -> Iterator[Copy]:
    """Every entry's copies in a copy: a layer after what it joins, a part before what it holds."""
    for body in copy.bodies:
        for visit in body:
            for inner in visit.copies:
                if inner.node is None:
                    yield inner
                yield from _inner(inner)
                if inner.node is not None:
                    yield inner
