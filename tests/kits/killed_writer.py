"""Kills a writer of the library again and again: ``killed_writer.py PATH ROUNDS SEED``; prints how often and what.

Each round forks a writer, ends it with SIGKILL at a random instant, opens the library as the next start would, and
looks for every write that had been acknowledged. Ends with 1 at the first one that is missing.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import select
import signal
import sys
from pathlib import Path

from companion.domain.transfers.queue import DownloadKey, QueueEntry
from companion.services.storage.database import Library
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


def write(path: Path, pipe: int, begin: int) -> None:
    """Write until killed; each line on the pipe is an acknowledged write."""
    library = Library(path)
    number = begin
    while True:
        number += 1
        library.note(TimelineEntry(at=NOW, event=str(number), order_number=None, facts={}))
        os.write(pipe, b"n%d\n" % number)
        library.remember_queue(STORE, entries(number))
        os.write(pipe, b"q%d\n" % number)


def killed(path: Path, begin: int, seconds: float) -> list[str]:
    """Let a writer live for `seconds`; returns what it had acknowledged."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        write(path, writing, begin)
    os.close(writing)
    select.select([], [], [], seconds)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with os.fdopen(reading, "rb") as pipe:
        return pipe.read().decode().split()


def main() -> int:
    path, rounds, chance = Path(sys.argv[1]), int(sys.argv[2]), random.Random(int(sys.argv[3]))
    known: list[int] = []
    queue = 0
    for _ in range(rounds):
        acknowledged = killed(path, known[-1] if known else 0, chance.expovariate(1 / 0.02))
        notes = [int(word[1:]) for word in acknowledged if word[0] == "n"]
        queues = [int(word[1:]) for word in acknowledged if word[0] == "q"]
        library = Library(path)
        found = [int(entry.event) for entry in library.timeline(10**6)]
        names = library.queue(STORE)
        whole = int(names[0].name) if names else 0
        library.close()
        if library.set_aside is not None:
            say("the library was set aside")
            return 1
        # At most one write more than was acknowledged: the one that was killed between its end and its word.
        if found[: len(known) + len(notes)] != known + notes or len(found) - len(known) - len(notes) > 1:
            say(f"acknowledged {notes}, found {found[len(known) :]}")
            return 1
        queue = queues[-1] if queues else queue
        if whole < queue or (names and names != entries(whole)):
            say(f"the queue {queue} was acknowledged, {whole} was found")
            return 1
        queue = whole
        known = found
    say(f"{rounds} kills, {len(known)} writes, none lost")
    return 0


if __name__ == "__main__":
    sys.exit(main())
