"""The page of every layer class and container: whole, plain, its example legal, and printed in ``docs/``."""

from __future__ import annotations

import re
from inspect import cleandoc

import pytest

import cnnspec
from cnnspec import layers
from cnnspec.language import manual
from cnnspec.language.checker import parse
from cnnspec.language.signature import CONTAINERS
from cnnspec.layers.layer import Pointwise
from cnnspec.layers.page import Page, page
from cnnspec.render.manual import DOCS, files, pages
from cnnspec.render.page import listing, text

CLASSES = list(dict.fromkeys(layers.known().values()))
EVERY = [*manual.layer_types(), *manual.containers()]
CODE = re.compile("`[^`]*`")
EMPHASIS = re.compile(r"\*\w+\*")


def every_page(test):
    return pytest.mark.parametrize("page", EVERY, ids=lambda page: page.stem)(test)


def every_class(test):
    return pytest.mark.parametrize("layer", CLASSES, ids=lambda layer: layer.__name__)(test)


def prose(page: Page) -> list[str]:
    return [page.summary, *page.paragraphs, *page.sections.values(), page.source]


# -- what a page says ---------------------------------------------------------------------------------------------


@every_page
def test_it_says_everything(page: Page) -> None:
    assert page.missing == ()


@every_page
def test_its_summary_is_one_sentence(page: Page) -> None:
    assert page.summary.endswith(".")
    assert ". " not in CODE.sub("", page.summary)


@every_page
def test_its_prose_is_plain(page: Page) -> None:
    """What Markdown would take for a tag, a link or a cell's end stands in code; so does what is no emphasis of a word."""
    for part in prose(page):
        assert part.count("`") % 2 == 0, part
        assert not re.search(r"[*<>|\[\]#]|(?<!\w)_|_(?!\w)", EMPHASIS.sub("", CODE.sub("", part))), part


@every_class
def test_nothing_stands_below_the_sections(layer: type[layers.Layer]) -> None:
    """It would become a part of the last one."""
    opened = False
    for block in cleandoc(layer.__doc__ or "").split("\n\n"):
        is_section = re.match("(Shape|Params|Flops|Receptive field|Example|Source):", block) is not None
        assert is_section or not opened, block
        opened |= is_section


@every_page
def test_its_example_is_sound(page: Page) -> None:
    spec = cnnspec.loads(page.example)
    result = cnnspec.analyze(spec)
    assert [finding for finding in result.findings if finding.severity == "error"] == []
    entries = list(spec.entries())
    assert set(page.names) & {entry.type for entry in entries} or "branches" in page.names
    assert any(entry.expect for entry in entries)


@every_class
def test_its_flops_begin_with_its_cost(layer: type[layers.Layer]) -> None:
    """Where the cost is one number an element the page cannot say another."""
    flops = page(layer).sections["Flops"]
    if issubclass(layer, Pointwise) and layer.flops is Pointwise.flops:
        assert flops.startswith(f"{layer.cost} an element" if layer.cost else "0"), flops


@every_class
def test_only_what_can_be_dilated_speaks_of_dilation(layer: type[layers.Layer]) -> None:
    """``d`` is the dilation in the formulas of windows."""
    said = " ".join(page(layer).sections.values())
    assert "dilation" in layer.options() or "d*(k - 1)" not in said


def test_an_error_of_the_language_keeps_design_rules_back() -> None:
    """As the page of the rules says, and that a word which names no rule does not."""

    def told(*entries: str) -> set[str]:
        text = "input: [3, 8, 8]\nlayers:\n" + "".join(f"  - {entry}\n" for entry in entries)
        return {finding.code for finding in cnnspec.analyze(parse(text, "x.yaml")).findings}

    even = "conv2d: {out_channels: 4, kernel_size: 2}"
    assert told(even) == {"CNN201"}
    assert told(even, "quux") == {"CNN003"}
    assert told("conv2d: {out_channels: 4, kernel_size: 2, ignore: [quux]}") == {"CNN002", "CNN201"}


def test_the_total_receptive_field_is_the_last_that_is_not_global() -> None:
    # 3, then 3 + 2 = 5; the pooling to 1 and the linear layer above it see everything.
    convolutions = "  - conv2d: {out_channels: 4, kernel_size: 3}\n  - conv2d: {out_channels: 4, kernel_size: 3}\n"
    above = "  - adaptive_avg_pool2d: 1\n  - flatten\n  - linear: 10\n"
    result = cnnspec.analyze(cnnspec.loads(f"input: [3, 8, 8]\nlayers:\n{convolutions}{above}"))
    assert result.totals.receptive_field == result.layers[1].receptive_field


def test_options_are_told_in_words() -> None:
    rows = {row.name: (row.default, row.takes) for row in page(layers.find("max_pool2d")).options}
    assert rows["kernel_size"] == ("required", "a whole number from 1, or one for each spatial axis")
    assert rows["stride"][0] == "same as kernel_size"
    assert rows["ceil_mode"] == ("false", "true or false")
    rows = {row.name: (row.default, row.takes) for row in page(layers.find("batch_norm2d")).options}
    assert rows["eps"][0] == "1e-5"
    assert rows["momentum"] == ("0.1", "a number from 0 to 1, or `null`")
    assert next(iter(page(layers.find("add")).options))[:2] == ("from", "required")
    assert {row.name: row.default for row in page(layers.find("gelu")).options} == {"approximate": "none"}


def test_a_section_is_looked_up_along_the_bases() -> None:
    class Base(layers.find("relu")):
        """A base.

        Params: of the base.
        Flops: of the base,
        on two lines.
        """

    class Own(Base):
        """A layer.

        Flops: its own.
        """

    found = page(Own)
    assert found.sections == {
        "Shape": "the input's.",
        "Params": "of the base.",
        "Flops": "its own.",
        "Receptive field": "each unit sees what the one below it sees.",
    }
    # An example and a source are of one class alone.
    assert found.missing == ("Example", "Source")
    assert page(Base).sections["Flops"] == "of the base, on two lines."


# -- how it is found ----------------------------------------------------------------------------------------------


def test_every_type_finds_its_page() -> None:
    assert {name: manual.find(name).names for name in layers.known()} == {
        name: layer.types for name, layer in layers.known().items()
    }
    assert [manual.find(name).names for name in CONTAINERS] == [(name,) for name in CONTAINERS]


def test_a_family_finds_its_page() -> None:
    assert manual.find("conv") == manual.find("convNd") == manual.find("conv1d")
    assert manual.find("local_response_norm").stem == "local_response_norm"
    assert manual.find("conv4d") is None


def test_no_two_pages_share_a_file() -> None:
    assert len({page.stem for page in EVERY}) == len(EVERY)


# -- how it is printed --------------------------------------------------------------------------------------------


@every_page
def test_it_fits_a_terminal(page: Page) -> None:
    shown, _, _ = text(page, 80).partition("\nExample:\n")
    for line in shown.splitlines():
        # Code is not broken.
        assert len(line) <= 80 or "`" in line, line
    assert "``" not in shown
    words = text(page, 80).replace("\n", " ").split()
    for part in prose(page):
        assert set(part.split()) <= set(words), part


def test_the_list_has_a_line_each() -> None:
    lines = listing(EVERY).splitlines()
    assert len(lines) == len(EVERY)
    assert len({line.index(page.summary) for line, page in zip(lines, EVERY, strict=True)}) == 1


RENEW = "python -m cnnspec.render.manual"


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(DOCS)))
def test_the_docs_are_what_the_classes_say(path) -> None:
    assert path.exists(), f"{path} is missing: {RENEW}"
    assert path.read_text("utf-8") == files()[path], f"{path} is not what the classes say: {RENEW}"


def test_no_page_is_left_of_what_is_no_more() -> None:
    assert pages() <= set(files()), RENEW


def test_every_class_has_its_row_of_flops() -> None:
    rows = re.findall(r"\]\(layers/(\w+)\.md\) \| \S", (DOCS / "flops.md").read_text("utf-8"))
    assert rows == [page.stem for page in manual.layer_types()]
