"""Connecting to a host with several addresses at once instead of one after the other ("happy eyeballs", RFC 8305).

Many networks hand out IPv6 addresses that lead nowhere; trying one address after the other costs their full time limit.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import ssl
import threading
import time
import traceback
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import urllib3
import urllib3.connection
import urllib3.connectionpool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from companion.services.http.response_head import Response

HEAD_START = 0.25
"""Seconds that an address has before the next one is tried beside it."""

_LEAST = 0.05

AddressInfo = tuple[socket.AddressFamily, socket.SocketKind, int, str, Any]
_thread = threading.local()


class OpenConnections:
    """The connections that this thread makes or uses inside ``with``, so that another thread can shut them down.

    What is made inside the ``with`` of another one, on whatever thread, is shut down together with that.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._handles: list[socket.socket] = []
        self._used: list[socket.socket] = []
        self._inner: list[OpenConnections] = []
        self._cut = False
        self.sent = False
        """Whether any request left this PC."""
        outer: OpenConnections | None = getattr(_thread, "connections", None)
        if outer is not None:
            outer.hold(self)

    def __enter__(self) -> OpenConnections:
        _thread.connections = self
        return self

    def __exit__(self, *_: object) -> None:
        _thread.connections = None

    def add(self, connection: socket.socket) -> None:
        """Note a new connection, by a handle of its own."""
        with self._lock:
            self._handles.append(connection.dup())
        if self._cut:
            self.cut()

    def use(self, connection: socket.socket) -> None:
        """Note a connection that was made before and is used again."""
        with self._lock:
            self._used.append(connection)
        if self._cut:
            self.cut()

    def hold(self, inner: OpenConnections) -> None:
        """Shut `inner` down together with this."""
        with self._lock:
            self._inner.append(inner)
        if self._cut:
            inner.cut()

    def cut(self) -> None:
        """Shut all connections down at once; a thread that reads from one of them wakes up."""
        with self._lock:
            self._cut = True
            for handle in (*self._handles, *self._used):
                with contextlib.suppress(OSError):
                    # Not the method of an encrypted connection, which must not be touched while another thread reads.
                    socket.socket.shutdown(handle, socket.SHUT_RDWR)
            inner = tuple(self._inner)
        for each in inner:
            each.cut()

    def release(self) -> None:
        """Forget the connections without shutting them down."""
        with self._lock:
            for handle in self._handles:
                handle.close()
            self._handles.clear()
            self._used.clear()
            self._inner.clear()


def interleave(addresses: Iterable[AddressInfo]) -> list[AddressInfo]:
    """Returns the addresses with their families taking turns, the first one staying first (RFC 8305 § 4)."""
    left = list(addresses)
    ordered: list[AddressInfo] = []
    while left:
        last = ordered[-1][0] if ordered else None
        pick = next((each for each in left if each[0] != last), left[0])
        left.remove(pick)
        ordered.append(pick)
    return ordered


def connect_first(
    addresses: Sequence[AddressInfo], seconds: float | None, options: Iterable[tuple[int, int, int | bytes]] = ()
) -> socket.socket:
    """Returns a connection to the address that answers first; `options` are set on the socket.

    Raises `TimeoutError` after `seconds`, or the `OSError` of the last address that refused.
    """
    race = _Race(list(options))
    try:
        return race.run(list(addresses), None if seconds is None else time.monotonic() + seconds)
    finally:
        race.close()


class _Race:
    def __init__(self, options: list[tuple[int, int, int | bytes]]) -> None:
        self._options = options
        self._selector = selectors.DefaultSelector()
        self._running: set[socket.socket] = set()
        self._error: OSError = OSError("no address")

    def run(self, waiting: list[AddressInfo], until: float | None) -> socket.socket:
        next_start = time.monotonic()
        while waiting or self._running:
            now = time.monotonic()
            if until is not None and now >= until:
                raise TimeoutError
            if waiting and (now >= next_start or not self._running):
                self._begin(waiting.pop(0))
                next_start = now + HEAD_START
            if not self._running:
                continue
            limits = [moment - now for moment in (until, next_start if waiting else None) if moment is not None]
            winner = self._listen(max(0.0, min(limits)) if limits else None)
            if winner is not None:
                return winner
        raise self._error

    def _begin(self, address: AddressInfo) -> None:
        family, kind, protocol, _, where = address
        try:
            attempt = socket.socket(family, kind, protocol)
        except OSError as error:
            self._error = error
            return
        try:
            for option in self._options:
                attempt.setsockopt(*option)
            attempt.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                attempt.connect(where)
        except OSError as error:
            self._error = error
            attempt.close()
            return
        self._running.add(attempt)
        self._selector.register(attempt, selectors.EVENT_WRITE)

    def _listen(self, seconds: float | None) -> socket.socket | None:
        for key, _ in self._selector.select(seconds):
            attempt = key.fileobj
            if not isinstance(attempt, socket.socket):
                continue
            self._selector.unregister(attempt)
            self._running.discard(attempt)
            failed = attempt.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if not failed:
                return attempt
            self._error = OSError(failed, "connection refused")
            attempt.close()
        return None

    def close(self) -> None:
        for attempt in self._running:
            attempt.close()
        self._selector.close()


def _open(connection: Any) -> socket.socket:
    """Returns a new connection for urllib3; what is left of its time limit applies to the TLS handshake.

    Raises the errors that urllib3 expects here.
    """
    began = time.monotonic()
    try:
        found = socket.getaddrinfo(connection._dns_host, connection.port, type=socket.SOCK_STREAM)
        made = connect_first(interleave(found), connection.timeout, connection.socket_options or ())
    except (socket.gaierror, UnicodeError) as error:
        wrapped = error if isinstance(error, socket.gaierror) else socket.gaierror(str(error))
        raise NameResolutionError(connection.host, connection, wrapped) from error
    except TimeoutError as error:
        raise ConnectTimeoutError(connection, f"connecting to {connection.host} took too long") from error
    except OSError as error:
        raise NewConnectionError(connection, f"no connection to {connection.host}: {error}") from error
    left = None if connection.timeout is None else connection.timeout - (time.monotonic() - began)
    made.settimeout(None if left is None else max(_LEAST, left))
    connections: OpenConnections | None = getattr(_thread, "connections", None)
    if connections is not None:
        connections.add(made)
    return made


@contextlib.contextmanager
def _noting_use(connection: Any) -> Iterator[None]:
    connections: OpenConnections | None = getattr(_thread, "connections", None)
    if connections is not None and connection.sock is not None:
        connections.use(connection.sock)
    try:
        yield
    finally:
        # Without a connection nothing can have been sent.
        if connections is not None and connection.sock is not None:
            connections.sent = True


class _RacingHttp(urllib3.connection.HTTPConnection):
    response_class = Response

    def _new_conn(self) -> socket.socket:
        return _open(self)

    def request(self, *args: Any, **options: Any) -> None:
        """Send a request, over a connection that can be cut also where it is used again."""
        with _noting_use(self):
            super().request(*args, **options)


class _RacingHttps(urllib3.connection.HTTPSConnection):
    response_class = Response

    def _new_conn(self) -> socket.socket:
        return _open(self)

    def request(self, *args: Any, **options: Any) -> None:
        """Send a request, over a connection that can be cut also where it is used again."""
        with _noting_use(self):
            super().request(*args, **options)

    def connect(self) -> None:
        """Connect and agree on encryption, both within the time limit for connecting.

        urllib3 would report a handshake that never ends as a read timeout, and wait as long as for connecting again.
        """
        try:
            super().connect()
        except TimeoutError as error:
            raise ConnectTimeoutError(self, f"the TLS handshake with {self.host} took too long") from error
        except OSError as error:
            _close_unfinished(error)
            raise


def _close_unfinished(error: OSError) -> None:
    """Close the encrypted sockets that were being made when `error` was raised.

    `ssl.SSLSocket` takes over the connection, then raises without closing it where the other side has reset it before
    the handshake; only the frames of the error still know that socket.
    """
    for frame, _ in traceback.walk_tb(error.__traceback__):
        unfinished = frame.f_locals.get("self")
        if isinstance(unfinished, ssl.SSLSocket):
            unfinished.close()


class _HttpPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _RacingHttp


class _HttpsPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _RacingHttps


POOLS: dict[str, Any] = {"http": _HttpPool, "https": _HttpsPool}
"""What a `urllib3.PoolManager` needs as `pool_classes_by_scheme` to race addresses."""
