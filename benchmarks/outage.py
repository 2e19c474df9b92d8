"""What a million windows ask of one store in two days, with an outage of six hours in the second.

Run with ``python benchmarks/outage.py [--clients N]``; it prints the figures and ends with 1 when a goal is missed:
the busiest ten minutes have at most 1.5 times the requests of the mean ten minutes of both days.
Those that failed come back beside those whose time it is, so this decides how long they wait.

Nothing is sent. A sample of the clients (one of four) is simulated by the program's own decisions
(`clock.next_refresh`, `look_plan`) and scaled up. Each has one order, with a date near or not, on a PC that is always
on or is switched on for some hours each day. A look with nothing to ask for sends nothing; one that is answered sends
three requests (profile, log-in, order); one that meets a 503 sends the profile call, which ends it.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import sys
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

from benchmarks.figures import Figure
from companion.domain.reminders.clock import REFRESH_EVERY, next_refresh
from companion.domain.store.look_plan import EVERY, EVERY_NEAR

NOW = dt.datetime(2027, 1, 1, tzinfo=dt.UTC)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
DAYS = 2 * DAY
DOWN, UP = NOW + DAY + 6 * HOUR, NOW + DAY + 12 * HOUR
WARM = 4 * DAY
BIN = dt.timedelta(minutes=10)
BINS = DAYS // BIN
ANSWERED, REFUSED = 3, 1
NEAR_SHARE, ALWAYS_ON = 0.2, 0.3
SAMPLE = 4
MOST_TO_MEAN = 1.5

Next = Callable[[dt.datetime | None, dt.datetime | None, dt.datetime, str], dt.datetime]


class Pc(NamedTuple):
    """When a PC is on: from `starts` (a time of day) for `hours`."""

    name: str
    starts: dt.timedelta
    hours: float

    def on_at(self, moment: dt.datetime) -> dt.datetime:
        """Returns the first moment from `moment` on at which it is on."""
        since = (moment - NOW - self.starts) % DAY
        return moment if since < self.hours * HOUR else moment + DAY - since


def new_pc(chance: random.Random) -> Pc:
    """Returns any PC."""
    always = chance.random() < ALWAYS_ON
    hours = 24.0 if always else 2 + 8 * chance.random()
    return Pc(f"pc-{chance.getrandbits(64):x}", DAY * chance.random(), hours)


def asked(chance: random.Random, decide: Next = next_refresh) -> Iterator[tuple[dt.datetime, int]]:
    """Yields when one client reaches for the store, and with how many requests."""
    pc, every = new_pc(chance), EVERY_NEAR if chance.random() < NEAR_SHARE else EVERY
    last: dt.datetime = NOW - WARM - REFRESH_EVERY * chance.random()
    read, failed = NOW - WARM - every * chance.random(), None
    now = NOW - WARM
    while True:
        now = pc.on_at(max(now, decide(last, failed, now, pc.name)))
        if now >= NOW + DAYS:
            return
        if failed is None and now - read < every:
            last = now
        elif DOWN <= now < UP:
            yield now, REFUSED
            failed = now
        else:
            yield now, ANSWERED
            last, read, failed = now, now, None
        now += dt.timedelta(seconds=1)


def counted(clients: int, chance: random.Random, decide: Next = next_refresh) -> list[int]:
    """Returns the requests in each ten minutes of the two days."""
    bins = [0] * BINS
    for _ in range(clients):
        for at, requests in asked(chance, decide):
            if at >= NOW:
                bins[(at - NOW) // BIN] += requests
    return bins


class Load(NamedTuple):
    """Requests in all and in the mean ten minutes, and the busiest ten minutes of each part to that mean."""

    total: int
    mean: float
    whole: float
    down: float
    after: float


def figures_of(bins: list[int]) -> Load:
    """Returns the figures of the requests in each ten minutes."""
    mean = sum(bins) / len(bins)
    down, up = (DOWN - NOW) // BIN, (UP - NOW) // BIN
    after = bins[up : up + 6 * HOUR // BIN]
    return Load(sum(bins), mean, max(bins) / mean, max(bins[down:up]) / mean, max(after) / mean)


def figures(sample: int = 100_000) -> list[Figure]:
    """Returns the busiest ten minutes to the mean ones, of this many clients."""
    found = figures_of(counted(sample, random.Random(11)))
    return [
        Figure("busiest ten minutes of an outage, to the mean", found.whole, "×", MOST_TO_MEAN),
        Figure("busiest ten minutes after it, to the mean", found.after, "×"),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=1_000_000)
    sample = max(1, parser.parse_args().clients // SAMPLE)
    begun = time.perf_counter()
    found = figures_of(counted(sample, random.Random(11)))
    print(f"{sample * SAMPLE:,} clients (a sample of {sample:,}, scaled up), two days, the store down for six hours")
    print(f"  requests {found.total * SAMPLE:,}, {found.mean * SAMPLE / BIN.total_seconds():.1f} a second in the mean")
    print(
        f"  busiest ten minutes to mean: {found.whole:.2f}; in the outage {found.down:.2f}, after it {found.after:.2f}"
    )
    missed = found.whole > MOST_TO_MEAN
    print(f"{'the goal is missed' if missed else 'the goal is met'} ({time.perf_counter() - begun:.0f} s to compute)")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
