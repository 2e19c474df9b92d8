"""How long a second start takes to raise the running program, beside the least that Python itself takes.

Run with ``python -m benchmarks.second_start``; no screen and no store are needed. The yardstick is half a second from
the start of the process to its end, by which time the running program has the request.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.figures import Figure, shown

ROUNDS, YARDSTICK = 9, 0.5


def seconds(words: list[str]) -> float:
    """How long a process takes that is started nine times: the median."""
    found = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        subprocess.run(words, check=True)
        found.append(time.perf_counter() - begun)
    return statistics.median(found)


def measure() -> tuple[float, float]:
    """Returns the seconds of a second start and of Python alone."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as home:
        command = [sys.executable, "-m", "companion", "--home", home, "--tray"]
        first = subprocess.Popen(command)
        try:
            while not (Path(home) / "running.address").exists():
                if first.poll() is not None:
                    raise SystemExit("The first program has ended.")
                time.sleep(0.1)
            second, bare = seconds(command), seconds([sys.executable, "-c", "pass"])
        finally:
            first.terminate()
            first.wait()
    return second, bare


def figures() -> list[Figure]:
    """Returns how long a second start takes."""
    second, bare = measure()
    return [
        Figure("a second start", second, "s", YARDSTICK),
        Figure("a second start, to Python alone", second / bare, "×"),
    ]


def main() -> int:
    return shown(figures())


if __name__ == "__main__":
    sys.exit(main())
