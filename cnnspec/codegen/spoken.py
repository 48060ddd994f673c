"""Which expressions of a spec can be code: what is never evaluated, as after ``true or``, may hold anything that parses."""

from __future__ import annotations

import ast

from cnnspec.language.expression import RESERVED

_PLAIN = (ast.Name, ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.List, ast.Subscript, ast.expr_context)
_OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow, ast.USub, ast.UAdd)
_RELATIONS = (ast.Not, ast.And, ast.Or, ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE)


def is_spoken(tree: ast.AST, compared: bool = False) -> bool:
    """Whether all of a syntax tree is of the expression language; text only where it is ``compared``."""
    match tree:
        case ast.Constant(value=value):
            return isinstance(value, bool | int | float) or (compared and isinstance(value, str))
        case ast.Attribute(value=value):
            return isinstance(value, ast.Name)
        case ast.Call(func=ast.Name(id=function), args=arguments, keywords=keywords):
            inner = [*arguments, *(keyword.value for keyword in keywords)]
            named = all(keyword.arg for keyword in keywords) if function == "make_divisible" else not keywords
            known = function in RESERVED and named and bool(inner)
            return known and all(is_spoken(node, compared) for node in inner)
    inside = compared or isinstance(tree, ast.Compare)
    known = isinstance(tree, (*_PLAIN, *_OPERATORS, *_RELATIONS))
    return known and all(is_spoken(node, inside) for node in ast.iter_child_nodes(tree))
