"""Checking the connection to the store step by step with a small known file, over sockets of its own."""

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
    NetworkProblem,
    NetworkReport,
    NetworkStep,
    StepObservation,
    StepResult,
    network_report,
    step_result,
)
from companion.domain.store.profile import Probe
from companion.services.app.cancellation import Cancellation
from companion.services.http.addresses import require_safe_url
from companion.services.http.session import USER_AGENT, proxies_for

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
    import truststore  # here and below, because a store on loopback needs no certificates

    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def public_trust() -> ssl.SSLContext:
    """The publicly trusted certificates, without those that were added to this PC."""
    import certifi

    return ssl.create_default_context(cafile=certifi.where())


def system_proxy(url: str) -> str | None:
    """Returns the proxy that the operating system names for `url`."""
    return proxies_for(url).get(urllib.parse.urlsplit(url).scheme)


class NetworkDiagnostics:
    """Checks the connection to a store. `limit` is how many seconds a step may take.

    `trust` and `public` tell certificates apart: one that only this PC trusts comes from a program in between.
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

    def check(self, store: str, probe: Probe, on_step: OnStep, cancellation: Cancellation) -> NetworkReport:
        """Take every step towards `probe` of the store at URL `store`; stops at the first that leads nowhere.

        Raises `Cancelled`, and `CompanionError` ``not-allowed`` for an address that is not safe.
        """
        url = require_safe_url(urllib.parse.urljoin(store.rstrip("/") + "/", probe.url))
        steps = _NetworkCheck(_Route.to(url, self._proxy(url)), self._trust, self._public, self._limit)
        seen: list[StepObservation] = []

        def note(step: StepObservation) -> bool:
            seen.append(step)
            on_step(step_result(step))
            cancellation.check()
            return step.problem is None

        cancellation.check()
        # Each step is taken only if the one before led somewhere; content is looked at even where ranges fail.
        _ = (
            note(steps.name())
            and note(steps.connect())
            and note(steps.encrypt())
            and self._transfer(steps, probe, note)
        )
        return network_report(tuple(seen))

    def _transfer(self, steps: _NetworkCheck, probe: Probe, note: Callable[[StepObservation], bool]) -> bool:
        answer, whole = steps.answer(probe)
        if not note(answer):
            return False
        ranged = note(steps.range(probe, whole))
        return note(steps.content(probe, whole, answer.via)) and ranged


@dataclasses.dataclass(frozen=True)
class _Route:
    """Where to go: the store's host, and the proxy before it."""

    host: str
    port: int
    secure: bool
    target: str
    proxy_host: str | None = None
    proxy_port: int = 0
    proxy_secret: str | None = None

    @classmethod
    def to(cls, url: str, proxy: str | None) -> _Route:
        parts = urllib.parse.urlsplit(url)
        secure = parts.scheme == "https"
        port = parts.port or (443 if secure else 80)
        target = urllib.parse.urlunsplit(("", "", parts.path or "/", parts.query, ""))
        route = cls(host=parts.hostname or "", port=port, secure=secure, target=target)
        if proxy is None:
            return route
        there = urllib.parse.urlsplit(proxy)
        secret = None
        if there.username is not None:
            pair = f"{urllib.parse.unquote(there.username)}:{urllib.parse.unquote(there.password or '')}"
            secret = "Basic " + base64.b64encode(pair.encode()).decode()
        return dataclasses.replace(route, proxy_host=there.hostname, proxy_port=there.port or 8080, proxy_secret=secret)

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

    def __init__(self, problem: NetworkProblem, status: int | None = None) -> None:
        super().__init__(problem.value)
        self.problem = problem
        self.status = status


class _NetworkCheck:
    """One check of the network: its steps in order, each a method that returns what it observed."""

    def __init__(self, route: _Route, trust: Trust, public: Trust, limit: float) -> None:
        self._route = route
        self._trust = trust
        self._public = public
        self._limit = limit
        self._addresses: tuple[str, ...] = ()

    def name(self) -> StepObservation:
        start = time.monotonic()
        host, port = self._route.first
        answers: queue.SimpleQueue[tuple[str, ...] | NetworkProblem] = queue.SimpleQueue()
        # Looking a name up has no time limit of its own, so it gets a thread that may be left behind.
        threading.Thread(target=_look_up, args=(host, port, answers), name="name", daemon=True).start()
        try:
            found = answers.get(timeout=self._limit)
        except queue.Empty:
            found = NetworkProblem.NO_NAME_SERVICE
        if isinstance(found, NetworkProblem):
            return msgspec.structs.replace(self._seen(NetworkStep.NAME, start), host=host, problem=found)
        self._addresses = found
        return msgspec.structs.replace(self._seen(NetworkStep.NAME, start), host=host, addresses=found)

    def connect(self) -> StepObservation:
        start = time.monotonic()
        try:
            self._open().close()
        except _Refusal as refusal:
            return self._failed(NetworkStep.CONNECTION, start, refusal)
        return self._seen(NetworkStep.CONNECTION, start)

    def encrypt(self) -> StepObservation:
        start = time.monotonic()
        if not self._route.secure:
            reason = "The store runs on this very PC: nothing needs to be encrypted."
            return StepObservation(step=NetworkStep.ENCRYPTION, skipped=reason, host=self._route.host)
        try:
            issuer = self._issuer(self._trust())
        except _Refusal as refusal:
            seen = self._failed(NetworkStep.ENCRYPTION, start, refusal)
            return msgspec.structs.replace(seen, issuer=self._issuer_unverified())
        seen = self._seen(NetworkStep.ENCRYPTION, start)
        return msgspec.structs.replace(seen, issuer=issuer, inspected=self._only_trusted_here())

    def answer(self, probe: Probe) -> tuple[StepObservation, bytes]:
        """Ask for the whole probe; what comes back is the store's answer, or that of a device in between."""
        start = time.monotonic()
        try:
            response, body = self._request({})
        except _Refusal as refusal:
            return self._failed(NetworkStep.ANSWER, start, refusal), b""
        seen = self._answered(NetworkStep.ANSWER, start, response)
        kind = (response.getheader("Content-Type") or "").partition(";")[0].strip().lower()
        if response.status == 511 or response.status in (301, 302, 303, 307, 308) or kind == "text/html":
            place = urllib.parse.urlsplit(response.getheader("Location") or "").hostname
            if response.status in (200, 511) or place not in (None, self._route.host):
                return msgspec.structs.replace(seen, problem=NetworkProblem.PORTAL, place=place), b""
        if response.status == 407:
            return msgspec.structs.replace(seen, problem=NetworkProblem.PROXY_LOG_IN), b""
        if response.status != 200:
            return msgspec.structs.replace(seen, problem=NetworkProblem.WRONG_STATUS), b""
        return seen, body[: probe.size + 1]

    def range(self, probe: Probe, whole: bytes) -> StepObservation:
        """Ask for a part from the middle (RFC 9110 §14): it must be that part and nothing else."""
        start = time.monotonic()
        first, last = probe.size // 4, max(probe.size // 4, probe.size // 2 - 1)
        try:
            response, body = self._request({"Range": f"bytes={first}-{last}"})
        except _Refusal as refusal:
            return self._failed(NetworkStep.RANGE, start, refusal)
        seen = self._answered(NetworkStep.RANGE, start, response)
        if response.status != 206:
            problem = NetworkProblem.RANGE_IGNORED if response.status == 200 else NetworkProblem.WRONG_STATUS
            return msgspec.structs.replace(seen, problem=problem)
        named = response.getheader("Content-Range") == f"bytes {first}-{last}/{probe.size}"
        intact = hashlib.sha256(whole).hexdigest() != probe.sha256 or body == whole[first : last + 1]
        if not named or len(body) != last - first + 1 or not intact:
            return msgspec.structs.replace(seen, problem=NetworkProblem.RANGE_WRONG)
        return seen

    def content(self, probe: Probe, whole: bytes, via: str | None) -> StepObservation:
        """Whether the whole probe is byte for byte what the store has."""
        seen = StepObservation(step=NetworkStep.CONTENT, host=self._route.host, via=via)
        if len(whole) < probe.size:
            return msgspec.structs.replace(seen, problem=NetworkProblem.CUT_SHORT)
        if len(whole) != probe.size or hashlib.sha256(whole).hexdigest() != probe.sha256:
            return msgspec.structs.replace(seen, problem=NetworkProblem.CHANGED)
        return seen

    def _seen(self, step: NetworkStep, start: float) -> StepObservation:
        port = self._route.first[1]
        elapsed = (time.monotonic() - start) * 1000
        return StepObservation(
            step=step, milliseconds=elapsed, host=self._route.host, port=port, proxy=self._route.proxy
        )

    def _failed(self, step: NetworkStep, start: float, refusal: _Refusal) -> StepObservation:
        return msgspec.structs.replace(self._seen(step, start), problem=refusal.problem, status=refusal.status)

    def _answered(self, step: NetworkStep, start: float, response: http.client.HTTPResponse) -> StepObservation:
        via = "".join(letter for letter in response.getheader("Via") or "" if letter.isprintable())[:80]
        return msgspec.structs.replace(self._seen(step, start), status=response.status, via=via or None)

    def _open(self) -> socket.socket:
        """A connection to the first host on the route, trying each of its addresses."""
        failure = _Refusal(NetworkProblem.UNREACHABLE)
        for address in self._addresses:
            try:
                return socket.create_connection((address, self._route.first[1]), timeout=self._limit)
            except TimeoutError:
                failure = _Refusal(NetworkProblem.SILENT)
            except ConnectionRefusedError:
                failure = _Refusal(NetworkProblem.REFUSED)
            except OSError:
                continue
        raise failure

    def _tunnel(self) -> socket.socket:
        """A connection over which the store itself is spoken to: through the proxy by CONNECT (RFC 9110 §9.3.6)."""
        link = self._open()
        if not self._route.proxy_host or not self._route.secure:
            return link
        try:
            name = f"[{self._route.host}]" if ":" in self._route.host else self._route.host
            secret = f"Proxy-Authorization: {self._route.proxy_secret}\r\n" if self._route.proxy_secret else ""
            place = f"{name}:{self._route.port}"
            link.sendall(f"CONNECT {place} HTTP/1.1\r\nHost: {place}\r\n{secret}\r\n".encode("ascii"))
            response = http.client.HTTPResponse(link, method="CONNECT")
            response.begin()
        except (OSError, http.client.HTTPException):
            link.close()
            raise _Refusal(NetworkProblem.CUT_OFF) from None
        if response.status == 200:
            return link
        link.close()
        raise _Refusal(
            NetworkProblem.PROXY_LOG_IN if response.status == 407 else NetworkProblem.PROXY_REFUSES, response.status
        )

    def _encrypted(self, context: ssl.SSLContext) -> ssl.SSLSocket:
        link = self._tunnel()
        try:
            return context.wrap_socket(link, server_hostname=self._route.host)
        except ssl.SSLCertVerificationError as error:
            link.close()
            raise _Refusal(_complaint(error)) from None
        except TimeoutError:
            link.close()
            raise _Refusal(NetworkProblem.SILENT) from None
        except OSError:
            link.close()
            raise _Refusal(NetworkProblem.CUT_OFF) from None

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
            return refusal.problem is NetworkProblem.UNTRUSTED
        return False

    def _request(self, headers: dict[str, str]) -> tuple[http.client.HTTPResponse, bytes]:
        """One GET on a connection of its own; at most a few megabytes of the answer are read."""
        link = self._encrypted(self._trust()) if self._route.secure else self._tunnel()
        connection = http.client.HTTPConnection(self._route.host, self._route.port, timeout=self._limit)
        connection.sock = link
        target = self._route.target
        if self._route.proxy_host and not self._route.secure:
            target = f"http://{self._route.host}:{self._route.port}{target}"
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
            raise _Refusal(NetworkProblem.SILENT) from None
        except (OSError, http.client.HTTPException):
            raise _Refusal(NetworkProblem.CUT_OFF) from None
        finally:
            connection.close()


def _complaint(error: ssl.SSLCertVerificationError) -> NetworkProblem:
    number = getattr(error, "verify_code", 0)
    if {number, number & 0xFFFFFFFF} & _EXPIRED:
        return NetworkProblem.EXPIRED
    return NetworkProblem.WRONG_NAME if {number, number & 0xFFFFFFFF} & _WRONG_NAME else NetworkProblem.UNTRUSTED


def _look_up(host: str, port: int, answers: queue.SimpleQueue[tuple[str, ...] | NetworkProblem]) -> None:
    try:
        rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        known = error.errno in (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME))
        answers.put(NetworkProblem.NO_SUCH_NAME if known else NetworkProblem.NO_NAME_SERVICE)
    except (OSError, UnicodeError):
        answers.put(NetworkProblem.NO_SUCH_NAME)
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
