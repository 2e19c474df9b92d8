"""Reminders of an invented customer, as one program on one PC has them; the clock and the zone can be moved."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from collections.abc import Callable, Iterable
from pathlib import Path
from zoneinfo import ZoneInfo

from companion.domain.purchases.purchase import Overview
from companion.domain.store.orders import Order, SubscriptionStatus
from companion.domain.store.profile import Profile
from companion.domain.store.returns import ReturnEligibility
from companion.services.downloads.order_downloads import OrderDownloads
from companion.services.platforms import current
from companion.services.reminders import Reminders
from companion.services.storage.database import Library
from companion.services.store.calls.client import StoreClient
from companion.services.store.keychain.keychain import Keychain
from companion.services.store.orders import open_orders
from tests.kits.build import Build

NOBODY = "http://127.0.0.1:9"
NEW_YORK = ZoneInfo("America/New_York")

build = Build


@dataclasses.dataclass
class Moments:
    """What the PC takes for the time, at first eleven in the morning, and where its owner is."""

    now: dt.datetime = build.NOW + dt.timedelta(hours=4)
    zone: dt.tzinfo = NEW_YORK


class Program:
    """One run of the program: its library, and reminders on top of it; `store_time` is what the store would say.

    `owned` are purchases of any shop; `bought` has the reminders of these alone, as without any store.
    """

    def __init__(
        self,
        folder: Path,
        moments: Moments,
        store_time: dt.datetime | None = None,
        owned: Callable[[], Iterable[Overview]] = tuple,
    ) -> None:
        self.library = Library(folder / "library.db")
        orders = open_orders(StoreClient(NOBODY), Keychain(), self.library, lambda: moments.now)
        purchases = OrderDownloads(orders, self.library, current().programs, folder / "downloads", lambda: moments.now)
        self.store = orders.store
        self.reminders = Reminders(
            orders,
            purchases,
            self.library,
            lambda: moments.now,
            moments.zone,
            store_clock=lambda: store_time,
            owned=owned,
        )
        self.bought = Reminders(None, None, self.library, lambda: moments.now, moments.zone, owned=owned)
        self.of_orders = lambda: Reminders(orders, purchases, self.library, lambda: moments.now, moments.zone)

    def end(self) -> None:
        """The program ends, in order or not: whatever was not written is gone."""
        self.library.close()


def learn(library: Library, orders: list[Order], profile: Profile | None = None) -> None:
    """Let the library hold what a store would have said."""
    library.remember_profile(NOBODY, profile or build.profile(), None, build.NOW)
    for order in orders:
        library.add_order(NOBODY, order.number, build.NOW)
        library.remember_order(NOBODY, order, None, build.NOW)


def charged_in(days: float, number: str = "LF-1", **changes: object) -> Order:
    """An order of which only the renewal charge is worth a reminder."""
    return build.order(
        number=number,
        licences=(build.licence(expires_at=build.day(days)),),
        subscriptions=(build.subscription(next_charge_at=build.day(days), **changes),),
        downloads=(),
        return_eligibility=ReturnEligibility(
            eligible=False, counted_from=build.day(-60), deadline=build.day(-30), rule="30 days"
        ),
    )


def customer(chance: random.Random) -> list[Order]:
    """Some orders with dates of every kind within half a year."""
    orders = []
    for number in range(chance.randint(1, 4)):
        charge, ends = build.day(chance.uniform(1, 180)), build.day(chance.uniform(1, 180))
        opens, renews = build.day(chance.uniform(-20, 60)), chance.random() < 0.6
        status = SubscriptionStatus.ACTIVE if renews else SubscriptionStatus.CANCELLED
        plan = build.subscription(
            auto_renew=renews, status=status, next_charge_at=charge,
            cancel_by=charge - dt.timedelta(days=chance.choice([0, 1, 3])),
        )  # fmt: skip
        orders.append(
            build.order(
                number=f"LF-{number}",
                licences=(build.licence(expires_at=ends),),
                subscriptions=(plan,),
                downloads=(build.download(available_from=opens, available_until=opens + dt.timedelta(days=30)),),
                return_eligibility=ReturnEligibility(
                    eligible=chance.random() < 0.5, counted_from=build.NOW, deadline=ends, rule="30 days"
                ),
            )
        )
    return orders
