"""The manual's files in a checkout: a page each class in ``docs/layers/`` and ``docs/rules/``, their indices, the tables of
layer types in ``docs/language.md`` (options) and ``docs/flops.md`` (flops), and the examples' in ``docs/examples.md``.

``python -m cnnspec.render.manual`` writes them anew.
"""

from __future__ import annotations

from pathlib import Path

from cnnspec.language import manual
from cnnspec.layers.page import Page, Row
from cnnspec.render import rule_page, shelf
from cnnspec.render.page import markdown, table
from cnnspec.resources import folder
from cnnspec.rules.page import RulePage, errors, every

DOCS = folder("docs")
LAYERS, RULES = DOCS / "layers", DOCS / "rules"
_BEGIN, _END = "<!-- layers: python -m cnnspec.render.manual -->\n", "<!-- end of layers -->\n"

_INDEX = """# Layer types

A page each: what it is, an example, its options, its shape, its costs, its receptive field. `cnnspec explain conv2d` prints
one in the terminal. `N` is 1, 2 or 3.

{layers}

## Containers

{containers}
"""

_RULES = """# Rules

A page each: what it finds, why that matters, the arithmetic of it, a spec in which it finds something and the same made
right. `cnnspec explain fractional-stride` prints one in the terminal, and so does `cnnspec explain CNN101`. [Checking
specs](../linting.md) says how rules are chosen, silenced and fixed.

CNN1xx are mistakes, CNN20x designs that are legal and yet unwise, CNN21x what may be worth a look. The severity is that of
most findings: some rules tell of what is harmless, too, and more softly. What is *always* told keeps figures from being known:
it can be neither left out nor silenced. Where `--fix` says yes, some or all of what is found can be edited away.

{rules}

## Errors of the language

These are told by no rule, and always. While there are any, no design rule (CNN2xx) is asked: of what its author did not mean
nobody can say that it is unwise. A word that names no rule is the one exception: beside it all rules are asked.

{errors}
"""


def files() -> dict[Path, str]:
    """What each file of the manual holds."""
    layers = manual.layer_types()
    options = [(_linked(page, "layers/"), ", ".join(map(_option, page.options))) for page in layers]
    flops = [(_linked(page, "layers/"), page.sections.get("Flops", "").rstrip(".")) for page in layers]
    return {
        **{LAYERS / f"{page.stem}.md": markdown(page) for page in (*layers, *manual.containers())},
        LAYERS / "README.md": _index(),
        **{RULES / f"{page.name}.md": rule_page.markdown(page) for page in every()},
        RULES / "README.md": _rules(),
        DOCS / "language.md": _with_table(DOCS / "language.md", table(("type", "options and defaults"), options)),
        DOCS / "examples.md": shelf.markdown(),
        DOCS / "flops.md": _with_table(DOCS / "flops.md", table(("layer", "flops"), flops)),
    }


def pages() -> set[Path]:
    """The files that there are in the folders of pages."""
    return {*LAYERS.glob("*.md"), *RULES.glob("*.md")}


def write() -> None:
    """Write every file, and remove pages of what is no more."""
    written = files()
    for path in pages() - set(written):
        path.unlink()
    for path, text in written.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")


def _index() -> str:
    layers, containers = manual.layer_types(), manual.containers()
    return _INDEX.format(layers=_listed(layers), containers=_listed(containers))


def _listed(pages: list[Page]) -> str:
    return table(("type", "what it is"), [(_linked(page, ""), page.summary) for page in pages])


def _rules() -> str:
    known = [(page.code, f"[`{page.name}`]({page.name}.md)", *_told(page), page.summary) for page in every()]
    refused = [(page.code, f"`{page.name}`", page.summary) for page in errors()]
    rules = table(("code", "rule", "severity", "`--fix`", "what it finds"), known)
    return _RULES.format(rules=rules, errors=table(("code", "name", "what it is"), refused))


def _told(page: RulePage) -> tuple[str, str]:
    """How severe it is and whether it can be fixed."""
    return page.severity + ", always" * (not page.can_be_silenced), "yes" * page.can_be_fixed


def _option(option: Row) -> str:
    """An option as the table of the language has it: its name, and its default where it has one."""
    default = option.default.removeprefix("same as ")
    return f"`{option.name}`" + f"={default}" * (default != "nothing" and not default.startswith("required"))


def _with_table(file: Path, rows: str) -> str:
    """The hand-written page with the table in it anew."""
    before, _, rest = file.read_text("utf-8").partition(_BEGIN)
    _, _, after = rest.partition(_END)
    return f"{before}{_BEGIN}\n{rows}\n\n{_END}{after}"


def _linked(page: Page, path: str) -> str:
    return f"[{', '.join(f'`{name}`' for name in page.families)}]({path}{page.stem}.md)"


if __name__ == "__main__":
    write()
