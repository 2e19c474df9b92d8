"""How long the program takes to start, beside a bare window and a typical one of the same tools.

Run with ``python -m benchmarks.start [--runs 7] [--json FILE]``; needs an X server or the offscreen platform. The
three programs are started in turn, each as a process of its own, and end when their window has been painted. A bare
window is PySide6 with one label; a typical one imports requests, keyring and sqlite3 and shows tabs with tables. Prints
the median times, the ratios to the typical one, and the memory that each holds then; the goal is a ratio of 1.1.
Afterwards the command line: ``companion --version`` and commands without a network, beside Python doing nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.figures import Figure

MOST_RATIO = 1.1
MOST_VERSION_MS, MOST_COMMAND_MS = 60.0, 150.0

_END_AT_FIRST_PAINT = """
import os, sys
from PySide6.QtCore import QEvent, QObject
class FirstPaint(QObject):
    def eventFilter(self, watched, event):
        if watched is window and event.type() is QEvent.Type.Paint:
            pages = int(open("/proc/self/statm").read().split()[1]) if sys.platform == "linux" else 0
            os.write(1, str(pages * os.sysconf("SC_PAGE_SIZE") if pages else 0).encode())
            os._exit(0)
        return False
first = FirstPaint()
window.installEventFilter(first)
"""
BARE = f"""
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow
qt = QApplication([])
window = QMainWindow()
window.setCentralWidget(QLabel("A window"))
{_END_AT_FIRST_PAINT}
window.show()
qt.exec()
"""
TYPICAL = f"""
import sqlite3, requests, keyring
from PySide6.QtWidgets import QApplication, QMainWindow, QTableWidget, QTableWidgetItem, QTabWidget
qt = QApplication([])
window = QMainWindow()
tabs = QTabWidget()
for name in ("Overview", "Orders", "Downloads", "Settings"):
    table = QTableWidget(20, 4)
    for row in range(20):
        for column in range(4):
            table.setItem(row, column, QTableWidgetItem(f"{{name}} {{row}} {{column}}"))
    tabs.addTab(table, name)
window.setCentralWidget(tabs)
db = sqlite3.connect(":memory:")
{_END_AT_FIRST_PAINT}
window.show()
qt.exec()
"""
OURS = f"""
import sys
from pathlib import Path
from companion.services.container.store import build_window_services
from companion.ui.app.application import WindowedProgram, application
services = build_window_services(Path(sys.argv[1]), None)
qt = application()
program = WindowedProgram(qt, services)
window = program.window
{_END_AT_FIRST_PAINT}
program.start(in_tray=False)
qt.exec()
"""
_NO_DIGEST = "0" * 64
COMMANDS: tuple[tuple[str, ...], ...] = (
    ("--version",),
    ("orders", "list", "--json"),
    ("purchases", "list", "--json"),
    ("stores", "list", "--json"),
    ("licences", "--json"),
    ("reminders", "--json"),
    ("directory", "list", "--json"),
    ("directory", "check", "resources/directory/1password.json", "--json"),
    ("receipts", "LF-1", "--json"),
    ("unfinished", "--json"),
    ("put-back", "--json"),
    ("keychain", "--json"),
    ("help-search", "licence", "--json"),
    ("identify", "tests/kits/installers/example.msi", "--json"),
    ("verify", "README.md", "--sha256", _NO_DIGEST, "--json"),
    ("preflight", "--json"),
    ("update", "--json"),
    ("quit", "--json"),
)
"""The commands that need no network, on a PC where nothing was bought yet."""


def run(words: Sequence[str], environment: dict[str, str]) -> tuple[float, str]:
    """Returns how many milliseconds a program took, and what it printed; bytecode is kept, as it is for everyone."""
    environment = {name: value for name, value in environment.items() if name != "PYTHONDONTWRITEBYTECODE"}
    begun = time.perf_counter()
    ran = subprocess.run(words, env=environment, capture_output=True, text=True, check=False, timeout=60)
    return (time.perf_counter() - begun) * 1000, ran.stdout


def windows(runs: int, home: Path) -> dict[str, dict[str, float]]:
    """Returns the medians of the three programs."""
    environment = dict(os.environ)
    if not environment.get("DISPLAY") and not environment.get("WAYLAND_DISPLAY"):
        environment["QT_QPA_PLATFORM"] = "offscreen"
    programs = {"bare window": BARE, "typical window": TYPICAL, "companion": OURS}
    times: dict[str, list[float]] = {name: [] for name in programs}
    sizes: dict[str, list[float]] = {name: [] for name in programs}
    for turn in range(runs + 1):
        for name, source in programs.items():
            took, said = run([sys.executable, "-c", source, str(home)], environment)
            if turn:  # The first start of each fills the disk's cache.
                times[name].append(took)
                sizes[name].append(int(said or 0) / 2**20)
    typical = statistics.median(times["typical window"])
    return {
        name: {
            "milliseconds": round(statistics.median(found), 1),
            "ratio": round(statistics.median(found) / typical, 3),
            "mebibytes": round(statistics.median(sizes[name]), 1),
        }
        for name, found in times.items()
    }


def commands(runs: int, home: Path) -> dict[str, dict[str, float]]:
    """Returns the medians of commands, and how much longer than Python alone each takes."""
    companion = [sys.executable, "-m", "companion", "--home", str(home)]
    programs = {"python": [sys.executable, "-c", "pass"]}
    programs |= {
        " ".join(word for word in words if word != _NO_DIGEST): [sys.executable, "-m", "companion", *words]
        if words == ("--version",)
        else [*companion, *words]
        for words in COMMANDS
    }
    times: dict[str, list[float]] = {name: [] for name in programs}
    for turn in range(runs + 1):
        for name, words in programs.items():
            took, _ = run(words, dict(os.environ))
            if turn:
                times[name].append(took)
    python = statistics.median(times["python"])
    return {
        name: {
            "milliseconds": round(statistics.median(found), 1),
            "over python": round(statistics.median(found) - python, 1),
        }
        for name, found in times.items()
    }


def figures(runs: int = 3) -> list[Figure]:
    """Returns how long a start takes beside others, and what the window holds when it is painted first."""
    with tempfile.TemporaryDirectory() as folder:
        found = windows(runs, Path(folder) / "home")
    ours, typical, bare = found["companion"], found["typical window"], found["bare window"]
    return [
        Figure("start, to a typical window", ours["ratio"], "×", MOST_RATIO),
        Figure("start, to a bare window", ours["milliseconds"] / bare["milliseconds"], "×"),
        Figure("memory at the first paint", ours["mebibytes"], "MiB"),
        Figure("memory of a typical window then", typical["mebibytes"], "MiB"),
        Figure("memory of a bare window then", bare["mebibytes"], "MiB"),
    ]


def figures_of_commands(runs: int = 3) -> list[Figure]:
    """Returns how long commands without a network take."""
    with tempfile.TemporaryDirectory() as folder:
        found = commands(runs, Path(folder) / "home")
    made = [Figure("companion --version", found["--version"]["milliseconds"], "ms", MOST_VERSION_MS)]
    for name, figure in found.items():
        if name not in ("python", "--version"):
            made.append(Figure(f"companion {name}, over Python", figure["over python"], "ms", MOST_COMMAND_MS))
    return made


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        started = windows(given.runs, Path(folder) / "home")
        asked = commands(given.runs, Path(folder) / "home")
    print("from the start to the painted window (medians)")
    for name, found in started.items():
        print(f"  {name:<24}{found['milliseconds']:>8} ms  {found['ratio']:>6} × typical  {found['mebibytes']:>6} MiB")
    print("a command without a network (medians)")
    for name, found in asked.items():
        print(f"  {name:<24}{found['milliseconds']:>8} ms  {found['over python']:>7} ms over Python")
    if given.json is not None:
        given.json.write_text(json.dumps({"start": started, "commands": asked}, indent=1), "utf-8")
    slow = [name for name, found in asked.items() if found["over python"] > MOST_COMMAND_MS]
    met = started["companion"]["ratio"] <= MOST_RATIO and not slow
    return int(not met or asked["--version"]["milliseconds"] > MOST_VERSION_MS)


if __name__ == "__main__":
    sys.exit(main())
