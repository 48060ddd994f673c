"""Reading YAML: what each scalar is, where everything stands, and what is told of what cannot be read."""

import pytest

from cnnspec.language.reader import decode, number, read


def root(text):
    document = read(text)
    assert document.findings == []
    return document.root


def plain(node):
    """A node without its places."""
    if isinstance(node.value, dict):
        return {str(key): plain(value) for key, value in node.value.items()}
    return [plain(item) for item in node.value] if isinstance(node.value, list) else node.value


def told(text):
    return [f"{found.position.line}:{found.position.column} {found.message}" for found in read(text).findings]


# -- scalars ------------------------------------------------------------------------------------------------------

SCALARS = [
    ("yes", "yes"),
    ("no", "no"),
    ("on", "on"),
    ("off", "off"),
    ("Yes", "Yes"),
    ("y", "y"),
    ("true", True),
    ("True", True),
    ("TRUE", True),
    ("tRUE", "tRUE"),
    ("false", False),
    ("False", False),
    ("FALSE", False),
    ("null", None),
    ("Null", None),
    ("NULL", None),
    ("~", None),
    ("", None),
    ("nil", "nil"),
    ("none", "none"),
    ("0", 0),
    ("-0", 0),
    ("+12", 12),
    ("-12", -12),
    ("012", 12),
    ("0o17", 15),
    ("0x1F", 31),
    ("0x1f", 31),
    ("-0x1F", "-0x1F"),
    ("0b101", "0b101"),
    ("0o8", "0o8"),
    ("017", 17),
    ("1_000", "1_000"),
    ("1,000", "1,000"),
    ("1e3", 1000.0),
    ("1E3", 1000.0),
    ("1e-5", 1e-5),
    ("1.5e+3", 1500.0),
    (".5", 0.5),
    ("5.", 5.0),
    ("-.5", -0.5),
    ("+.5", 0.5),
    (".", "."),
    ("e3", "e3"),
    ("1e", "1e"),
    ("1.2.3", "1.2.3"),
    ("12:30:45", "12:30:45"),
    ("2024-01-01", "2024-01-01"),
    ("999999999999999999", 10**18 - 1),
    ("-999999999999999999", 1 - 10**18),
    ("000000000000000000001", 1),
    ("'yes'", "yes"),
    ("'1'", "1"),
    ('"1"', "1"),
    ('"true"', "true"),
    ("''", ""),
    ('"~"', "~"),
    ('"\\x41\\t\\u00e9"', "A\té"),
    ("'it''s'", "it's"),
    ("٣", "٣"),
    ("１", "１"),
]


@pytest.mark.parametrize(("text", "value"), SCALARS)
def test_a_scalar_is_what_yaml_12_s_core_schema_says(text, value):
    node = root(f"a: {text}\n").value["a"]
    assert node.value == value
    assert type(node.value) is type(value)


@pytest.mark.parametrize(("text", "value"), SCALARS)
def test_a_scalar_in_a_list_is_the_same(text, value):
    assert plain(root(f"[0, {text or '~'}]" if "," not in text else f"- 0\n- {text}"))[1] == value


@pytest.mark.parametrize("word", ["yes", "no", "on", "off", "true", "1", "1.5", "~"])
def test_a_key_is_text(word):
    [key] = root(f"{word}: 1\n").value
    assert key == word
    assert isinstance(key, str)


def test_the_text_of_a_scalar_is_kept_as_written():
    assert [node.text for node in root("[0x1F, 1.50, True, 'a b', ~]").value] == ["0x1F", "1.50", "True", "a b", "~"]


@pytest.mark.parametrize(
    "text", ["1" + "0" * 18, "-1" + "0" * 18, "0x" + "f" * 16, "0o" + "7" * 22, "1e18", "1.0e+18", "9" * 5000]
)
def test_a_number_of_more_than_18_digits_is_none(text):
    with pytest.raises(OverflowError, match=r"^a number of more than 18 digits$"):
        number(text)


def test_digits_after_the_point_count_too():
    assert number("0.12345678901234567") == 0.12345678901234567
    with pytest.raises(OverflowError, match=r"^a number of more than 18 digits$"):
        number("0.123456789012345678901")


@pytest.mark.parametrize("text", [".inf", "-.inf", "+.Inf", ".INF", ".nan", ".NaN", ".NAN"])
def test_infinity_is_no_number(text):
    with pytest.raises(OverflowError, match=r"^infinity and NaN are not numbers here$"):
        number(text)


@pytest.mark.parametrize("text", ["inf", "nan", "Infinity", ".Nan", "-.nan"])
def test_what_looks_like_infinity_is_text(text):
    assert root(f"a: {text}").value["a"].value == text


def test_a_number_that_is_refused_is_told_once():
    assert told("a: [1e99, .inf]\nb: 1e99\n") == [
        "1:5 a number of more than 18 digits",
        "1:11 infinity and NaN are not numbers here",
        "2:4 a number of more than 18 digits",
    ]


# -- places -------------------------------------------------------------------------------------------------------


def places(node):
    """The place of each key and value in the order of the file."""
    if isinstance(node.value, dict):
        inner = [place for key, value in node.value.items() for place in (tuple(key.position), *places(value))]
    else:
        inner = [place for item in node.value for place in places(item)] if isinstance(node.value, list) else []
    return [tuple(node.position), *inner]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\nbc: 2\n", [(1, 1), (1, 1), (1, 4), (2, 1), (2, 5)]),
        ("{a: 1, bc: 2}", [(1, 1), (1, 2), (1, 5), (1, 8), (1, 12)]),
        ("a:\n  - x\n  - - y\n", [(1, 1), (1, 1), (2, 3), (2, 5), (3, 5), (3, 7)]),
        ("a:\n- x\n", [(1, 1), (1, 1), (2, 1), (2, 3)]),
        ("- a:\n    b: c\n", [(1, 1), (1, 3), (1, 3), (2, 5), (2, 5), (2, 8)]),
        ("a: [x,\n  y]", [(1, 1), (1, 1), (1, 4), (1, 5), (2, 3)]),
        ("# c\n\na: 'x\n  y'\nb: z\n", [(3, 1), (3, 1), (3, 4), (5, 1), (5, 4)]),
        ("a: |\n  x\n  y\nb: z\n", [(1, 1), (1, 1), (1, 4), (4, 1), (4, 4)]),
        ("a: >-\n  x\n\n  y\nb: z\n", [(1, 1), (1, 1), (1, 4), (5, 1), (5, 4)]),
        ("a: &x 1\nb: *x\n", [(1, 1), (1, 1), (1, 4), (2, 1), (2, 4)]),
        ("a: &x [1]\nb: *x\n", [(1, 1), (1, 1), (1, 4), (1, 8), (2, 1), (2, 4), (1, 8)]),
        ("? a\n: b\n", [(1, 1), (1, 3), (2, 3)]),
        ("a:\n", [(1, 1), (1, 1), (1, 3)]),
        ('"a b" : "c"\n', [(1, 1), (1, 1), (1, 9)]),
        ("层: é\nb: 😀 # x\nc: d\n", [(1, 1), (1, 1), (1, 4), (2, 1), (2, 4), (3, 1), (3, 4)]),
        ("--- # begin\na: 1\n", [(2, 1), (2, 1), (2, 4)]),
        ("%YAML 1.2\n---\na: 1\n", [(3, 1), (3, 1), (3, 4)]),
    ],
)
def test_keys_and_values_know_their_places(text, expected):
    assert places(root(text)) == expected


def test_a_byte_order_mark_moves_nothing():
    text = decode(b"\xef\xbb\xbfa: 1\nb: 2\n")
    assert places(root(text)) == [(1, 1), (1, 1), (1, 4), (2, 1), (2, 4)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\x85", "\u2028", "\u2029"])
def test_every_break_ends_a_line(end):
    assert places(root(f"# x{end}a: 1{end}{end}b: 2{end}")) == [(2, 1), (2, 1), (2, 4), (4, 1), (4, 4)]


# -- decoding -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "text"),
    [(b"a: 1", "a: 1"), (b"\xef\xbb\xbfa: 1", "a: 1"), ("é層😀".encode(), "é層😀"), (b"", ""), (b"\xef\xbb\xbf", "")],
)
def test_utf_8_is_decoded_with_and_without_a_mark(data, text):
    assert decode(data) == text


@pytest.mark.parametrize(
    ("data", "position", "message"),
    [
        (b"a: \xff", (1, 4), "byte 0xff is not UTF-8"),
        (b"\xef\xbb\xbfa: \xff", (1, 4), "byte 0xff is not UTF-8"),
        ("é: ü\n".encode() + b"b: \xe9x", (2, 4), "byte 0xe9 is not UTF-8"),
        ("a: 1\r\nb\u2028".encode() + b"\x80", (3, 1), "byte 0x80 is not UTF-8"),
        ("a: 1".encode("utf-16"), (1, 1), "the file is UTF-16: save it as UTF-8"),
    ],
)
def test_what_is_not_utf_8_is_told_where_it_stands(data, position, message):
    finding = decode(data)
    assert (finding.position, finding.message, finding.code) == (position, message, "CNN001")


# -- mappings, anchors --------------------------------------------------------------------------------------------


def test_the_first_of_two_equal_keys_counts_and_each_later_one_is_told():
    document = read("a: 1\nb: {c: 1, c: 2}\na: 2\n'a': 3\n")
    assert plain(document.root) == {"a": 1, "b": {"c": 1}}
    assert [(*found.position, found.message) for found in document.findings] == [
        (2, 11, "key `c` stands twice in this mapping, first in line 2"),
        (3, 1, "key `a` stands twice in this mapping, first in line 1"),
        (4, 1, "key `a` stands twice in this mapping, first in line 1"),
    ]


def test_equal_keys_are_told_although_the_text_breaks_off():
    assert told("a: 1\na: 2\nb: [x\n") == [
        "2:1 key `a` stands twice in this mapping, first in line 1",
        "3:4 `[` is never closed: write `]` where it ends",
    ]


def test_keys_that_are_equal_only_as_values_are_two():
    assert plain(root("1: a\n1.0: b\n01: c\ntrue: d\nTrue: e\n")) == {"1": "a", "1.0": "b", "01": "c", "true": "d", "True": "e"}


def test_an_alias_stands_for_its_anchor():
    assert plain(root("a: &x {k: [1, 2]}\nb: *x\nc: [*x, *x]\n")) == {
        "a": {"k": [1, 2]},
        "b": {"k": [1, 2]},
        "c": [{"k": [1, 2]}, {"k": [1, 2]}],
    }


def test_an_anchor_may_be_set_again():
    assert plain(root("[&x 1, *x, &x 2, *x]")) == [1, 1, 2, 2]


def test_the_anchor_of_a_key_stands_for_its_text():
    assert plain(root("&x relu: *x\n")) == {"relu": "relu"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: *b\n", "1:4 alias *b has no anchor &b above it"),
        ("a: *b\nc: &b 1\n", "1:4 alias *b has no anchor &b above it"),
        ("a: &b [*b]\n", "1:8 alias *b stands inside what it stands for"),
        ("a: &b {c: [{d: *b}]}\n", "1:16 alias *b stands inside what it stands for"),
        ("a: &b 1\n*b : 2\n", "2:1 a key must be a word, not an alias"),
        ("{[a]: b}", "1:2 a key must be a word, not a list or mapping"),
    ],
)
def test_an_alias_that_stands_for_nothing(text, message):
    assert told(text) == [message]


def test_merge_keys_are_told_and_what_they_would_say_is_not_missed():
    document = read("a: &a {x: 1, y: 2}\nb:\n  <<: *a\n  y: 3\n")
    assert [(*found.position, found.message) for found in document.findings] == [
        (3, 3, "merge keys (<<) are not part of YAML 1.2: write the keys out")
    ]
    assert plain(document.root)["b"] == {"x": 1, "y": 3}


def test_a_quoted_merge_key_is_a_key():
    assert plain(root('"<<": 1\n')) == {"<<": 1}


def test_every_tag_is_told():
    assert told("a: !!int 5\nb: !x [!y z]\nc: !!python/name:os.system ''\n") == [
        "1:4 tags are not allowed: leave out `!!int`",
        "2:4 tags are not allowed: leave out `!x`",
        "2:8 tags are not allowed: leave out `!y`",
        "3:4 tags are not allowed: leave out `!!python/name:os.system`",
    ]


# -- bounds -------------------------------------------------------------------------------------------------------


def test_nesting_of_64_is_read_and_of_65_is_not():
    assert read("[" * 64 + "]" * 64).findings == []
    assert told("[" * 65 + "]" * 65) == ["1:65 nesting deeper than 64"]


def test_an_alias_counts_the_depth_of_what_it_stands_for():
    deep = "[" * 40 + "]" * 40
    assert read(f"[&a {deep}, {'[' * 23}*a{']' * 23}]").findings == []
    assert told(f"[&a {deep}, {'[' * 24}*a{']' * 24}]") == ["1:111 nesting deeper than 64"]


def test_100_000_nodes_are_read_and_one_more_is_not():
    assert len(root(f"[{'a,' * 99_999}]").value) == 99_999
    assert told(f"[{'a,' * 100_000}]") == ["1:200000 the document expands past 100,000 nodes"]


def test_aliases_count_as_what_they_stand_for():
    hundred = f"&a [{'a,' * 99}]"
    assert read(f"[{hundred}{', *a' * 998}]").findings == []
    assert [found.message for found in read(f"[{hundred}{', *a' * 1000}]").findings] == [
        "the document expands past 100,000 nodes"
    ]


# -- expressions that a comma cuts in two -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("{a: min(4, 5), b: 1}", {"a": "min(4, 5)", "b": 1}, "1:5 `min(4, 5)` holds"),
        ("{b: 1, a: min(4, 5)}", {"b": 1, "a": "min(4, 5)"}, "1:11 `min(4, 5)` holds"),
        ("{a: min(4,5,6)}", {"a": "min(4, 5, 6)"}, "1:5 `min(4, 5, 6)` holds"),
        ("{a: f(g(1, 2), h(3, 4))}", {"a": "f(g(1, 2), h(3, 4))"}, "1:5 `f(g(1, 2), h(3, 4))` holds"),
        ("[f(1, 2), 3]", ["f(1, 2)", 3], "1:2 `f(1, 2)` holds"),
        ("[1, [f(1, 2)], 3]", [1, ["f(1, 2)"], 3], "1:6 `f(1, 2)` holds"),
        ("{a: [f(1, 2), 3], b: 4}", {"a": ["f(1, 2)", 3], "b": 4}, "1:6 `f(1, 2)` holds"),
    ],
)
def test_an_expression_that_a_comma_cuts_is_put_together(text, value, expected):
    document = read(text)
    [finding] = document.findings
    assert plain(document.root) == value
    assert finding.code == "CNN004"
    rest = " a comma: inside {…} and […] YAML wants quotes round it"
    assert f"{finding.position.line}:{finding.position.column} {finding.message}" == expected + rest


def test_a_tuple_is_no_list(told):
    what = "`(3, 3)` is no list: write `[3, 3]`, or quotes round it if it is text"
    pool = "input: [1, 7, 7]\nlayers: [{max_pool2d: {kernel_size: "
    assert told(pool + "(3, 3), stride: 2}}]\n") == [f"2:37 CNN004 {what}"]
    assert told(pool + "'(3, 3)', stride: 2}}]\n") == [
        "2:37 CNN004 `(3, 3)` is not part of the expression language: write [3, 3]"
    ]
    assert told(pool + "[3, 3], stride: 2}}]\n") == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{a: 'min(4', b: 5}", {"a": "min(4", "b": 5}),
        ("{a: min(4, b: 5}", {"a": "min(4", "b": 5}),
        ("['f(1', 2]", ["f(1", 2]),
        ("[f(1), 2]", ["f(1)", 2]),
        ("[f(1, '2)']", ["f(1", "2)"]),
        ("- f(1, 2)\n- 3\n", ["f(1, 2)", 3]),
        ("a: f(1, 2)\n", {"a": "f(1, 2)"}),
        ("{a: (, b: {c: ~}}", {"a": "(", "b": {"c": None}}),
    ],
)
def test_what_no_comma_cuts_is_left_alone(text, value):
    assert plain(root(text)) == value
