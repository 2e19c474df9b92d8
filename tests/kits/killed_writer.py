"""Kills a writer of the library again and again: ``killed_writer.py PATH ROUNDS SEED``; prints how often and what.

Each round forks a writer that does all that changes the library: orders, the records of switching auto-renewal and its
receipts, the queue of downloads, the time-line, copies, restoring a damaged or older file. It is ended with SIGKILL at
a random instant; then the library is opened as the next start would, and every write that had been acknowledged is
looked for. Ends with 1 at the first one that is missing.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import logging
import os
import random
import select
import shutil
import signal
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path

from companion.domain.store.idempotency import IdempotentRequest
from companion.domain.store.orders import Receipt
from companion.domain.transfers.queue import DownloadKey, QueueEntry
from companion.services.storage.database import Library
from companion.services.storage.migrations import MIGRATIONS
from companion.services.storage.records import TimelineEntry

STORE = "https://store.example"
NOW = dt.datetime(2027, 3, 10, 12, tzinfo=dt.UTC)


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def entries(number: int) -> tuple[QueueEntry, ...]:
    """A queue that is recognisable as a whole: named after its number, and never empty."""
    return tuple(
        QueueEntry(key=DownloadKey(order_number=str(number), artifact_id=str(index)), name=str(number), folder="/")
        for index in range(1 + number % 7)
    )


def receipt(number: int) -> Receipt:
    return Receipt(
        id=f"R-{number}", subscription_id="s", auto_renew=False, received_at=NOW, effective_at=NOW,
        still_active_until=NOW, statement="It is off.",
    )  # fmt: skip


def write(path: Path, pipe: int, begin: int) -> None:
    """Write until killed; each line on the pipe is an acknowledged write."""
    number = begin
    while True:
        # What opens the file: a new day's copy is made, what is damaged is restored, what is older is migrated.
        library = Library(path)
        for _ in range(3):
            number += 1
            library.note(TimelineEntry(at=NOW, event=str(number), order_number=None, facts={}))
            os.write(pipe, b"n%d\n" % number)
            library.add_order(STORE, str(number), NOW)
            os.write(pipe, b"o%d\n" % number)
            request = IdempotentRequest(key=str(number), asked_at=NOW)
            library.update_request(STORE, "switch", lambda _, request=request: request)  # type: ignore[misc]
            library.remember_receipt(STORE, str(number), receipt(number))
            os.write(pipe, b"r%d\n" % number)
            library.change_queue(STORE, library.queue(STORE), entries(number))
            os.write(pipe, b"q%d\n" % number)
        library.copy(renew=True)
        library.close()
        os.write(pipe, b"c%d\n" % number)


def killed(work: Callable[[int], None], seconds: float) -> list[str]:
    """Let a process live for `seconds` at most; returns what it had acknowledged."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        work(writing)
        os._exit(0)
    os.close(writing)
    select.select([], [], [], seconds)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with os.fdopen(reading, "rb") as pipe:
        return pipe.read().decode().split()


class Known:
    """What has been acknowledged so far."""

    def __init__(self) -> None:
        self.notes: list[int] = []
        self.orders: set[str] = set()
        self.receipts: set[str] = set()
        self.queue = 0

    @property
    def last(self) -> int:
        return max([self.queue, *self.notes[-1:], *map(int, self.orders)], default=0)


def missing(path: Path, known: Known, acknowledged: list[str]) -> str:
    """Says what is not there of what was acknowledged; empty when all is."""
    of = {kind: [int(word[1:]) for word in acknowledged if word[0] == kind] for kind in "norq"}
    known.orders |= set(map(str, of["o"]))
    known.receipts |= {f"R-{number}" for number in of["r"]}
    with contextlib.closing(Library(path)) as library:
        found = [int(entry.event) for entry in library.timeline(10**6)]
        names = library.queue(STORE)
        whole = int(names[0].name) if names else 0
        orders = set(library.order_numbers(STORE))
        receipts = {each.id for kept in library.all_receipts(STORE).values() for each in kept}
        if library.set_aside is not None:
            return "the library was set aside"
    # At most one write more than was acknowledged: the one that was killed between its end and its word.
    expected = known.notes + of["n"]
    if found[: len(expected)] != expected or len(found) - len(expected) > 1:
        return f"acknowledged {of['n']}, found {found[len(known.notes) :]}"
    if not known.orders <= orders or not known.receipts <= receipts:
        return f"orders {known.orders - orders} and receipts {known.receipts - receipts} are gone"
    known.queue = of["q"][-1] if of["q"] else known.queue
    if whole < known.queue or (names and names != entries(whole)):
        return f"the queue {known.queue} was acknowledged, {whole} was found"
    known.queue, known.notes, known.orders, known.receipts = whole, found, orders, receipts
    return ""


def missing_after_restoring(path: Path, chance: random.Random) -> str:
    """Kills the restoration of a damaged library, and the migration of an old one; says what is missing at the end."""
    folder = path.with_name("restoring")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    place = folder / "library.db"
    with contextlib.closing(Library(place)) as library:
        for number in range(3):
            library.add_order(STORE, str(number), NOW)
            library.remember_receipt(STORE, str(number), receipt(number))
    how = chance.choice(("header", "empty", "missing", "old"))
    if how == "header":
        place.write_bytes(b"\xaa" * 4096 + place.read_bytes()[4096:])
    elif how == "empty":
        place.write_bytes(b"")
    else:
        place.unlink()
    if how == "old":
        with contextlib.closing(sqlite3.connect(place, isolation_level=None)) as db:
            db.executescript(MIGRATIONS[0])
            for number in range(3):
                row = (STORE, str(number), NOW.isoformat())
                db.execute("INSERT INTO orders (store, number, added_at) VALUES (?, ?, ?)", row)
            db.execute("PRAGMA user_version = 1")
    killed(lambda _: Library(place).close(), chance.expovariate(1 / 0.02))
    with contextlib.closing(Library(place)) as library:
        if set(library.order_numbers(STORE)) != {"0", "1", "2"} or len(library.all_receipts(STORE)) != 3:
            return f"{how}: {library.order_numbers(STORE)}, {len(library.all_receipts(STORE))} receipts"
        if (library.set_aside is None) is not (how == "old"):
            return f"{how}: {library.set_aside} is told"
    return ""


def main() -> int:
    path, rounds, chance = Path(sys.argv[1]), int(sys.argv[2]), random.Random(int(sys.argv[3]))
    logging.disable(logging.CRITICAL)
    known = Known()
    for kill in range(rounds):
        if kill % 3 == 2:
            trouble = missing_after_restoring(path, chance)
        else:
            acknowledged = killed(functools.partial(write, path, begin=known.last), chance.expovariate(1 / 0.08))
            trouble = missing(path, known, acknowledged)
        if trouble:
            say(f"kill {kill}: {trouble}")
            return 1
    say(f"{rounds} kills, {len(known.notes)} rounds of writes, none lost")
    return 0


if __name__ == "__main__":
    sys.exit(main())
