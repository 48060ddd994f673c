"""The folder of layers is the registry: what is in it is small, and in the JSON Schema.

That each class has its page is proved by ``test_pages.py``; that each type is compared with torch and priced by hand, by
``tests/differential``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import cnnspec
from cnnspec import layers
from cnnspec.language.schema import schema
from cnnspec.layers.page import page

PACKAGE = Path(cnnspec.__file__).parent
SOURCES = sorted(PACKAGE.rglob("*.py"))
DEFINITIONS = schema()["$defs"]
FILE, CLASS, FUNCTION = 400, 80, 40


def named(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


def definitions(path: Path, *kinds: type[ast.AST]) -> Iterator[tuple[str, int]]:
    """Classes or functions of a file, and how many lines each has from its first decorator to its end."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, kinds):
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            yield node.name, node.end_lineno - first + 1


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_files_and_functions_are_short(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= FILE
    assert [found for found in definitions(path, ast.FunctionDef) if found[1] > FUNCTION] == []


@pytest.mark.parametrize("path", sorted((PACKAGE / "layers").glob("*.py")), ids=named)
def test_layer_classes_are_short(path: Path) -> None:
    with_types = {layer.__name__ for layer in layers.known().values()}
    assert [found for found in definitions(path, ast.ClassDef) if found[0] in with_types and found[1] > CLASS] == []


@pytest.mark.parametrize(("type", "layer"), layers.known().items(), ids=list(layers.known()))
def test_every_type_is_in_the_schema(type: str, layer: type[layers.Layer]) -> None:
    form = DEFINITIONS[type]
    mapping = form["anyOf"][0]["properties"]
    assert form["description"].startswith(page(layer).summary)
    assert {name: mapping[name]["description"] for name in layer.options()} == {
        name: option.kind.takes for name, option in layer.options().items()
    }
    assert {"$ref": f"#/$defs/{type}"} == DEFINITIONS["entry"]["anyOf"][1]["properties"][type]
