"""SARIF: valid against the official schema, with places, rules and fingerprints as code scanning reads them."""

import json
import os
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import jsonschema
import pytest
from checked_specs import CLEAN, EXPECTED, HEAD, LOST, REFUSED, SKIPPED, WARNED, checked

from cnnspec import rules
from cnnspec.errors import LANGUAGE
from cnnspec.render.fingerprint import fingerprints
from cnnspec.render.sarif import log
from cnnspec.rules.page import every


@cache
def validator():
    schema = json.loads(Path(__file__).with_name("sarif-schema-2.1.0.json").read_text("utf-8"))
    jsonschema.Draft4Validator.check_schema(schema)
    return jsonschema.Draft4Validator(schema)


def run(*of, root=None):
    """The one run of a log, which is valid."""
    given = json.loads(log(of, root or Path.cwd(), "1.2.3"))
    validator().validate(given)
    (only,) = given["runs"]
    return only


def results(*of, root=None):
    return run(*of, root=root)["results"]


SPECS = {
    "nothing": [],
    "a clean spec": [CLEAN],
    "every severity": [LOST, WARNED, SKIPPED, EXPECTED],
    "errors of the language": [REFUSED, "", "a: [}\n", "layers: 1\n"],
}


@pytest.mark.parametrize("specs", SPECS)
def test_it_is_valid(specs):
    found = results(*(checked(text, f"{number}.yaml") for number, text in enumerate(SPECS[specs])))
    assert len(found) >= len([text for text in SPECS[specs] if text != CLEAN])


def test_the_schema_refuses_what_is_none():
    with pytest.raises(jsonschema.ValidationError):
        validator().validate({"version": "2.1.0", "runs": [{"tool": {"driver": {}}}]})


def test_every_rule_is_described():
    driver = run()["tool"]["driver"]
    assert (driver["name"], driver["version"]) == ("cnnspec", "1.2.3")
    described = {rule["id"]: rule for rule in driver["rules"]}
    assert list(described) == [kind.code for kind in LANGUAGE] + [rule.code for rule in rules.known().values()]
    for page in every():
        given = described[page.code]
        assert (given["name"], given["shortDescription"]["text"]) == (page.name, page.summary)
        assert given["defaultConfiguration"]["level"] == page.severity
        # Code scanning shows no more than this of it.
        assert len(given["fullDescription"]["text"]) <= 1024
        assert page.sections["Why"] in given["fullDescription"]["text"]
        assert f"- **Why:** {page.sections['Why']}\n" in given["help"]["markdown"]
        # A link would lead from where the page stands in docs/.
        assert "](" not in given["help"]["markdown"]
        assert given["help"]["text"].startswith(f"# {page.code} {page.name}\n")


def test_a_result_names_its_rule_place_and_layer():
    (result,) = results(checked(LOST))
    assert (result["ruleId"], result["level"]) == ("CNN101", "error")
    assert run(checked(LOST))["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == "CNN101"
    assert result["message"]["text"].startswith("c1: (7 + 0 - 3)/3 + 1 = 2.33 is not whole")
    (location,) = result["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "net.yaml", "uriBaseId": "SRCROOT"},
        "region": {"startLine": 3, "startColumn": 5},
    }


def test_levels_and_what_is_expected():
    found = results(checked(LOST), checked(WARNED), checked(SKIPPED), checked(EXPECTED))
    assert [result["level"] for result in found] == ["error", "warning", "note", "note"]
    assert [result.get("suppressions") for result in found] == [None, None, None, [{"kind": "inSource"}]]


def test_columns_count_code_points():
    text = "input: [1, 7, 7]\nlayers: [relu: {note: é😀層}, conv2d: {out_channels: 1, kernel_size: 3, stride: 3}]\n"
    only = run(checked(text))
    assert only["columnKind"] == "unicodeCodePoints"
    (result,) = only["results"]
    before = "layers: [relu: {note: é😀層}, "
    assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": 2, "startColumn": len(before) + 1}


def test_lines_end_where_yaml_ends_them():
    only = run(checked("input: [1, 7, 7]\nname: a\x85description: b\u2028layers:\r" + LOST.removeprefix(HEAD)))
    assert only["newlineSequences"] == ["\r\n", "\n", "\r", "\x85", "\u2028", "\u2029"]
    assert only["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] == 5


PATHS = [
    "net.yaml",
    "models/net.yaml",
    "a b#c?d%e.yaml",
    "é層😀.yaml",
    "a:b.yaml",
    "a\nb.yaml",
    '"<&>".yaml',
    os.fsdecode(b"\xff.yaml"),
]


@pytest.mark.parametrize("path", PATHS)
def test_paths_are_relative_to_the_repository_and_encoded(tmp_path, path):
    only = run(checked(LOST, str(tmp_path / path)), root=tmp_path)
    location = only["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    split = urlsplit(location["uri"])
    assert (split.scheme, split.netloc, split.query, split.fragment) == ("", "", "", "")
    assert location["uri"].isascii()
    assert os.fsencode(path) == unquote(location["uri"], "utf-8", "surrogateescape").encode("utf-8", "surrogateescape")
    assert only["originalUriBaseIds"]["SRCROOT"]["uri"] == f"{tmp_path.as_uri()}/"


def test_a_file_outside_of_the_repository_is_named_from_the_root(tmp_path):
    (result,) = results(checked(LOST, str(tmp_path / "other" / "net.yaml")), root=tmp_path / "repo")
    location = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert location == {"uri": (tmp_path / "other" / "net.yaml").as_uri()}


def test_standard_input_lies_below_no_folder():
    (result,) = results(checked(LOST, "<stdin>"))
    assert result["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": "%3Cstdin%3E"}


def test_nothing_of_a_spec_stands_in_it_raw():
    text = log([checked(REFUSED, "a\x1b[31m\n::error::.yaml")], Path.cwd(), "1")
    assert text.isascii()
    assert "\x1b" not in text
    (result,) = json.loads(text)["runs"][0]["results"]
    assert result["message"]["text"].startswith("unknown layer type `re\\x1b[31m\\x0a::error::]]>%0A\\u202e💥lu`")


# -- fingerprints -------------------------------------------------------------------------------------------------

# The hashes that CodeQL's own tests hold.
HASHES = {
    "": ["c129715d7a2bc9a3:1"],
    " a\nb\n  \t\tc\n d": ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"],
    " hello; \t\nworld!!!\r\n\n\r  \t\tGreetings\r End\r\n": [
        "e9496ae3ebfced30:1",
        "fb7c023a8b9ccb3f:1",
        "ce8ba1a563dcdaca:1",
        "e20e36e16fcb0cc8:1",
        "b3edc88f2938467e:1",
        "c8e28b0b4002a3a0:1",
        "c129715d7a2bc9a3:1",
    ],
    "Lorem ipsum dolor sit amet.\n" * 10: [
        *(f"a7f2ff13bc495cf2:{number}" for number in range(1, 7)),
        "a7f2ff1481e87703:1",
        "a9cf91f7bbf1862b:1",
        "55ec222b86bcae53:1",
        "cc97dc7b1d7d8f7b:1",
        "c129715d7a2bc9a3:1",
    ],
}


@pytest.mark.parametrize("text", HASHES)
def test_lines_have_the_fingerprints_that_github_compares(text):
    assert fingerprints(text, range(1, 20)) == dict(enumerate(HASHES[text], 1))
    assert fingerprints(text, [len(HASHES[text])]) == {len(HASHES[text]): HASHES[text][-1]}


def test_a_finding_is_known_again_below_other_lines():
    (before,), (after,) = results(checked(LOST)), results(checked("# new\n\n" + LOST))
    assert before["partialFingerprints"] == after["partialFingerprints"]
    assert before["locations"] != after["locations"]


def test_alike_lines_are_told_apart():
    layer = "  - conv2d: {out_channels: 1, kernel_size: 3, stride: 3, padding: 1}\n"
    # (25 + 2 - 3)/3 + 1 = 9 is whole; (26 + 2 - 3)/3 + 1 = 9.33; (9 + 2 - 3)/3 + 1 = 3.67.
    found = results(checked("input: [1, 26, 26]\nlayers:\n" + layer * 2 + "  - relu\n" * 20))
    hashes = [result["partialFingerprints"]["primaryLocationLineHash"] for result in found]
    assert len(hashes) == len(set(hashes)) == 2
