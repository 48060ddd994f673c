"""What the tests of rules share: a network of a few entries, and what a rule finds in it."""

import cnnspec
from cnnspec.language.checker import parse


def net(shape, *layers, **keys):
    """The text of a network: the first entry stands in the line after ``layers:``, at column 5."""
    head = "".join(f"{key}: {value}\n" for key, value in keys.items())
    return f"input: {shape}\n{head}layers:\n" + "".join(f"  - {layer}\n" for layer in layers)


def check(text, rule=None):
    """The findings of one rule, or of all."""
    findings = cnnspec.analyze(parse(text, "net.yaml")).findings
    return [finding for finding in findings if rule in (None, finding.rule)]


def errors(text):
    return [finding for finding in check(text) if finding.severity == "error"]
