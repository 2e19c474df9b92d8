"""Serving over HTTP on loopback, without a word on the terminal."""

from __future__ import annotations

import datetime as dt
import socket
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


class QuietRequests(WSGIRequestHandler):
    """Says nothing on the terminal: addresses hold signatures, and standard output belongs to the command."""

    timeout = 120

    def connection_dropped(self, *_: Any, **__: Any) -> None:
        """End the connection too: HTTP/1.1 would wait for another request on it."""
        self.close_connection = True

    def log(self, type: str, message: str, *args: Any) -> None:
        """Drop what would be printed."""


def requests_at(clock: Callable[[], dt.datetime]) -> type[QuietRequests]:
    """Returns the handler of a server whose time is that of `clock`."""

    class Requests(QuietRequests):
        def date_time_string(self, timestamp: float | None = None) -> str:
            """The ``Date`` of an answer is the store's own time, like every other time it tells."""
            return super().date_time_string(clock().timestamp() if timestamp is None else timestamp)

    return Requests


class LoopbackServer:
    """Serves an application from the moment it is made until `close`. Raises `OSError` when the port cannot be had."""

    def __init__(
        self, host: str, port: int, application: WSGIApplication, requests: type[QuietRequests] = QuietRequests
    ) -> None:
        self._server = _listening(host, port, application, requests)
        self.port = self._server.port
        self.url = f"http://{f'[{host}]' if ':' in host else host}:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="demo-store", daemon=True)
        self._thread.start()

    def wait(self) -> None:
        """Wait until the server is closed from another thread, or Ctrl-C is pressed."""
        while self._thread.is_alive():
            # A wait without an end would keep Windows from seeing Ctrl-C.
            self._thread.join(0.5)

    def close(self) -> None:
        """Stop serving; closing twice does no harm."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _listening(host: str, port: int, application: WSGIApplication, requests: type[QuietRequests]) -> BaseWSGIServer:
    # Bound here, because Werkzeug would end the whole program over a port that is taken.
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family, backlog=128) as listening:
        bound = listening.getsockname()[1]
        return make_server(host, bound, application, threaded=True, request_handler=requests, fd=listening.fileno())
