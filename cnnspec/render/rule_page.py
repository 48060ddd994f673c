"""A rule's page, as Markdown and for the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import indent

from cnnspec.render.page import aligned, wrapped
from cnnspec.rules.page import RulePage


def markdown(page: RulePage) -> str:
    """The page as GitHub's Markdown."""
    return f"# {page.code} {page.name}\n\n{body(page)}\n"


def body(page: RulePage) -> str:
    """The page as GitHub's Markdown, less its heading. It has no links: it stands in other places too."""
    facts = "\n".join(f"- **{label}:** {text}" for label, text in _facts(page))
    examples = [f"**{label}:**\n\n```yaml\n{spec}\n```" for label, spec in page.examples.items()]
    return "\n\n".join((page.summary, *page.paragraphs, facts, *examples))


def text(page: RulePage, columns: int) -> str:
    """The page as it reads well in a terminal of so many columns."""
    paragraphs = [wrapped(text, columns) for text in (page.summary, *page.paragraphs)]
    examples = [f"{label}:\n\n{indent(spec, '  ')}" for label, spec in page.examples.items()]
    return "\n\n".join((f"# {page.code} {page.name}", *paragraphs, aligned(_facts(page), columns), *examples))


def listing(pages: Sequence[RulePage]) -> str:
    """A line each: code, name, severity and summary."""
    return aligned([(page.code, page.name, page.severity, page.summary) for page in pages])


def _facts(page: RulePage) -> list[tuple[str, str]]:
    always = "" if page.can_be_silenced else ", always told: figures cannot be known"
    fixed = "; `cnnspec check --fix` edits away what it can" * page.can_be_fixed
    return [("Severity", f"{page.severity}{always}{fixed}."), *page.sections.items()]
