"""One question to a store's server and its answer, within limits of time and size."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from companion.domain.connectors.redirects import following_address
from companion.services.app.cancellation import Cancellation
from companion.services.http.addresses import require_safe_url
from companion.services.http.patience import UNLIMITED, Patience
from companion.services.http.redirects import Route

if TYPE_CHECKING:
    import requests

ANSWER_SECONDS = 20.0
"""Seconds for a whole exchange, whatever pauses the server makes."""
MOST_BYTES = 1024 * 1024
_REDIRECTS = (301, 302, 307, 308)


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
    url: str,
    form: Mapping[str, str],
    cancellation: Cancellation,
    *,
    seconds: float = ANSWER_SECONDS,
    patience: Patience = UNLIMITED,
) -> Exchange:
    """Send a form and return the answer; secrets go into the body, never into the address.

    A redirect is followed only on the same server (with or without ``www.``) and keeps the form, so that a key is
    never sent anywhere else. Nothing is tried twice. Raises `CompanionError` (store-unreachable, too-slow,
    malformed-answer, …) and `Cancelled`.
    """
    # Loaded when something is sent: most commands, and the window, only read what was answered before.
    from companion.services.http.time_limit import run_within

    wait = patience.wait(urlsplit(url).netloc, seconds)

    def send() -> Exchange:
        return _post(require_safe_url(url), dict(form))

    return run_within(wait.seconds, cancellation, send, ended=wait.ended, late=wait.late)


def _post(url: str, form: dict[str, str]) -> Exchange:
    import requests
    import urllib3.exceptions

    from companion.services.http.failures import unreachable
    from companion.services.http.session import new_session

    session = new_session(connections=1)
    try:
        route = Route(url)
        while True:
            found, target = _ask(session, url, form)
            following = following_address(url, target) if target is not None else None
            if following is None:
                # No redirect, or one to a sign-in page elsewhere: nothing of ours goes there.
                return found
            url = require_safe_url(following)
            route.follow(url)
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
        raise unreachable(url, error) from None
    finally:
        session.close()


def _ask(session: requests.Session, url: str, form: dict[str, str]) -> tuple[Exchange, str | None]:
    """The answer, and where it redirects to."""
    from companion.services.http.bodies import read_body

    with session.post(url, data=form, stream=True, headers={"Accept": "application/json"}) as response:
        headers = {name.lower(): value for name, value in response.headers.items()}
        target = headers.get("location") if response.status_code in _REDIRECTS else None
        body = b"" if target is not None else read_body(response, MOST_BYTES)
        return Exchange(response.status_code, headers, body), target
