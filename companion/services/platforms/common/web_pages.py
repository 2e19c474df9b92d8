"""Which addresses may be handed to the operating system."""

from __future__ import annotations

from urllib.parse import urlsplit

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.untrusted.host_names import imitation_sentence


def checked(url: str, schemes: frozenset[str]) -> str:
    """`url` if it is a page of one of `schemes`, or on this PC itself. Raises `CompanionError` ``not-openable``.

    Only pages: a ``file:`` or a custom scheme could start a program. A host that is spelled to be taken for another is
    not opened either.
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
    imitation = imitation_sentence(parts.hostname or "")
    if imitation is not None:
        raise CompanionError(
            ErrorCode.NOT_OPENABLE,
            "This page is not opened",
            imitation,
            "If you know the page, type its address into your browser yourself.",
        )
    return url
