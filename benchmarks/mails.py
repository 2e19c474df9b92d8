"""What reading e-mails costs: one of 10 MB with attachments, and a mailbox of 5,000.

Run with ``python -m benchmarks.mails``; prints seconds, megabytes and mails a second, and fails when a goal is missed.
The mailbox is made of the mails in ``tests/mails``, between twice as many letters that are about nothing bought.
"""

from __future__ import annotations

import base64
import datetime as dt
import os
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import psutil

from benchmarks.figures import Figure, table
from companion.domain.core.errors import Cancelled
from companion.services.app.cancellation import Cancellation
from companion.services.purchases.intake import Intake

MAILS = Path(__file__).parent.parent / "tests" / "mails" / "genuine"
NOW = dt.datetime(2028, 12, 1, 12, 0, tzinfo=dt.UTC)
RUNS = 5
LARGE = 10 * 1024 * 1024
MOST_SECONDS = 0.3
MOST_MEGABYTES = 60.0
IN_MAILBOX = 5000
FEWEST_A_SECOND = 200.0


def large_mail() -> bytes:
    """An order mail of 10 MB, whose attachments are an invoice and pictures."""
    order = (MAILS / "own-shop-fr-alternative.eml").read_bytes()
    header, _, body = order.partition(b"Content-Type: multipart/alternative")
    content = random.Random(7).randbytes(LARGE // 4)
    parts = [b"Content-Type: multipart/alternative" + body]
    for name, kind in (("invoice.pdf", "application/pdf"), ("a.png", "image/png"), ("b.png", "image/png")):
        head = f'Content-Type: {kind}; name="{name}"\nContent-Disposition: attachment; filename="{name}"\n'
        parts.append(head.encode() + b"Content-Transfer-Encoding: base64\n\n" + base64.encodebytes(content))
    joined = b"".join(b"--large\n" + part + b"\n" for part in parts)
    return header + b'Content-Type: multipart/mixed; boundary="large"\n\n' + joined + b"--large--\n"


def mailbox(path: Path) -> None:
    """Writes an mbox; every third mail is about a purchase."""
    chance = random.Random(7)
    orders = [mail.read_bytes() for mail in sorted(MAILS.glob("*.eml"))]
    words = [
        "please",
        "find",
        "the",
        "notes",
        "of",
        "our",
        "walk",
        "along",
        "the",
        "river",
        "on",
        "Tuesday",
        "and",
        "bring",
        "some",
        "bread",
        "for",
        "the",
        "ducks",
    ]
    with path.open("wb") as file:
        for number in range(IN_MAILBOX):
            text = "\n".join(" ".join(chance.choices(words, k=14)) for _ in range(40))
            head = f"From: Fig <fig@mail.example>\nSubject: Walk {number}\nDate: Sun, 12 Jul 2026 10:00:00 +0000\n\n"
            data = chance.choice(orders) if number % 3 == 0 else (head + text).encode()
            file.write(b"From a@mail.example Sun Jul 12 10:00:00 2026\n" + data.lstrip() + b"\n\n")


def seconds_of_large(path: Path) -> tuple[float, float]:
    """Returns the median time of reading the large mail, and by how many megabytes the process grew at its most."""
    process = psutil.Process(os.getpid())
    intake = Intake(lambda: NOW)
    before = _begin_peak(process)
    taken = []
    for _ in range(RUNS):
        begun = time.perf_counter()
        (found,) = intake.read_file(path, Cancellation())
        taken.append(time.perf_counter() - begun)
        assert found.draft is not None
    return statistics.median(taken), (_peak(process) - before) / 1e6


def _begin_peak(process: psutil.Process) -> float:
    """Forgets the highest use so far, where the system can, and returns the use now."""
    if sys.platform == "linux":
        Path("/proc/self/clear_refs").write_text("5", "utf-8")
    return float(process.memory_info().rss)


def _peak(process: psutil.Process) -> float:
    """The most memory the process has had so far, in bytes; what it has now where the system does not tell."""
    if sys.platform == "linux":
        status = Path(f"/proc/{process.pid}/status").read_text("utf-8")
        line = next(each for each in status.splitlines() if each.startswith("VmHWM:"))
        return float(line.split()[1]) * 1024
    memory = process.memory_info()
    return float(getattr(memory, "peak_wset", memory.rss))


def rate_of_mailbox(path: Path) -> tuple[float, int, int]:
    """Returns mails a second, purchases found and how often progress was told."""
    told: list[int] = []
    begun = time.perf_counter()
    found = sum(1 for _ in Intake(lambda: NOW).read_file(path, Cancellation(), lambda done, _all: told.append(done)))
    return IN_MAILBOX / (time.perf_counter() - begun), found, len(told)


def mails_until_cancelled(path: Path) -> int:
    """Returns how many purchases were still yielded after the person cancelled at the third."""
    cancellation = Cancellation()
    after = 0
    try:
        for number, _ in enumerate(Intake(lambda: NOW).read_file(path, cancellation), 1):
            after += cancellation.cancelled
            if number == 3:
                cancellation.cancel()
    except Cancelled:
        return after
    return -1


class Costs(NamedTuple):
    """What reading e-mails costs: the large one in seconds and megabytes, and mails a second of the mailbox.

    `found` purchases were recognised, progress was told so many times, and so many purchases came after cancelling.
    """

    seconds: float
    megabytes: float
    rate: float
    found: int
    told: int
    after: int


def measure() -> Costs:
    """Returns what reading e-mails costs."""
    with tempfile.TemporaryDirectory() as folder:
        large, box = Path(folder) / "large.eml", Path(folder) / "many.mbox"
        large.write_bytes(large_mail())
        seconds, megabytes = seconds_of_large(large)
        mailbox(box)
        rate, found, told = rate_of_mailbox(box)
        return Costs(seconds, megabytes, rate, found, told, mails_until_cancelled(box))


def figures(costs: Costs | None = None) -> list[Figure]:
    """Returns what reading e-mails costs; measured anew where nothing is given."""
    costs = costs or measure()
    return [
        Figure("a mail of 10 MB", costs.seconds, "s", MOST_SECONDS),
        Figure("a mail of 10 MB, memory", costs.megabytes, "MB", MOST_MEGABYTES),
        Figure("one mail of a mailbox", 1000 / costs.rate, "ms", 1000 / FEWEST_A_SECOND),
        Figure("purchases after cancelling", abs(costs.after), "", 0),
    ]


def main() -> int:
    costs = measure()
    found = figures(costs)
    print(table(found))
    print(f"{costs.found} purchases found, progress told {costs.told} times")
    return int(costs.told < 2 or any(each.met is False for each in found))


if __name__ == "__main__":
    sys.exit(main())
