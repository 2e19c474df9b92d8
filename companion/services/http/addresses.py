"""Which addresses may be asked. Kept apart from what sends requests, so that a start does not load all of that."""

from __future__ import annotations

import urllib.parse

from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind
from companion.domain.core.untrusted.host_names import imitation_sentence
from companion.domain.entitlements.order_lookup import is_loopback


def require_safe_url(url: str) -> str:
    """Returns `url` if it is https, or http to this PC itself.

    Raises `CompanionError` ``unsafe-address`` otherwise, since a password or an installer must not travel unprotected,
    and for a host that is spelled to be taken for another.
    """
    try:
        parts = urllib.parse.urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        parts, host = urllib.parse.SplitResult("", "", "", "", ""), None
    if not url.isascii() and any(0xD800 <= ord(sign) <= 0xDFFF for sign in url):
        raise _unsafe("A part of it is no text, so no page can be at this address.")
    imitation = imitation_sentence(host) if host else None
    if imitation is not None:
        raise _unsafe(imitation)
    if host and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))) and "@" not in parts.netloc:
        return url
    raise _unsafe(
        "Only addresses that start with https:// are used, so that nothing can be read or changed in between."
    )


def _unsafe(message: str) -> CompanionError:
    return CompanionError(
        ErrorCode.UNSAFE_ADDRESS,
        "This address is not safe to use",
        message,
        "Check the address. If a store's own page gave it to you, tell the store.",
        kind=ErrorKind.USAGE,
    )
