"""How long the window takes for a list of 10,000: to show it, to put it in order anew, and for each key of a search.

Run with ``python -m benchmarks.lists``; no screen is needed and no store is asked. The library holds orders with a
download and three dates each, as many as make 10,000 rows. Every time counts from what the person or the program does
until the rows are shown and painted, with what is worked out on other threads in between. A page is shown that does not
exist yet, but whose modules are loaded. Prints the medians of several runs.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import companion.ui  # noqa: F401 - before PySide6, as in the program

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import msgspec
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QLineEdit

from benchmarks.figures import Figure, shown
from benchmarks.reminders import order
from companion.domain.core.serialization import decode
from companion.domain.store.look_plan import LookPlan
from companion.domain.store.orders import Order
from companion.domain.store.profile import Profile
from companion.services.app.resources import resource
from companion.services.container.store import Services, build_window_services
from companion.services.platforms import current
from companion.services.storage.database import Library
from companion.services.store.keychain.keychain import Keychain
from companion.services.store.look_plans import remember_plan
from companion.ui.app.application import WindowedProgram, application
from companion.ui.look.theme import LIGHT
from companion.ui.navigation import Destination, Page
from companion.ui.widgets.lists.long_list import LongList
from tests.kits.memory_keychain import MemoryKeychain

COUNT, RUNS = 10_000, 5
MOST_SHOWN_MS, MOST_SORTED_MS, MOST_KEY_MS = 100.0, 50.0, 20.0
PAGES = {"orders": COUNT, "downloads": COUNT, "reminders": COUNT // 3}
"""How many orders make a list of that many rows: an order has a download and three dates."""
STORE, TYPED = "https://larkfield.example", "lf-4711"
PATIENCE = 30.0


class Times(NamedTuple):
    """Milliseconds until a page shows its list, and until it has put the list in order anew."""

    shown: float
    sorted: float


def fill(home: Path, count: int) -> None:
    """Let the library hold orders, which the purchases mirror already."""
    home.mkdir(parents=True)
    library, chance, now = Library(home / "library.db"), random.Random(7), dt.datetime.now(dt.UTC)
    profile = decode(resource("profiles/larkfield.json").read_bytes(), Profile, source="the profile")
    library.remember_profile(STORE, profile, None, now)
    for number in range(count):
        read = _for_this_pc(order(number, chance, now))
        library.add_order(STORE, read.number, now)
        library.remember_order(STORE, read, None, now)
    library.remember_setting("mirroredOrders", "[" + ",".join(f'["{STORE}","LF-{n}"]' for n in range(count)) + "]")
    library.remember_setting("store", STORE)
    remember_plan(library, STORE, LookPlan(last=now))  # Asked just now, so that the window does not ask at once.
    library.close()


def _for_this_pc(known: Order) -> Order:
    platform = current().name
    fitting = tuple(msgspec.structs.replace(each, platform=platform) for each in known.downloads)
    return msgspec.structs.replace(known, downloads=fitting)


class Lists:
    """The real window with a library of 10,000."""

    def __init__(self, home: Path) -> None:
        self.services: Services = build_window_services(home, STORE, keychain=Keychain(backend=MemoryKeychain()))
        self.qt = application()
        self.program = WindowedProgram(self.qt, self.services, theme=LIGHT)
        self.program.start(in_tray=False)
        self.program.window.has_tray = lambda: True
        self.wait_until(lambda: not self.program.runner.busy)

    def wait_until(self, condition: Callable[[], bool]) -> None:
        """Let the window work until this is so and what follows is painted. Raises `TimeoutError`."""
        ends, loop, look = time.perf_counter() + PATIENCE, QEventLoop(), QTimer(interval=1)
        look.timeout.connect(lambda: loop.quit() if condition() or time.perf_counter() > ends else None)
        look.start()
        loop.exec()
        look.stop()
        if not condition():
            raise TimeoutError(f"this did not come in {PATIENCE:.0f} s")
        self.qt.processEvents()

    def settle(self) -> None:
        """Let the window work until nothing is under way for a while."""
        loop = QEventLoop()
        QTimer.singleShot(100, loop.quit)
        loop.exec()
        self.wait_until(lambda: not self.program.runner.busy)

    def shown(self, name: str) -> float:
        """Returns how long a page takes that does not exist yet, from the click until its list is painted."""
        window = self.program.window
        window.navigate_to(Destination("help"))  # The window comes back to the page it was closed on.
        self.settle()
        window.close()  # To the tray, which drops all pages.
        self.settle()
        window.bring_to_front()
        self.settle()
        begun = time.perf_counter()
        window.navigate_to(Destination(name))
        rows = _list_of(window.page(name))
        self.wait_until(lambda: rows.count > 0)
        return (time.perf_counter() - begun) * 1000

    def changed(self, page: Page, work: Callable[[], object]) -> float:
        """Returns how long it takes until the page that is seen shows other rows than before."""
        shown = _list_of(page)
        before = shown.rows
        begun = time.perf_counter()
        work()
        self.wait_until(lambda: shown.rows is not before)
        return (time.perf_counter() - begun) * 1000

    def measure(self, name: str) -> Times:
        """Returns what one page took."""
        self.shown(name)  # Loads its module.
        shown, put_in_order = [], []
        for _ in range(RUNS):
            self.settle()
            shown.append(self.shown(name))
            self.settle()
            page = self.program.window.page(name)
            put_in_order.append(self.changed(page, page.show_values))
        self.settle()
        return Times(statistics.median(shown), statistics.median(put_in_order))

    def keys(self) -> list[float]:
        """Returns what each key typed into the search of the orders took, the first to the last."""
        page = self.program.window.page("orders")
        self.program.window.navigate_to(Destination("orders"))
        self.settle()
        field = page.findChild(QLineEdit)
        assert field is not None
        took: list[list[float]] = [[] for _ in TYPED]
        for _ in range(RUNS):
            for end in range(1, len(TYPED) + 1):
                took[end - 1].append(self.changed(page, lambda end=end: field.setText(TYPED[:end])))  # type: ignore[misc]
                self.settle()
            self.changed(page, field.clear)
            self.settle()
        return [statistics.median(each) for each in took]

    def close(self) -> None:
        """Close everything."""
        self.program.close()
        self.services.close()


def _list_of(page: Page) -> LongList:
    found = page.findChild(LongList)
    assert found is not None
    return found


def figures() -> list[Figure]:
    """Returns what the lists took."""
    made, keys = [], list[float]()
    for count in sorted(set(PAGES.values()), reverse=True):
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder) / "home"
            fill(home, count)
            lists = Lists(home)
            for name in (name for name, orders in PAGES.items() if orders == count):
                shown, put_in_order = lists.measure(name)
                made += [
                    Figure(f"{name}, {COUNT:,} rows, shown", shown, "ms", MOST_SHOWN_MS),
                    Figure(f"{name}, {COUNT:,} rows, put in order anew", put_in_order, "ms", MOST_SORTED_MS),
                ]
            keys = keys or lists.keys()
            lists.close()
    return [
        *made,
        Figure(f"orders, {COUNT:,} rows, filtered, a key", statistics.median(keys), "ms", MOST_KEY_MS),
        Figure(f"orders, {COUNT:,} rows, filtered, the slowest key", max(keys), "ms", MOST_KEY_MS),
    ]


def main() -> int:
    return shown(figures())


if __name__ == "__main__":
    sys.exit(main())
