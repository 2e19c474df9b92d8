"""How long Home takes with 500 purchases from 12 stores.

Run with ``python -m benchmarks.home``; no screen is needed and no store is asked.
The yardstick is 100 ms from the click to the page: what a person takes for "at once".
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

import companion.ui  # noqa: F401 - before PySide6, as in the program

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QTimer

from benchmarks.figures import Figure, shown
from benchmarks.purchases import bought
from companion.services.container.store import Services, build_window_services
from companion.services.store.keychain.keychain import Keychain
from companion.ui.app.application import WindowedProgram, application
from companion.ui.look.theme import LIGHT
from companion.ui.navigation import Destination
from tests.kits.memory_keychain import MemoryKeychain

PURCHASES, STORES, ROUNDS = 500, 12, 9
MOST_MS = 100.0


def fill(services: Services) -> None:
    """Add the purchases."""
    now = services.clock()
    for number in range(PURCHASES):
        services.owned.purchases.add(bought(number, STORES, now), as_new=True)


def settle(program: WindowedProgram) -> None:
    """Let the window work until nothing is under way."""
    while True:
        loop = QEventLoop()
        QTimer.singleShot(20, loop.quit)
        loop.exec()
        if not program.runner.busy:
            return


def measure() -> list[float]:
    """Returns how many milliseconds each click took."""
    with tempfile.TemporaryDirectory() as made:
        services = build_window_services(Path(made), None, keychain=Keychain(backend=MemoryKeychain()))
        fill(services)
        qt = application()
        program = WindowedProgram(qt, services, theme=LIGHT)
        program.start(in_tray=False)
        settle(program)
        home, times = program.window.page("home"), []
        for _ in range(ROUNDS):
            program.window.navigate_to(Destination("help"))
            settle(program)
            begun = time.perf_counter()
            home.show_values()
            program.window.navigate_to(Destination("home"))
            qt.processEvents()
            times.append((time.perf_counter() - begun) * 1000)
        program.close()
        services.close()
    return times


def figures() -> list[Figure]:
    """Returns how long Home takes."""
    times = measure()
    return [
        Figure(f"Home, {PURCHASES} purchases of {STORES} stores", statistics.median(times), "ms", MOST_MS),
        Figure("Home, the slowest", max(times), "ms"),
    ]


def main() -> int:
    return shown(figures())


if __name__ == "__main__":
    sys.exit(main())
