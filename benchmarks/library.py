"""What reading the library costs: one order among 1 and among 1,000, and 5,000 purchases beside SQLite's bare rows.

Run with ``python -m benchmarks.library``; prints medians and their ratios, and fails when the ratio shows that the cost
of one order grows with their number. Goals: one purchase 0.3 ms, all of 5,000 80 ms.
"""

from __future__ import annotations

import contextlib
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.reminders import NOW, order
from companion.domain.purchases.facts import Fact, Field, Source, SourceKind
from companion.domain.purchases.purchase import Purchase
from companion.services.storage.database import Library

STORE = "https://store.example"
RUNS = 500
PURCHASES = 5000
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


def purchase(number: int) -> Purchase:
    """A purchase with six facts."""
    about = f"product:tool {number}"
    said = [
        (Field.ORDER_NUMBER, f"N-{number}", ""),
        (Field.SENDER_DOMAIN, "shop.example", ""),
        (Field.PRICE, "59.95 USD", ""),
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


def purchases(folder: Path) -> None:
    """Print what 5,000 purchases cost: reading one, reading all, opening the file, and copying it."""
    path = folder / "library.db"
    library = Library(path)
    library.change_purchases({str(number): (lambda _, number=number: purchase(number)) for number in range(PURCHASES)})  # type: ignore[misc]
    one, everything = milliseconds(lambda: library.purchase("77"), RUNS), milliseconds(library.purchases)
    copied = milliseconds(lambda: library.copy(renew=True))
    library.close()
    with contextlib.closing(sqlite3.connect(path)) as db:
        bare = milliseconds(lambda: db.execute("SELECT * FROM facts").fetchall())
    opened = milliseconds(lambda: Library(path).close())
    print(f"one purchase of {PURCHASES}: median {one:8.3f} ms")
    print(f"all of them:           median {everything:8.1f} ms, {everything / bare:.1f} times SQLite's bare rows")
    print(f"opening, checked:      median {opened:8.1f} ms; a copy, checked: {copied:.1f} ms")


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        medians = []
        for count in (1, 1000):
            with contextlib.closing(library_of(Path(folder), count)) as library:
                medians.append(median_of(library, f"LF-{count // 2}"))
            print(f"one order of {count:>5}: median {medians[-1]:8.1f} µs")
        purchases(Path(folder))
    ratio = medians[1] / medians[0]
    print(f"ratio {ratio:.2f}; allowed is {MOST:.0f}")
    return 0 if ratio <= MOST else 1


if __name__ == "__main__":
    sys.exit(main())
