"""Text from the operating system, made fit to be shown and written."""

from __future__ import annotations

from companion.domain.core.untrusted.foreign_text import marked_text

_LONGEST_SHOWN = 300


def shown(text: str) -> str:
    """Returns a name or a title that another program chose, so that nothing in it acts where it is shown."""
    return marked_text(clean(text), _LONGEST_SHOWN)


def clean(text: str) -> str:
    """`text` with every half character (invalid bytes, lone surrogates) replaced by a question mark."""
    return text.encode("utf-8", "replace").decode("utf-8")
