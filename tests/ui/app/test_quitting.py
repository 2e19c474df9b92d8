"""Quitting ends the program at once, whatever its work is waiting for."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from companion.demo.server import DemoStore
from companion.services.container.store import Services, build_services
from companion.services.store.keychain.keychain import Keychain
from companion.ui.app.application import WindowedProgram
from companion.ui.look.theme import LIGHT
from tests.kits.faulty_server import FaultyServer, Reply
from tests.kits.keychain import GatedBackend
from tests.kits.processes import ROOT
from tests.kits.waiting import until

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


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="signals of POSIX")
@pytest.mark.parametrize("number", ["SIGTERM", "SIGINT", "SIGHUP"])
@pytest.mark.parametrize("fault", [Reply(body=b" " * 10**6, dribble=0.05), Reply(body=b" ", stall_after=0)])
def test_a_signal_ends_the_program_while_its_store_never_ends_an_answer(
    tmp_path: Path, number: str, fault: Reply
) -> None:
    with FaultyServer(b"", lambda _: fault) as server:
        words = ["-m", "companion", "--home", str(tmp_path / "home"), "--store", server.url("")]
        window = subprocess.Popen(
            [sys.executable, *words],
            env={
                **os.environ,
                "QT_QPA_PLATFORM": "offscreen",
                "DBUS_SESSION_BUS_ADDRESS": f"unix:path={tmp_path}/none",
            },
        )
        try:
            until(lambda: server.requests)
            window.send_signal(getattr(signal, number))
            assert window.wait(30) == 0
        finally:
            window.kill()
            window.wait()


def test_a_program_that_cannot_end_is_ended(tmp_path: Path) -> None:
    """A thread that hangs in the system, which Python would wait for at its end."""
    code = (
        "import threading; from companion.ui.app.lifetime.shutdown import end_within\n"
        "threading.Thread(target=threading.Event().wait).start(); end_within(0.2)"
    )
    assert subprocess.run([sys.executable, "-c", code], timeout=60, cwd=ROOT).returncode == 0
