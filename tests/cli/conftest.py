"""Commands against a real store on loopback, and servers that answer wrongly on purpose."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from companion.demo.server import DemoStore
from companion.services.app.resources import resource
from tests.kits.cli import Answer, Cli, Wire
from tests.kits.linux import programs as programs


@pytest.fixture
def bare(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Commands without any store, and without the developer's keychain."""
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/no-bus")
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    return Cli(tmp_path / "home", capsys, monkeypatch)


@pytest.fixture
def cli(bare: Cli, demo_store: DemoStore) -> Iterator[Cli]:
    """Commands against a demo store."""
    bare.store, bare.url = demo_store, demo_store.url
    yield bare
    for listed in bare("orders", "list", "--json").json.get("orders", ()):
        bare("orders", "remove", listed["orderNumber"], "--for-good")


@pytest.fixture
def answering() -> Iterator[Callable[[Answer], str]]:
    """Starts servers that answer every request as told, however wrong; gives their address."""
    servers: list[ThreadingHTTPServer] = []

    def start(answer: Answer) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                self.rfile.read(length)
                answer(self)

            do_POST = do_HEAD = do_PUT = do_GET

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def wire(bare: Cli, tmp_path: Path) -> Iterator[Wire]:
    made = Wire()
    profile = resource("profiles/larkfield.json").read_bytes()
    with DemoStore(
        tmp_path / "store", profile=profile, system="linux", size=40_000, password_cost=2, drop_answer=made.drop
    ) as store:
        bare.store, bare.url = store, store.url
        yield made
