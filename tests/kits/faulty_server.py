"""A server on loopback that misbehaves as told, request by request."""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial


@dataclass
class Request:
    number: int
    path: str
    headers: dict[str, str]
    connection: int = 0

    @property
    def span(self) -> tuple[int, int | None] | None:
        """The asked range: first byte and last byte (inclusive, or None for the end)."""
        found = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("range", ""))
        return (int(found[1]), int(found[2]) if found[2] else None) if found else None


@dataclass
class Reply:
    """What goes out. `cut_after` bytes of the body the connection ends, by a reset if `reset`."""

    status: str = "200 OK"
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""
    length: bool = True
    chunked: bool = False
    cut_after: int | None = None
    reset: bool = False
    close: bool = False
    http: str = "1.1"
    stall_after: int | None = None
    dribble: float | None = None
    pause: float | None = None
    endless: bool = False
    raw: bytes | None = None


Script = Callable[[Request], Reply | None]


def serve_range(request: Request, content: bytes, etag: str | None = '"one"') -> Reply:
    """The answer of a server that behaves."""
    headers = [("Accept-Ranges", "bytes"), ("Content-Type", "application/octet-stream")]
    if etag:
        headers.append(("ETag", etag))
    span = request.span
    if span is None or ("if-range" in request.headers and request.headers["if-range"] != etag):
        return Reply(headers=headers, body=content)
    first, last = span
    if first >= len(content):
        return Reply("416 Range Not Satisfiable", [("Content-Range", f"bytes */{len(content)}")])
    last = len(content) - 1 if last is None else min(last, len(content) - 1)
    headers.append(("Content-Range", f"bytes {first}-{last}/{len(content)}"))
    return Reply("206 Partial Content", headers, content[first : last + 1])


class FaultyServer:
    """Answers each request as `script` says; None from the script means: behave.

    With a `context` it speaks TLS; `greeting` then says how: properly, never (``stall``), or a byte at a time
    (``dribble``).
    """

    def __init__(
        self,
        content: bytes,
        script: Script | None = None,
        *,
        etag: str | None = '"one"',
        context: ssl.SSLContext | None = None,
        host: str = "127.0.0.1",
    ) -> None:
        self.content = content
        self.etag = etag
        self.script = script
        self.greeting = "proper"
        self.host = host
        self.requests: list[Request] = []
        self.connections = 0
        self._context = context
        self.sent = 0
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: set[socket.socket] = set()
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    @property
    def talking(self) -> int:
        """How many connections are open."""
        with self._lock:
            return len(self._open)

    def url(self, path: str = "/setup.bin") -> str:
        return f"{'https' if self._context else 'http'}://{self.host}:{self.port}{path}"

    def close(self) -> None:
        self._stop.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for peer in self._open:
                with_suppress(partial(peer.shutdown, socket.SHUT_RDWR))
        for thread in self._threads:
            thread.join(5)

    def __enter__(self) -> FaultyServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _accept(self) -> None:
        while True:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._open.add(peer)
                self.connections += 1
            thread = threading.Thread(target=self._talk, args=(peer, len(self._threads)), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _talk(self, peer: socket.socket, number: int) -> None:
        try:
            if self._context is not None:
                peer = self._greet(peer, self._context)
            with peer.makefile("rb") as lines:
                while not self._stop.is_set() and self._answer_one(peer, number, lines):
                    pass
        except OSError:
            pass
        finally:
            with self._lock:
                self._open.discard(peer)
            peer.close()

    def _greet(self, peer: socket.socket, context: ssl.SSLContext) -> socket.socket:
        """Make the connection a secure one, or fail at it as told."""
        if self.greeting != "proper":
            if self.greeting == "dribble":
                self._dribble_greeting(peer, context)
            self._stop.wait(60)
            raise OSError("no greeting")
        peer.settimeout(10)
        secured = context.wrap_socket(peer, server_side=True)
        secured.settimeout(None)
        with self._lock:
            self._open.discard(peer)
            self._open.add(secured)
        return secured

    def _dribble_greeting(self, peer: socket.socket, context: ssl.SSLContext) -> None:
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        greeting = context.wrap_bio(incoming, outgoing, server_side=True)
        while not outgoing.pending and (heard := peer.recv(65536)):
            incoming.write(heard)
            with contextlib.suppress(ssl.SSLWantReadError):
                greeting.do_handshake()
        for byte in outgoing.read():
            peer.sendall(bytes([byte]))
            if self._stop.wait(0.05):
                return

    def _answer_one(self, peer: socket.socket, number: int, lines: object) -> bool:
        first = lines.readline()  # type: ignore[attr-defined]
        if not first.strip():
            return False
        headers = {}
        while line := lines.readline().strip():  # type: ignore[attr-defined]
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        with self._lock:
            request = Request(len(self.requests), first.split()[1].decode(), headers, number)
            self.requests.append(request)
        reply = (self.script(request) if self.script else None) or serve_range(request, self.content, self.etag)
        return self._send(peer, reply)

    def _send(self, peer: socket.socket, reply: Reply) -> bool:
        if reply.raw is not None:
            self._send_body(peer, reply.raw, reply)
            return False
        headers = list(reply.headers)
        if reply.chunked:
            headers.append(("Transfer-Encoding", "chunked"))
        elif reply.length:
            headers.append(("Content-Length", str(len(reply.body))))
        if reply.close:
            headers.append(("Connection", "close"))
        head = f"HTTP/{reply.http} {reply.status}\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers)
        peer.sendall(head.encode("latin-1") + b"\r\n")
        body = reply.body if reply.cut_after is None else reply.body[: reply.cut_after]
        whole = self._send_body(peer, body, reply)
        if reply.reset:
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        keeps = reply.length or reply.chunked
        return whole and keeps and reply.cut_after is None and not reply.close and reply.http == "1.1"

    def _send_body(self, peer: socket.socket, body: bytes, reply: Reply) -> bool:
        step = 1 if reply.dribble else 64 * 1024
        at = 0
        while at < len(body):
            if reply.stall_after is not None and at >= reply.stall_after:
                self._stop.wait(60)
                return False
            part = body[at : at + step]
            if reply.stall_after is not None:
                part = part[: max(1, reply.stall_after - at)]
            peer.sendall(b"%x\r\n%s\r\n" % (len(part), part) if reply.chunked else part)
            with self._lock:
                self.sent += len(part)
            at += len(part)
            if reply.pause and self._stop.wait(reply.pause):
                return False
            if reply.dribble and self._stop.wait(reply.dribble):
                return False
        if reply.chunked and reply.cut_after is None and not reply.endless:
            peer.sendall(b"0\r\n\r\n")
        while reply.endless and not self._stop.is_set():
            peer.sendall(b"1000\r\n" + bytes(4096) + b"\r\n" if reply.chunked else bytes(4096))
            time.sleep(0)
        return True


def with_suppress(action: Callable[[], object]) -> None:
    """Do it; a socket that is closed already is fine."""
    try:
        action()
    except OSError:
        return
