"""Why no answer came: no network, no such address, or no store there."""

from __future__ import annotations

import errno
import socket

import pytest
import requests
from urllib3.exceptions import MaxRetryError, NameResolutionError, NewConnectionError

from companion.domain.core.errors import ErrorCode
from companion.services.http.failures import has_network, unreachable

URL = "https://store.example/v1/profile"


def _unresolved() -> Exception:
    cause = NameResolutionError("store.example", None, socket.gaierror(socket.EAI_NONAME, "not known"))  # type: ignore[arg-type]
    return requests.exceptions.ConnectionError(MaxRetryError(None, URL, cause))  # type: ignore[arg-type]


def _refused(number: int) -> Exception:
    try:
        raise NewConnectionError(None, "no") from OSError(number, "no")  # type: ignore[arg-type]
    except NewConnectionError as error:
        return requests.exceptions.ConnectionError(MaxRetryError(None, URL, error))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("error", "online", "title"),
    [
        (_unresolved(), True, "The address was not found"),
        (_unresolved(), False, "This PC is not on the internet"),
        (_refused(errno.ENETUNREACH), True, "This PC is not on the internet"),
        (_refused(errno.ECONNREFUSED), True, "The store cannot be reached"),
        (_refused(errno.ECONNREFUSED), False, "The store cannot be reached"),
        (requests.exceptions.ReadTimeout("slow"), True, "The store cannot be reached"),
    ],
)
def test_the_cause_is_told_apart(error: Exception, online: bool, title: str) -> None:
    found = unreachable(URL, error, network=lambda: online)
    assert (found.title, found.code) == (title, ErrorCode.STORE_UNREACHABLE)
    assert "store.example" in found.message
    assert found.retryable


def test_errors_that_lead_to_each_other_in_a_circle_end() -> None:
    one, other = ValueError("one"), ValueError("other")
    one.__cause__, other.__cause__ = other, one
    assert unreachable(URL, one).title == "The store cannot be reached"


def test_looking_for_a_network_sends_nothing_and_answers() -> None:
    assert has_network() in (True, False)
