"""A small shop on loopback: it counts what it is asked, and misbehaves as told."""

from __future__ import annotations

import dataclasses
import socket
import threading
import urllib.parse
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Fault = Callable[["Call"], bool]
"""Answers in place of the shop; false lets the shop answer."""


@dataclasses.dataclass
class Call:
    """One request, and how to answer it."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    handler: BaseHTTPRequestHandler
    stopping: threading.Event

    @property
    def query(self) -> dict[str, str]:
        """The parameters of the address."""
        return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query, keep_blank_values=True))

    @property
    def form(self) -> dict[str, str]:
        """The fields of the form in the body."""
        return dict(urllib.parse.parse_qsl(self.body.decode("latin-1"), keep_blank_values=True))

    def send(
        self, status: int, media_type: str | None, body: bytes, *headers: tuple[str, str], length: bool = True
    ) -> None:
        """Answer; a body without a length ends with the connection."""
        handler = self.handler
        handler.send_response(status)
        if media_type is not None:
            handler.send_header("Content-Type", media_type)
        if length:
            handler.send_header("Content-Length", str(len(body)))
        for name, value in headers:
            handler.send_header(name, value)
        handler.send_header("Connection", "close")
        handler.end_headers()
        handler.close_connection = True
        if self.method != "HEAD":
            handler.wfile.write(body)

    def send_chunked(self, status: int, media_type: str, body: bytes, *headers: tuple[str, str]) -> None:
        """Answer without telling the length; the end is told all the same."""
        chunks = [body[at : at + 50_000] for at in range(0, len(body), 50_000)]
        framed = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in [*chunks, b""])
        self.send(status, media_type, framed, *headers, ("Transfer-Encoding", "chunked"), length=False)


class Peer:
    """Answers with `answer` unless `fault` does; `calls` are all requests in order."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.fault: Fault | None = None
        self.stopping = threading.Event()
        peer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                call = Call(self.command, self.path, headers, body, self, peer.stopping)
                peer.calls.append(call)
                try:
                    if peer.fault is None or not peer.fault(call):
                        peer.answer(call)
                except OSError:
                    self.close_connection = True

            do_POST = do_HEAD = do_PUT = do_DELETE = do_GET

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads, self._server.block_on_close = True, False
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._server.server_port

    @property
    def url(self) -> str:
        """The shop's address."""
        return f"http://127.0.0.1:{self.port}"

    def answer(self, call: Call) -> None:
        """Answer as the shop does."""
        raise NotImplementedError

    def close(self) -> None:
        """End the shop, and whatever hangs in it."""
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()


# Faults that any server can have.

PAGE = b"<!DOCTYPE html><html><body><h1>Checking your browser</h1></body></html>"


def page(status: int, *headers: tuple[str, str], media_type: str | None = "text/html; charset=UTF-8") -> Fault:
    """A page for people, such as a challenge or an error."""

    def answer(call: Call) -> bool:
        call.send(status, media_type, PAGE, *headers)
        return True

    return answer


def redirect(target: str, status: int = 302) -> Fault:
    """A redirect to `target`, once for each path: at the target itself a sign-in page answers."""

    def answer(call: Call) -> bool:
        if call.path.startswith("/wp-login.php"):
            call.send(200, "text/html", PAGE)
        else:
            call.send(status, "text/html", b"", ("Location", target))
        return True

    return answer


def text(body: bytes, media_type: str = "application/json", status: int = 200) -> Fault:
    """This body, whatever was asked."""

    def answer(call: Call) -> bool:
        call.send(status, media_type, body)
        return True

    return answer


def hang(call: Call) -> bool:
    """Take the request and never answer."""
    call.stopping.wait(60)
    return True


def drip(call: Call) -> bool:
    """Answer a byte at a time, without end."""
    handler = call.handler
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.end_headers()
    while not call.stopping.wait(0.02):
        handler.wfile.write(b" ")
        handler.wfile.flush()
    return True


def cut(call: Call) -> bool:
    """End the connection in the middle of the answer."""
    handler = call.handler
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", "5000")
    handler.end_headers()
    handler.wfile.write(b'{"success": tr')
    handler.wfile.flush()
    handler.connection.shutdown(socket.SHUT_RDWR)
    handler.close_connection = True
    return True


def huge(call: Call) -> bool:
    """Answer with more than anyone wants to read: it goes on until the other side has had enough."""
    handler = call.handler
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.end_headers()
    while not call.stopping.is_set():
        handler.wfile.write(b" " * 65_536)
    return True
