"""What the tests of the services share: a real Secret Service, and the services around a demo store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from companion.demo.server import DemoStore
from companion.services.keychain import Keychain
from companion.services.library import Library
from companion.services.store import StoreClient
from tests.kits.session import clean_environment, keyring_process, lock_keyring, secret_service, session_bus
from tests.kits.store import Desk

__all__ = ["clean_environment", "keyring_process", "lock_keyring", "secret_service", "session_bus"]


@pytest.fixture
def no_keychain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the developer's own keychain out of reach."""
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/no-bus")
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)


@pytest.fixture
def desk(demo_store: DemoStore, tmp_path: Path, no_keychain: None) -> Iterator[Desk]:
    """Orders at a demo store, without a keychain."""
    library, client = Library(tmp_path / "library.db"), StoreClient(demo_store.url)
    yield Desk(demo_store, library, Keychain(), client)
    client.close()
    library.close()
