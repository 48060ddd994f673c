"""Findings as SARIF 2.1.0, the format that code scanning reads."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from cnnspec.errors import Finding
from cnnspec.render.checked import Checked, absolute
from cnnspec.render.concise import what
from cnnspec.render.fingerprint import fingerprints
from cnnspec.render.rule_page import body, text
from cnnspec.rules.page import RulePage, errors, every
from cnnspec.source import printable

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_ROOT = "SRCROOT"
_COLUMNS = 80
_BREAKS = ["\r\n", "\n", "\r", "\x85", "\u2028", "\u2029"]


def log(checked: Sequence[Checked], root: Path, version: str) -> str:
    """One run with every rule and every finding; files are named as they lie below ``root``, the repository."""
    descriptors = [_descriptor(page) for page in errors() + every()]
    indices = {descriptor["id"]: index for index, descriptor in enumerate(descriptors)}
    run = {
        "tool": {"driver": {"name": "cnnspec", "version": version, "rules": descriptors}},
        "columnKind": "unicodeCodePoints",
        "newlineSequences": _BREAKS,
        "originalUriBaseIds": {_ROOT: {"uri": f"{root.as_uri().rstrip('/')}/"}},
        "results": [result for each in checked for result in _results(each, root, indices)],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _descriptor(page: RulePage) -> dict[str, Any]:
    why = page.sections.get("Why")
    return {
        "id": page.code,
        "name": page.name,
        "shortDescription": {"text": page.summary},
        "fullDescription": {"text": page.summary + (f" Why: {why}" if why else "")},
        "help": {"text": text(page, _COLUMNS), "markdown": body(page)},
        "defaultConfiguration": {"level": page.severity},
    }


def _results(each: Checked, root: Path, indices: dict[str, int]) -> list[dict[str, Any]]:
    location = _location(each, root)
    hashes = fingerprints(each.source.text, {finding.position.line for finding in each.findings})
    return [_result(finding, location, hashes.get(finding.position.line), indices) for finding in each.findings]


def _result(finding: Finding, location: dict[str, str], hashed: str | None, indices: dict[str, int]) -> dict[str, Any]:
    region = {"startLine": finding.position.line, "startColumn": finding.position.column}
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": indices[finding.code],
        "level": finding.severity,
        "message": {"text": printable(what(finding))},
        "locations": [{"physicalLocation": {"artifactLocation": location, "region": region}}],
    }
    if hashed is not None:
        result["partialFingerprints"] = {"primaryLocationLineHash": hashed}
    if finding.expected:
        result["suppressions"] = [{"kind": "inSource"}]
    return result


def _location(each: Checked, root: Path) -> dict[str, str]:
    if each.source.name == "<stdin>":  # it lies nowhere
        return {"uri": quote(each.source.name)}
    if (path := each.path_in(root)) is not None:
        return {"uri": quote(os.fsencode(path)), "uriBaseId": _ROOT}
    return {"uri": absolute(each.source.name).as_uri()}
