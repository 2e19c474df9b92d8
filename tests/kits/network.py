"""Stores, proxies and troublemakers on loopback, each a real server."""

from __future__ import annotations

import contextlib
import datetime as dt
import http.client
import http.server
import ipaddress
import random
import socket
import socketserver
import ssl
import threading
import urllib.parse
from collections.abc import Callable, Iterator
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PROBE = random.Random(11).randbytes(65536)
Answer = tuple[int, dict[str, str], bytes]
Change = Callable[[Answer], Answer]


def store_answer(wanted: str | None) -> Answer:
    """What a right store answers to a request for the probe, with or without a range."""
    headers = {"Content-Type": "application/octet-stream", "ETag": '"probe"'}
    if wanted is None:
        return 200, headers, PROBE
    first, last = map(int, wanted.removeprefix("bytes=").split("-"))
    headers["Content-Range"] = f"bytes {first}-{last}/{len(PROBE)}"
    return 206, headers, PROBE[first : last + 1]


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        self.server.requests.append((self.path, dict(self.headers)))
        status, headers, body = self.server.answer(self)
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(body)
        self.close_connection = True

    def do_CONNECT(self) -> None:
        self.server.requests.append((self.path, dict(self.headers)))
        self.server.connect(self)

    def log_message(self, *_: object) -> None:
        pass


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    """A server whose answers can be changed; with a context it speaks TLS."""

    daemon_threads = True

    def __init__(self, change: Change = lambda answer: answer, context: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.change = change
        self.context = context
        self.requests: list[tuple[str, dict[str, str]]] = []

    @property
    def url(self) -> str:
        scheme = "https" if self.context else "http"
        return f"{scheme}://localhost:{self.server_address[1]}"

    def answer(self, request: http.server.BaseHTTPRequestHandler) -> Answer:
        return self.change(store_answer(request.headers.get("Range")))

    def connect(self, request: http.server.BaseHTTPRequestHandler) -> None:
        request.send_error(405)

    def finish_request(self, request, client_address) -> None:  # type: ignore[no-untyped-def]
        if self.context is None:
            super().finish_request(request, client_address)
            return
        request.settimeout(10)
        with self.context.wrap_socket(request, server_side=True) as link:
            super().finish_request(link, client_address)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is what these tests are about."""


class Proxy(Server):
    """A forward proxy: passes plain requests on, changed as told, and tunnels or breaks open encrypted ones."""

    def __init__(self, change: Change = lambda answer: answer, inside: ssl.SSLContext | None = None) -> None:
        super().__init__(change)
        self.inside = inside
        self.drop: frozenset[str] = frozenset()
        self.refuse: int | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def answer(self, request: http.server.BaseHTTPRequestHandler) -> Answer:
        parts = urllib.parse.urlsplit(request.path)
        link = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
        kept = {name: value for name, value in request.headers.items() if name not in self.drop}
        link.request("GET", parts.path, headers=kept)
        response = link.getresponse()
        answer = response.status, dict(response.getheaders()), response.read()
        link.close()
        return self.change(answer)

    def connect(self, request: http.server.BaseHTTPRequestHandler) -> None:
        if self.refuse is not None:
            request.send_error(self.refuse)
            return
        request.send_response(200)
        request.end_headers()
        if self.inside is not None:
            # It answers in the store's place, with a certificate of its own making.
            with self.inside.wrap_socket(request.connection, server_side=True) as link:
                _Handler(link, ("127.0.0.1", 0), _Inspector(self))  # type: ignore[arg-type]  # a server by its `answer`
            return
        host, _, port = request.path.rpartition(":")
        with socket.create_connection((host, int(port)), timeout=10) as there:
            _join(request.connection, there)


class _Inspector:
    def __init__(self, proxy: Proxy) -> None:
        self.requests = proxy.requests
        self._proxy = proxy

    def answer(self, request: http.server.BaseHTTPRequestHandler) -> Answer:
        return self._proxy.change(store_answer(request.headers.get("Range")))


def _join(one: socket.socket, other: socket.socket) -> None:
    def pump(source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_WR)

    back = threading.Thread(target=pump, args=(other, one))
    back.start()
    pump(one, other)
    back.join()


@contextlib.contextmanager
def serving(server: Server) -> Iterator[Server]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextlib.contextmanager
def black_hole() -> Iterator[int]:
    """A port whose queue of waiting connections is full, so that every further attempt disappears."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        while True:
            filler = stack.enter_context(socket.socket())
            filler.settimeout(0.2)
            try:
                filler.connect(("127.0.0.1", port))
            except TimeoutError:
                break
        yield port


class Authority:
    """A certificate authority called `name`."""

    def __init__(self, name: str, folder: Path) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name(
            [
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, name),
                x509.NameAttribute(NameOID.COMMON_NAME, f"{name} Root"),
            ]
        )
        self._folder = folder
        self.file = folder / f"{name}.pem"
        certificate = (
            self._builder(self._name, self._key.public_key(), days=30)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(self._key, hashes.SHA256())
        )
        self.file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))

    def context(self, host: str = "localhost", days: int = 30) -> ssl.SSLContext:
        """A server's context with a certificate for `host` that ends in `days` (negative: has ended)."""
        key = ec.generate_private_key(ec.SECP256R1())
        names: list[x509.GeneralName] = [x509.DNSName(host)]
        with contextlib.suppress(ValueError):
            names = [x509.IPAddress(ipaddress.ip_address(host))]
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        certificate = (
            self._builder(subject, key.public_key(), days)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        pem = self._folder / f"{self.file.stem}-{host}-{days}.pem"
        pem.write_bytes(
            certificate.public_bytes(serialization.Encoding.PEM)
            + key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        return context

    def _builder(self, subject: x509.Name, key: ec.EllipticCurvePublicKey, days: int) -> x509.CertificateBuilder:
        now = dt.datetime.now(dt.UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=60))
            .not_valid_after(now + dt.timedelta(days=days))
        )


def trusting(*authorities: Authority) -> Callable[[], ssl.SSLContext]:
    """What a PC trusts that knows exactly these authorities."""

    def make() -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        for authority in authorities:
            context.load_verify_locations(authority.file)
        return context

    return make
