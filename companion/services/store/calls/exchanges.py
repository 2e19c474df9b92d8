"""Requests to one store and their answers, within limits of time and size."""

from __future__ import annotations

import contextlib
import threading
import time
import urllib.parse
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from companion.domain.core.errors import CompanionError
from companion.services.app.cancellation import Cancellation
from companion.services.http.patience import Patience
from companion.services.store.calls.answers import Answer

# What sends requests is loaded with the first one: the window is there, and most commands end, without any.
if TYPE_CHECKING:
    import requests

# Far above any real answer, far below what would hurt: a broken server may send for ever.
MOST_BYTES = 8 * 1024 * 1024
_IN_TROUBLE = (502, 503, 504)
_PAUSES = (0.3, 0.6)
"""Seconds after which a call that changes something is sent again."""


class Request(NamedTuple):
    """A request to a store; `path` begins with a slash, `body` becomes JSON."""

    method: str
    path: str
    body: object
    headers: Mapping[str, str]


class Exchanges:
    """Sends requests to the store at `url`. Safe to use from several threads; `send` blocks.

    An exchange ends after `seconds`, and what is known from before is asked for no longer than `patience` allows; a
    store that took longer once is then taken to be silent.
    """

    def __init__(self, url: str, seconds: float, patience: Patience) -> None:
        self._url = url
        self._seconds = seconds
        self._patience = patience
        self._closed = Cancellation()
        self._calling = threading.local()
        self._silent = False
        self._connecting = threading.Lock()
        self._session: requests.Session | None = None

    def stop(self) -> None:
        """End the exchanges that are under way; they, and those that come later, raise `Cancelled`."""
        self._closed.cancel()

    def close(self) -> None:
        """End the exchanges that are under way, and close the connections."""
        self.stop()
        with self._connecting:
            if self._session is not None:
                self._session.close()

    @contextlib.contextmanager
    def briefly(self, known: bool) -> Iterator[None]:
        """Send the requests of this thread inside as requests whose answer is `known` from before."""
        before = self._is_known
        self._calling.known = known
        try:
            yield
        finally:
            self._calling.known = before

    @property
    def _is_known(self) -> bool:
        return bool(getattr(self._calling, "known", False))

    def send(self, request: Request, *, again: bool) -> Answer:
        """Returns the answer to a request; one that may be sent `again` is repeated while the store is in trouble.

        What only reads is not: it ends a row of calls, so that a store in trouble is left alone. Raises
        `CompanionError` ``too-slow``, ``not-answered-yet``, ``store-unreachable``, …, and `Cancelled`.
        """
        from companion.services.http.time_limit import run_within

        wait = self._patience.wait(self._host, self._seconds, known=self._is_known)
        if wait.brief and self._silent:
            raise wait.ended()

        def ended() -> CompanionError:
            self._silent = self._silent or wait.brief
            return wait.ended()

        until = time.monotonic() + wait.seconds
        pauses = iter(_PAUSES if again else ())
        while True:
            left = until - time.monotonic()
            answer = run_within(left, self._closed, lambda: self._exchange(request), ended=ended, late=wait.late)
            pause = next(pauses, None)
            if answer.status not in _IN_TROUBLE or pause is None:
                return answer
            self._closed.wait(pause)

    @property
    def _host(self) -> str:
        return urllib.parse.urlsplit(self._url).netloc

    def _exchange(self, request: Request) -> Answer:
        import requests
        import urllib3

        from companion.services.http.bodies import read_body
        from companion.services.http.failures import unreachable

        method, path, body, headers = request
        try:
            with self._connected().request(
                method, self._url + path, json=body, headers=headers, stream=True
            ) as response:
                return Answer(response.status_code, response.headers, read_body(response, MOST_BYTES))
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            raise unreachable(self._url, error) from None

    def _connected(self) -> requests.Session:
        with self._connecting:
            if self._session is None:
                self._session = _new_session()
            return self._session


def _new_session() -> requests.Session:
    import urllib3

    from companion.services.http.session import new_session

    # Every call is safe to send again: it reads, or is conditional, or carries an idempotency key.
    again = urllib3.Retry(
        3,
        connect=2,
        read=1,
        status=0,
        redirect=0,
        other=0,
        allowed_methods=None,
        backoff_factor=0.3,
        respect_retry_after_header=False,
        raise_on_status=False,
    )
    return new_session(retry=again)
