"""What reading the library costs: one order among 1 and among 1,000, and 5,000 purchases beside SQLite's bare rows.

Run with ``python -m benchmarks.library``; prints medians and their ratios, and fails when a goal is missed, or the
ratio shows that the cost of one order grows with their number.
"""

from __future__ import annotations

import contextlib
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from benchmarks.figures import Figure, shown
from benchmarks.reminders import NOW, order
from companion.domain.purchases.facts import Fact, Field, Source, SourceKind
from companion.domain.purchases.purchase import Purchase
from companion.services.storage.database import Library

STORE = "https://store.example"
RUNS = 500
PURCHASES, CHANGES = 5000, 1000
MOST_ONE_MS, MOST_ALL_MS = 0.3, 80.0
MOST_CHANGED_KIB, MOST_WAL_MIB = 64.0, 4.0
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


def purchase(number: int, price: str = "59.95 USD") -> Purchase:
    """A purchase with six facts."""
    about = f"product:tool {number}"
    said = [
        (Field.ORDER_NUMBER, f"N-{number}", ""),
        (Field.SENDER_DOMAIN, "shop.example", ""),
        (Field.PRICE, price, ""),
        (Field.BOUGHT_ON, "2026-01-08", ""),
        (Field.PRODUCT, f"Tool {number}", about),
        (Field.EXPIRES, "2028-01-08", about),
    ]
    source = Source(kind=SourceKind.EMAIL, name="shop@shop.example")
    facts = tuple(Fact(field=field, value=value, source=source, said_at=NOW, about=item) for field, value, item in said)
    return Purchase(id=str(number), added_at=NOW, facts=facts)


def milliseconds(work: Callable[[], object], runs: int = 7) -> float:
    """The median time of `work`."""
    taken = []
    for _ in range(runs):
        begun = time.perf_counter()
        work()
        taken.append((time.perf_counter() - begun) * 1e3)
    return statistics.median(taken)


class Costs(NamedTuple):
    """What 5,000 purchases cost, in milliseconds: reading one, all, all again, SQLite's bare rows, opening, copying.

    Then what a refresh writes in which nothing, and in which one of them has changed, and the write-ahead log after
    a thousand of them were changed one by one.
    """

    one: float
    everything: float
    again: float
    bare: float
    opened: float
    copied: float
    unchanged_kib: float
    changed_kib: float
    wal_mib: float


def first_reading(path: Path) -> float:
    """Returns the milliseconds in which a process that has just begun reads all purchases."""
    words = [sys.executable, "-c", _FIRST_READING, str(path)]
    return float(subprocess.run(words, check=True, capture_output=True, text=True).stdout)


_FIRST_READING = """
import pathlib, sys, time
from companion.services.storage.database import Library
library = Library(pathlib.Path(sys.argv[1]))
begun = time.perf_counter()
library.purchases()
print((time.perf_counter() - begun) * 1e3)
"""


def refresh(library: Library, changed: int) -> None:
    """Write all purchases again, of which the first ones have changed."""
    prices = dict.fromkeys(range(changed), "60.00 USD")
    made = {number: purchase(number, prices.get(number, "59.95 USD")) for number in range(PURCHASES)}
    library.change_purchases({str(number): (lambda _, one=one: one) for number, one in made.items()})  # type: ignore[misc]


def written(path: Path, work: Callable[[], object]) -> float:
    """Returns the KiB that work writes into the write-ahead log, which is emptied first."""
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    work()
    return _wal(path).stat().st_size / 1024


def _wal(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def purchases(folder: Path) -> Costs:
    """Returns what 5,000 purchases cost."""
    path = folder / "library.db"
    library = Library(path)
    library.change_purchases({str(number): (lambda _, number=number: purchase(number)) for number in range(PURCHASES)})  # type: ignore[misc]
    one, again = milliseconds(lambda: library.purchase("77"), RUNS), milliseconds(library.purchases)
    copied = milliseconds(lambda: library.copy(renew=True))
    unchanged, changed = written(path, lambda: refresh(library, 0)), written(path, lambda: refresh(library, 1))
    for number in range(CHANGES):
        library.change_purchase(str(number), lambda _, number=number: purchase(number, "61.00 USD"))  # type: ignore[misc]
    wal = _wal(path).stat().st_size / 2**20
    library.close()
    everything = statistics.median(first_reading(path) for _ in range(5))
    with contextlib.closing(sqlite3.connect(path)) as db:
        bare = milliseconds(lambda: db.execute("SELECT * FROM facts").fetchall())
    opened = milliseconds(lambda: Library(path).close())
    return Costs(one, everything, again, bare, opened, copied, unchanged, changed, wal)


def of_orders(folder: Path) -> tuple[float, float]:
    """Returns the microseconds of reading one order of one, and one of 1,000."""
    medians = []
    for count in (1, 1000):
        with contextlib.closing(library_of(folder, count)) as library:
            medians.append(median_of(library, f"LF-{count // 2}"))
    return medians[0], medians[1]


def figures() -> list[Figure]:
    """Returns what reading costs."""
    with tempfile.TemporaryDirectory() as folder:
        alone, among = of_orders(Path(folder))
        costs = purchases(Path(folder))
    return [
        Figure("one order of 1,000, to one alone", among / alone, "×", MOST),
        Figure(f"one purchase of {PURCHASES:,}", costs.one, "ms", MOST_ONE_MS),
        Figure(f"all {PURCHASES:,} purchases", costs.everything, "ms", MOST_ALL_MS),
        Figure(f"all {PURCHASES:,} purchases again", costs.again, "ms"),
        Figure(f"all {PURCHASES:,} purchases, to SQLite's bare rows", costs.everything / costs.bare, "×"),
        Figure("written by a refresh that tells nothing new", costs.unchanged_kib, "KiB", 0),
        Figure("written by a refresh that tells one thing new", costs.changed_kib, "KiB", MOST_CHANGED_KIB),
        Figure(f"write-ahead log after {CHANGES:,} changes", costs.wal_mib, "MiB", MOST_WAL_MIB),
        Figure("opening, checked", costs.opened, "ms"),
        Figure("a copy, checked", costs.copied, "ms"),
    ]


def main() -> int:
    return shown(figures())


if __name__ == "__main__":
    sys.exit(main())
