"""Jinja as every report uses it: strict, escaping, and nothing of a spec let through as it is."""

from __future__ import annotations

from collections.abc import Callable

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from cnnspec.resources import folder


def environment(finalize: Callable[[object], object], **filters: Callable[..., object]) -> Environment:
    """Templates of the ``templates`` folder; ``finalize`` sees every value on its way out, before it is escaped."""
    made = Environment(
        autoescape=True,
        finalize=finalize,
        keep_trailing_newline=True,
        loader=FileSystemLoader(folder("templates")),
        lstrip_blocks=True,
        trim_blocks=True,
        undefined=StrictUndefined,
    )
    made.filters.update(filters)
    return made
