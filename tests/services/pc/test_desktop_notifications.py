"""Notices at a daemon on a session bus of the test's own, beside a program that pretends to be that daemon."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from companion.services.pc.desktop_notifications import DesktopNotifications
from tests.kits.waiting import until

if sys.platform.startswith("linux"):
    from tests.kits.notification_daemon import Daemon, Stranger

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs a session bus")


class Program:
    """What the program hears of its notices."""

    def __init__(self) -> None:
        self.pressed: list[tuple[int, str]] = []
        self.closed: list[int] = []
        self.notices = DesktopNotifications(
            lambda identity, action: self.pressed.append((identity, action)), self.closed.append
        )

    def show(self) -> int:
        buttons = (("turnOffAutoRenewal", "Switch off"), ("later", "Later"))
        return self.notices.show("Renews soon", "…", buttons, replaces=0, stays=True)


@pytest.fixture
def daemon(session_bus: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Daemon]:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", session_bus["DBUS_SESSION_BUS_ADDRESS"])
    made = Daemon()
    yield made
    made.end()


@pytest.fixture
def program(daemon: Daemon) -> Iterator[Program]:
    made = Program()
    yield made
    made.notices.close()


@pytest.fixture
def stranger(daemon: Daemon) -> Iterator[Stranger]:
    made = Stranger()
    yield made
    made.end()


def test_a_button_has_a_code_of_its_own_each_time(program: Program, daemon: Daemon) -> None:
    first, second = program.show(), program.show()
    codes = [code for _, actions in daemon.shown for code in actions[::2]]
    assert len(set(codes)) == 4
    assert all(len(code) >= 20 for code in codes)
    assert not {"turnOffAutoRenewal", "later"} & set(codes)
    daemon.press(first, codes[0])
    until(lambda: program.pressed == [(first, "turnOffAutoRenewal")])
    # A code belongs to one notice, and what is no button presses nothing.
    daemon.press(second, codes[0])
    daemon.press(second, "turnOffAutoRenewal")
    daemon.press(second, codes[3])
    until(lambda: program.pressed[1:] == [(second, "later")])
    daemon.press(second, "default")
    until(lambda: program.pressed[2:] == [(second, "default")])
    daemon.take_away(second)
    until(lambda: program.closed == [second])


def test_a_stranger_presses_no_button(program: Program, daemon: Daemon, stranger: Stranger) -> None:
    """Any program in the session can send the signals, also to this program alone, and even with the right code."""
    identity = program.show()
    first, second = daemon.shown[0][1][::2]
    stranger.forge(identity, (first, "default", "turnOffAutoRenewal"), daemon.client)
    daemon.press(identity, second)
    until(lambda: program.pressed)
    assert program.pressed == [(identity, "later")]
    assert program.closed == []


def test_a_daemon_that_starts_anew_is_believed_and_its_forerunner_is_not(program: Program, daemon: Daemon) -> None:
    identity = program.show()
    old = daemon.shown[0][1][0]
    daemon.leave()
    until(lambda: program.closed == [identity])
    second = Daemon()
    try:
        again = program.show()
        assert again == identity, "it counts anew"
        daemon.press(again, second.shown[0][1][0])
        second.press(again, old)
        second.press(again, second.shown[0][1][2])
        until(lambda: program.pressed)
        assert program.pressed == [(again, "later")]
    finally:
        second.end()
