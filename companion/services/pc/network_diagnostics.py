"""Walking the way to the store with a small known file, over sockets of its own, so that each step can be told."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import http.client
import queue
import socket
import ssl
import threading
import time
import urllib.parse
from collections.abc import Callable

import msgspec

from companion.domain.pc.certificates import issuer_of
from companion.domain.pc.network_diagnostics import (
    PathReport,
    PathStep,
    Seen,
    StepResult,
    Trouble,
    explain_path,
    explain_step,
)
from companion.domain.store.profile import Probe
from companion.services.app.cancellation import Cancellation
from companion.services.http.session import USER_AGENT, proxies_for, require_safe_url

OnStep = Callable[[StepResult], None]
Trust = Callable[[], ssl.SSLContext]

_LIMIT = 6.0
_CHUNK = 1 << 16
_MOST_ANSWER_BYTES = 4 << 20
# Why a certificate was refused: OpenSSL's numbers, Windows' (wincrypt.h) and macOS' (SecBase.h).
_EXPIRED = {9, 10, 0x800B0101, -67818, -67819}
_WRONG_NAME = {62, 64, 0x800B010F, -67602}


def system_trust() -> ssl.SSLContext:
    """The certificates the operating system trusts."""
    import truststore

    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def public_trust() -> ssl.SSLContext:
    """The certificates everybody trusts, without those somebody added to this PC."""
    import certifi

    return ssl.create_default_context(cafile=certifi.where())


def system_proxy(url: str) -> str | None:
    """The proxy the operating system asks for on the way to `url`."""
    return proxies_for(url).get(urllib.parse.urlsplit(url).scheme)


class NetworkPath:
    """Checks the way to a store. `limit` is how many seconds a step may take.

    `trust` and `public` tell apart who vouches: a certificate that only this PC trusts comes from somebody in between.
    """

    def __init__(
        self,
        *,
        trust: Trust = system_trust,
        public: Trust = public_trust,
        proxy: Callable[[str], str | None] = system_proxy,
        limit: float = _LIMIT,
    ) -> None:
        self._trust = trust
        self._public = public
        self._proxy = proxy
        self._limit = limit

    def check(self, store: str, probe: Probe, on_step: OnStep, cancellation: Cancellation) -> PathReport:
        """Take every step towards `probe` of the store at URL `store`; stops at the first that leads nowhere.

        Raises `Cancelled`, and `CompanionError` ``not-allowed`` for an address that is not safe.
        """
        url = require_safe_url(urllib.parse.urljoin(store.rstrip("/") + "/", probe.url))
        walk = _Walk(_Way.to(url, self._proxy(url)), self._trust, self._public, self._limit)
        seen: list[Seen] = []

        def note(step: Seen) -> bool:
            seen.append(step)
            on_step(explain_step(step))
            cancellation.check()
            return step.trouble is None

        cancellation.check()
        # Each step is taken only if the one before led somewhere; content is looked at even where ranges fail.
        _ = note(walk.name()) and note(walk.connect()) and note(walk.encrypt()) and self._transfer(walk, probe, note)
        return explain_path(tuple(seen))

    def _transfer(self, walk: _Walk, probe: Probe, note: Callable[[Seen], bool]) -> bool:
        answer, whole = walk.answer(probe)
        if not note(answer):
            return False
        ranged = note(walk.range(probe, whole))
        return note(walk.content(probe, whole, answer.via)) and ranged


@dataclasses.dataclass(frozen=True)
class _Way:
    """Where to go: the store's host, and the proxy before it."""

    host: str
    port: int
    secure: bool
    target: str
    proxy_host: str | None = None
    proxy_port: int = 0
    proxy_secret: str | None = None

    @classmethod
    def to(cls, url: str, proxy: str | None) -> _Way:
        parts = urllib.parse.urlsplit(url)
        secure = parts.scheme == "https"
        port = parts.port or (443 if secure else 80)
        target = urllib.parse.urlunsplit(("", "", parts.path or "/", parts.query, ""))
        way = cls(host=parts.hostname or "", port=port, secure=secure, target=target)
        if proxy is None:
            return way
        there = urllib.parse.urlsplit(proxy)
        secret = None
        if there.username is not None:
            pair = f"{urllib.parse.unquote(there.username)}:{urllib.parse.unquote(there.password or '')}"
            secret = "Basic " + base64.b64encode(pair.encode()).decode()
        return dataclasses.replace(way, proxy_host=there.hostname, proxy_port=there.port or 8080, proxy_secret=secret)

    @property
    def proxy(self) -> str | None:
        """The proxy as it may be shown: never its name and password."""
        return f"{self.proxy_host}:{self.proxy_port}" if self.proxy_host else None

    @property
    def first(self) -> tuple[str, int]:
        """The host that is really connected to."""
        return (self.proxy_host, self.proxy_port) if self.proxy_host else (self.host, self.port)


class _Refusal(Exception):
    """A step that failed, with what is known about it."""

    def __init__(self, trouble: Trouble, status: int | None = None) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble
        self.status = status


class _Walk:
    """One walk: the steps in their order, each a method that returns what it saw."""

    def __init__(self, way: _Way, trust: Trust, public: Trust, limit: float) -> None:
        self._way = way
        self._trust = trust
        self._public = public
        self._limit = limit
        self._addresses: tuple[str, ...] = ()

    def name(self) -> Seen:
        start = time.monotonic()
        host, port = self._way.first
        answers: queue.SimpleQueue[tuple[str, ...] | Trouble] = queue.SimpleQueue()
        # Looking a name up has no time limit of its own, so it gets a thread that may be left behind.
        threading.Thread(target=_look_up, args=(host, port, answers), name="name", daemon=True).start()
        try:
            found = answers.get(timeout=self._limit)
        except queue.Empty:
            found = Trouble.NO_NAME_SERVICE
        if isinstance(found, Trouble):
            return msgspec.structs.replace(self._seen(PathStep.NAME, start), host=host, trouble=found)
        self._addresses = found
        return msgspec.structs.replace(self._seen(PathStep.NAME, start), host=host, addresses=found)

    def connect(self) -> Seen:
        start = time.monotonic()
        try:
            self._open().close()
        except _Refusal as refusal:
            return self._failed(PathStep.CONNECTION, start, refusal)
        return self._seen(PathStep.CONNECTION, start)

    def encrypt(self) -> Seen:
        start = time.monotonic()
        if not self._way.secure:
            reason = "The store runs on this very PC: nothing needs to be encrypted."
            return Seen(step=PathStep.ENCRYPTION, skipped=reason, host=self._way.host)
        try:
            issuer = self._issuer(self._trust())
        except _Refusal as refusal:
            seen = self._failed(PathStep.ENCRYPTION, start, refusal)
            return msgspec.structs.replace(seen, issuer=self._issuer_unverified())
        seen = self._seen(PathStep.ENCRYPTION, start)
        return msgspec.structs.replace(seen, issuer=issuer, inspected=self._only_trusted_here())

    def answer(self, probe: Probe) -> tuple[Seen, bytes]:
        """Ask for the whole probe; what comes back is the store's answer, or somebody else's."""
        start = time.monotonic()
        try:
            response, body = self._request({})
        except _Refusal as refusal:
            return self._failed(PathStep.ANSWER, start, refusal), b""
        seen = self._answered(PathStep.ANSWER, start, response)
        kind = (response.getheader("Content-Type") or "").partition(";")[0].strip().lower()
        if response.status == 511 or response.status in (301, 302, 303, 307, 308) or kind == "text/html":
            place = urllib.parse.urlsplit(response.getheader("Location") or "").hostname
            if response.status in (200, 511) or place not in (None, self._way.host):
                return msgspec.structs.replace(seen, trouble=Trouble.PORTAL, place=place), b""
        if response.status == 407:
            return msgspec.structs.replace(seen, trouble=Trouble.PROXY_LOG_IN), b""
        if response.status != 200:
            return msgspec.structs.replace(seen, trouble=Trouble.WRONG_STATUS), b""
        return seen, body[: probe.size + 1]

    def range(self, probe: Probe, whole: bytes) -> Seen:
        """Ask for a part from the middle (RFC 9110 §14): it must be that part and nothing else."""
        start = time.monotonic()
        first, last = probe.size // 4, max(probe.size // 4, probe.size // 2 - 1)
        try:
            response, body = self._request({"Range": f"bytes={first}-{last}"})
        except _Refusal as refusal:
            return self._failed(PathStep.RANGE, start, refusal)
        seen = self._answered(PathStep.RANGE, start, response)
        if response.status != 206:
            trouble = Trouble.RANGE_IGNORED if response.status == 200 else Trouble.WRONG_STATUS
            return msgspec.structs.replace(seen, trouble=trouble)
        named = response.getheader("Content-Range") == f"bytes {first}-{last}/{probe.size}"
        intact = hashlib.sha256(whole).hexdigest() != probe.sha256 or body == whole[first : last + 1]
        if not named or len(body) != last - first + 1 or not intact:
            return msgspec.structs.replace(seen, trouble=Trouble.RANGE_WRONG)
        return seen

    def content(self, probe: Probe, whole: bytes, via: str | None) -> Seen:
        """Whether the whole probe is byte for byte what the store has."""
        seen = Seen(step=PathStep.CONTENT, host=self._way.host, via=via)
        if len(whole) < probe.size:
            return msgspec.structs.replace(seen, trouble=Trouble.CUT_SHORT)
        if len(whole) != probe.size or hashlib.sha256(whole).hexdigest() != probe.sha256:
            return msgspec.structs.replace(seen, trouble=Trouble.CHANGED)
        return seen

    def _seen(self, step: PathStep, start: float) -> Seen:
        port = self._way.first[1]
        elapsed = (time.monotonic() - start) * 1000
        return Seen(step=step, milliseconds=elapsed, host=self._way.host, port=port, proxy=self._way.proxy)

    def _failed(self, step: PathStep, start: float, refusal: _Refusal) -> Seen:
        return msgspec.structs.replace(self._seen(step, start), trouble=refusal.trouble, status=refusal.status)

    def _answered(self, step: PathStep, start: float, response: http.client.HTTPResponse) -> Seen:
        via = "".join(letter for letter in response.getheader("Via") or "" if letter.isprintable())[:80]
        return msgspec.structs.replace(self._seen(step, start), status=response.status, via=via or None)

    def _open(self) -> socket.socket:
        """A connection to the first host on the way, trying each of its addresses."""
        failure = _Refusal(Trouble.UNREACHABLE)
        for address in self._addresses:
            try:
                return socket.create_connection((address, self._way.first[1]), timeout=self._limit)
            except TimeoutError:
                failure = _Refusal(Trouble.SILENT)
            except ConnectionRefusedError:
                failure = _Refusal(Trouble.REFUSED)
            except OSError:
                continue
        raise failure

    def _tunnel(self) -> socket.socket:
        """A connection over which the store itself is spoken to: through the proxy by CONNECT (RFC 9110 §9.3.6)."""
        link = self._open()
        if not self._way.proxy_host or not self._way.secure:
            return link
        try:
            name = f"[{self._way.host}]" if ":" in self._way.host else self._way.host
            secret = f"Proxy-Authorization: {self._way.proxy_secret}\r\n" if self._way.proxy_secret else ""
            place = f"{name}:{self._way.port}"
            link.sendall(f"CONNECT {place} HTTP/1.1\r\nHost: {place}\r\n{secret}\r\n".encode("ascii"))
            response = http.client.HTTPResponse(link, method="CONNECT")
            response.begin()
        except (OSError, http.client.HTTPException):
            link.close()
            raise _Refusal(Trouble.CUT_OFF) from None
        if response.status == 200:
            return link
        link.close()
        raise _Refusal(Trouble.PROXY_LOG_IN if response.status == 407 else Trouble.PROXY_REFUSES, response.status)

    def _encrypted(self, context: ssl.SSLContext) -> ssl.SSLSocket:
        link = self._tunnel()
        try:
            return context.wrap_socket(link, server_hostname=self._way.host)
        except ssl.SSLCertVerificationError as error:
            link.close()
            raise _Refusal(_complaint(error)) from None
        except TimeoutError:
            link.close()
            raise _Refusal(Trouble.SILENT) from None
        except OSError:
            link.close()
            raise _Refusal(Trouble.CUT_OFF) from None

    def _issuer(self, context: ssl.SSLContext) -> str | None:
        with self._encrypted(context) as link:
            return issuer_of(link.getpeercert(binary_form=True) or b"")

    def _issuer_unverified(self) -> str | None:
        """Who issued the certificate that is not trusted. Nothing but the handshake is exchanged."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        try:
            return self._issuer(context)
        except _Refusal:
            return None

    def _only_trusted_here(self) -> bool:
        """Whether the certificate this PC trusts is one that the rest of the world does not."""
        try:
            self._encrypted(self._public()).close()
        except _Refusal as refusal:
            return refusal.trouble is Trouble.UNTRUSTED
        return False

    def _request(self, headers: dict[str, str]) -> tuple[http.client.HTTPResponse, bytes]:
        """One GET on a connection of its own; at most a few megabytes of the answer are read."""
        link = self._encrypted(self._trust()) if self._way.secure else self._tunnel()
        connection = http.client.HTTPConnection(self._way.host, self._way.port, timeout=self._limit)
        connection.sock = link
        target = self._way.target
        if self._way.proxy_host and not self._way.secure:
            target = f"http://{self._way.host}:{self._way.port}{target}"
        fixed = {
            "User-Agent": USER_AGENT,
            "Accept-Encoding": "identity",
            "Cache-Control": "no-store, no-transform",
            "Connection": "close",
        }
        try:
            connection.request("GET", target, headers=fixed | headers)
            response = connection.getresponse()
            return response, _body(response, time.monotonic() + self._limit)
        except TimeoutError:
            raise _Refusal(Trouble.SILENT) from None
        except (OSError, http.client.HTTPException):
            raise _Refusal(Trouble.CUT_OFF) from None
        finally:
            connection.close()


def _complaint(error: ssl.SSLCertVerificationError) -> Trouble:
    number = getattr(error, "verify_code", 0)
    if {number, number & 0xFFFFFFFF} & _EXPIRED:
        return Trouble.EXPIRED
    return Trouble.WRONG_NAME if {number, number & 0xFFFFFFFF} & _WRONG_NAME else Trouble.UNTRUSTED


def _look_up(host: str, port: int, answers: queue.SimpleQueue[tuple[str, ...] | Trouble]) -> None:
    try:
        rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        known = error.errno in (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME))
        answers.put(Trouble.NO_SUCH_NAME if known else Trouble.NO_NAME_SERVICE)
    except (OSError, UnicodeError):
        answers.put(Trouble.NO_SUCH_NAME)
    else:
        answers.put(tuple(dict.fromkeys(str(row[4][0]) for row in rows)))


def _body(response: http.client.HTTPResponse, deadline: float) -> bytes:
    """What arrives of the answer until it ends, is cut off, grows too long, or takes too long."""
    parts: list[bytes] = []
    size = 0
    try:
        while size < _MOST_ANSWER_BYTES and time.monotonic() < deadline and (part := response.read1(_CHUNK)):
            parts.append(part)
            size += len(part)
    except (OSError, http.client.HTTPException):
        pass
    return b"".join(parts)
