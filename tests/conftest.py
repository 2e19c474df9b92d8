"""What every test shares: Qt without a screen, and an environment that holds nothing of the developer's own."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from pytestqt.qtbot import QtBot

from companion.demo.server import DemoStore
from companion.services.app.resources import resource
from tests.kits.linux import live_in
from tests.kits.package_tools import turn

# Before any test imports Qt; end-to-end tests start their own programs with another platform.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
for name in ("COMPANION_HOME", "COMPANION_STORE", "http_proxy", "https_proxy", "all_proxy", "no_proxy"):
    os.environ.pop(name, None)
    os.environ.pop(name.upper(), None)

_PATIENCE = 60_000
"""Milliseconds that a test waits for the window; a machine that is busy takes longer than pytest-qt's five seconds."""
_BEFORE_A_LOOK = 20_000
"""Objects that may be garbage after a test; looking through all of them takes some hundredths of a second."""

# Every run tries the same examples of a property, so that a failure tells of a change. With `--hypothesis-profile
# random` each run tries others. How long an example takes, or is sought, tells of the machine only.
settings.register_profile("same", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("random", settings.get_profile("same"), derandomize=False)
# What `dev.py test --quick` tries of each property; the run of all tests tries a hundred.
settings.register_profile("quick", settings.get_profile("same"), max_examples=25)
settings.load_profile("same")

# Importing and collecting tests makes hardly any garbage, and looking for it would take a tenth of the time.
gc.disable()

SYSTEM = {"win32": "windows", "darwin": "macos"}.get(sys.platform, "linux")


def pytest_collection_finish() -> None:
    """What was imported and collected stays: it need not be looked through for garbage again."""
    gc.freeze()
    gc.enable()


class PatientBot(QtBot):
    """Waits for what a test names for as long as a busy machine takes."""

    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = _PATIENCE) -> None:
        super().waitUntil(callback, timeout=timeout)

    def waitSignal(self, signal: Any, *, timeout: int = _PATIENCE, **options: Any) -> Any:
        return super().waitSignal(signal, timeout=timeout, **options)

    def waitActive(self, widget: Any, *, timeout: int = _PATIENCE) -> Any:
        return super().waitActive(widget, timeout=timeout)

    def waitExposed(self, widget: Any, *, timeout: int = _PATIENCE) -> Any:
        return super().waitExposed(widget, timeout=timeout)


@pytest.fixture
def qtbot(qapp: object, request: pytest.FixtureRequest) -> QtBot:
    """The bot of pytest-qt, with more patience."""
    return PatientBot(request)


@pytest.fixture(autouse=True)
def garbage() -> Iterator[None]:
    """Once a window was open in this process Python looks for garbage no longer by itself (`TaskRunner`)."""
    yield
    if not gc.isenabled() and gc.get_count()[0] > _BEFORE_A_LOOK:
        gc.collect()


@pytest.fixture
def package_tools() -> Iterator[None]:
    """Package tools run in this test, and no check of this PC in another one meanwhile."""
    with turn(alone=True):
        yield


@pytest.fixture
def demo_store(tmp_path: Path) -> Iterator[DemoStore]:
    """A running demo store with a small artifact for this system, in a folder of its own."""
    profile = resource("profiles/larkfield.json").read_bytes()
    with DemoStore(tmp_path / "store", profile=profile, system=SYSTEM, size=2**20, password_cost=2) as store:
        yield store


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder with nothing in it, which this process and what it starts believe in."""
    return live_in(tmp_path / "person", monkeypatch)


@pytest.fixture
def mail_helper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An autostart entry of a person's own, in the form of Linux, in a home of the test's own."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    entry = tmp_path / "config" / "autostart" / "MailHelper.desktop"
    entry.parent.mkdir(parents=True)
    entry.write_text("[Desktop Entry]\nType=Application\nName=MailHelper\nExec=/usr/bin/outlook\n")
    return entry
