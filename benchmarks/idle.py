"""How often the program wakes up while nothing happens: started in the tray with orders, and left alone.

Run with ``python benchmarks/idle.py [--seconds 300]`` on Linux; prints the wake-ups per minute of every thread
(voluntary context switches, proc(5)), the processor time used, and the resident memory. Uses the offscreen platform
where there is no display, so that only the program itself is measured. Exits with 1 at two wake-ups a minute or more.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from companion.demo.server import DemoStore
from companion.domain.core.model import Secret
from companion.services.app.resources import resource
from companion.services.storage.database import Library
from companion.services.store.calls.client import StoreClient
from companion.services.store.keychain.keychain import Keychain
from companion.services.store.orders import open_orders

ALLOWED = 2.0
SETTLED_SECONDS = 20.0


def wake_ups(pid: int) -> dict[str, int]:
    """The voluntary context switches of each thread so far."""
    found: dict[str, int] = {}
    for status in Path(f"/proc/{pid}/task").glob("*/status"):
        with contextlib.suppress(OSError):
            fields = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
            name = f"{fields['Name'].strip()} ({status.parent.name})"
            found[name] = int(fields["voluntary_ctxt_switches"])
    return found


def processor_seconds(pid: int) -> float:
    """User and system time used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory(pid: int) -> float:
    """Resident memory in MiB."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def fill(home: Path, store: DemoStore) -> None:
    """Let the library hold every order of the store."""
    home.mkdir()
    library, client = Library(home / "library.db"), StoreClient(store.url)
    orders = open_orders(client, Keychain(), library, lambda: dt.datetime.now(dt.UTC))
    orders.lookup.profile()
    for account in store.accounts:
        orders.lookup.add(account.order_number, Secret(account.order_password))
    client.close()
    library.close()


def measure(pid: int, seconds: float) -> float:
    """Print what happens within `seconds`; returns the wake-ups per minute."""
    before, busy = wake_ups(pid), processor_seconds(pid)
    time.sleep(seconds)
    after, spent = wake_ups(pid), processor_seconds(pid) - busy
    total = 0
    for name, count in sorted(after.items()):
        woken = count - before.get(name, 0)
        total += woken
        if woken:
            print(f"  {name:<36} {woken:4} times")
    rate = total / seconds * 60
    print(
        f"{seconds:.0f} s idle: {total} wake-ups, {rate:.2f} per minute; {spent * 1000:.0f} ms of processor time; "
        f"{memory(pid):.0f} MiB resident"
    )
    return rate


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=300.0)
    seconds = parser.parse_args().seconds
    environment = dict(os.environ)
    if not environment.get("DISPLAY") and not environment.get("WAYLAND_DISPLAY"):
        environment["QT_QPA_PLATFORM"] = "offscreen"
    system = {"win32": "windows", "darwin": "macos"}.get(sys.platform, "linux")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        profile = resource("profiles/larkfield.json").read_bytes()
        with DemoStore(root / "store", profile=profile, system=system, size=2**20, password_cost=2**10) as store:
            fill(root / "home", store)
            words = [sys.executable, "-m", "companion", "--home", str(root / "home"), "--store", store.url, "--tray"]
            program = subprocess.Popen(words, env=environment)
            try:
                # Starting, asking the store once and looking for a tray are not idling.
                time.sleep(SETTLED_SECONDS + 30)
                rate = measure(program.pid, seconds)
            finally:
                program.terminate()
                program.wait(20)
    return 0 if rate < ALLOWED else 1


if __name__ == "__main__":
    sys.exit(main())
