"""Text from the operating system, made fit to be shown and written."""

from __future__ import annotations


def clean(text: str) -> str:
    """`text` with every half character (invalid bytes, lone surrogates) replaced by a question mark."""
    return text.encode("utf-8", "replace").decode("utf-8")
