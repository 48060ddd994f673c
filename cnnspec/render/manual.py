"""The manual's files in a checkout: a page each class in ``docs/layers/``, their index, and the tables of layer types in
``docs/language.md`` (options) and ``docs/flops.md`` (flops).

``python -m cnnspec.render.manual`` writes them anew.
"""

from __future__ import annotations

from pathlib import Path

from cnnspec.language import manual
from cnnspec.layers.page import Page, Row
from cnnspec.render.page import markdown, table
from cnnspec.resources import folder

DOCS = folder("docs")
PAGES = DOCS / "layers"
_BEGIN, _END = "<!-- layers: python -m cnnspec.render.manual -->\n", "<!-- end of layers -->\n"

_INDEX = """# Layer types

A page each: what it is, an example, its options, its shape, its costs, its receptive field. `cnnspec explain conv2d` prints
one in the terminal. `N` is 1, 2 or 3.

{layers}

## Containers

{containers}
"""


def files() -> dict[Path, str]:
    """What each file of the manual holds."""
    layers = manual.layer_types()
    options = [(_linked(page, "layers/"), ", ".join(map(_option, page.options))) for page in layers]
    flops = [(_linked(page, "layers/"), page.sections.get("Flops", "").rstrip(".")) for page in layers]
    return {
        **{PAGES / f"{page.stem}.md": markdown(page) for page in (*layers, *manual.containers())},
        PAGES / "README.md": _index(),
        DOCS / "language.md": _with_table(DOCS / "language.md", table(("type", "options and defaults"), options)),
        DOCS / "flops.md": _with_table(DOCS / "flops.md", table(("layer", "flops"), flops)),
    }


def write() -> None:
    """Write every file, and remove pages of what is no more."""
    written = files()
    for path in set(PAGES.glob("*.md")) - set(written):
        path.unlink()
    for path, text in written.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")


def _index() -> str:
    layers, containers = manual.layer_types(), manual.containers()
    return _INDEX.format(layers=_listed(layers), containers=_listed(containers))


def _listed(pages: list[Page]) -> str:
    return table(("type", "what it is"), [(_linked(page, ""), page.summary) for page in pages])


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
