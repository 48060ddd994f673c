"""``typing.override``, which Python 3.11 lacks; at run time it would cost the import of typing_extensions for nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing_extensions import override
else:

    def override(method):
        """Mark that a method overrides one of a base class; the type checker holds us to it."""
        return method


__all__ = ["override"]
