"""The text of a generated module."""

from __future__ import annotations

import ast
import keyword
import unicodedata
from collections.abc import Sequence

from cnnspec.analysis.analysis import Analysis
from cnnspec.arithmetic.shape import Shape
from cnnspec.codegen import expressions, layout, symbolic
from cnnspec.codegen.annotations import MODES, annotation, handed_on
from cnnspec.codegen.code import Class, mentioned
from cnnspec.codegen.names import class_name, unique
from cnnspec.codegen.network import written
from cnnspec.codegen.points import Differ, Unsupported
from cnnspec.codegen.program import Program
from cnnspec.codegen.prose import docstring, marker
from cnnspec.codegen.shipped import needed
from cnnspec.codegen.verify import verify
from cnnspec.errors import UsageError
from cnnspec.graph.trace import Trace

_STANDARD = {
    "collections": ("OrderedDict",),
    "collections.abc": ("Callable", "Iterator", "Sequence"),
    "functools": ("partial",),
    "typing": ("Literal",),
}
_INDENT = "    "


def module(network: Trace, analysis: Analysis, name: str | None = None, *, with_main: bool = False) -> str:
    """The network as a PyTorch module; ``analysis`` is of the same network. Raises :class:`UsageError` for an odd ``name``."""
    spec = network.graph.spec
    called = _checked(name) if name is not None else class_name(spec.name)
    try:
        program = written(network, called, "")
    except (Differ, Unsupported) as error:
        why = f": {error}" if str(error) else ""
        raise UsageError(f"{spec.source.name}: no code can be written for this network{why}") from error
    whole = program.definitions[-1]
    assert isinstance(whole, Class)
    if name not in (None, whole.name):
        raise UsageError(f"the network's class cannot be called {name!r}, which means something else in the module")
    whole.docstring = docstring(analysis)
    constants = _constants(program)
    defined = [layout.definition(found) for found in program.definitions]
    main = _main(analysis, whole.name, program) if with_main else []
    own = [text for text in ("\n".join(constants), *defined, "\n".join(main)) if text]
    used = _names(own)
    more = needed(" ".join(used))
    header = [marker(spec.source.name, spec.overrides), _imports({*used, *_names(more)})]
    if constants:
        header.append(own.pop(0))
    text = "\n\n".join(header) + "\n\n\n" + "\n\n\n".join([*more, *own]) + "\n"
    verify(text, [found.graph for found in program.traces])
    return text


def _checked(name: str) -> str:
    """A name for a class. Raises :class:`UsageError` where Python takes it for none, for another or for a private one."""
    if name.isidentifier() and not keyword.iskeyword(name) and unicodedata.normalize("NFKC", name) == name and name[:2] != "__":
        return name
    raise UsageError(f"{name!r} is no name for a class")


def _constants(program: Program) -> list[str]:
    """The file's variables that the constructor does not take, and the activations that parameters name."""
    used, whole = set[str](), set[str]()
    for found in program.definitions:
        for method in found.methods if isinstance(found, Class) else [found]:
            used |= mentioned(method.body)
            whole |= handed_on(method.body, program.parameters)
    lines: list[str] = []
    for name, called in program.constants.items():
        if called in used:
            value = program.spec.vars[name]
            typed = f": {annotation([value], is_whole=True)}" if called in whole and value in MODES else ""
            lines += layout.lines(f"{called}{typed} = ", symbolic.literal(value), "", "")
    if program.activations:
        table = [f'    "{word}": {expressions.text(maker)},' for word, maker in sorted(program.activations.items())]
        lines += ["ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {", *table, "}"]
    return lines


def _names(parts: Sequence[str]) -> list[str]:
    """The names that stand in code, in their order, and not in its strings or comments."""
    found = (node for part in parts for node in symbolic.nodes(ast.parse(part)) if isinstance(node, ast.Name))
    return list(dict.fromkeys(node.id for node in sorted(found, key=lambda node: (node.lineno, node.col_offset))))


def _imports(names: set[str]) -> str:
    """The imports that code with these names wants."""
    standard = ["import math"] if "math" in names else []
    for home, known in _STANDARD.items():
        if used := [name for name in known if name in names]:
            standard.append(f"from {home} import {', '.join(used)}")
    torch = ["import torch"] if "torch" in names else []
    torch.append(f"from torch import {', '.join(name for name in ('Tensor', 'nn') if name in names)}")
    if "F" in names:
        torch.append("from torch.nn import functional as F")
    return "\n\n".join(["\n".join(block) for block in (standard, torch) if block])


def _main(analysis: Analysis, called: str, program: Program) -> list[str]:
    """What the module does as a program: it runs the network, and tells what came out and whether that is as it should be."""
    several = len(analysis.graph.outputs) > 1
    taken = {called, *program.taken, *program.constants.values()}
    network, params, output = (unique(name, taken) for name in ("network", "params", "outputs" if several else "output"))
    batch = [symbolic.call("torch.rand", *_sizes(shape)) for shape in analysis.graph.inputs.values()]
    shapes: list[ast.expr] = [ast.Tuple(_sizes(shape)) for shape in analysis.graph.outputs.values()]
    found = f"[tuple(output.shape) for output in {output}]" if several else f"tuple({output}.shape)"
    held = ast.List(shapes) if several else shapes[0]
    shape = unique("shapes" if several else "shape", taken)
    return [
        'if __name__ == "__main__":',
        f"{_INDENT}{network} = {called}().eval()",
        f"{_INDENT}with torch.no_grad():",
        *layout.lines(f"{output} = ", symbolic.call(network, *batch), "", _INDENT * 2),
        f"{_INDENT}{shape} = {found}",
        f"{_INDENT}{params} = sum(parameter.numel() for parameter in {network}.parameters())",
        f"{_INDENT}print({network})",
        f'{_INDENT}print(f"parameters {{{params}:,}}, {output} {{{shape}}}")',
        f"{_INDENT}assert {params} == {analysis.totals.params or 0:_}",
        *layout.lines("assert ", ast.Compare(ast.Name(shape), [ast.Eq()], [held]), "", _INDENT),
    ]


def _sizes(shape: Shape | None) -> list[ast.expr]:
    """The sizes of a batch of two."""
    return [ast.Constant(size) for size in (2, *(shape or ()))]
