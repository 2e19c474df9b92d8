"""One range request: from the address to a body that holds exactly the asked bytes, or a clear error.

The HTTP libraries are imported where they are used: loading them takes longer than a short command.
"""

from __future__ import annotations

import datetime as dt
import http.client
import io
import threading
import time
import urllib.parse
from typing import Any, Protocol

import msgspec

from companion.domain.core.errors import Cancelled, CompanionError, ErrorCode
from companion.domain.core.words.error_words import failure
from companion.domain.transfers.filenames import name_in_address
from companion.domain.transfers.models import Location
from companion.domain.transfers.responses import (
    AskWithoutIfRange,
    AtEnd,
    FileFacts,
    FollowRedirect,
    Headers,
    RangeRequest,
    Refuse,
    RenewUrl,
    StartOver,
    Take,
    judge,
)
from companion.services.downloads.transfer.splice import SplicePipe, is_plain_socket

_CHUNKED_READ = 256 * 1024
_GATHER_SECONDS = 0.05
_SLACK = dt.timedelta(seconds=5)
_SIGNED = ("expires", "x-amz-expires", "x-amz-signature", "signature", "sig", "token", "x-goog-expires", "se")


class Source(Protocol):
    """Where the bytes come from; asked again when its URL has run out."""

    def grant(self) -> Location:
        """A URL that is good now. May block; may raise `CompanionError`."""


class _FixedSource:
    def __init__(self, url: str) -> None:
        self._url = url

    def grant(self) -> Location:
        return Location(url=self._url)


def fixed_source(url: str) -> Source:
    """A source whose URL never changes."""
    return _FixedSource(url)


class Address:
    """The URL in use, shared by all workers and renewed at most once for all of them when it runs out."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._lock = threading.Lock()
        self._location: Location | None = None
        self.renewals = 0

    def current(self) -> Location:
        """The URL to use now; renewed first if its time is up."""
        with self._lock:
            if self._location is None or self._has_expired(self._location):
                self._location = self._source.grant()
            return self._location

    def renew(self, refused: Location) -> bool:
        """Replace a URL that was refused; false if the source has no other one."""
        with self._lock:
            if self._location is not refused:
                return True
            fresh = self._source.grant()
            self.renewals += 1
            self._location = fresh
            return fresh.url != refused.url

    @staticmethod
    def _has_expired(location: Location) -> bool:
        return location.expires_at is not None and dt.datetime.now(dt.UTC) + _SLACK >= location.expires_at


def looks_signed(location: Location) -> bool:
    """Whether the URL can run out, by what is known of it or by the look of its query."""
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(location.url).query)
    return location.expires_at is not None or any(name.lower() in _SIGNED for name in query)


class FileChangedError(Exception):
    """What was fetched so far belongs to another version of the file."""


class AtEndError(Exception):
    """Nothing follows the bytes that are there: the file is `total` bytes long."""

    def __init__(self, total: int) -> None:
        super().__init__(total)
        self.total = total


class Body:
    """The bytes of an accepted answer, read without copying or decoding."""

    def __init__(self, response: Any, take: Take) -> None:
        self.take = take
        self._response = response
        self._answer: http.client.HTTPResponse = response.raw._fp
        self._length = None if take.length is None else take.skip + take.length
        self._read = 0
        self._whole = False
        self._late: CompanionError | None = None
        self._socket: Any = getattr(getattr(self._answer.fp, "raw", None), "_sock", None)
        self._piecemeal = self._length is None or self._answer.chunked or hasattr(self._socket, "pending")
        self.has_records = self._length is not None and not self._answer.chunked and _is_encrypted(self._socket)
        """Whether it comes by the records of TLS, and nothing else divides it."""
        # Whatever came together with the head of the answer lies in a buffer until it has been read once.
        self._drained = False

    def read_into(self, view: memoryview) -> int:
        """Read up to ``len(view)`` bytes, at least one; 0 at the proper end.

        Raises `CompanionError` ``network`` if the connection ends early.
        """
        if self._late is not None:
            raise self._late
        count = self._read_some(view)
        if count and self._piecemeal:
            # Encrypted and chunked bodies come by the record and chunk, a few KiB each, however much has arrived.
            gather = self._gather_records if self.has_records and self._drained else self._gather
            count += gather(view[count:])
        return count

    def _gather_records(self, view: memoryview) -> int:
        """Read the records that have arrived, without asking the system before each of them whether there is one."""
        import ssl

        left, link, count = (self._length or 0) - self._read, self._socket, 0
        if not left:
            return 0
        view, until = view[:left], time.monotonic() + _GATHER_SECONDS
        try:
            seconds = link.gettimeout()
            link.settimeout(0.0)
            try:
                while count < len(view) and time.monotonic() < until and (more := link.recv_into(view[count:])):
                    count += more
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                pass
            link.settimeout(seconds)
        except (OSError, ValueError) as error:
            self._late = _broken(error)
        self._read += count
        self._count(count, left)
        return count

    def _gather(self, view: memoryview) -> int:
        count, until = 0, time.monotonic() + _GATHER_SECONDS
        while count < len(view) and self._more_is_here() and time.monotonic() < until:
            try:
                more = self._read_some(view[count:])
            except CompanionError as error:
                self._late = error
                break
            if more == 0:
                break
            count += more
        return count

    def _more_is_here(self) -> bool:
        from urllib3.util.wait import wait_for_read

        link = self._socket
        if link is None or link.fileno() < 0:
            return False
        return bool(getattr(link, "pending", int)()) or wait_for_read(link, timeout=0.0)

    def _read_some(self, view: memoryview) -> int:
        try:
            count = self._receive(view)
        except (OSError, http.client.HTTPException, ValueError, AttributeError) as error:
            raise _broken(error) from error
        if count == 0 and self._length is not None and self._read < self._length:
            raise _ended_early()
        self._read += count
        return count

    def _receive(self, view: memoryview) -> int:
        answer = self._answer
        if self._length is None or answer.chunked:
            most = len(view) if self._length is None else min(len(view), self._length - self._read)
            data = answer.read1(min(most, _CHUNKED_READ)) if most else b""
            view[: len(data)] = data
            return len(data)
        left = self._length - self._read
        if left <= 0:
            return 0
        most = min(len(view), left)
        if not self._drained:
            # A larger read would copy what the buffer holds and then wait for more, although it is asked for one read:
            # what came with the head of a stalled answer would be counted only when the connection moves again.
            self._drained = most >= io.DEFAULT_BUFFER_SIZE
            most = min(most, io.DEFAULT_BUFFER_SIZE)
        # Past http.client, which would wait for a full buffer; its own count is kept right.
        count: int = answer.fp.readinto1(view[:most])
        self._count(count, left)
        return count

    def _count(self, count: int, left: int) -> None:
        if self._answer.length is not None:
            self._answer.length -= count
        if count == left:
            self._answer.close()
            self._whole = True

    @property
    def can_splice(self) -> bool:
        """Whether what follows can go through a `SplicePipe`: it comes as it is, with nothing in a buffer."""
        return self._drained and not self._piecemeal and not self._whole and is_plain_socket(self._socket)

    def splice_into(self, pipe: SplicePipe, most: int) -> int:
        """Fill the pipe with up to `most` bytes of what is here by now; returns how many. Raises as `read_into`."""
        left = (self._length or 0) - self._read
        try:
            count = pipe.fill(self._socket, min(most, left))
        except (OSError, ValueError) as error:
            raise _broken(error) from error
        if count is None:
            return 0
        if count == 0:
            raise _ended_early()
        self._read += count
        self._count(count, left)
        return count

    def wait(self, pipe: SplicePipe) -> None:
        """Wait until more has arrived. Raises as `read_into`."""
        try:
            pipe.wait(self._socket)
        except (OSError, ValueError) as error:
            raise _broken(error) from error

    @property
    def measured(self) -> bool:
        """Whether the answer told its length, so that an early end is noticed."""
        return self._length is not None or bool(self._answer.chunked)

    def close(self) -> None:
        """Give the connection back, or drop it if the body is not over."""
        if self._whole:
            self._response.raw.release_conn()
        else:
            self._response.close()


def _is_encrypted(link: Any) -> bool:
    import ssl

    return isinstance(link, ssl.SSLSocket)


def _broken(error: Exception) -> CompanionError:
    if isinstance(error, TimeoutError):
        return failure(ErrorCode.TOO_SLOW)
    return failure(ErrorCode.NETWORK, message="The connection to the download server broke off.")


def _ended_early() -> CompanionError:
    return failure(ErrorCode.NETWORK, message="The download server ended the connection too early.")


class Connection:
    """One connection to the servers of a file; kept alive between requests."""

    def __init__(self, connect_seconds: float, read_seconds: float) -> None:
        self._timeout = (connect_seconds, read_seconds)
        self._session: Any = None
        self._connections: Any = None
        self._cut = False

    def cut(self) -> None:
        """End the connection from another thread, whatever it is waiting for."""
        self._cut = True
        connections = self._connections
        if connections is not None:
            connections.cut()

    def open(self, address: Address, asked: RangeRequest, known: FileFacts) -> Body:
        """Ask for bytes; returns the body if it may be used.

        A refused URL is renewed once. Raises `CompanionError`, `FileChangedError` if the file is another one now, or
        `AtEndError` if nothing is left of it.
        """
        renewed = False
        while True:
            location = address.current()
            verdict, response = self._ask(location.url, asked, known)
            if isinstance(verdict, Take):
                return Body(response, verdict)
            response.close()
            match verdict:
                case AskWithoutIfRange():
                    asked = RangeRequest(start=asked.start, stop=asked.stop, ranged=True)
                case RenewUrl() if not renewed and address.renew(location):
                    renewed = True
                case RenewUrl() | Refuse():
                    raise verdict.error
                case AtEnd():
                    raise AtEndError(verdict.total)
                case StartOver():
                    raise FileChangedError
                case _:
                    raise failure(ErrorCode.REDIRECTS)

    def _ask(self, url: str, asked: RangeRequest, known: FileFacts) -> tuple[Any, Any]:
        from companion.services.http.addresses import require_safe_url
        from companion.services.http.redirects import Route

        first, route = require_safe_url(url), Route(url)
        while True:
            response = self._get(url, asked.headers())
            verdict = judge(asked, response.status_code, _headers(response), known, time.time())
            if isinstance(verdict, Take) and verdict.name is None and url != first:
                # The address that a redirect leads to names the file better than the one that was asked.
                verdict = msgspec.structs.replace(verdict, name=name_in_address(url))
            if not isinstance(verdict, FollowRedirect):
                return verdict, response
            response.close()
            try:
                target = require_safe_url(urllib.parse.urljoin(url, verdict.location))
            except (CompanionError, ValueError):
                raise failure(ErrorCode.UNSAFE_REDIRECT) from None
            if _is_secure(url) and not _is_secure(target):
                raise failure(ErrorCode.UNSAFE_REDIRECT)
            url = target
            route.follow(url)

    def _get(self, url: str, headers: dict[str, str]) -> Any:
        import requests
        import urllib3.exceptions

        from companion.services.http.happy_eyeballs import OpenConnections
        from companion.services.http.session import new_session

        if self._session is None:
            self._session = new_session(connections=1)
            self._connections = OpenConnections()
        if self._cut:
            raise Cancelled
        try:
            with self._connections:
                return self._session.get(
                    url, headers=headers, stream=True, timeout=self._timeout, allow_redirects=False
                )
        except requests.exceptions.ReadTimeout:
            raise failure(ErrorCode.TOO_SLOW) from None
        except requests.exceptions.SSLError as error:
            raise _describe_tls_error(error) from None
        except requests.exceptions.ProxyError as error:
            raise failure(ErrorCode.PROXY_LOGIN if " 407 " in str(error) else ErrorCode.NETWORK) from None
        except (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, UnicodeError):
            raise failure(ErrorCode.REFUSED, message="The download address is not well-formed.") from None
        except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, OSError):
            raise failure(ErrorCode.NETWORK) from None

    def close(self) -> None:
        """Drop the connection."""
        if self._session is not None:
            self._session.close()
            self._connections.release()
            self._session = self._connections = None


def _is_secure(url: str) -> bool:
    return urllib.parse.urlsplit(url).scheme == "https"


def _describe_tls_error(error: Exception) -> CompanionError:
    return failure(ErrorCode.CERTIFICATE if "certificate" in str(error).lower() else ErrorCode.NETWORK)


def _headers(response: Any) -> Headers:
    fields = response.raw.headers
    return {name.lower(): tuple(fields.getlist(name)) for name in fields}
