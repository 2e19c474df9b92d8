"""One question to a store's server and its answer, within limits of time and size."""

from __future__ import annotations

import threading
import urllib.parse
from collections.abc import Mapping
from typing import NamedTuple

import requests
import urllib3.exceptions

from companion.domain.core.error_words import failure
from companion.domain.core.errors import Cancelled, ErrorCode
from companion.services.app.cancellation import Cancellation
from companion.services.http.failures import unreachable
from companion.services.http.happy_eyeballs import OpenConnections
from companion.services.http.session import new_session, require_safe_url

ANSWER_SECONDS = 20.0
"""Seconds for a whole exchange, whatever pauses the server makes."""
MOST_BYTES = 1024 * 1024
_MOST_REDIRECTS = 3
_POLL = 0.1


class Exchange(NamedTuple):
    """A server's answer; `headers` have lower-case names, `body` is at most `MOST_BYTES` long."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def media_type(self) -> str:
        """The media type without its parameters, in lower case."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


def post_form(
    url: str, form: Mapping[str, str], cancellation: Cancellation, *, seconds: float = ANSWER_SECONDS
) -> Exchange:
    """Send a form and return the answer; secrets go into the body, never into the address.

    A redirect is followed only on the same host (with or without ``www.``) and keeps the form, so that a key is never
    sent anywhere else. Raises `CompanionError` (store-unreachable, too-slow, malformed-answer, …) and `Cancelled`.
    """
    return _exchange("POST", url, dict(form), cancellation, seconds)


def _exchange(
    method: str, url: str, form: dict[str, str] | None, cancellation: Cancellation, seconds: float
) -> Exchange:
    cancellation.check()
    with OpenConnections() as connections:
        watch = _Watch(connections, cancellation, seconds)
        try:
            return _follow(method, require_safe_url(url), form)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            watch.explain()
            raise unreachable(url, error) from None
        finally:
            watch.end()
            connections.release()


def _follow(method: str, url: str, form: dict[str, str] | None) -> Exchange:
    session = new_session(connections=1)
    try:
        for _ in range(_MOST_REDIRECTS + 1):
            with session.request(
                method, url, data=form, stream=True, headers={"Accept": "application/json"}
            ) as response:
                target = response.headers.get("Location") if response.status_code in (301, 302, 307, 308) else None
                if target is None:
                    return Exchange(
                        response.status_code,
                        {name.lower(): value for name, value in response.headers.items()},
                        _read(response),
                    )
            following = urllib.parse.urljoin(url, target)
            if not _same_host(url, following):
                # A sign-in page or another server: nothing of ours goes there.
                return Exchange(response.status_code, {"location": following}, b"")
            url = require_safe_url(following)
    finally:
        session.close()
    raise failure(ErrorCode.STORE_ERROR)


def _read(response: requests.Response) -> bytes:
    body = bytearray()
    for block in response.iter_content(16 * 1024):
        body += block
        if len(body) > MOST_BYTES:
            raise failure(ErrorCode.MALFORMED_ANSWER)
    return bytes(body)


def _same_host(one: str, other: str) -> bool:
    first, second = urllib.parse.urlsplit(one), urllib.parse.urlsplit(other)
    hosts = {(parts.hostname or "").lower().removeprefix("www.") for parts in (first, second)}
    ports = {parts.port for parts in (first, second) if parts.port is not None}
    return len(hosts) == 1 and len(ports) <= 1 and "" not in hosts


class _Watch:
    """Cuts the connections when the time is over or the person cancels; a server that drips keeps no one waiting."""

    def __init__(self, connections: OpenConnections, cancellation: Cancellation, seconds: float) -> None:
        self._connections = connections
        self._cancellation = cancellation
        self._done = threading.Event()
        self._over = False
        self._thread = threading.Thread(target=self._run, args=(seconds,), name="store-watch", daemon=True)
        self._thread.start()

    def _run(self, seconds: float) -> None:
        left = seconds
        while not self._done.wait(min(_POLL, left)):
            left -= _POLL
            if left <= 0 or self._cancellation.cancelled:
                self._over = left <= 0
                self._connections.cut()
                return

    def end(self) -> None:
        self._done.set()
        self._thread.join()

    def explain(self) -> None:
        """Raise what the cut meant, if this watch made it."""
        if self._cancellation.cancelled:
            raise Cancelled
        if self._over:
            raise failure(ErrorCode.TOO_SLOW)
