"""How much memory the program holds with 20 purchases: in its window, and in the tray with the window closed.

Run with ``python -m benchmarks.memory [--count 20] [--where] [--json FILE]`` on Linux; no screen is needed. Prints what
the kernel counts for the process (`smaps_rollup`): resident memory, the part that belongs to it alone, and its share,
in which memory used by several processes is divided among them. The program returns freed memory one second after it
has worked. It is also measured in the window after every page was seen, and in the tray just after reading the library.
A week in the tray is 28 readings of the library with the window opened and closed in between. Most starts are those at
sign-in, in the tray: a second process is measured there. Byte code is kept, as it is for everyone.
``--where`` adds the lines of the program that hold most (`tracemalloc`, which takes memory itself).
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import tracemalloc
from pathlib import Path
from typing import Any

import companion.ui  # noqa: F401 - before PySide6, as in the program

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QTimer

from benchmarks.figures import Figure
from companion.services.container.store import Services, build_window_services
from companion.services.store.keychain.keychain import Keychain
from companion.ui.app.application import WindowedProgram, application
from companion.ui.look.theme import LIGHT
from companion.ui.navigation import Destination
from tests.kits.memory_keychain import MemoryKeychain

MOST_WINDOW, MOST_TRAY, MOST_GROWTH = 90.0, 75.0, 2.0
WEEK = 28


def memory() -> dict[str, float]:
    """Returns resident and own memory, and the process's share of all, in MiB."""
    fields = dict(
        line.split(":", 1) for line in Path("/proc/self/smaps_rollup").read_text().splitlines() if "kB" in line
    )
    kib = {name: float(value.split()[0]) for name, value in fields.items()}
    own = kib["Private_Clean"] + kib["Private_Dirty"]
    found = {"resident": kib["Rss"], "own": own, "share": kib["Pss"]}
    return {name: round(size / 1024, 1) for name, size in found.items()}


def settle(program: WindowedProgram, milliseconds: int = 200) -> None:
    """Let the window work until nothing is under way twice in a row."""
    quiet = 0
    while quiet < 2:
        loop = QEventLoop()
        QTimer.singleShot(milliseconds, loop.quit)
        loop.exec()
        quiet = 0 if program.runner.busy else quiet + 1


def _started(home: Path, *, in_tray: bool) -> tuple[WindowedProgram, Services]:
    services = build_window_services(home, None, keychain=Keychain(backend=MemoryKeychain()))
    program = WindowedProgram(application(), services, theme=LIGHT, has_tray=lambda: True)
    program.start(in_tray=in_tray)
    settle(program, 1000)
    return program, services


def measure_in_tray(home: Path) -> dict[str, Any]:
    """Returns the figures of a start in the tray."""
    program, services = _started(home, in_tray=True)
    found = {"tray, started there": memory()}
    program.close()
    services.close()
    return found


def measure(home: Path) -> dict[str, Any]:
    """Returns the figures of one run."""
    program, services = _started(home, in_tray=False)
    found: dict[str, Any] = {"window": memory()}
    for page in ("orders", "downloads", "reminders", "help", "bought", "home"):
        program.window.navigate_to(Destination(page))
        settle(program)
    found["window, every page seen"] = memory()
    program.window.close()
    settle(program)
    found["tray"] = memory()
    for _ in range(WEEK):
        program.app_state.load()
        program.owned.load()
        program.window.bring_to_front()
        settle(program, 5)
        program.window.close()
        settle(program, 5)
    found["tray, after a week"] = memory()
    for _ in range(WEEK):
        program.app_state.load()
        program.owned.load()
        settle(program, 5)
    found["tray, just after reading"] = memory()
    if tracemalloc.is_tracing():
        for each in tracemalloc.take_snapshot().statistics("filename")[:15]:
            print(f"  {each.size / 2**20:6.2f} MiB {each.traceback}", file=sys.stderr)
    program.close()
    services.close()
    return found


def _in_a_process(count: int, *, where: bool) -> dict[str, Any]:
    """Fill a library here, and measure in a process that has loaded nothing but the program."""
    from benchmarks.smoothness import fill
    from companion.services.app.resources import resource

    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        fill(home, count // 2, resource("profiles/larkfield.json").read_bytes())
        in_tray = Path(folder) / "in-tray"
        shutil.copytree(home, in_tray)
        words = [sys.executable, "-m", "benchmarks.memory", *(["--where"] if where else []), "--home"]
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        ran = [
            subprocess.run([*words, *more], check=True, stdout=subprocess.PIPE, text=True, env=environment)
            # What the first compiles, and writes, is read by the others.
            for more in ([str(home)], [str(in_tray), "--in-tray"], [str(home)])
        ][1:]
    found: dict[str, Any] = {}
    for each in ran:
        found |= json.loads(each.stdout.splitlines()[-1])
    return found


def figures(count: int = 20) -> list[Figure]:
    """Returns what the program holds with so many purchases."""
    found = _in_a_process(count, where=False)
    tray, later = found["tray"]["resident"], found["tray, after a week"]["resident"]
    return [
        Figure(f"window, {count} purchases", found["window"]["resident"], "MiB", MOST_WINDOW),
        Figure(f"window, {count} purchases, its own", found["window"]["own"], "MiB"),
        Figure("window, every page seen", found["window, every page seen"]["resident"], "MiB"),
        Figure("tray, the window closed", tray, "MiB", MOST_TRAY),
        Figure("tray, the window closed, its own", found["tray"]["own"], "MiB"),
        Figure("tray, just after reading", found["tray, just after reading"]["resident"], "MiB"),
        Figure("tray, started there", found["tray, started there"]["resident"], "MiB"),
        Figure("tray, started there, its own", found["tray, started there"]["own"], "MiB"),
        Figure("growth in a week in the tray", round(later - tray, 1), "MiB", MOST_GROWTH),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=20, help="how many orders, and as many purchases of other shops")
    parser.add_argument("--where", action="store_true", help="tell which files of the program hold most")
    parser.add_argument("--home", type=Path, help="measure with this library in this process, and print JSON alone")
    parser.add_argument("--in-tray", action="store_true", help="with --home: start in the tray")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    given = parser.parse_args()
    if given.where:
        tracemalloc.start()
    if given.home is not None:
        print(json.dumps(measure_in_tray(given.home) if given.in_tray else measure(given.home)))
        return 0
    found = _in_a_process(given.count, where=given.where)
    print(f"{given.count} purchases, half of them orders of a store; MiB")
    for name, sizes in found.items():
        print(f"  {name:<26}{sizes['resident']:>8} resident {sizes['own']:>8} its own {sizes['share']:>8} its share")
    if given.json is not None:
        given.json.write_text(json.dumps(found, indent=1), "utf-8")
    grown = found["tray, after a week"]["resident"] - found["tray"]["resident"]
    met = found["window"]["resident"] <= MOST_WINDOW and found["tray"]["resident"] <= MOST_TRAY
    return int(not met or grown > MOST_GROWTH)


if __name__ == "__main__":
    sys.exit(main())
