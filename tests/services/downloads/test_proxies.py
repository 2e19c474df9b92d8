"""A proxy that wants a name and password: it lets the download through, and the password appears nowhere afterwards."""

from __future__ import annotations

import base64
import http.server
import json
import logging
import os
import subprocess
import sys
import threading
import traceback
import urllib.parse
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from companion.domain.core.errors import CompanionError
from tests.kits.downloads import MIB, QUICK, arrives, expect, fails, get
from tests.kits.faulty_server import FaultyServer, Reply, Request, serve_range
from tests.kits.network import Authority, Proxy, serving

Start = Callable[..., FaultyServer]
USER, PASSWORD = "office\\anna", "c4n4ry@x:/ %ü€"
LOGIN = f"{urllib.parse.quote(USER, safe='')}:{urllib.parse.quote(PASSWORD, safe='')}"
BASIC = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
CANARIES = ("c4n4ry", urllib.parse.quote(PASSWORD), LOGIN, BASIC.removeprefix("Basic "))
ONCE = msgspec.structs.replace(QUICK, most_retries=0, connect_seconds=1.0, patience=600.0)


class Gate(Proxy):
    """Tunnels to the port it knows for a name, for those who log in; `mute` accepts and never answers."""

    def __init__(self, known: dict[str, int]) -> None:
        super().__init__()
        self.known = known
        self.mute = threading.Event()
        self.leave = threading.Event()

    def connect(self, request: http.server.BaseHTTPRequestHandler) -> None:
        """Pass on, or refuse."""
        if self.mute.is_set():
            self.leave.wait(60)
        elif request.headers.get("Proxy-Authorization") != BASIC:
            request.send_response(407)
            request.send_header("Proxy-Authenticate", 'Basic realm="office"')
            request.send_header("Content-Length", "0")
            request.end_headers()
        else:
            request.path = f"127.0.0.1:{self.known[request.path]}"
            super().connect(request)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    """The proxy of this network; its log-in is in the environment, as the system hands it to programs."""
    with serving(Gate({})) as proxy:
        assert isinstance(proxy, Gate)
        address = proxy.url.replace("//", f"//{LOGIN}@")
        for name in ("http_proxy", "https_proxy"):
            monkeypatch.setenv(name, address)
        yield proxy
        proxy.leave.set()


def unseen(*texts: str | bytes) -> None:
    """None of the texts holds the password in any of its spellings."""
    for text in texts:
        shown = text if isinstance(text, str) else text.decode("latin-1")
        assert not [each for each in CANARIES if each in shown]


def shop(start: Start, gate: Gate, authority: Authority, content: bytes) -> FaultyServer:
    """A store that only the proxy can reach, at shop.test."""
    server = start(content, context=authority.context("shop.test"), host="shop.test")
    gate.known[f"shop.test:{server.port}"] = server.port
    return server


def test_a_download_through_it(
    start: Start, gate: Gate, authority: Authority, content: bytes, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="urllib3")
    server = shop(start, gate, authority, content)
    seen: list[bytes] = []

    def script(request: Request) -> Reply:
        seen.extend(path.read_bytes() for path in tmp_path.iterdir() if path.suffix != ".part")
        return replace(serve_range(request, content), cut_after=3 * MIB)

    server.script = script
    result = get(server.url(), expect(content), tmp_path)
    arrives(result, content)
    assert (result.retries, result.bytes_fetched) == (2, len(content))
    assert [path for path, _ in gate.requests] == [f"shop.test:{server.port}"] * 3
    assert all(headers["Proxy-Authorization"] == BASIC for _, headers in gate.requests)
    assert not [each for each in server.requests if "proxy-authorization" in each.headers]
    assert any("shop.test" in record.getMessage() for record in caplog.records)
    assert len(seen) >= 2
    unseen(caplog.text, *(str(each.headers) for each in server.requests), *seen)


@pytest.mark.parametrize("name", ["ALL_PROXY", "all_proxy"])
def test_a_proxy_for_everything(
    start: Start, gate: Gate, authority: Authority, content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:  # fmt: skip
    address = os.environ["https_proxy"]
    for each in ("http_proxy", "https_proxy"):
        monkeypatch.delenv(each)
    monkeypatch.setenv(name, address)
    server = shop(start, gate, authority, content)
    arrives(get(server.url(), expect(content), tmp_path), content)
    assert [path for path, _ in gate.requests] == [f"shop.test:{server.port}"]


def test_what_no_proxy_names_is_reached_directly(
    start: Start, gate: Gate, authority: Authority, content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", f"other.test,shop.test:{shop(start, gate, authority, content).port + 1},127.0.0.0/8")
    server = shop(start, gate, authority, content)
    monkeypatch.setenv("no_proxy", f"{os.environ['no_proxy']},shop.test:{server.port}")
    fails("network", server.url(), expect(content), tmp_path, ONCE)
    assert gate.requests == [], "the name is known to the proxy alone, and it was not asked"


@pytest.mark.parametrize("kind", ["socks5h", "socks4", "socks", "ftp"])
@pytest.mark.parametrize("name", ["ALL_PROXY", "https_proxy"])
def test_a_proxy_of_a_kind_that_cannot_be_used(
    content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, kind: str
) -> None:
    monkeypatch.setenv(name, f"{kind}://{LOGIN}@proxy.test:1080")
    error = fails("proxy-unusable", "https://shop.test/setup.bin", expect(content), tmp_path)
    assert name in error.message
    assert f"{kind}://proxy.test:1080" in error.message
    unseen(*everything(error), error.hint)


@pytest.mark.parametrize("address", ["http://:8080", "http://proxy.test:99999", "http://[::1"])
def test_a_proxy_whose_address_is_none(
    content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("https_proxy", address)
    assert "https_proxy" in fails("proxy-unusable", "https://shop.test/setup.bin", expect(content), tmp_path).message


def everything(error: BaseException) -> list[str]:
    """All that could be printed of an error, also of those it hides."""
    said = ["".join(traceback.format_exception(error))]
    while error is not None:
        said += [str(error), repr(error)]
        error = error.__cause__ or error.__context__  # type: ignore[assignment]
    return said


@pytest.mark.parametrize("fault", ["wrong", "none", "mute", "gone"])
def test_a_download_that_it_stops(
    start: Start,
    gate: Gate,
    authority: Authority,
    content: bytes,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    fault: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="urllib3")
    server = shop(start, gate, authority, content)
    server.script = lambda each: None if each.number else replace(serve_range(each, content), cut_after=3 * MIB)
    with pytest.raises(CompanionError):
        get(server.url(), msgspec.structs.replace(expect(content), sha256="0" * 64), tmp_path, options=ONCE)
    address = os.environ["https_proxy"]
    wrong = {"wrong": address.replace("//", "//x"), "none": gate.url, "gone": address.replace(gate.url[-5:], "1")}
    monkeypatch.setenv("https_proxy", wrong.get(fault, address))
    if fault == "mute":
        gate.mute.set()
    before = len(server.requests)
    error = fails(
        "proxy-login" if fault in ("wrong", "none") else "network", server.url(), expect(content), tmp_path, ONCE
    )
    assert len(server.requests) == before
    unseen(caplog.text, str(vars(error)), *everything(error))
    unseen(*(path.read_bytes() for path in tmp_path.iterdir() if path.suffix != ".part"))
    gate.mute.clear()
    monkeypatch.setenv("https_proxy", address)
    arrives(get(server.url(), expect(content), tmp_path), content)


def test_this_very_computer_is_reached_without_it(start: Start, gate: Gate, content: bytes, tmp_path: Path) -> None:
    """The only addresses without https that are used at all: the proxy never sees a request in clear."""
    server = start(content)
    arrives(get(server.url(), expect(content), tmp_path), content)
    fails("unsafe-address", "http://shop.test/setup.bin", expect(content), tmp_path / "2")
    assert gate.requests == []
    assert not [each for each in server.requests if "proxy-authorization" in each.headers]


@pytest.mark.parametrize("right", [True, False])
def test_the_whole_program(
    start: Start, gate: Gate, authority: Authority, content: bytes, tmp_path: Path, right: bool
) -> None:
    """In a process of its own, with its most detailed log: nothing it writes or prints holds the password."""
    server = shop(start, gate, authority, content)
    wanted = expect(content)
    words = ["-m", "companion", "--home", str(tmp_path / "home"), "--verbose", "fetch", server.url(), "--json"]
    words += ["--progress", "json", "--to", str(tmp_path / "to"), "--sha256", str(wanted.sha256)]
    address = os.environ["https_proxy"] if right else os.environ["https_proxy"].replace("//", "//x")
    ran = subprocess.run(
        [sys.executable, *words],
        env={**os.environ, "https_proxy": address},
        capture_output=True,
        text=True,
        check=False,
    )
    shown = json.loads(ran.stdout)
    if right:
        assert (ran.returncode, shown["bytesFetched"]) == (0, len(content))
        assert (tmp_path / "to" / "setup.bin").read_bytes() == content
    else:
        assert (ran.returncode, shown["error"]["code"]) == (3, "proxy-login")
    files = [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "setup.bin"]
    unseen(ran.stdout, ran.stderr, *(path.read_bytes() for path in files), *map(str, files))
