"""Code is laid out as ``ruff format`` leaves it, whatever its tree; and its text is that of its tree."""

from __future__ import annotations

import ast
import re
import subprocess
import sys

import pytest
from drawn_code import Coder
from hypothesis import given, settings
from hypothesis import strategies as st
from random_specs import SETTINGS

from cnnspec.codegen.code import Assign, Do, For, Function, If, Parameter, Return, Statement
from cnnspec.codegen.layout import definition

FUNCTIONS = 25


def parsed(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def tree_of(statement: Statement) -> ast.stmt:
    """The same as Python's parser has it."""
    match statement:
        case Assign(target=target, value=value, annotation=""):
            return ast.Assign([target], value)
        case Assign(target=target, value=value, annotation=annotation):
            return ast.AnnAssign(target, parsed(annotation), value, int(isinstance(target, ast.Name)))
        case Do(value=value):
            return ast.Expr(value)
        case If(test=test, body=body, otherwise=otherwise):
            return ast.If(test, list(map(tree_of, body)), list(map(tree_of, otherwise)))
        case For(target=target, items=items, body=body):
            return ast.For(target, items, list(map(tree_of, body)), [])
        case Return(value=value):
            return ast.Return(value)


def function_of(function: Function) -> ast.FunctionDef:
    parameters = function.parameters
    defaults = [parameter.default for parameter in parameters if parameter.default is not None]
    taken = ast.arguments([], list(map(argument_of, parameters)), None, [], [], None, defaults)
    return ast.FunctionDef(function.name, taken, list(map(tree_of, function.body)), [], parsed(function.returns))


def argument_of(parameter: Parameter) -> ast.arg:
    return ast.arg(parameter.name, parsed(parameter.annotation))


def dump(tree: ast.AST) -> str:
    return re.sub(r",? ?ctx=(Load|Store)\(\)", "", ast.dump(tree))


def formatted(text: str) -> str:
    """What ruff makes of it, but that it writes ``a** b`` in some places."""
    command = [sys.executable, "-m", "ruff", "format", "--isolated", "-"]
    found = subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout
    return re.sub(r"(?<=\S)\*\* ", "**", found)


def check(seed: int) -> None:
    coder = Coder(seed)
    functions = [coder.function() for _ in range(FUNCTIONS)]
    text = "\n\n\n".join(map(definition, functions)) + "\n"
    for function, found in zip(functions, ast.parse(text).body, strict=True):
        assert dump(found) == dump(function_of(function))
    assert formatted(text).splitlines() == text.splitlines()


@settings(SETTINGS, max_examples=30)
@given(st.integers(0, 2**40))
def test_drawn_code_is_as_ruff_would_have_it(seed: int) -> None:
    check(seed)


@pytest.mark.long
@settings(SETTINGS, max_examples=1000)
@given(st.integers(0, 2**40))
def test_more_drawn_code_is_as_ruff_would_have_it(seed: int) -> None:
    check(seed)
