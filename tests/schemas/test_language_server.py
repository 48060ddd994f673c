"""The JSON Schema as an editor uses it: what yaml-language-server tells of a spec, and shows over its words.

The server is a program for node, no Python package: where CNNSPEC_YAML_LANGUAGE_SERVER names it, as ``.ci/run`` does.
"""

import json
import os
import re
from pathlib import Path

import pytest
from language_client import LanguageClient

from cnnspec.language import schema as spec_schema

SERVER = os.environ.get("CNNSPEC_YAML_LANGUAGE_SERVER")
pytestmark = pytest.mark.skipif(SERVER is None, reason="CNNSPEC_YAML_LANGUAGE_SERVER names no language server")
SCHEMA = spec_schema.schema()
EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.yaml"))
HEAD = "input: [3, 32, 32]\nlayers:\n"


def opened(folder, schema):
    path = folder / "spec.schema.json"
    path.write_text(json.dumps(schema), encoding="utf-8")
    settings = {"schemas": {path.as_uri(): ["*.yaml"]}, "schemaStore": {"enable": False}, "validate": True, "hover": True}
    return LanguageClient([SERVER, "--stdio"], settings)


@pytest.fixture(scope="module")
def editor(tmp_path_factory):
    client = opened(tmp_path_factory.mktemp("schema"), SCHEMA)
    yield client
    client.close()


@pytest.fixture
def uri(tmp_path):
    """An address that no other test opens: nothing need be there."""
    return (tmp_path / "net.yaml").as_uri()


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_nothing_is_told_of_a_good_file(editor, path):
    # A number may be written 61_706, which is a text to YAML 1.2, and to the schema.
    assert editor.diagnostics(path.as_uri(), path.read_text("utf-8").replace("61_706", "61706")) == []


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        pytest.param("inptu: [3, 8, 8]\n" + HEAD + "  - relu\n", (1, 1), "inptu", id="an unknown key"),
        pytest.param(HEAD + "  - relu: {slope: 1}\n", (3, 12), "slope", id="an unknown option"),
        pytest.param("input: 3\nlayers: [relu]\n", (1, 8), 'Expected "array"', id="a wrong type"),
        pytest.param(
            HEAD + "  - conv2d: {out_channels: 8, kernel_size: true}\n", (3, 44), "Incorrect type", id="an option's wrong type"
        ),
        pytest.param(HEAD + "  - conv2d: {out_channels: 8}\n", (3, 5), '"kernel_size"', id="a missing option"),
        pytest.param("input: [3, 8, 8]\n", (1, 1), '"layers"', id="a missing key"),
        pytest.param(
            HEAD + "  - conv2d: {out_channels: 8, kernel_size: [3, 3, 3]}\n", (3, 44), "2 or fewer", id="a tuple too long"
        ),
        pytest.param(HEAD + "  - conv1d: {out_channels: 8, kernel_size: [3, 3]}\n", (3, 44), "1 or fewer", id="for one axis"),
        pytest.param(HEAD + "  - max_pool2d: [2, 2, 2]\n", (3, 17), "2 or fewer", id="as the main option"),
    ],
)
def test_what_is_wrong_is_told_where_it_is(editor, uri, text, place, message):
    told = editor.diagnostics(uri, text)
    assert {where for where, _ in told} == {place}
    assert all(message in said for _, said in told)


def test_what_a_tuple_holds_is_checked(editor, uri):
    text = HEAD + "  - conv2d: {out_channels: 8, kernel_size: [3, true]}\n"
    assert [place for place, _ in editor.diagnostics(uri, text)] == [(3, 48)]


def test_without_its_draft_the_schema_would_refuse_a_good_tuple(tmp_path, editor, uri):
    """That the schema names its draft is no ornament: in earlier ones ``prefixItems`` means nothing, and ``items`` all."""
    text = HEAD + "  - conv2d: {out_channels: 8, kernel_size: [3, 5]}\n"
    assert editor.diagnostics(uri, text) == []
    client = opened(tmp_path, {key: value for key, value in SCHEMA.items() if key != "$schema"})
    assert [place for place, _ in client.diagnostics(uri, text)] == [(3, 45)]
    client.close()


def shown(editor, uri, text, word):
    """What is shown over a word of a text, without Markdown's escapes."""
    before = text[: re.search(rf"\b{word}\b", text).start()]
    editor.diagnostics(uri, text)
    hover = editor.hover(uri, before.count("\n") + 1, len(before.rpartition("\n")[2]) + 2)
    return re.sub(r"\\(?=[^\w\s])", "", hover)


@pytest.mark.parametrize(
    ("word", "described"),
    [
        ("input", SCHEMA["properties"]["input"]),
        ("budget", SCHEMA["properties"]["budget"]),
        ("conv2d", SCHEMA["$defs"]["conv2d"]),
        ("kernel_size", SCHEMA["$defs"]["conv2d"]["anyOf"][0]["properties"]["kernel_size"]),
        ("padding", SCHEMA["$defs"]["conv2d"]["anyOf"][0]["properties"]["padding"]),
        ("name", SCHEMA["$defs"]["entry_name"]),
        ("max_pool2d", SCHEMA["$defs"]["max_pool2d"]),
        ("relu", SCHEMA["$defs"]["relu"]),
        ("add", SCHEMA["$defs"]["add"]),
        ("sequential", SCHEMA["$defs"]["sequential"]),
    ],
)
def test_over_a_word_the_schema_s_description_is_shown(editor, uri, word, described):
    first = "  - conv2d: {name: c1, out_channels: 8, kernel_size: 3, padding: same}\n"
    others = "  - add: [above, c1]\n  - max_pool2d: 2\n  - sequential: [tanh]\n  - relu: {}\n"
    text = f"{HEAD}{first}{others}budget: {{params: 1k}}\n"
    assert described["description"]
    assert described["description"] in shown(editor, uri, text, word)
