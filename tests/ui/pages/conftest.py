"""The program of a person who knows no store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from companion.services.container.store import Services, build_window_services
from companion.services.store.keychain.keychain import Keychain
from companion.ui.app.application import WindowedProgram
from companion.ui.look.theme import LIGHT
from tests.kits.memory_keychain import MemoryKeychain


@pytest.fixture
def keychain() -> MemoryKeychain:
    """What the person's keychain holds."""
    return MemoryKeychain()


@pytest.fixture
def own_services(tmp_path: Path, keychain: MemoryKeychain, monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    """Services in a fresh home, without any store."""
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/no-bus")
    made = build_window_services(tmp_path / "own", None, keychain=Keychain(backend=keychain))
    yield made
    made.close()


@pytest.fixture
def fresh(qapp: QApplication, qtbot: QtBot, own_services: Services) -> Iterator[WindowedProgram]:
    """The program in its first minute, with its window shown."""
    made = WindowedProgram(qapp, own_services, theme=LIGHT)
    with qtbot.waitSignal(made.app_state.changed):
        made.start(in_tray=False)
    qtbot.waitUntil(lambda: not made.runner.busy)
    yield made
    made.close()
    made.window.deleteLater()
