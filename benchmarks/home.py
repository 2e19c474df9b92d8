"""How long Home takes with 500 purchases from 12 stores.

Run with ``python -m benchmarks.home``; no screen is needed and no store is asked.
The yardstick is 100 ms from the click to the page: what a person takes for "at once".
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from pathlib import Path

import companion.ui  # noqa: F401 - before PySide6, as in the program

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QTimer

from benchmarks.purchases import bought
from companion.services.container.store import Services, build_window_services
from companion.services.store.keychain.keychain import Keychain
from companion.ui.app.application import WindowedProgram, application
from companion.ui.look.theme import LIGHT
from companion.ui.navigation import Destination
from tests.kits.memory_keychain import MemoryKeychain

PURCHASES, STORES, ROUNDS = 500, 12, 9


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


def main() -> None:
    """Measure and print."""
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
        print(f"Home with {PURCHASES} purchases from {STORES} stores: {statistics.median(times):.0f} ms "
              f"(median of {ROUNDS}, slowest {max(times):.0f} ms)")  # fmt: skip
        program.close()
        services.close()


if __name__ == "__main__":
    main()
