"""How long it takes to decide what is due: 1,000 orders with 3,000 dates, in calm and in quiet hours.

Run with ``python benchmarks/reminders.py``; prints the median and the worst of 50 runs in milliseconds.
"""

from __future__ import annotations

import datetime as dt
import random
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from zoneinfo import ZoneInfo

import msgspec

from benchmarks.figures import Figure
from companion.domain.core.money import Money
from companion.domain.core.platform import Platform
from companion.domain.core.serialization import decode
from companion.domain.core.time.periods import Period
from companion.domain.reminders.dates import ReminderFacts
from companion.domain.reminders.due import due, next_wake
from companion.domain.reminders.settings import ReminderSettings, Shown
from companion.domain.reminders.subjects import subjects
from companion.domain.store.orders import (
    Download,
    Licence,
    LicenceStatus,
    LineItem,
    LineItemKind,
    Order,
    OrderStatus,
    Subscription,
    SubscriptionStatus,
)
from companion.domain.store.profile import Profile
from companion.domain.store.returns import ReturnEligibility
from companion.services.app.resources import resource

NOW = dt.datetime(2027, 3, 10, 15, 0, tzinfo=dt.UTC)
ZONE = ZoneInfo("America/New_York")
PRICE = Money(amount=5500, currency="USD")


def order(number: int, chance: random.Random, now: dt.datetime = NOW) -> Order:
    """An order with three dates: a charge or an expiry, a download window, a return deadline."""
    bought = now - dt.timedelta(days=chance.uniform(0, 25))
    ends = bought + dt.timedelta(days=chance.choice([30, 365, 365, 365]))
    renews = chance.random() < 0.6
    plan = Subscription(
        id=f"sub-{number}",
        licence_id=f"lic-{number}",
        status=SubscriptionStatus.ACTIVE if renews else SubscriptionStatus.CANCELLED,
        auto_renew=renews,
        term=Period(years=1),
        active_until=ends,
        price=PRICE,
        renewal_price=PRICE,
        version="1",
        next_charge_at=ends,
    )
    licence = Licence(
        id=f"lic-{number}",
        product_id="suite",
        product_name=f"Suite {number}",
        status=LicenceStatus.ACTIVE,
        starts_at=bought,
        expires_at=ends,
        subscription_id=plan.id,
    )
    download = Download(
        artifact_id=f"art-{number}",
        licence_id=licence.id,
        name="Setup",
        version="1",
        platform=Platform.WINDOWS,
        filename="setup.exe",
        size=1,
        available_from=bought,
        available_until=bought + dt.timedelta(days=30),
    )
    item = LineItem(id="1", product_id="suite", name="Suite", kind=LineItemKind.DOWNLOAD, quantity=1, price=PRICE)
    return Order(
        number=f"LF-{number}",
        status=OrderStatus.COMPLETED,
        placed_at=bought,
        country="US",
        currency="USD",
        total=PRICE,
        line_items=(item,),
        return_eligibility=ReturnEligibility(
            eligible=True, counted_from=bought, deadline=bought + dt.timedelta(days=30), rule="30 days"
        ),
        licences=(licence,),
        subscriptions=(plan,),
        downloads=(download,),
    )


ALLOWED_MS = 10.0


def timed(name: str, work: Callable[[], object]) -> float:
    taken = []
    for _ in range(50):
        begun = time.perf_counter()
        work()
        taken.append((time.perf_counter() - begun) * 1000)
    print(f"{name:<52} median {statistics.median(taken):7.2f} ms   worst {max(taken):7.2f} ms")
    return statistics.median(taken)


def figures() -> list[Figure]:
    """Returns how long the slowest decision takes."""
    return [Figure("what is due of 3,000 dates", slowest(), "ms", ALLOWED_MS)]


def slowest() -> float:
    """Returns the milliseconds of the slowest decision (the median of its runs), and prints all of them."""
    profile = decode(resource("profiles/larkfield.json").read_bytes(), Profile, source="the profile")
    chance = random.Random(7)
    facts = ReminderFacts(tuple(order(number, chance) for number in range(1000)), profile, ZONE)
    loud = ReminderSettings(quiet=None)
    first = due(facts, (), loud, NOW)
    told: tuple[Shown, ...] = tuple(
        Shown(subject=reminder.subject.address, lead=reminder.lead, shown_at=NOW) for reminder in first
    )
    dates = sum(1 for _ in subjects(facts))
    print(f"{len(facts.orders)} orders, {dates} dates, {len(first)} due at the first start, {len(told)} records")
    longest = 0.0
    rounds: tuple[tuple[str, tuple[Shown, ...]], ...] = (("first start", ()), ("everything already shown", told))
    for name, shown in rounds:
        median = timed(f"due, {name}", partial(due, facts, shown, loud, NOW))
        longest = max(longest, median)
        timed(f"next_wake, {name}", partial(next_wake, facts, shown, loud, NOW))
    night = NOW.replace(hour=4)
    timed("due, quiet hours", lambda: due(facts, (), ReminderSettings(), night))
    timed("next_wake, quiet hours", lambda: next_wake(facts, (), ReminderSettings(), night))
    return longest


def main() -> int:
    longest = slowest()
    print(
        f"due takes {longest:.2f} ms at most (median); allowed are {ALLOWED_MS:.0f} ms. msgspec {msgspec.__version__}"
    )
    return 0 if longest < ALLOWED_MS else 1


if __name__ == "__main__":
    sys.exit(main())
