"""A file's top level: document to :class:`Spec`, every error told with its place."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from cnnspec.errors import INVALID_SPEC, Finding, Position
from cnnspec.language.blocks import check_blocks, signatures
from cnnspec.language.entries import check_entry, described, facts, name_fault, text, words
from cnnspec.language.expression import ABSENT, RESERVED, SIZES, is_computed
from cnnspec.language.keys import FILE, LINT
from cnnspec.language.reader import UNREADABLE, Key, Node, decode, read
from cnnspec.language.signature import Blocks
from cnnspec.language.spec import DTYPES, TOTALS, Entry, Lint, Reference, Spec
from cnnspec.language.suggest import nearest
from cnnspec.source import Source, quoted


def parse(data: bytes | str, name: str) -> Spec:
    """The spec in ``data``, called ``name`` in messages. Never raises for what the text says: see ``Spec.findings``."""
    stem = PurePath(name).stem.strip("<>") or "network"
    content = decode(data if isinstance(data, bytes) else data.encode("utf-8", "replace"))
    if isinstance(content, Finding):
        return Spec(Source(name, ""), stem, findings=(content,))
    source = Source(name, content)
    document = read(content)
    if document.root is None:
        return Spec(source, stem, findings=tuple(document.findings))
    return _Checker(source, document.findings).spec(document.root, stem)


def constant(text: str) -> Any:
    """The number, boolean, text or list that ``text`` writes, as a value in ``vars`` would.

    Raises ValueError where it writes none.
    """
    document = read(text)
    checker = _Checker(Source("", text), document.findings)
    value = checker.constant(document.root, "it") if document.root is not None else None
    if checker.findings:
        raise ValueError(checker.findings[0].message)
    return value


class _Checker:
    def __init__(self, source: Source, findings: list[Finding]) -> None:
        self.source = source
        self.findings = list(findings)

    def error(self, position: Position, message: str) -> None:
        self.findings.append(INVALID_SPEC.at(position, message))

    def spec(self, root: Node, stem: str) -> Spec:
        if not isinstance(root.value, dict):
            self.error(root.position, f"a spec is a mapping with `input` and `layers`, not {described(root)}")
            return self._done(Spec(self.source, stem))
        given: dict[Any, Node] = root.value
        meant = self._known(given, FILE, "key")
        self._version(given.get("cnnspec"))
        node = given.get
        vars = self._vars(node("vars"))
        known = signatures(node("blocks"), vars, self.error)
        return self._done(
            Spec(
                self.source,
                name=text(node("name"), "name", self.error) or stem,
                description=text(node("description"), "description", self.error),
                reference=text(node("reference"), "reference", self.error),
                dtype=self._dtype(node("dtype")),
                inputs={} if "input" in meant or "inputs" in meant else self._inputs(given, root),
                vars=vars,
                blocks=check_blocks(node("blocks"), vars, known, self.findings.append, self.error),
                layers=() if "layers" in meant else self._layers(node("layers"), root, known),
                outputs=self._outputs(node("outputs")),
                budget=facts(node("budget"), "budget", tuple(name for name in TOTALS if name != "receptive_field"), self.error),
                expect=facts(node("expect"), "expect", (*TOTALS, "outputs"), self.error),
                lint=self._lint(node("lint")),
            )
        )

    def _done(self, spec: Spec) -> Spec:
        from dataclasses import replace

        return replace(spec, findings=tuple(self.findings))

    def _known(self, given: dict[Any, Node], known: Any, what: str) -> set[str]:
        """Tell of keys that are not known; the known ones that were meant."""
        meant = set()
        for key in given:
            if key not in known:
                found = nearest(key, known)
                hint = f": did you mean `{found}`?" if found else f": there are {', '.join(known)}"
                self.error(key.position, f"unknown {what} {quoted(key)}{hint}")
                if found and found not in given:
                    meant.add(found)
        return meant

    def _version(self, node: Node | None) -> None:
        if node is not None and (node.value != 1 or isinstance(node.value, bool)):
            self.error(node.position, f"cnnspec is the language's version, 1, not {described(node)}")

    def _dtype(self, node: Node | None) -> str:
        if node is None or not isinstance(node.value, str) or node.value not in DTYPES:
            if node is not None:
                found = nearest(node.text, DTYPES)
                hint = f": did you mean `{found}`?" if found else ""
                self.error(node.position, f"dtype is one of {', '.join(DTYPES)}, not {described(node)}{hint}")
            return "float32"
        return node.value

    def _inputs(self, given: dict[Any, Node], root: Node) -> dict[str, Node]:
        single, several = given.get("input"), given.get("inputs")
        if single is not None and several is not None:
            self.error(several.position, "`input` and `inputs` both stand here: write one of them")
        if single is not None:
            return {"input": single}
        if several is None:
            self.error(root.position, "the spec has no `input`: write input: [channels, height, width]")
            return {}
        if not isinstance(several.value, dict) or not several.value:
            self.error(several.position, f"inputs is a mapping from names to shapes, not {described(several)}")
            return {}
        return {self._identifier(key, "an input"): shape for key, shape in several.value.items()}

    def _vars(self, node: Node | None) -> dict[str, Any]:
        if node is None or node.value is None:
            return {}
        if not isinstance(node.value, dict):
            self.error(node.position, f"vars is a mapping from names to values, not {described(node)}")
            return {}
        found = {
            self._identifier(key, "a variable"): self.constant(value, f"variable {key[:60]}")
            for key, value in node.value.items()
        }
        for name, value in found.items():
            if isinstance(value, str) and is_computed(value, found):
                what = f"variable {name[:60]} is a value, not an expression: write {quoted(value)} where it is used"
                self.error(node.value[name].position, what)
                found[name] = ABSENT
        return found

    def constant(self, node: Node, what: str) -> Any:
        """The number, boolean, text or list at ``node``; :data:`ABSENT` where a part of it could not be read."""
        if isinstance(node.value, list):
            items = [self.constant(item, what) for item in node.value]
            return ABSENT if any(item is ABSENT for item in items) else items
        if isinstance(node.value, dict) or node.value is None:
            self.error(node.position, f"{what} is a number, boolean, text or list, not {described(node)}")
            return ABSENT
        return ABSENT if node.value is UNREADABLE else node.value

    def _identifier(self, key: Key, what: str) -> str:
        if (fault := name_fault(key)) is not None:
            self.error(key.position, fault)
        elif key in RESERVED or key in SIZES or key in ("index", "above"):
            self.error(key.position, f"`{key}` cannot name {what}: it has a meaning of its own in expressions")
        return str(key)

    def _layers(self, node: Node | None, root: Node, blocks: Blocks) -> tuple[Entry, ...]:
        if node is None:
            self.error(root.position, "the spec has no `layers`")
            return ()
        if not isinstance(node.value, list):
            self.error(node.position, f"layers is a list, not {described(node)}")
            return ()
        if not node.value:
            self.error(node.position, "layers is empty: a network has at least one layer")
        return tuple([check_entry(item, blocks, self.findings.append) for item in node.value])

    def _outputs(self, node: Node | None) -> tuple[Reference, ...] | None:
        if node is None:
            return None
        named = words(node, "outputs", self.error)
        if isinstance(node.value, list) and not node.value:
            self.error(node.position, "outputs is empty: name at least one layer")
        return named

    def _lint(self, node: Node | None) -> Lint:
        if node is None:
            return Lint()
        if not isinstance(node.value, dict):
            self.error(node.position, f"lint is a mapping, not {described(node)}")
            return Lint()
        self._known(node.value, LINT, "lint key")
        get = node.value.get
        strict = get("strict")
        if strict is not None and not isinstance(strict.value, bool):
            self.error(strict.position, f"strict is true or false, not {described(strict)}")
        return Lint(
            words(get("ignore"), "ignore", self.error),
            words(get("error"), "error", self.error),
            words(get("warning"), "warning", self.error),
            strict is not None and strict.value is True,
        )
