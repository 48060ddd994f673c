"""The HTML report: well formed, complete, alone, and deaf to what a spec would have it do."""

import re
from html.parser import HTMLParser

import pytest
from markupsafe import escape

import cnnspec
from cnnspec.language.checker import parse

VOID = {"meta", "br", "link", "img", "input", "hr"}

LENET = """
name: LeNet-5
description: |
  Reads digits.
  Trained in 1998.

  Second paragraph.
reference: http://yann.lecun.com/exdb/lenet/
input: [1, 32, 32]
layers:
  - conv2d: {name: c1, out_channels: 6, kernel_size: 5, note: "six maps"}
  - tanh
  - avg_pool2d: 2
  - conv2d: {name: c3, out_channels: 16, kernel_size: 5}
  - tanh
  - avg_pool2d: 2
  - flatten
  - linear: 120
  - tanh
  - linear: 84
  - tanh
  - linear: 10
"""

HOSTILE = r"""
name: "<script>alert(1)</script> \"><img src=x onerror=alert(2)> ' | ` \u202Egnp.exe \x07"
description: "</style><script>alert(3)</script>\n{{ 7 * 191 }} {% raw %} \u2066hidden\u2069"
reference: "REFERENCE"
input: [1, 8, 8]
layers:
  - conv2d: {name: c1, out_channels: 2, kernel_size: 3, note: "</td><td><b onclick='x'>\n\u202E | `"}
  - "<svg/onload=alert(4)>": 3
  - relu: {from: "\"><script>"}
"""

BROKEN = """
name: Broken
input: [3, 32, 32]
layers:
  - conv2d: {name: c1, out_channels: 6, kernel_size: 5, expect: {findings: [fractional-stride]}, stride: 2}
  - conv2d: {name: c2, out_channels: 6, kernel_size: 3, stride: 2, padding: 1, ignore: [linear-stack, narrowing-channels]}
  - conv2d: {name: c3, out_channels: 6, kernel_size: 50}
  - relu
"""


class Page(HTMLParser):
    """What the tests look at: whether tags balance, the tables' rows, attributes, and the text outside styles."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.open, self.tags, self.attributes = [], [], []
        self.tables, self.words, self.blocks = [], [], {}
        self.feed(html)
        self.close()
        assert self.open == [], f"never closed: {self.open}"

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")
        if tag in ("pre", "h1", "p", "article", "dl"):
            self.blocks.setdefault(tag, []).append("")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" in self.open:
            return
        self.words.append(data)
        for tag in {*self.open} & {*self.blocks}:
            self.blocks[tag][-1] += data
        if self.open and self.open[-1] in ("td", "th"):
            self.tables[-1][-1][-1] += data

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())

    @property
    def links(self):
        return [value for tag, name, value in self.attributes if name in ("href", "src", "action", "srcset", "data")]


def result(text):
    return cnnspec.analyze(parse(text, "net.yaml"))


def page(text):
    return Page(result(text).to_html())


def column(table, title):
    index = table[0].index(title)
    return [row[index] for row in table[1:]]


def test_every_figure_of_lenet_is_on_the_page():
    shown = page(LENET)
    for figure in ("61,706", "61.71 k", "416,520", "416.5 k", "852,370", "15,002", "16×16", "58.6 KiB", "60,008 bytes"):
        assert figure in shown.text
    assert "Frozen params 0 Buffers 0" in shown.text
    assert "input 1×32×32" in shown.text
    assert "linear3 10" in shown.text
    assert "float32" in shown.text
    assert "net.yaml" in shown.text
    assert f"cnnspec {cnnspec.__version__}" in shown.text
    assert shown.blocks["p"][1].split("\n") == ["Reads digits.Trained in 1998."], "a break stands between the lines"
    assert shown.blocks["p"][2] == "Second paragraph."
    assert shown.blocks["h1"] == ["LeNet-5"]


def test_a_row_a_layer_with_its_figures():
    found = result(LENET)
    layers, convolutions = Page(found.to_html()).tables
    assert len(layers) == 1 + len(found.layers) == 13
    assert {len(row) for row in layers} == {12}
    assert column(layers, "Layer") == [layer.name for layer in found.layers]
    assert column(layers, "Params") == [f"{layer.params:,}" for layer in found.layers]
    assert column(layers, "MACs")[:4] == ["117,600", "0", "0", "240,000"]
    assert column(layers, "FLOPs")[:4] == ["239,904", "4,704", "4,704", "481,600"]
    assert column(layers, "Field") == ["5×5"] * 2 + ["6×6"] + ["14×14"] * 2 + ["16×16"] * 2 + ["global"] * 5
    assert column(layers, "Jump") == ["1", "1", "2", "2", "2", "4", "4", *["–"] * 5]
    assert column(layers, "Notes") == ["six maps", *[""] * 11]
    assert convolutions[1:] == [["c1", "156", "122,304", "4,821,600"], ["c3", "2,416", "241,600", "1,883,200"]]


def test_bars_show_each_layers_share():
    html = result(LENET).to_html()
    # 48,120 of 61,706 params and 117,600 of 416,520 MACs.
    assert '--share: 77.98" title="77.98 % of the network">48,120<' in html
    assert '--share: 28.23" title="28.23 % of the network">117,600<' in html
    assert html.count("--share: ") == 5 + 5


def test_columns_that_say_nothing_are_left_out():
    straight = page(LENET).tables[0][0]
    assert "Inputs" not in straight
    assert "Coverage" not in straight
    joined = page(
        "input: [4, 9, 9]\nlayers:\n"
        "  - conv2d: {name: a, out_channels: 4, kernel_size: 1}\n  - relu\n  - add: [above, input]\n"
        "  - max_pool2d: {kernel_size: 1, stride: 2}\n"
    ).tables[0]
    assert column(joined, "Inputs") == ["", "", "relu1, input", ""]
    assert column(joined, "Coverage") == ["", "", "", "30.9 %"]  # 25 of 81 positions


def test_of_several_inputs_the_first_layer_says_which_it_reads():
    table = page(
        "inputs: {left: [1, 8, 8], right: [1, 8, 8]}\nlayers:\n"
        "  - conv2d: {from: left, out_channels: 1, kernel_size: 3, padding: 1}\n  - add: [above, right]\n"
    ).tables[0]
    assert column(table, "Inputs") == ["left", "conv1, right"]
    assert column(table, "Field") == ["3×3", "left 3×3, right 1×1"]
    assert column(table, "Start") == ["−1", "left −1, right 0"]


def test_nothing_is_loaded_from_outside_and_nothing_runs():
    for text in (LENET, HOSTILE, BROKEN):
        for html in (result(text).to_html(), result(text)._repr_html_()):
            shown = Page(html)
            assert not {*shown.tags} & {"script", "link", "img", "iframe", "svg", "object", "form", "base"}
            assert shown.links in ([], ["http://yann.lecun.com/exdb/lenet/"])
            assert not re.search(r"@import|url\(|expression\(", html)
            assert not [name for _, name, _ in shown.attributes if name.startswith("on")]
    assert "default-src 'none'" in result(LENET).to_html()


def test_a_web_reference_is_a_link_that_tells_nobody():
    shown = page(LENET)
    assert ("a", "href", "http://yann.lecun.com/exdb/lenet/") in shown.attributes
    assert ("a", "rel", "noopener noreferrer") in shown.attributes


@pytest.mark.parametrize("reference", ["HTTPS://arxiv.org/abs/1512.03385?a=1&b=(2)#c", "http://[::1]:80/%7Ex"])
def test_addresses_in_any_case_are_links(reference):
    assert page(LENET.replace("http://yann.lecun.com/exdb/lenet/", f'"{reference}"')).links == [reference]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("javascript:alert(1)", "javascript:alert(1)"),
        ("JaVaScRiPt:alert(1)//https://a.org", "JaVaScRiPt:alert(1)//https://a.org"),
        (r"java\tscript:alert(1)", "java script:alert(1)"),
        (r"\x01javascript:alert(1)", r"\x01javascript:alert(1)"),
        (r"https://a.org/\u202Egnp", r"https://a.org/\u202egnp"),
        (r"https://a.org/\" onmouseover=\"alert(1)", 'https://a.org/" onmouseover="alert(1)'),
        ("https://a.org/'><script>", "https://a.org/'><script>"),
        ("https://a.org/ and more", "https://a.org/ and more"),
        (r"https://a.org/\nhttps://b.org", "https://a.org/ https://b.org"),
        ("data:text/html,<script>alert(1)</script>", "data:text/html,<script>alert(1)</script>"),
        ("//a.org", "//a.org"),
        ("https://", "https://"),
        ("https:a.org", "https:a.org"),
        ("LeCun et al., 1998, https://a.org", "LeCun et al., 1998, https://a.org"),
    ],
)
def test_any_other_reference_stays_text(written, shown):
    found = page(HOSTILE.replace("REFERENCE", written))
    assert found.links == []
    assert "a" not in found.tags
    assert shown in found.blocks["p"]


def test_hostile_text_is_text():
    for html in (result(HOSTILE).to_html(), result(HOSTILE)._repr_html_()):
        assert not re.search("<script|<img|<svg|<b onclick|\\{\\{ 1337", html)
        for character in "\u202e\u2066\u2069\x07":
            assert character not in html
        shown = Page(html)
        assert "<script>alert(1)</script>" in shown.text, "said, not done"
        assert r"\u202egnp.exe \x07" in shown.text
        assert "{{ 7 * 191 }} {% raw %}" in shown.text
        assert {len(row) for row in shown.tables[0]} == {len(shown.tables[0][0])}
        assert column(shown.tables[0], "Notes")[0] == r"</td><td><b onclick='x'> \u202e | `"


def test_what_is_overridden_says_which_network_it_is():
    spec = parse("name: <b>\ninput: [1, 4]\nvars: {act: relu, n: 1}\nlayers: [{linear: n}, {activation: act}]", "net.yaml")
    html = cnnspec.analyze(spec, vars={"act": "<i>'\n\u202e"}).to_html()
    shown = Page(html)
    assert shown.blocks["h1"] == ['<b> with act="<i>\'\\n\\u202e"']
    assert f"<title>{escape(shown.blocks['h1'][0])} – cnnspec report</title>" in html
    assert Page(cnnspec.analyze(spec).to_html()).blocks["h1"] == ["<b>"]


def test_findings_with_their_place_and_frame_errors_first():
    shown = page(BROKEN)
    first, expected, note = (" ".join(article.split()) for article in shown.blocks["article"])
    assert first.startswith("error CNN102 window-too-large net.yaml:7:5 c3: kernel 50 does not fit")
    assert "Fix" in first
    assert expected.startswith("note expected CNN101 fractional-stride net.yaml:5:5 c1: (32 + 0 - 5)/2 + 1 = 14.5")
    assert "Fix" not in expected
    assert note.startswith("note CNN101 fractional-stride net.yaml:6:5 c2: ")
    assert shown.blocks["pre"][0].split("\n") == [
        "7 |   - conv2d: {name: c3, out_channels: 6, kernel_size: 50}",
        "  |     ^",
    ]


HALVED = "  - max_pool2d: {name: p%d, kernel_size: 3, stride: 2, padding: 1}\n"


@pytest.mark.parametrize(("count", "folded"), [(3, 0), (4, 3), (6, 5)])
def test_many_notes_of_one_rule_are_folded(count, folded):
    """All of them are in the page. 128 rows and each half of them are even: half a window is left."""
    text = "input: [3, 128, 128]\nlayers:\n" + "".join(HALVED % number for number in range(count))
    html = result(text + "  - relu: {expect: {params: 1}}\n").to_html()
    shown = Page(html)
    assert [article.split()[1] for article in shown.blocks["article"]] == ["CNN109"] + ["CNN101"] * count
    before, _, after = html.partition("<summary>")
    assert before.count("<article") == 1 + count - folded
    assert after.partition("</details>")[0].count("<article") == folded
    assert after.startswith(f"{folded} more notes of fractional-stride</summary>" if folded else "")
    assert result(text).to_markdown().count("**CNN101**") == count


def test_errors_and_what_is_expected_are_not_folded():
    wrong = "".join(f"  - relu: {{name: r{number}, expect: {{params: 1}}}}\n" for number in range(6))
    expected = "".join((HALVED % number).replace("}", ", expect: {findings: [CNN101]}}") for number in range(2))
    other = "".join(HALVED % number for number in range(2, 4))
    html = result("input: [3, 128, 128]\nlayers:\n" + wrong + expected + other).to_html()
    assert html.count("<article") == 10
    assert "<details>" not in html


def test_what_quotes_the_file_is_code():
    html = result("input: [1, 8, 8]\nlayers:\n  - convv2d: 3\n").to_html()
    assert "unknown layer type <code>convv2d</code>" in html


def test_a_broken_spec_gets_its_report():
    layers = page(BROKEN).tables[0]
    assert column(layers, "Params") == ["456", "330", "?", "?"]
    assert column(layers, "Start") == ["0", "−2", "?", "?"]
    assert "Params ?" in page(BROKEN).text


@pytest.mark.parametrize("text", ["", "input: [1, 8", "layers: []", "- a\n- b", "\0", "name: x\ninput: [1, 8, 8]\nlayers: 3"])
def test_a_spec_without_layers_gets_its_report(text):
    for html in (result(text).to_html(), result(text)._repr_html_()):
        shown = Page(html)
        assert "No layer of this spec could be read." in shown.text
        assert shown.tables == []
        assert len(shown.blocks["article"]) == len(result(text).findings) > 0


def test_the_fragment_restyles_nothing_around_it():
    html = result(LENET)._repr_html_()
    assert Page(html).open == []
    assert not re.search("<html|<body|<head[ >]|<title|@page", html)
    assert 'id="' not in html, "two reports in one notebook"
    style = re.search("<style>(.*)</style>", html, re.DOTALL)[1]
    style = re.sub(r"@media[^{]*\{((?:[^{}]*\{[^{}]*\})*)\s*\}", r"\1", style)
    selectors = [part.strip() for rule in re.findall(r"([^{}]+)\{", style) for part in rule.split(",")]
    assert len(selectors) > 60
    assert [selector for selector in selectors if not selector.startswith(".cnnspec")] == []


def test_the_page_holds_the_fragments_body():
    found = result(LENET)
    body = re.search("<main>.*</main>", found.to_html(), re.DOTALL)[0]
    assert body == re.search("<main>.*</main>", found._repr_html_(), re.DOTALL)[0]


def test_for_print_and_for_dark_rooms():
    html = result(LENET).to_html()
    assert "@media print" in html
    assert "prefers-color-scheme: dark" in html
    assert html.startswith("<!DOCTYPE html>")
