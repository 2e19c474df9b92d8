"""Which addresses may be handed to the operating system."""

from __future__ import annotations

from urllib.parse import urlsplit

from companion.domain.core.errors import CompanionError, ErrorCode


def checked(url: str, schemes: frozenset[str]) -> str:
    """`url` if it is a page of one of `schemes`, or on this PC itself. Raises `CompanionError` ``not-openable``.

    Only pages: a ``file:`` or a custom scheme could start a program.
    """
    try:
        parts = urlsplit(url)
        loopback = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1")
        fits = parts.scheme in schemes and (parts.scheme != "https" or bool(parts.hostname))
    except ValueError:
        loopback = fits = False
    if not (fits or loopback) or any(ord(letter) <= 32 or letter in "\"'<>`|" for letter in url):
        raise CompanionError(
            ErrorCode.NOT_OPENABLE,
            "This page is not opened",
            "Only secure web pages and settings pages are opened.",
            "Tell support that the store named a page that is not one.",
        )
    return url
