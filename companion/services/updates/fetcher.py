"""Fetching the framework's small files over the program's own connections: its proxies, certificates and limits."""

from __future__ import annotations

import urllib.parse
from collections.abc import Iterator

import requests
import urllib3.exceptions
from tuf.api.exceptions import DownloadHTTPError
from tuf.ngclient import FetcherInterface

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.words.error_words import failure
from companion.services.app.cancellation import Cancellation
from companion.services.http.addresses import require_safe_url
from companion.services.http.redirects import Route
from companion.services.http.session import new_session

_BLOCK = 16 * 1024
_REDIRECTS = (301, 302, 303, 307, 308)
_DONE = 200


class MetadataFetcher(FetcherInterface):
    """Fetches what the framework asks for; how much of it is read, the framework bounds itself."""

    def __init__(self, cancellation: Cancellation) -> None:
        self._cancellation = cancellation
        self._session = new_session(connections=1)
        self._answers: list[requests.Response] = []

    def close(self) -> None:
        """Close the connections, also of answers that were not read to their end."""
        for answer in self._answers:
            answer.close()
        self._session.close()

    def _fetch(self, url: str) -> Iterator[bytes]:
        """Returns the blocks of a file. Raises `DownloadHTTPError` for a status, `CompanionError` for the network."""
        try:
            response = self._open(url)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError):
            raise no_answer(url) from None
        if response.status_code != _DONE:
            response.close()
            raise DownloadHTTPError(f"status {response.status_code}", response.status_code)
        if response.headers.get("Content-Type", "").strip().lower().startswith("text/html"):
            response.close()
            raise failure(ErrorCode.PORTAL)
        return self._blocks(url, response)

    def _open(self, url: str) -> requests.Response:
        """The answer after all redirects, which lead to safe addresses only."""
        route = Route(url)
        while True:
            self._cancellation.check()
            response = self._session.get(require_safe_url(url), stream=True)
            self._answers.append(response)
            target = response.headers.get("Location")
            if response.status_code not in _REDIRECTS or target is None:
                return response
            response.close()
            url = urllib.parse.urljoin(url, target)
            route.follow(url)

    def _blocks(self, url: str, response: requests.Response) -> Iterator[bytes]:
        with response:
            try:
                for block in response.raw.stream(_BLOCK, decode_content=False):
                    self._cancellation.check()
                    yield block
            except (requests.RequestException, urllib3.exceptions.HTTPError, OSError):
                raise no_answer(url) from None


def no_answer(url: str) -> CompanionError:
    """Returns the error of an update server that did not answer, or broke off."""
    host = urllib.parse.urlsplit(url).hostname
    return failure(ErrorCode.UPDATE_UNREACHABLE, message=f"No answer came from the update server ({host}).")
