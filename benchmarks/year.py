"""How often stores are asked: by one person in a year, and by a million people after a store was down for six hours.

Run with ``python benchmarks/year.py [--clients N]``; it prints the figures and ends with 1 when a goal is missed:

- a person with 50 purchases in 12 stores asks no store more than a few times a day, also one that is down for a week
  or asks to be left alone, however often the PC is switched on;
- after the outage the busiest ten minutes have at most 1.5 times the requests of the mean ten minutes of that day.

Nothing is sent. The moments are those that the program's own decisions yield (`check_plan.next_check`,
`clock.next_refresh`).
"""

from __future__ import annotations

import argparse
import datetime as dt
import math
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple

from companion.domain.connectors.answers import Outcome
from companion.domain.connectors.check_plan import StoreCheck, first_check, is_due, next_check
from companion.domain.reminders.clock import next_refresh

NOW = dt.datetime(2027, 1, 1, tzinfo=dt.UTC)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
TICK = dt.timedelta(minutes=5)
REQUESTS_PER_PURCHASE = 2  # The licence, and the newest version.
MOST_A_DAY = 6
MOST_TO_MEAN = 1.5
OUTAGE = 6 * HOUR
AFTER = DAY
BINS = 144  # Of ten minutes.


# One person, one year


class Store(NamedTuple):
    """A store of the simulated person: the days of the year with a date, and how it answers on a day of the year."""

    name: str
    purchases: int
    dates: tuple[int, ...]
    answers: Callable[[int], tuple[Outcome, dt.timedelta | None]]


class YearOfStore(NamedTuple):
    """How often a store was asked in a year, and in its busiest day; `requests` for all purchases."""

    store: str
    asked: int
    busiest: int
    requests: int


def _tells(_day: int) -> tuple[Outcome, dt.timedelta | None]:
    return Outcome.TOLD, None


def _down_for_a_week(day: int) -> tuple[Outcome, dt.timedelta | None]:
    return (Outcome.COULD_NOT_ASK, None) if 100 <= day < 107 else (Outcome.TOLD, None)


def _down_for_ever(_day: int) -> tuple[Outcome, dt.timedelta | None]:
    return Outcome.COULD_NOT_ASK, None


def _asks_for_patience(day: int) -> tuple[Outcome, dt.timedelta | None]:
    return (Outcome.COULD_NOT_ASK, dt.timedelta(minutes=1)) if day % 3 == 0 else (Outcome.TOLD, None)


def _tells_nothing(_day: int) -> tuple[Outcome, dt.timedelta | None]:
    return Outcome.DOES_NOT_TELL, None


def stores_of(chance: random.Random) -> tuple[Store, ...]:
    """Returns 12 stores with 50 purchases between them, whose dates lie anywhere in the year."""
    shares = [1] * 12
    for _ in range(50 - 12):
        shares[chance.randrange(12)] += 1
    odd = {3: _down_for_a_week, 5: _tells_nothing, 7: _asks_for_patience, 9: _down_for_ever}
    return tuple(
        Store(
            f"store {number + 1}",
            share,
            tuple(sorted(chance.randrange(365) for _ in range(share))),
            odd.get(number, _tells),
        )
        for number, share in enumerate(shares)
    )


def year_of(store: Store, chance: random.Random) -> YearOfStore:
    """Returns how often a store is asked in a year, by a PC that is on from eight to eleven in the evening."""
    days: Counter[int] = Counter()
    now = NOW + 8 * HOUR
    check: StoreCheck = first_check(now, chance.random())
    while True:
        now = _next_tick(max(check.next_at, now))
        day = (now - NOW).days
        if day >= 365:
            break
        assert is_due(check, now)
        days[day] += 1
        outcome, patience = store.answers(day)
        ahead = next((date for date in store.dates if date >= day), None)
        check = next_check(
            check,
            [outcome],
            now=now,
            nearest=NOW + (ahead + 1) * DAY if ahead is not None else None,
            retry_at=now + patience if patience is not None else None,
            jitter=chance.random(),
        )
    asked = sum(days.values())
    return YearOfStore(store.name, asked, max(days.values()), asked * store.purchases * REQUESTS_PER_PURCHASE)


def _next_tick(moment: dt.datetime) -> dt.datetime:
    """The first look at the plan from `moment` on, at which the PC is on."""
    ticks = math.ceil((moment - NOW) / TICK)
    at = NOW + ticks * TICK
    if at.hour < 8:
        return at.replace(hour=8, minute=0)
    return (at + DAY).replace(hour=8, minute=0) if at.hour >= 23 else at


# Many people, one outage


def asked_by_plan(chance: random.Random) -> Iterator[dt.datetime]:
    """Yields the moments at which one client reaches a store after its outage, by the plan of purchases.

    A twentieth of the clients has a date within two weeks, some have one within two months, most have none near.
    """
    share = chance.random()
    nearest = NOW + 10 * DAY if share < 0.05 else NOW + 40 * DAY if share < 0.2 else None
    usual = 8 * HOUR if share < 0.05 else DAY if share < 0.2 else 3 * DAY
    # How far the plan has come when the outage begins: a wait in which a random moment falls is a longer one.
    wait = usual * math.sqrt(0.25 + 2 * chance.random())
    check = StoreCheck(next_at=NOW + wait * chance.random())
    while check.next_at < NOW + OUTAGE + AFTER:
        at = check.next_at
        up = at >= NOW + OUTAGE
        if up:
            yield at
        outcome = Outcome.TOLD if up else Outcome.COULD_NOT_ASK
        check = next_check(check, [outcome], now=at, nearest=nearest, retry_at=None, jitter=chance.random())


def asked_by_window(chance: random.Random) -> Iterator[dt.datetime]:
    """Yields the moments at which one client's window reaches its store after the store's outage."""
    this_pc = f"pc-{chance.getrandbits(64):x}"
    last, failed = NOW - DAY, None
    while (at := next_refresh(last, None, last, this_pc)) < NOW:
        last = at
    while True:
        now = failed or last
        at = next_refresh(last, failed, now, this_pc)
        if at >= NOW + OUTAGE + AFTER:
            return
        if at >= NOW + OUTAGE:
            yield at
            last, failed = at, None
        else:
            failed = at


Asked = Callable[[random.Random], Iterator[dt.datetime]]


def after_outage(clients: int, asked: Asked, chance: random.Random, bins: int = BINS) -> tuple[int, float]:
    """Returns how many requests come in the day after an outage, and those of the busiest part of it to the mean."""
    counted, length = [0] * bins, AFTER / bins
    for _ in range(clients):
        for at in asked(chance):
            counted[(at - NOW - OUTAGE) // length] += 1
    return sum(counted), max(counted) / (sum(counted) / bins)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=1_000_000)
    clients, chance, missed = parser.parse_args().clients, random.Random(11), False
    print("one year, 50 purchases in 12 stores: asked a day (mean, busiest), requests a day (mean)")
    for store in stores_of(chance):
        found = year_of(store, chance)
        missed |= found.busiest > MOST_A_DAY
        print(f"  {found.store:9} {found.asked / 365:5.2f} {found.busiest:3d} {found.requests / 365:6.2f}")
    print(f"{clients:,} clients in the day after an outage of six hours: requests, busiest ten minutes to mean")
    for name, asked in (("purchases", asked_by_plan), ("window", asked_by_window)):
        begun = time.perf_counter()
        total, ratio = after_outage(clients, asked, chance)
        missed |= ratio > MOST_TO_MEAN
        print(f"  {name:9} {total:10,} {ratio:5.2f}   ({time.perf_counter() - begun:.0f} s to compute)")
    print("a goal is missed" if missed else "all goals are met")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
