"""Fixtures of the tests of downloads."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.kits.faulty_server import FaultyServer, Script
from tests.kits.network import Authority


@pytest.fixture(scope="session")
def content() -> bytes:
    """8 MiB and a bit that do not repeat."""
    return random.Random(7).randbytes(8 * 1024 * 1024 + 12345)


@pytest.fixture
def start() -> Iterator[Callable[..., FaultyServer]]:
    """Starts servers that are closed at the end of the test."""
    servers: list[FaultyServer] = []

    def begin(content: bytes, script: Script | None = None, **options: Any) -> FaultyServer:
        servers.append(FaultyServer(content, script, **options))
        return servers[-1]

    yield begin
    for server in servers:
        server.close()


@pytest.fixture
def authority(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """The only certificate authority that this computer trusts."""
    folder = tmp_path_factory.mktemp("authority")
    made = Authority("Trusted", folder)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.file))
    monkeypatch.setenv("SSL_CERT_DIR", str(folder))
    return made
