"""Why no answer came, in plain words."""

from __future__ import annotations

import logging
import urllib.parse

import requests

from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind

_log = logging.getLogger(__name__)


def unreachable(url: str, error: Exception) -> CompanionError:
    """Returns the error that a library's `error` of a request to `url` means."""
    host = urllib.parse.urlsplit(url).netloc
    if isinstance(error, requests.exceptions.SSLError) or "CERTIFICATE_VERIFY_FAILED" in repr(error):
        return CompanionError(
            ErrorCode.UNTRUSTED_CONNECTION,
            "The connection is not safe",
            f"{host} could not prove that it is the store. Something on this line may be reading along.",
            "Check the PC's date and time. On a hotel or café network, sign in there first, or use another network.",
            kind=ErrorKind.UNREACHABLE,
            retryable=True,
        )
    if isinstance(error, requests.exceptions.ProxyError):
        return CompanionError(
            ErrorCode.PROXY,
            "The proxy refused",
            f"This PC reaches the internet through a proxy, and that proxy did not let the request to {host} pass.",
            "Ask the administrator of this network, or use another one.",
            kind=ErrorKind.UNREACHABLE,
            retryable=True,
        )
    _log.warning("no answer from the store: %s", type(error).__name__)
    return CompanionError(
        ErrorCode.STORE_UNREACHABLE,
        "The store cannot be reached",
        f"No answer came from {host}.",
        "Check that this PC is on the internet, then try again. What you see here stays usable meanwhile.",
        kind=ErrorKind.UNREACHABLE,
        retryable=True,
    )
