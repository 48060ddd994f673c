"""Code as text, as ``ruff format`` would leave it, whether its lines may have 88 columns or 100."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from cnnspec.codegen.code import Assign, Class, Definition, Do, For, Function, If, Parameter, Statement

WIDTH, WIDEST = 88, 100
_INDENT = "    "

_BINARY: dict[type[ast.operator], tuple[str, int]] = {
    ast.Add: ("+", 11),
    ast.Sub: ("-", 11),
    ast.Mult: ("*", 12),
    ast.Div: ("/", 12),
    ast.FloorDiv: ("//", 12),
    ast.Mod: ("%", 12),
    ast.Pow: ("**", 14),
}
_COMPARE: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
_CHOICE, _OR, _AND, _NOT, _COMPARED, _SIGN, _ATOM = 3, 4, 5, 6, 7, 13, 16


def quoted(text: str) -> str:
    """A string in double quotes, where it holds none; no character of it can end it or its line."""
    found = repr(text)
    if found[0] == "'" and '"' not in text:
        found = f'"{found[1:-1]}"'
    return found.encode("ascii", "backslashreplace").decode()


# -- expressions --------------------------------------------------------------------------------------------------


def flat(tree: ast.expr, least: int = 0) -> str:
    """An expression in one line; in parentheses where it binds less than ``least``."""
    text, binds = _flat(tree)
    return f"({text})" if binds < least else text


def _flat(tree: ast.expr) -> tuple[str, int]:
    match tree:
        case ast.Constant(value=value):
            return (quoted(value) if isinstance(value, str) else repr(value)), _ATOM
        case ast.Name(id=name):
            return name, _ATOM
        case ast.Attribute(value=value, attr=name):
            return f"{flat(value, _ATOM)}.{name}", _ATOM
        case ast.Call(func=function):
            return f"{flat(function, _ATOM)}({', '.join(_arguments(tree))})", _ATOM
        case ast.Subscript(value=value, slice=index):
            inside = ", ".join(map(flat, index.elts)) if isinstance(index, ast.Tuple) else flat(index)
            return f"{flat(value, _ATOM)}[{inside}]", _ATOM
        case ast.List(elts=items):
            return f"[{', '.join(map(flat, items))}]", _ATOM
        case ast.Tuple(elts=items):
            return f"({', '.join(map(flat, items))}{',' * (len(items) == 1)})", _ATOM
        case ast.Starred(value=value):
            return f"*{flat(value, _SIGN - 2)}", 0
        case ast.Slice(lower=lower, upper=upper, step=step):
            ends = [flat(end) if end is not None else "" for end in (lower, upper)]
            return ":".join([*ends, *([flat(step)] if step is not None else [])]), 0
        case ast.JoinedStr(values=parts):
            return f'f"{"".join(map(_hole, parts))}"', _ATOM
        case ast.GeneratorExp(elt=item, generators=loops):
            return f"({' '.join([flat(item), *map(_loop, loops)])})", _ATOM
        case ast.Yield(value=value):
            return f"yield {flat(value) if value is not None else ''}".rstrip(), 0
        case ast.YieldFrom(value=value):
            return f"yield from {flat(value)}", 0
    return _operation(tree)


def _operation(tree: ast.expr) -> tuple[str, int]:
    match tree:
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            space = "" if _is_simple(left) and _is_simple(right) else " "
            return f"{flat(left, 15)}{space}**{space}{flat(right, _SIGN)}", 14
        case ast.BinOp(left=left, op=operator, right=right):
            sign, binds = _BINARY[type(operator)]
            return f"{flat(left, binds)} {sign} {flat(right, binds + 1)}", binds
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return f"not {flat(operand, _NOT)}", _NOT
        case ast.UnaryOp(op=operator, operand=operand):
            return f"{'-' if isinstance(operator, ast.USub) else '+'}{flat(operand, _SIGN)}", _SIGN
        case ast.BoolOp(op=operator, values=values):
            word, binds = ("and", _AND) if isinstance(operator, ast.And) else ("or", _OR)
            return f" {word} ".join(flat(value, binds + 1) for value in values), binds
        case ast.Compare(left=left, ops=operators, comparators=others):
            rest = [f"{_COMPARE[type(op)]} {flat(other, _COMPARED + 1)}" for op, other in zip(operators, others, strict=True)]
            return " ".join([flat(left, _COMPARED + 1), *rest]), _COMPARED
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return f"{flat(body, _OR)} if {flat(test, _OR)} else {flat(orelse, _CHOICE)}", _CHOICE
    raise TypeError(f"no text for {type(tree).__name__}")


def _is_simple(tree: ast.expr) -> bool:
    """Whether an operand of ``**`` has no spaces beside it."""
    if isinstance(tree, ast.UnaryOp):
        tree = tree.operand
    while isinstance(tree, ast.Attribute):
        tree = tree.value
    return isinstance(tree, ast.Name) or (isinstance(tree, ast.Constant) and isinstance(tree.value, int | float))


def _arguments(tree: ast.Call) -> list[str]:
    alone = len(tree.args) == 1 and not tree.keywords and isinstance(tree.args[0], ast.GeneratorExp)
    if alone:
        return [flat(tree.args[0])[1:-1]]
    return [*map(flat, tree.args), *(f"{keyword.arg}={flat(keyword.value)}" for keyword in tree.keywords)]


def _hole(part: ast.expr) -> str:
    if isinstance(part, ast.FormattedValue):
        return f"{{{flat(part.value)}}}"
    assert isinstance(part, ast.Constant)
    return str(part.value)


def _loop(loop: ast.comprehension) -> str:
    return f"for {flat(loop.target)} in {flat(loop.iter, _OR)}"


# -- lines --------------------------------------------------------------------------------------------------------


def lines(before: str, tree: ast.expr, after: str, indent: str) -> list[str]:
    """An expression with what stands around it, in as few lines as it takes."""
    whole = f"{indent}{before}{flat(tree)}{after}"
    if len(whole) <= WIDTH:
        return [whole]
    match tree:
        case ast.Call(func=ast.Attribute(value=ast.Call() as called, attr=name)) if len(flat(called)) > len(
            ", ".join(_arguments(tree))
        ):
            return lines(before, called, f".{name}({', '.join(_arguments(tree))}){after}", indent)
        case ast.Call(func=function, args=arguments, keywords=keywords):
            parts = [("", argument) for argument in arguments] + [(f"{key.arg}=", key.value) for key in keywords]
            return _bracketed(f"{before}{flat(function, _ATOM)}(", parts, f"){after}", indent, len(whole))
        case ast.List(elts=items):
            return _bracketed(f"{before}[", [("", item) for item in items], f"]{after}", indent, len(whole))
        case ast.Tuple(elts=items):
            return _bracketed(f"{before}(", [("", item) for item in items], f"){after}", indent, len(whole))
        case ast.Starred(value=ast.IfExp() as choice):
            return [f"{indent}{before}*(", *_choice(choice, indent + _INDENT), f"{indent}){after}"]
        case ast.Starred(value=value):
            return lines(f"{before}*", value, after, indent)
        case ast.GeneratorExp(elt=item, generators=loops):
            inner = indent + _INDENT
            return [
                f"{indent}{before}(",
                *lines("", item, "", inner),
                *(inner + _loop(loop) for loop in loops),
                f"{indent}){after}",
            ]
        case ast.Yield(value=ast.expr() as value):
            return lines(f"{before}yield ", value, after, indent)
        case ast.YieldFrom(value=value):
            return lines(f"{before}yield from ", value, after, indent)
    return [whole]


def _choice(tree: ast.IfExp, indent: str) -> list[str]:
    """A choice in parentheses, in parts: a list with a line for each item."""
    items = [("", item) for item in tree.body.elts] if isinstance(tree.body, ast.List) else []
    first = _bracketed("[", items, "]", indent, WIDTH + 1) if items else lines("", tree.body, "", indent)
    return [*first, *lines("if ", tree.test, "", indent), *lines("else ", tree.orelse, "", indent)]


def _operands(tree: ast.BinOp) -> list[str]:
    """What is joined by an operator and those that bind alike, each in a line that begins with its operator."""
    found: list[str] = []
    left: ast.expr = tree
    binds = _BINARY[type(tree.op)][1]
    while isinstance(left, ast.BinOp) and _BINARY[type(left.op)][1] == binds:
        found.append(f"{_BINARY[type(left.op)][0]} {flat(left.right, binds + 1)}")
        left = left.left
    return [flat(left, binds), *reversed(found)]


def _bracketed(before: str, parts: Sequence[tuple[str, ast.expr]], after: str, indent: str, whole: int) -> list[str]:
    """What stands between brackets: in a line of its own, or each part in one."""
    inner = indent + _INDENT
    if not parts:
        return [f"{indent}{before}{after}"]
    line = inner + ", ".join(f"{key}{flat(part)}" for key, part in parts)
    if whole > WIDEST and len(line) <= WIDTH:
        return [f"{indent}{before}", line, f"{indent}{after}"]
    found = [f"{indent}{before}"]
    for key, part in parts:
        found += lines(key, part, ",", inner)
    return [*found, f"{indent}{after}"]


# -- statements ---------------------------------------------------------------------------------------------------


def _statement(statement: Statement, indent: str) -> list[str]:
    inner = indent + _INDENT
    match statement:
        case Assign(target=target, value=value, comment=comment, annotation=annotation):
            typed = f": {annotation}" if annotation else ""
            return _commented(lines(f"{flat(target)}{typed} = ", value, "", indent), comment, indent)
        case Do(value=value, comment=comment):
            return _commented(lines("", value, "", indent), comment, indent)
        case If(test=test, body=body, otherwise=otherwise):
            rest = [f"{indent}else:", *_block(otherwise, inner)] if otherwise else []
            return [*lines("if ", test, ":", indent), *_block(body, inner), *rest]
        case For(target=target, items=items, body=body):
            return [*lines(f"for {flat(target)} in ", items, ":", indent), *_block(body, inner)]
    return _returned(statement.value, indent)


def _returned(value: ast.expr, indent: str) -> list[str]:
    if isinstance(value, ast.Tuple) and len(value.elts) > 1:
        whole = f"{indent}return {', '.join(map(flat, value.elts))}"
        if len(whole) <= WIDTH:
            return [whole]
    return lines("return ", value, "", indent)


def _commented(lines: list[str], comment: str, indent: str) -> list[str]:
    """Lines with a comment at their end, or before them where that would be too long."""
    if not comment:
        return lines
    if len(lines[-1]) + len(comment) + 4 <= WIDTH:
        return [*lines[:-1], f"{lines[-1]}  # {comment}"]
    return [f"{indent}# {comment}", *lines]


def _block(body: Sequence[Statement], indent: str) -> list[str]:
    return [line for statement in body for line in _statement(statement, indent)] or [f"{indent}pass"]


def _function(function: Function, indent: str) -> list[str]:
    parameters = [_parameter(parameter) for parameter in function.parameters]
    head, tail = f"def {function.name}(", f") -> {function.returns}:"
    inner = indent + _INDENT
    whole = f"{indent}{head}{', '.join(parameters)}{tail}"
    if len(whole) <= WIDTH:
        lines = [whole]
    elif len(whole) > WIDEST and len(inner + ", ".join(parameters)) <= WIDTH:
        lines = [indent + head, inner + ", ".join(parameters), indent + tail]
    else:
        exploded = [line for parameter in function.parameters for line in _parameter_lines(parameter, inner)]
        lines = [indent + head, *exploded, indent + tail]
    return [*lines, *_docstring(function.docstring, inner), *_block(function.body, inner)]


def _parameter(parameter: Parameter) -> str:
    annotated = f"{parameter.name}: {parameter.annotation}" if parameter.annotation else parameter.name
    return annotated if parameter.default is None else f"{annotated} = {flat(parameter.default)}"


def _parameter_lines(parameter: Parameter, indent: str) -> list[str]:
    if parameter.default is None:
        return [f"{indent}{_parameter(parameter)},"]
    return lines(f"{parameter.name}: {parameter.annotation} = ", parameter.default, ",", indent)


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
    found = [f"class {defined.name}({defined.base}):", *_docstring(defined.docstring, _INDENT)]
    for index, method in enumerate(defined.methods):
        found += [""] * (index > 0 or bool(defined.docstring)) + _function(method, _INDENT)
    return found
