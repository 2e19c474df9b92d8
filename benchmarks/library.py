"""What reading one order from the library costs, in a library of 1 order and in one of 1,000.

Run with ``python -m benchmarks.library``; prints medians in microseconds and their ratio, and fails when the ratio
shows that the cost grows with the number of orders.
"""

from __future__ import annotations

import contextlib
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.reminders import NOW, order
from companion.services.storage.database import Library

STORE = "https://store.example"
RUNS = 500
MOST = 3.0  # an index adds a few steps; decoding all orders made it 3,500 times slower


def library_of(folder: Path, count: int) -> Library:
    """A library with `count` orders that have been read."""
    library, chance = Library(folder / f"{count}.db"), random.Random(7)
    for number in range(count):
        read = order(number, chance)
        library.add_order(STORE, read.number, NOW)
        library.remember_order(STORE, read, None, NOW)
    return library


def median_of(library: Library, number: str) -> float:
    """The median time of reading one order, in microseconds."""
    taken = []
    for _ in range(RUNS):
        begun = time.perf_counter()
        assert library.order(STORE, number) is not None
        taken.append((time.perf_counter() - begun) * 1e6)
    return statistics.median(taken)


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        medians = []
        for count in (1, 1000):
            with contextlib.closing(library_of(Path(folder), count)) as library:
                medians.append(median_of(library, f"LF-{count // 2}"))
            print(f"one order of {count:>5}: median {medians[-1]:8.1f} µs")
    ratio = medians[1] / medians[0]
    print(f"ratio {ratio:.2f}; allowed is {MOST:.0f}")
    return 0 if ratio <= MOST else 1


if __name__ == "__main__":
    sys.exit(main())
