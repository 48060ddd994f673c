"""Code as text, as ``ruff format`` would leave it; lists stay as they are whether lines may have 88 columns or 100."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from cnnspec.codegen.code import Assign, Class, Definition, Do, For, Function, If, Parameter, Statement
from cnnspec.codegen.document import INDENT, WIDTH, Brackets, Document, flat, printed, stiff, width
from cnnspec.codegen.expressions import ATOM, Operand, arguments, document, flattened, is_fluent, signed, target, text

# -- parentheses --------------------------------------------------------------------------------------------------


def lines(before: Document, tree: ast.expr, after: str, indent: str, *, named: bool = True) -> list[str]:
    """An expression with what stands around it, in as few lines as it takes; in parentheses where it wants them then.

    ``named``, what is nothing but names may have them, too.
    """
    made = document(tree)
    bare = (before, stiff(made), after)
    whole = f"{indent}{flat(bare)}"
    if width(whole) <= WIDTH:
        return [whole]
    enclosed = (before, Brackets("(", made, ")"), after)
    if _is_operation(tree):
        encloses = not (_may_stand_bare(tree) and _can_fit(bare, indent))
    else:
        encloses = named and _is_named(tree) and not _can_fit(bare, indent) and _can_fit(enclosed, indent)
    return printed(enclosed if encloses else bare, indent)


def _can_fit(document: Document, indent: str) -> bool:
    """Whether no line is too long once it is broken wherever it can be."""
    return all(width(line) <= WIDTH for line in printed(document, indent, exploded=True))


def _is_operation(tree: ast.expr) -> bool:
    """Whether it has no brackets of its own to break."""
    if isinstance(tree, ast.UnaryOp):
        part = signed(tree)
        return not part.enclosed and _is_operation(part.tree)
    return isinstance(tree, ast.BinOp | ast.BoolOp | ast.Compare | ast.IfExp) or is_fluent(tree)


def _is_named(tree: ast.expr) -> bool:
    """Whether it is a word or begins with one of some length, and is put into parentheses where only these make it fit."""
    if isinstance(tree, ast.UnaryOp):
        part = signed(tree)
        return not part.enclosed and _is_named(part.tree)
    first = tree
    while isinstance(first, ast.Call | ast.Attribute):
        first = first.func if isinstance(first, ast.Call) else first.value
    if not isinstance(first, ast.Name | ast.Constant | ast.JoinedStr):
        return False
    return len(text(first)) > 5 or (first is tree and text(first)[0] != '"')


def _may_stand_bare(tree: ast.expr) -> bool:
    """Whether an operation has only one of the operators that bind least, and begins or ends with what can be broken."""
    signed = isinstance(tree, ast.UnaryOp)
    while isinstance(tree, ast.UnaryOp):
        tree = tree.operand
    parts = flattened(tree)
    signs = [part.binds for part in parts[1:]]
    return signs.count(min(signs, default=0)) == 1 and (
        _ends_in_brackets(parts[-1]) or (not signed and _begins_in_brackets(parts[0]))
    )


def _ends_in_brackets(part: Operand) -> bool:
    match part.tree:
        case ast.UnaryOp() if not part.enclosed:
            return _ends_in_brackets(signed(part.tree))
        case ast.Call(args=[], keywords=[]) | ast.List(elts=[]) | ast.Tuple(elts=[]):
            return part.enclosed
    return part.enclosed or isinstance(part.tree, ast.Call | ast.List | ast.Tuple | ast.GeneratorExp)


def _begins_in_brackets(part: Operand) -> bool:
    match part.tree:
        case ast.Attribute(value=inner) | ast.Call(func=inner) | ast.Subscript(value=inner) if not part.enclosed:
            return _begins_in_brackets(Operand("", 0, inner, ATOM))
        case ast.List(elts=items) | ast.Tuple(elts=items):
            return bool(items)
    return part.enclosed or isinstance(part.tree, ast.GeneratorExp)


# -- statements ---------------------------------------------------------------------------------------------------


def _statement(statement: Statement, indent: str) -> list[str]:
    inner = indent + INDENT
    match statement:
        case Assign():
            return _assigned(statement, indent)
        case Do(value=value, comment=comment):
            return _commented(_done(value, indent), comment, indent)
        case If(test=test, body=body, otherwise=otherwise):
            rest = [f"{indent}else:", *_block(otherwise, inner)] if otherwise else []
            return [*lines("if ", test, ":", indent), *_block(body, inner), *rest]
        case For(items=items, body=body):
            return [*lines(f"for {target(statement.target)} in ", items, ":", indent), *_block(body, inner)]
    return _returned(statement.value, indent)


def _assigned(statement: Assign, indent: str) -> list[str]:
    value, comment = statement.value, statement.comment
    typed = f": {statement.annotation}" if statement.annotation else ""
    breaks = isinstance(statement.target, ast.Subscript) or "[" in typed
    named = not (breaks and isinstance(value, ast.Call | ast.Attribute))
    found = lines((stiff(document(statement.target)), f"{typed} = "), value, "", indent, named=named)
    if len(found) > 1 and isinstance(value, ast.Name | ast.Constant | ast.JoinedStr):
        return [*_comment(comment, indent), *found]
    return _commented(found, comment, indent)


def _done(value: ast.expr, indent: str) -> list[str]:
    match value:
        case ast.Yield(value=ast.expr() as given):
            return lines("yield ", given, "", indent, named=False)
        case ast.YieldFrom(value=given):
            return lines("yield from ", given, "", indent, named=False)
    return lines("", value, "", indent, named=False)


def _returned(value: ast.expr, indent: str) -> list[str]:
    if isinstance(value, ast.Tuple) and len(value.elts) > 1:
        whole = f"{indent}return {', '.join(map(text, value.elts))}"
        if width(whole) <= WIDTH:
            return [whole]
    return lines("return ", value, "", indent)


def _comment(comment: str, indent: str) -> list[str]:
    return [f"{indent}# {comment}"] if comment else []


def _commented(lines: list[str], comment: str, indent: str) -> list[str]:
    """Lines with a comment at their end, or before them where that would be too long."""
    whole = f"{lines[-1]}  # {comment}"
    return [*lines[:-1], whole] if comment and width(whole) <= WIDTH else [*_comment(comment, indent), *lines]


def _block(body: Sequence[Statement], indent: str) -> list[str]:
    return [line for statement in body for line in _statement(statement, indent)] or [f"{indent}pass"]


def _function(function: Function, indent: str) -> list[str]:
    parameters = arguments(list(map(_parameter, function.parameters)))
    inner = indent + INDENT
    head = printed((f"def {function.name}", parameters, f" -> {function.returns}:"), indent)
    return [*head, *_docstring(function.docstring, inner), *_block(function.body, inner)]


def _parameter(parameter: Parameter) -> Document:
    annotated = f"{parameter.name}: {parameter.annotation}" if parameter.annotation else parameter.name
    return annotated if parameter.default is None else (f"{annotated} = ", document(parameter.default))


def _docstring(text: str, indent: str) -> list[str]:
    if not text:
        return []
    first, *rest = text.split("\n")
    if not rest:
        return [f'{indent}"""{first}"""']
    return [f'{indent}"""{first}', *(f"{indent}{line}".rstrip() for line in rest), f'{indent}"""']


def definition(defined: Definition) -> str:
    """A class or function."""
    if isinstance(defined, Function):
        return "\n".join(_function(defined, ""))
    return "\n".join(_class(defined))


def _class(defined: Class) -> list[str]:
    found = [f"class {defined.name}({defined.base}):", *_docstring(defined.docstring, INDENT)]
    for index, method in enumerate(defined.methods):
        found += [""] * (index > 0 or bool(defined.docstring)) + _function(method, INDENT)
    return found
