"""How far redirects are followed."""

from __future__ import annotations

import urllib.parse

from companion.domain.core.errors import ErrorCode
from companion.domain.core.words.error_words import failure

MOST_REDIRECTS = 10


class Route:
    """The addresses that one request was passed on to."""

    def __init__(self, url: str) -> None:
        self._seen = [_address(url)]

    def follow(self, url: str) -> None:
        """Note the next address. Raises `CompanionError` ``redirects`` for one that returns, or for too many."""
        address = _address(url)
        if address in self._seen:
            # Nothing is kept between requests, so the same question gets the same answer.
            raise failure(
                ErrorCode.REDIRECTS,
                message="The server passed the request on in a circle: the last address is one that was asked before.",
                hint="Tell the store that its address leads in a circle.",
            )
        if len(self._seen) > MOST_REDIRECTS:
            raise failure(
                ErrorCode.REDIRECTS, message=f"The server passed the request on more than {MOST_REDIRECTS} times."
            )
        self._seen.append(address)


def _address(url: str) -> str:
    return urllib.parse.urldefrag(url).url
