"""What the tests of the services share: a Secret Service, a demo store, and a home with real programs."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from companion.demo.server import DemoStore
from companion.domain.core import serialization
from companion.domain.pc.finding import Requirements
from companion.domain.store.profile import BlockerRule, Profile
from companion.services.app.resources import resource
from companion.services.platforms import current
from companion.services.platforms.linux.platform import linux as linux_services
from companion.services.platforms.protocol import PlatformServices
from companion.services.storage.database import Library
from companion.services.store.calls.client import StoreClient
from companion.services.store.keychain.keychain import Keychain
from tests.kits.linux import programs as programs
from tests.kits.session import (
    bare_session_bus,
    clean_environment,
    keyring_process,
    lock_keyring,
    secret_service,
    session_bus,
)
from tests.kits.store import StoreKit

__all__ = ["bare_session_bus", "clean_environment", "keyring_process", "lock_keyring", "secret_service", "session_bus"]


@pytest.fixture
def no_keychain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the developer's own keychain out of reach."""
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/no-bus")
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)


@pytest.fixture
def kit(demo_store: DemoStore, tmp_path: Path, no_keychain: None) -> Iterator[StoreKit]:
    """Orders at a demo store, without a keychain."""
    library, client = Library(tmp_path / "library.db"), StoreClient(demo_store.url)
    yield StoreKit(demo_store, library, Keychain(), client)
    client.close()
    library.close()


@pytest.fixture
def linux(home: Path) -> PlatformServices:
    """This machine as the app sees it."""
    if current().name != "linux":
        pytest.skip("needs Linux: real processes under /proc")
    return linux_services()


@pytest.fixture(scope="session")
def profile() -> Profile:
    """The invented vendor's profile."""
    return serialization.decode(resource("profiles/larkfield.json").read_bytes(), Profile, source="the shipped profile")


@pytest.fixture
def requirements(profile: Profile, tmp_path: Path) -> Callable[..., Requirements]:
    """What a job needs when `rules` are all that blocks."""

    def needs(rules: tuple[BlockerRule, ...] = (), **changes: object) -> Requirements:
        plain = Requirements(
            profile=msgspec.structs.replace(profile, blockers=rules),
            platform=current().name,
            destination=str(tmp_path / "downloads"),
        )
        return msgspec.structs.replace(plain, **changes)

    return needs


@pytest.fixture
def clock() -> Callable[[], dt.datetime]:
    return lambda: dt.datetime.now(dt.UTC)


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    """The name of a screen of our own."""
    reader, writer = os.pipe()
    # Without -noreset it starts over when its last client goes, and drops a client that comes in that moment.
    words = ["Xvfb", "-displayfd", str(writer), "-screen", "0", "800x600x24", "-nolisten", "tcp", "-noreset"]
    with subprocess.Popen(words, pass_fds=[writer], stderr=subprocess.DEVNULL) as server:
        os.close(writer)
        with os.fdopen(reader) as answer:
            number = answer.readline().strip()
        assert number, "the X server did not start"
        yield f":{number}"
        server.terminate()
