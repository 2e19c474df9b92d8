"""Quitting ends the program at once, whatever its work is waiting for."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from companion.demo.server import DemoStore
from companion.services.container.store import Services, build_services
from companion.services.store.keychain import Keychain
from companion.ui.app.application import WindowedProgram
from companion.ui.look.theme import LIGHT
from tests.kits.keychain import GatedBackend

GUARD = 20.0
"""Seconds after which the keychain answers all the same, so that a failing test ends; nothing is measured by it."""


@pytest.fixture
def backend() -> Iterator[GatedBackend]:
    made = GatedBackend()
    yield made
    made.gate.set()


@pytest.fixture
def services(tmp_path: Path, store: DemoStore, backend: GatedBackend) -> Iterator[Services]:
    made = build_services(tmp_path / "home", store.url, keychain=Keychain(backend=backend))
    yield made
    made.close()


def test_quitting_does_not_wait_for_a_locked_keychain(
    qapp: QApplication, services: Services, backend: GatedBackend
) -> None:
    program = WindowedProgram(qapp, services, theme=LIGHT)
    backend.lock()
    owner, rescued = QObject(), threading.Event()

    def answer_after_all() -> None:
        rescued.set()
        backend.gate.set()

    def ask(number: int) -> None:
        program.runner.run(owner, lambda _: services.orders.lookup.in_keychain(f"LF-{number}"), lambda _: None)

    rescue = threading.Timer(GUARD, answer_after_all)
    for number in range(8):  # more than the pool has threads
        ask(number)
    assert backend.asked.wait(GUARD)
    rescue.start()
    program.close()
    rescue.cancel()
    assert not rescued.is_set(), "it waited until the keychain answered"
    assert len(backend.calls) == 1
    program.window.deleteLater()
