"""The tray on a real desktop: its icon and menu under real clicks, notices at a real daemon, and their buttons."""

from __future__ import annotations

import datetime as dt
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import partial

import pytest

from companion.demo.customers import Account
from companion.demo.server import DemoStore
from companion.domain.core.model import Secret
from companion.domain.store.orders import Order
from companion.services.storage.database import Library
from companion.services.store.calls.client import StoreClient
from companion.services.store.keychain.keychain import Credentials
from tests.kits.desktop import Desktop, desktop
from tests.kits.waiting import repeating, until

__all__ = ["desktop"]
pytestmark = pytest.mark.desktop


class Person:
    """A person at a desktop who has added the order that renews in six days; it is noon where they are."""

    def __init__(self, desktop: Desktop, store: DemoStore) -> None:
        self.desktop, self.store = desktop, store
        self.home = desktop.folder / "home"
        hour = dt.datetime.now(dt.UTC).hour
        # POSIX counts zones westwards: at 03 UTC it is noon at UTC+9, which is called Etc/GMT-9.
        desktop.environment["TZ"] = f"Etc/GMT{hour - 12:+d}"
        self.account: Account = next(each for each in store.accounts if "Renews in 6 days" in each.about)
        self.programs: list[subprocess.Popen[bytes]] = []
        added = subprocess.run(
            [*self._words(), "orders", "add", self.account.order_number, "--password-stdin"],
            env=desktop.environment, input=self.account.order_password.encode(), capture_output=True, timeout=60,
        )  # fmt: skip
        assert added.returncode == 0, added.stderr

    def _words(self) -> list[str]:
        return [sys.executable, "-m", "companion", "--home", str(self.home), "--store", self.store.url]

    def start(self, *options: str) -> subprocess.Popen[bytes]:
        with (self.desktop.folder / f"program-{len(self.programs)}.log").open("wb") as log:
            program = subprocess.Popen(
                [*self._words(), *options], env=self.desktop.environment, stdout=log, stderr=subprocess.STDOUT
            )
        self.programs.append(program)
        return program

    def at_the_store(self) -> Order:
        """The order as the store has it."""
        client = StoreClient(self.store.url)
        password = Credentials(order_password=Secret(self.account.order_password))
        session = client.open_session(self.account.order_number, password)
        fresh = client.order(self.account.order_number, session.token)
        client.close()
        assert fresh is not None
        return fresh.value

    def noted(self) -> list[bool]:
        """Of each reminder in the library, whether it is marked as shown."""
        library = Library(self.home / "library.db")
        found = [entry.shown_at is not None for entry in library.reminders(self.store.url)]
        library.close()
        return found

    def receipts(self) -> int:
        library = Library(self.home / "library.db")
        found = len(library.receipts(self.store.url, self.account.order_number))
        library.close()
        return found


@pytest.fixture
def person(desktop: Desktop, demo_store: DemoStore) -> Iterator[Person]:
    made = Person(desktop, demo_store)
    yield made
    for program in made.programs:
        if program.poll() is None:
            program.terminate()
            program.wait(20)


@pytest.mark.slow
def test_from_the_notice_to_auto_renewal_being_off(person: Person, desktop: Desktop) -> None:
    assert person.at_the_store().subscriptions[0].auto_renew
    program = person.start("--tray")
    until(desktop.tray_icon)
    assert desktop.main_window() is None, "it starts in the tray"
    until(lambda: "renews in 6 days at a higher price" in desktop.notices() and desktop.shown())
    assert "59.95" in desktop.notices()
    until(lambda: person.noted() == [True])
    desktop.picture("notice")
    repeating(partial(desktop.choose, "Switch off auto-renewal"), desktop.main_window, every=15)
    until(lambda: desktop.windows("--name", "Auto-renewal of"))
    desktop.picture("question")
    assert person.at_the_store().subscriptions[0].auto_renew, "a notice alone switches nothing"
    repeating(partial(_agree, desktop), lambda: not person.at_the_store().subscriptions[0].auto_renew, every=15)
    until(lambda: person.receipts() == 1)
    desktop.picture("off")
    assert "runs out" not in desktop.notices(), "who switched it off knows"
    program.terminate()
    assert program.wait(20) == 0, "ended in an orderly way by the signal of a log-off"
    # A restart shows nothing of it again.
    said = desktop.notices().count("member=Notify")
    person.start("--tray")
    # What is due is looked at before the window opens; the store is not asked again so soon.
    _choose_in_menu(desktop, 0)
    until(desktop.main_window)
    assert desktop.notices().count("renews in 6 days at a higher price") == 1
    assert desktop.notices().count("member=Notify") == said


@pytest.mark.slow
def test_the_menu_opens_the_window_and_quit_really_quits(person: Person, desktop: Desktop) -> None:
    program = person.start("--tray")
    until(desktop.tray_icon)
    _choose_in_menu(desktop, 0)
    until(desktop.main_window)
    desktop.picture("window")
    repeating(partial(_close_the_window, desktop), lambda: desktop.main_window() is None)
    assert program.poll() is None, "closing the window leaves the program in the tray"
    until(lambda: "Companion stays here" in desktop.notices())
    _choose_in_menu(desktop, -1)
    assert program.wait(20) == 0
    until(lambda: desktop.tray_icon() is None)


@pytest.mark.slow
def test_a_second_start_shows_the_first_ones_window_and_ends(person: Person, desktop: Desktop) -> None:
    first = person.start("--tray")
    until(desktop.tray_icon)
    second = person.start()
    assert second.wait(20) == 0
    until(desktop.main_window)
    assert first.poll() is None
    assert person.start("--tray").wait(20) == 0
    # One that was killed leaves its lock behind; the next start takes it over.
    first.send_signal(signal.SIGKILL)
    first.wait(20)
    third = person.start()
    until(desktop.main_window)
    assert third.poll() is None


def _agree(desktop: Desktop) -> None:
    """Press "Switch off" by the keyboard: it comes after the button that leaves it as it is, which has the focus."""
    for identity, *_ in desktop.windows("--name", "Auto-renewal of"):
        desktop.tool("windowactivate", "--sync", identity, "key", "Tab", "key", "space")


def _choose_in_menu(desktop: Desktop, position: int) -> None:
    """Open the icon's menu with the right button and click one of its lines, counted from the top or the end."""
    repeating(partial(_press_the_icon, desktop), desktop.menus)
    desktop.picture("menu")
    repeating(partial(_click_in_menu, desktop, position), lambda: not desktop.menus())


def _click_in_menu(desktop: Desktop, position: int) -> None:
    for _, x, y, width, height in desktop.menus()[:1]:
        desktop.click(x + width // 2, y + 16 if position == 0 else y + height - 16)


def _press_the_icon(desktop: Desktop) -> None:
    if icon := desktop.tray_icon():
        desktop.click(*icon, button=3)


def _close_the_window(desktop: Desktop) -> None:
    if window := desktop.main_window():
        desktop.tool("windowactivate", "--sync", window[0], "key", "alt+F4")
