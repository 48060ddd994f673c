"""Expressions that would run something, reach something or grow without end: each is refused, at its place, as what it is."""

import json

import pytest

REFUSED = [
    ("__import__('os').system('true')", "CNN004 `__import__('os').system` is not a function here"),
    ("open('/etc/passwd')", "CNN004 `open` is not a function here"),
    ("eval('1')", "CNN004 `eval` is not a function here"),
    ("().__class__.__bases__", "CNN004 `().__class__.__bases__`: a dot stands between a layer's name and one of its sizes"),
    ("input.__class__", "CNN003 `input` has no __class__: it has channels, features, height, width, shape"),
    ("input.shape.__len__()", "CNN004 `input.shape.__len__` is not a function here"),
    ("input.channels.real", "CNN004 `input.channels.real`: a dot stands between a layer's name and one of its sizes"),
    ("(1).real", "CNN004 `1 .real`: a dot stands between a layer's name and one of its sizes"),
    ("'a'.upper()", "CNN004 `'a'.upper` is not a function here"),
    ("__builtins__", "CNN003 unknown name `__builtins__`"),
    ("lambda: 1", "CNN004 `lambda: 1` is not part of the expression language"),
    ("(lambda: 1)()", "CNN004 `lambda: 1` is not a function here"),
    ("[x for x in [1]]", "CNN004 `[x for x in [1]]` is not part of the expression language"),
    ("{x for x in [1]}", "CNN004 `{x for x in [1]}` is not part of the expression language"),
    ("max(x for x in [1])", "CNN004 `(x for x in [1])` is not part of the expression language"),
    ("(x := 5)", "CNN004 `(x := 5)` is not part of the expression language"),
    ("f'{1}'", "CNN004 `f'{1}'` is not part of the expression language"),
    ("b'a'", "CNN004 `b'a'` is not part of the expression language"),
    ("(yield)", "CNN004 `(yield)` is not part of the expression language"),
    ("await x", "CNN004 `await x` is not part of the expression language"),
    ("*[1]", "CNN004 `*[1]` is not an expression"),
    ("min(*[1, 2])", "CNN004 `*[1, 2]` is not part of the expression language"),
    ("'a' * 10**9", "CNN004 `'a' * 10 ** 9`: text is not a number"),
    ("[0] * 10**9", "CNN004 `[0] * 10 ** 9`: a list is not a number"),
    ("'%999999999d' % 1", "CNN004 `'%999999999d' % 1`: text is not a number"),
    ("10**10**10", "CNN005 `10 ** 10 ** 10` has more than 18 digits"),
    ("2**10**9", "CNN005 `2 ** 10 ** 9` has more than 18 digits"),
    ("9**9**9**9", "CNN005 `9 ** 9 ** 9` has more than 18 digits"),
    ("(-9)**9**9", "CNN005 `(-9) ** 9 ** 9` has more than 18 digits"),
    ("1.0000001 ** 10**17", "CNN005 `1.0000001 ** 10 ** 17` has more than 18 digits"),
    ("1 << 10**9", "CNN004 the operator in `1 << 10 ** 9` is not part of the expression language"),
    ("round(5, -10**9)", "CNN004 `round(5, -10 ** 9)`: round takes one number"),
    ("int('9' * 9999)", "CNN004 `'9' * 9999`: text is not a number"),
    ("1e999999", "CNN005 "),
    ("import os", "CNN004 `import os` is not an expression"),
    ("exec", "CNN003 unknown name `exec`"),
    ("1; 2", "CNN004 `1; 2` is not an expression"),
    ("x = 5", "CNN004 `x = 5` is not an expression"),
    ("1\n+ 1\n)", "CNN004 `1\\x0a+ 1\\x0a)` is not an expression: there is a `)` too many"),
    ("п" * 5, "CNN004 `ппппп` is not an expression"),
    ("\x00", "CNN004 `\\x00` is not an expression"),
    ("1\\\n+1", "CNN004 `1\\\\x0a+1` is not an expression"),
]


@pytest.fixture
def layers():
    """A file with a layer an expression, the first in line 4."""

    def layers(expressions):
        entries = "".join(f"  - linear: {json.dumps(text)}\n" for text in expressions)
        return f"input: [1, 32, 32]\nlayers:\n  - relu\n{entries}"

    return layers


def test_each_is_refused_and_keeps_no_other_from_being_told(check, layers):
    findings = check(layers(text for text, _ in REFUSED)).findings
    assert len(findings) == len(REFUSED)
    for line, (found, (text, told)) in enumerate(zip(findings, REFUSED, strict=True), start=4):
        assert found.startswith(f"{line}:13 {told}"), text


@pytest.mark.parametrize(("text", "told"), REFUSED[:4])
def test_one_is_refused_by_itself(check, layers, text, told):
    [found] = check(layers([text])).findings
    assert found.startswith(f"4:13 {told}")


def test_nothing_is_run_in_a_name(check):
    text = "input: [1, 8, 8]\nlayers:\n  - relu: {name: \"a{__import__('os')}\", repeat: 2}\n"
    assert check(text).findings[0].startswith("3:18 CNN004 a{__import__('os')}: `__import__` is not a function here")


def test_nothing_is_made_where_text_is_asked_for(check, tmp_path):
    spell = f"__import__('pathlib').Path('{tmp_path}/made').touch()"
    keys = ("name", "description", "reference")
    text = "".join(f"{key}: {json.dumps(spell)}\n" for key in keys)
    check(f"{text}input: [1, 8, 8]\nlayers: [relu: {{note: {json.dumps(spell)}}}]\n", code=0)
    check(f"{text}input: [1, 8, 8]\nlayers: [linear: {json.dumps(spell)}]\n", code=1)
    assert not (tmp_path / "made").exists()
