"""Comments that silence rules: which text is one, what it names, and how it is taken out."""

import pytest

from cnnspec.errors import Edit, Position
from cnnspec.language.comments import suppressions


def names(text):
    return [[rule.name for rule in comment.rules] for comment in suppressions(text)]


def applied(text, edit):
    """``text`` with an edit made; its lines end with a line feed."""
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    start, end = (starts[at.line - 1] + at.column - 1 for at in (edit.start, edit.end))
    return text[:start] + edit.text + text[end:]


@pytest.mark.parametrize(
    "comment",
    [
        "# cnnspec: ignore[even-kernel, CNN202]",
        "#cnnspec:ignore[even-kernel,CNN202]",
        "#  cnnspec:  ignore [ even-kernel ,CNN202, ]",
        "# cnnspec: ignore[even-kernel, CNN202] the paper has it so",
        "# the stem # cnnspec: ignore[even-kernel, CNN202] # as trained",
    ],
)
def test_a_comment_names_rules(comment):
    assert names(f"- relu {comment}\n") == [["even-kernel", "CNN202"]]


@pytest.mark.parametrize(
    "comment", ["# cnnspec: ignore", "# cnnspec: ignore[]", "# cnnspec: ignore[ , ]", "# cnnspec: ignore[a"]
)
def test_a_comment_that_names_nothing(comment):
    assert names(f"- relu {comment}\n") == [[]]


@pytest.mark.parametrize(
    "comment", ["# cnnspec: ignored[a]", "# cnnspec: ignore-all[a]", "# cnnspec ignore[a]", "# cnnspec: skip[a]", "# ignore[a]"]
)
def test_other_comments(comment):
    assert names(f"- relu {comment}\n") == []


SCALARS = {
    "in double quotes": '- relu: {note: "x # cnnspec: ignore[a]"}\n',
    "in single quotes": "- relu: {note: 'x # cnnspec: ignore[a]'}\n",
    "in quotes of several lines": '- relu: {note: "x\n    # cnnspec: ignore[a]\n    y"}\n',
    "in plain text": "- relu: {note: x#cnnspec:ignore}\n",
    "in a key": '"# cnnspec: ignore[a]": 1\n',
    "in a literal block": "note: |\n  x\n  # cnnspec: ignore[a]\n",
    "in a folded block": "note: >-\n  x\n  # cnnspec: ignore[a]\n\n  y\n",
    "at the text's end": 'note: "# cnnspec: ignore[a]"',
}


@pytest.mark.parametrize("where", SCALARS)
def test_in_a_scalar_there_are_no_comments(where):
    assert names(SCALARS[where]) == []


BESIDE = {
    "after quotes": "note: 'x # no' # cnnspec: ignore[a]\n",
    "after a quote in quotes": "note: 'it''s # no' # cnnspec: ignore[a]\n",
    "after plain text of several lines": "note: x\n  y # cnnspec: ignore[a]\n",
    "after a comma": "note: [x,# cnnspec: ignore[a]\n  y]\n",
    "after a bracket": "note: [x]# cnnspec: ignore[a]\n",
    "on a block's first line": "note: |  # cnnspec: ignore[a]\n  x\n",
    "below a block": "note: |\n  x\n# cnnspec: ignore[a]\n",
    "below a block, indented less": "a:\n  note: |\n    x\n  # cnnspec: ignore[a]\n",
    "after an alias": "a: &x 1\nb: *x # cnnspec: ignore[a]\n",
    "after nothing": "a: # cnnspec: ignore[a]\n  b: 1\n",
    "at the text's end": "note: x # cnnspec: ignore[a]",
}


@pytest.mark.parametrize("where", BESIDE)
def test_beside_a_scalar_there_are(where):
    assert names(BESIDE[where]) == [["a"]]


def test_places_count_code_points_and_lines_as_yaml_does():
    text = "a: é层😀  # cnnspec: ignore[one, two] x\r\nb: 1\x85c: 2\u2028d: 3 # cnnspec: ignore[three]\n"
    first, second = suppressions(text)
    assert (first.position, first.end) == ((1, 1 + len("a: é层😀  ")), (1, 1 + len("a: é层😀  # cnnspec: ignore[one, two] x")))
    assert [(rule.name, rule.position.column) for rule in first.rules] == [
        ("one", 1 + len("a: é层😀  # cnnspec: ignore[")),
        ("two", 1 + len("a: é层😀  # cnnspec: ignore[one, ")),
    ]
    assert (second.position, second.rules[0].position) == ((4, 1 + len("d: 3 ")), (4, 1 + len("d: 3 # cnnspec: ignore[")))


def test_a_comment_alone_on_its_line_is_known():
    text = "# cnnspec: ignore[a]\n  # why # cnnspec: ignore[b]\nc: 1 # cnnspec: ignore[c]\n"
    assert [comment.alone for comment in suppressions(text)] == [True, True, False]


WHOLE = {
    "a: 1  # cnnspec: ignore[x]\nb: 2\n": "a: 1\nb: 2\n",
    "a: 1  # cnnspec: ignore[x] because\nb: 2\n": "a: 1\nb: 2\n",
    "a: 1  # why # cnnspec: ignore[x]\n": "a: 1  # why\n",
    "a: 1  # cnnspec: ignore[x]  # why\n": "a: 1  # why\n",
    "a: 1\n  # cnnspec: ignore[x]\nb: 2\n": "a: 1\nb: 2\n",
    "a: 1\n# cnnspec: ignore[x]": "a: 1\n",
    "a: 1 # cnnspec: ignore[x]": "a: 1",
}


@pytest.mark.parametrize("text", WHOLE)
def test_a_comment_is_taken_out_with_the_space_before_it(text):
    (comment,) = suppressions(text)
    assert applied(text, comment.without(comment.rules, text)) == WHOLE[text]


@pytest.mark.parametrize(
    ("unused", "left"), [("a", "[b, c]"), ("b", "[a, c]"), ("c", "[a, b]"), ("ab", "[c]"), ("ac", "[b]"), ("bc", "[a]")]
)
def test_words_are_taken_out_of_a_comment(unused, left):
    text = "é: 1  # cnnspec: ignore[a,b ,  c] because\n"
    (comment,) = suppressions(text)
    edit = comment.without([rule for rule in comment.rules if rule.name in unused], text)
    assert edit == Edit(Position(1, 25), Position(1, 33), left[1:-1])
    assert applied(text, edit) == f"é: 1  # cnnspec: ignore{left} because\n"


def test_what_is_not_yaml_has_the_comments_up_to_there():
    assert names("a: 1 # cnnspec: ignore[x]\nb: [}\n") == [["x"]]


CROWDS = {
    "lists that are never closed": ("# cnnspec: ignore[" * 40_000, 40_000),
    "comments side by side": ("# cnnspec: ignore[a] " * 40_000, 40_000),
    "comments without a space between": ("#cnnspec:ignore[a]" * 40_000, 40_000),
    "comments behind spaces": (" " * 400_000 + "# cnnspec: ignore[a] " * 20_000, 20_000),
    "lines": ("# cnnspec: ignore[a]\n" * 40_000, 40_000),
    "words": (f"# cnnspec: ignore[{'a, ' * 300_000}]", 1),
    "spaces between words": (f"# cnnspec: ignore[{'a ' * 400_000}]", 1),
    "hashes": ("# cnnspec: ignore[a" + " #" * 400_000, 1),
}


@pytest.mark.parametrize("crowd", CROWDS)
def test_as_many_as_a_file_can_hold(crowd):
    """Were any stretch looked at again for each comment, this would take hours."""
    text, count = CROWDS[crowd]
    assert len(suppressions(f"a: 1\n{text}\n")) == count
