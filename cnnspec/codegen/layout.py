"""Code as text, as ``ruff format`` would leave it; lists stay as they are whether lines may have 88 columns or 100."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Literal

from cnnspec.codegen.code import Assign, Class, Definition, Do, For, Function, If, Parameter, Statement
from cnnspec.codegen.document import INDENT, WIDTH, Brackets, Document, flat, printed, stiff, width
from cnnspec.codegen.expressions import ATOM, Operand, document, flattened, is_fluent, parameters, signed, target, text

Place = Literal["value", "keyed", "alone"]
"""Where an expression stands: in most statements, after what has brackets to break, too, or where parentheses mean nothing."""

# -- parentheses --------------------------------------------------------------------------------------------------


def lines(before: str, tree: ast.expr, after: str, indent: str, place: Place = "value") -> list[str]:
    """An expression with what stands around it, in as few lines as it takes; in parentheses where it wants them then."""
    made = document(tree)
    bare = (before, stiff(made), after)
    whole = f"{indent}{flat(bare)}"
    if width(whole) <= WIDTH:
        return [whole]
    enclosed = (before, Brackets("(", made, ")"), after)
    if _is_operation(tree):
        encloses = not (_may_stand_bare(tree) and _fits_outside(bare, indent))
    elif place == "alone" or not _is_named(tree):
        encloses = False
    elif place == "keyed":
        encloses = not isinstance(tree, ast.UnaryOp) and not _begins_to_fit(bare, indent) and _begins_to_fit(enclosed, indent)
    else:
        encloses = not _fits_outside(bare, indent) and _fits(enclosed, indent)
    return printed(enclosed if encloses else bare, indent)


def _fits(document: Document, indent: str) -> bool:
    """Whether no line is too long once it is broken wherever it can be."""
    return all(width(line) <= WIDTH for line in printed(document, indent, exploded=True))


def _fits_outside(document: Document, indent: str) -> bool:
    """The same of what is not in brackets."""
    found = printed(document, indent, exploded=True)
    return all(width(line) <= WIDTH for line in found if not line.startswith(indent + INDENT))


def _begins_to_fit(document: Document, indent: str) -> bool:
    """Whether the first line is not too long."""
    return width(printed(document, indent)[0]) <= WIDTH


def _is_operation(tree: ast.expr) -> bool:
    """Whether it has no brackets of its own to break."""
    if isinstance(tree, ast.UnaryOp):
        part = signed(tree)
        return not part.enclosed and _is_operation(part.tree)
    return isinstance(tree, ast.BinOp | ast.BoolOp | ast.Compare | ast.IfExp) or is_fluent(tree)


def _is_named(tree: ast.expr) -> bool:
    """Whether it is a word or begins with one."""
    if isinstance(tree, ast.UnaryOp):
        part = signed(tree)
        return not part.enclosed and _is_named(part.tree)
    while isinstance(tree, ast.Call | ast.Attribute | ast.Subscript):
        tree = tree.func if isinstance(tree, ast.Call) else tree.value
    return isinstance(tree, ast.Name | ast.Constant | ast.JoinedStr)


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
        case For(body=body):
            return [*_loop(statement, indent), *_block(body, inner)]
    return _returned(statement.value, indent)


def _assigned(statement: Assign, indent: str) -> list[str]:
    value, comment = statement.value, statement.comment
    typed = f": {statement.annotation}" if statement.annotation else ""
    before = f"{text(statement.target)}{typed}"
    place: Place = "keyed" if before.endswith("]") else "value"
    found = lines(f"{before} = ", value, "", indent, place)
    if place == "keyed" and width(found[0]) > WIDTH:
        opening, key = before[:-1].split("[", 1)
        found = [f"{indent}{opening}[", f"{indent}{INDENT}{key}", *lines("] = ", value, "", indent, "alone")]
    if len(found) > 1 and isinstance(value, ast.Name | ast.Constant | ast.JoinedStr):
        return [*_comment(comment, indent), *found]
    return _commented(found, comment, indent)


def _loop(statement: For, indent: str) -> list[str]:
    """The head of a loop; its names have lines of their own where what it runs over could else not begin beside them."""
    names, items = statement.target, statement.items
    before = f"for {target(names)} in "
    found = lines(before, items, ":", indent, "alone")
    if width(found[0]) <= WIDTH:
        return found
    if isinstance(names, ast.Tuple):
        inner = [f"{indent}{INDENT}{text(name)}," for name in names.elts]
        return [f"{indent}for (", *inner, *lines(") in ", items, ":", indent)]
    found = lines(") in ", items, ":", indent, "alone")
    if width(found[0]) <= WIDTH:
        return [f"{indent}for (", f"{indent}{INDENT}{text(names)}", *found]
    return lines(before, items, ":", indent)


def _done(value: ast.expr, indent: str) -> list[str]:
    match value:
        case ast.Yield(value=ast.expr() as given):
            return lines("yield ", given, "", indent, "alone")
        case ast.YieldFrom(value=given):
            return lines("yield from ", given, "", indent, "alone")
    return lines("", value, "", indent, "alone")


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
    inner = indent + INDENT
    return [*_head(function, indent), *_docstring(function.docstring, inner), *_block(function.body, inner)]


def _head(function: Function, indent: str) -> list[str]:
    if not function.parameters:
        return lines(f"def {function.name}() -> ", _annotation(function.returns), ":", indent)
    taken = parameters(list(map(_parameter, function.parameters)))
    return printed((f"def {function.name}", taken, f" -> {function.returns}:"), indent)


def _parameter(parameter: Parameter) -> Document:
    found: list[Document] = [parameter.name]
    if parameter.annotation:
        found += [": ", document(_annotation(parameter.annotation))]
    if parameter.default is not None:
        found += [" = ", document(parameter.default)]
    return tuple(found)


def _annotation(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


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
