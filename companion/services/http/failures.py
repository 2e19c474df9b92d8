"""Why no answer came, in plain words."""

from __future__ import annotations

import errno
import logging
import socket
import urllib.parse
from collections.abc import Callable, Iterator

import requests
from urllib3.exceptions import NameResolutionError

from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind

_log = logging.getLogger(__name__)


_UNRESOLVED = (socket.gaierror, NameResolutionError)
_NO_ROUTE = (errno.ENETUNREACH, getattr(errno, "WSAENETUNREACH", errno.ENETUNREACH))
_ANYWHERE = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))
"""Addresses that are given to no computer (RFC 5737, RFC 3849): only the way to them is looked for."""


def has_network() -> bool:
    """Whether this PC has a way to other networks; nothing is sent."""
    for family, address in _ANYWHERE:
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as looked:
                looked.connect((address, 9))
                return True
        except OSError:
            continue
    return False


def unreachable(url: str, error: Exception, *, network: Callable[[], bool] = has_network) -> CompanionError:
    """Returns the error that a library's `error` of a request to `url` means.

    `network` tells whether this PC is on any network; it is asked where the name of the store led nowhere.
    """
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
    unresolved = any(isinstance(cause, _UNRESOLVED) for cause in _causes(error))
    no_route = any(isinstance(cause, OSError) and cause.errno in _NO_ROUTE for cause in _causes(error))
    if no_route or (unresolved and not network()):
        return _unanswered(
            "This PC is not on the internet",
            f"It has no connection, so {host} could not be asked.",
            "Connect it by Wi-Fi or cable, then try again. What you see here stays usable meanwhile.",
        )
    if unresolved:
        return _unanswered(
            "The address was not found",
            f"There is no {host}, as far as this network knows.",
            "Check how it is spelled. If it is right, the internet connection may be down: try again later.",
        )
    return _unanswered(
        "The store cannot be reached",
        f"No answer came from {host}.",
        "Check that this PC is on the internet, then try again. What you see here stays usable meanwhile.",
    )


def _unanswered(title: str, message: str, hint: str) -> CompanionError:
    return CompanionError(ErrorCode.STORE_UNREACHABLE, title, message, hint, kind=ErrorKind.UNREACHABLE, retryable=True)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yields an error and what led to it, as far as libraries tell: as its cause, context, reason or argument."""
    seen: list[BaseException] = []
    waiting: list[BaseException | None] = [error]
    while waiting:
        each = waiting.pop()
        if each is None or each in seen or len(seen) > 20:
            continue
        seen.append(each)
        yield each
        inner = (getattr(each, "reason", None), *each.args)
        waiting += [each.__cause__, each.__context__, *(part for part in inner if isinstance(part, BaseException))]
