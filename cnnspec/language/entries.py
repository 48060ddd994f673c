"""One entry of a list of layers: its three forms, the options every entry takes, and its layer's own."""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable, Mapping

from cnnspec.errors import INVALID_SPEC, UNKNOWN_NAME, Finding, Position
from cnnspec.language.keys import ENTRY
from cnnspec.language.reader import Key, Node
from cnnspec.language.signature import Blocks, Signature, is_merge, known_options, known_types, merge_types, signature
from cnnspec.language.spec import FACTS, SCOPE_FACTS, Body, Entry, Reference
from cnnspec.language.suggest import did_you_mean, nearest, synonym
from cnnspec.source import quoted

IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,199}")
_HOLE = re.compile(r"\{[^{}]*\}")
_LONGEST = 200
_BODIES = ("sequential", "inline")
_INFERRED = ("in_channels", "in_features", "num_features", "num_channels")
"""Options that PyTorch wants and a spec does without."""

Tell = Callable[[Finding], None]


def described(node: Node) -> str:
    """What a value is, for messages: ``a list``, ``the number `5```."""
    if isinstance(node.value, dict | list):
        return f"{'a' if node.value else 'an empty'} {'mapping' if isinstance(node.value, dict) else 'list'}"
    if node.value is None or not node.text:
        return "an empty value"
    kind = "the boolean" if isinstance(node.value, bool) else "the text" if isinstance(node.value, str) else "the number"
    return f"{kind} {quoted(node.text)}"


def name_fault(name: str) -> str | None:
    """What keeps ``name`` from being one, None where nothing does."""
    if not IDENTIFIER.fullmatch(name):
        shown = quoted(name) if name else "an empty text"
        return f"a name is a letter or _, then letters, digits and _ (200 at most), not {shown}"
    if keyword.iskeyword(name) or name.startswith("__"):
        return f"{quoted(name)} is a word of Python, as expressions are: choose another name"
    return None


def check_entry(node: Node, blocks: Blocks, tell: Tell) -> Entry:
    """The entry at ``node``; its errors are told, and it is marked as broken where it has any of its own."""
    return _Checker(blocks, tell).entry(node)


def check_body(kind: str, node: Node, blocks: Blocks, tell: Tell, error: Callable[[Position, str], None]) -> Body:
    """The list of entries at ``node``; nothing at all is an empty one."""
    if not isinstance(node.value, list) and node.value is not None:
        error(node.position, f"{kind} is a list of entries, not {described(node)}")
    items = node.value if isinstance(node.value, list) else []
    named = kind if kind in ("sequential", "inline") else "layers"
    return Body(named, tuple([check_entry(item, blocks, tell) for item in items]), node.position)  # type: ignore[arg-type]


class _Checker:
    def __init__(self, blocks: Blocks, tell: Tell) -> None:
        self.blocks = blocks
        self.tell = tell
        self.broken = False

    def error(self, position: Position, message: str) -> None:
        self.broken = True
        self.tell(INVALID_SPEC.at(position, message))

    def entry(self, node: Node) -> Entry:
        if isinstance(node.value, str):
            return self._layer(node.value, node.position, {})
        if not isinstance(node.value, dict) or not node.value:
            self.error(node.position, f"an entry is a layer type, or a type and its options, not {described(node)}")
            return Entry("unknown", node.position, broken=True)
        key, value = next(iter(node.value.items()))
        beside = {extra: node.value[extra] for extra in list(node.value)[1:]}
        options = value.value if isinstance(value.value, dict) else {}
        if beside:
            options = {**options, **self._beside(key, beside)}
        if options or isinstance(value.value, dict):
            return self._layer(key, key.position, options)
        return self._layer(key, key.position, {}, value if value.value is not None else None)

    def _beside(self, type: str, beside: Mapping[Key, Node]) -> Mapping[Key, Node]:
        """The options that stand beside their layer type and not below it: told, and read as if they were below."""
        takes = self._signature(type)
        known = {*ENTRY, *(takes.options if takes is not None else ())}
        options = {key: value for key, value in beside.items() if key in known}
        if options:
            shown = " and ".join(map(quoted, options))
            verb = "stands" if len(options) == 1 else "stand"
            what = f"{shown} {verb} beside {quoted(type)}: indent an option further than its layer type"
            self.error(next(iter(options)).position, what)
        for extra in beside:
            if extra not in known:
                what = f"{quoted(extra)} stands beside {quoted(type)}: an entry is one layer type"
                self.error(extra.position, f"{what}; begin another with {quoted(f'- {extra}')}")
        return options

    def _layer(self, type: str, position: Position, given: Mapping[Key, Node], main: Node | None = None) -> Entry:
        takes = self._signature(type)
        if takes is None:
            self.broken = True
            hint = did_you_mean(type, known_types(self.blocks))
            self.tell(UNKNOWN_NAME.at(position, f"unknown layer type {quoted(type)}{hint}"))
        elif main is not None:
            given = self._main(type, takes, main)
        common = {str(key): value for key, value in given.items() if key in ENTRY}
        options = {key: value for key, value in given.items() if key not in ENTRY}
        if type == "branches":
            type, takes, options, paths = self._branches(options, position)
        else:
            paths = None
        if takes is not None:
            self._own(type, takes, options, position, shared="share" in common)
        body = None
        if type in _BODIES and (layers := options.get(Key("layers"))) is not None:
            body = check_body(type, layers, self.blocks, self.tell, self.error)
        name = self._name(common.get("name"))
        return Entry(
            type if IDENTIFIER.fullmatch(type) else "unknown",
            position,
            {str(key): value for key, value in options.items()},
            name=name,
            share=self._reference("share", common.get("share")),
            body=body,
            paths=paths,
            sources=self._sources(common.get("from")),
            repeat=self._scalar("repeat", common.get("repeat")),
            when=self._scalar("when", common.get("when")),
            training_only=self._scalar("training_only", common.get("training_only")),
            trainable=self._scalar("trainable", common.get("trainable")),
            ignore=words(common.get("ignore"), "ignore", self.error),
            expect=facts(common.get("expect"), "expect", self._facts(type), self.error),
            note=text(common.get("note"), "note", self.error),
            broken=self.broken,
        )

    def _signature(self, type: str) -> Signature | None:
        return signature(type, self.blocks) if IDENTIFIER.fullmatch(type) else None

    def _facts(self, type: str) -> tuple[str, ...]:
        return SCOPE_FACTS if type in self.blocks or type in _BODIES else FACTS

    def _branches(
        self, given: Mapping[Key, Node], position: Position
    ) -> tuple[str, Signature | None, dict[Key, Node], tuple[Body, ...]]:
        """The merge that joins the paths, what it takes and is given, and the paths."""
        options = {str(key): value for key, value in given.items()}
        merge, node = options.get("merge"), options.get("paths")
        word = "concat" if merge is None else merge.text
        if merge is not None and not is_merge(word):
            self.error(merge.position, f"merge is one of {', '.join(merge_types())}, not {described(merge)}")
            word = "concat"
        paths = node.value if node is not None and isinstance(node.value, list) else []
        if len(paths) < 2:
            what = (
                "no paths" if node is None else "fewer than two paths" if isinstance(node.value, list) else "no list of paths"
            )
            self.error(position if node is None else node.position, f"branches has {what}: write two or more below `paths`")
        own = {key: value for key, value in given.items() if key not in ("paths", "merge")}
        return word, signature(word, {}), own, tuple([self._path(item) for item in paths])

    def _path(self, node: Node) -> Body:
        items = node.value if isinstance(node.value, list) else [node]
        return Body("inline", tuple([check_entry(item, self.blocks, self.tell) for item in items]), node.position)

    def _main(self, type: str, takes: Signature, value: Node) -> Mapping[Key, Node]:
        name = takes.main
        if name is None:
            self.error(value.position, f"{type} takes no value, but {described(value)} is given")
            return {}
        if name == "eps" and _counts(value):
            what = f"{type} takes no number of channels, but {quoted(value.text)} is given"
            self.error(value.position, f"{what}: leave it out, it follows from the input")
            return {}
        key = Key(name)
        key.line, key.column = value.line, value.column
        return {key: value}

    def _own(self, type: str, takes: Signature, options: Mapping[Key, Node], position: Position, *, shared: bool) -> None:
        known = takes.options
        if shared:
            for key in options:
                self.error(key.position, f"`share` uses the options of another entry: leave out {quoted(key)}")
            return
        meant: set[str | None] = set()
        for key, node in options.items():
            if key not in known:
                meant.add(self._unknown(type, key, list(known)))
            elif node.value is None and key not in takes.nullable:
                self.error(node.position, f"{key} has no value: write one, or leave {key} out")
        missing = takes.missing({*options, *meant})
        if missing and None not in meant:
            self.error(position, f"{type} needs {' and '.join(f'`{name}`' for name in missing)}")

    def _unknown(self, type: str, key: Key, known: list[str]) -> str | None:
        """Tell of an option that ``type`` does not have; the option that was meant, None where none is near."""
        before, colon, _ = key.partition(":")
        if colon and before in (*known, *ENTRY):
            self.error(key.position, f"a space is missing after the `:` in {quoted(key)}")
            return before
        if key in _INFERRED:
            self.error(key.position, f"{type} has no option `{key}`: leave it out, it follows from the input")
            return key
        is_anothers = type not in self.blocks and key in known_options()  # that is what is meant, and no word near it
        found = (synonym if is_anothers else nearest)(key, [*known, *ENTRY])
        hint = f": did you mean `{found}`?" if found else f": it has {', '.join(known)}" if known else ""
        self.error(key.position, f"{type} has no option {quoted(key)}{hint}")
        return found

    def _name(self, node: Node | None) -> Node | None:
        if node is None:
            return None
        if not isinstance(node.value, str):
            self.error(node.position, f"a name is text, not {described(node)}")
            return None
        fault = name_fault(_HOLE.sub("_", node.value)) if len(node.value) <= _LONGEST else name_fault(node.value)
        if node.value == "above":
            fault = "`above` cannot name a layer: in `from` it stands for the entry above"
        if fault is not None:
            self.error(node.position, fault)
            return None
        return node

    def _reference(self, what: str, node: Node | None) -> Reference | None:
        if node is None:
            return None
        if not isinstance(node.value, str) or not IDENTIFIER.fullmatch(node.value):
            self.error(node.position, f"{what} holds the name of a layer, not {described(node)}")
            return None
        return Reference(node.value, node.position)

    def _sources(self, node: Node | None) -> tuple[Reference, ...] | None:
        if node is None:
            return None
        items = node.value if isinstance(node.value, list) else [node]
        if not items:
            self.error(node.position, "from names at least one layer")
        references = []
        for item in items:
            if isinstance(item.value, str) and IDENTIFIER.fullmatch(item.value):
                references.append(Reference(item.value, item.position))
            else:
                self.error(item.position, f"from holds names of layers, not {described(item)}")
        return tuple(references) or None

    def _scalar(self, name: str, node: Node | None) -> Node | None:
        if node is not None and (isinstance(node.value, list | dict) or node.value is None):
            self.error(node.position, f"{name} is a value or an expression, not {described(node)}")
            return None
        return node


def text(node: Node | None, what: str, error: Callable[[Position, str], None]) -> str | None:
    """The text at ``node``; a number is text as it was written."""
    if node is None:
        return None
    if isinstance(node.value, list | dict) or node.value is None:
        error(node.position, f"{what} is text, not {described(node)}")
        return None
    return node.text


def words(node: Node | None, what: str, error: Callable[[Position, str], None]) -> tuple[Reference, ...]:
    """A list of words, each with its place."""
    if node is None:
        return ()
    if not isinstance(node.value, list):
        error(node.position, f"{what} is a list of words, not {described(node)}")
        return ()
    references = []
    for item in node.value:
        if isinstance(item.value, str) and 0 < len(item.value) <= _LONGEST:
            references.append(Reference(item.value, item.position))
        else:
            error(item.position, f"{what} is a list of words: {described(item)} is none")
    return tuple(references)


def facts(node: Node | None, what: str, known: tuple[str, ...], error: Callable[[Position, str], None]) -> dict[str, Node]:
    """A mapping from known facts to what is expected of them; those of the wrong kind are told and left out."""
    if node is None:
        return {}
    if not isinstance(node.value, dict):
        error(node.position, f"{what} is a mapping from facts to what they should be, not {described(node)}")
        return {}
    found = {}
    for key, value in node.value.items():
        if key not in known:
            hint = did_you_mean(key, known) or f": there are {', '.join(known)}"
            error(key.position, f"unknown fact {quoted(key)}{hint}")
        elif wrong := _wrong_fact(key, value):
            at, wants = wrong
            error(at.position, f"{wants}, not {described(at)}")
        else:
            found[str(key)] = value
    return found


def _wrong_fact(name: str, node: Node) -> tuple[Node, str] | None:
    """Which value of a fact is of the wrong kind, and what it should be; None where all is well."""
    if name == "outputs" and isinstance(node.value, dict) and node.value:
        wrong = next(((output, shape) for output, shape in node.value.items() if not _is_list(shape)), None)
        return wrong and (wrong[1], f"{quoted(wrong[0])} is a shape, as in [10]")
    if name == "outputs":
        return node, "outputs is a mapping from outputs to shapes, as in {fc: [10]}"
    if name == "findings":
        return None if node.value == [] or _is_list(node, str) else (node, "findings is a list of rules")
    if name == "output_shape":
        return None if _is_list(node) else (node, "output_shape is a shape, as in [6, 28, 28]")
    if name == "receptive_field":
        return (
            None if _is_figure(node) or _is_list(node) else (node, "receptive_field is a size, or a list of one for each axis")
        )
    return None if _is_figure(node) else (node, f"{name} is a number, as in 61_706 or 5M")


def _is_figure(node: Node) -> bool:
    return not isinstance(node.value, bool | list | dict) and node.value is not None


def _counts(node: Node) -> bool:
    """Whether a value can only be meant as a number of channels: a whole one, as no ``eps`` is."""
    return isinstance(node.value, int) and not isinstance(node.value, bool) and node.value >= 1


def _is_list(node: Node, kind: type = object) -> bool:
    items = node.value if isinstance(node.value, list) else ()
    return bool(items) and all(
        _is_figure(item) and isinstance(item.value, kind) and len(item.text) <= _LONGEST for item in items
    )
