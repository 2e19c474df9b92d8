"""Reading what the pages of the window show, at one moment."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable
from typing import TYPE_CHECKING

from companion.domain.billing.auto_renewal import switched_off
from companion.domain.billing.shipping import store_country
from companion.domain.core.errors import CompanionError
from companion.domain.core.public_holidays import load_holidays
from companion.domain.overview.product_cards import ProductCard, Tone, product_cards
from companion.domain.purchases.purchase import Overview
from companion.domain.reminders.due import ahead_among, in_order
from companion.domain.reminders.subjects import subjects
from companion.domain.store.profile import Profile
from companion.domain.support.help_articles import Article
from companion.services.app.time_zone import rules_of
from companion.services.pc.device import ThisPC
from companion.services.reminders import OF_PURCHASES, reminder_facts, reminder_settings, without_known_orders
from companion.services.snapshot import Snapshot
from companion.services.storage.database import Library
from companion.services.storage.records import (
    INSTALLED,
    Contents,
    InstalledHere,
    KnownFile,
    KnownOrder,
    TimelineEntry,
    orders_read,
)
from companion.services.store.attempts import failures

if TYPE_CHECKING:
    from collections.abc import Callable

    from companion.services.downloads.order_downloads import OrderDownloads
    from companion.services.store.orders import Orders
    from companion.services.support.help_search import HelpSearch

_MOST_INSTALLED = 500
_YEARS_BACK, _YEARS_AHEAD = 3, 2
"""The years around this one that dates of orders are counted in."""


class SnapshotReader:
    """Reads snapshots, so that no widget has to ask the library, the disk or the keychain for anything.

    `read` waits for the disk: it may be called on every thread except the GUI thread, that is, only in work that was
    given to the window's task runner. The same is true of everything that writes. The store and the keychain are not
    asked.
    """

    def __init__(
        self,
        orders: Orders,
        library: Library,
        order_downloads: OrderDownloads,
        this_pc: ThisPC,
        help_search: HelpSearch,
        clock: Callable[[], dt.datetime],
        zone: dt.tzinfo,
        owned: Callable[[], Iterable[Overview]] = tuple,
    ) -> None:
        """`owned` returns the purchases of any shop."""
        self._orders = orders
        self._library = library
        self._order_downloads = order_downloads
        self._this_pc = this_pc
        self._help = help_search
        self._clock = clock
        self._zone = zone
        self._owned = owned

    def read(self, troubles: tuple[CompanionError, ...] = ()) -> Snapshot:
        """Returns what is known now; the values out of the library are of one and the same moment."""
        seat_id = self._this_pc.seat_id  # before the library is read: it is chosen, and written, at its first use
        stored = self._library.contents(self._orders.store)
        files = self._order_downloads.present(stored.files)
        orders = self._orders.cache.with_keys(stored.orders)
        now = self._clock()
        if orders and stored.profile is not None:
            _load_holidays(stored.profile, now.year)
        purchases = without_known_orders(self._library, self._owned())
        zone = rules_of(self._zone)
        cards = self._cards(orders, stored, files, seat_id, now)
        facts = reminder_facts(stored.profile, orders_read(orders), files, zone, purchases, seat_id)
        dates = in_order(subjects(facts)) if facts is not None else ()
        made = Snapshot(
            now,
            stored.profile,
            orders,
            cards,
            files,
            troubles,
            machine=self._this_pc.machine().value,
            receipts=stored.receipts,
            cases=stored.cases,
            helped=_helped(self._help.articles),
            settings=stored.settings,
            queue=stored.queue,
            purchases=purchases,
            reminders=(*stored.reminders, *self._library.reminders(OF_PURCHASES)),
            reminder_settings=reminder_settings(stored.settings),
            seat_id=seat_id,
            pc_name=self._this_pc.name,
            failures=failures(self._library, now),
            ahead=ahead_among(dates, now),
            dates=dates,
            zone=zone,
            installed=self._installed(),
            needs_attention=any(card.tone is Tone.ATTENTION for card in cards),
        )
        return made.prepared()

    def _installed(self) -> dict[tuple[str, str], InstalledHere]:
        """What was installed for orders of this store; earlier versions noted neither the store nor the version."""
        steps = self._library.latest_steps((INSTALLED,), _MOST_INSTALLED)
        mine = (step for step in reversed(steps) if _fact(step, "store") in ("", self._orders.store))
        return {
            (step.order_number, _fact(step, "artifact")): InstalledHere(step.at, _fact(step, "version"))
            for step in mine
            if step.order_number is not None
        }

    def _cards(
        self,
        orders: tuple[KnownOrder, ...],
        stored: Contents,
        files: tuple[KnownFile, ...],
        seat_id: str,
        now: dt.datetime,
    ) -> tuple[ProductCard, ...]:
        if stored.profile is None:
            return ()
        return product_cards(
            orders_read(orders),
            stored.profile,
            now,
            self._zone,
            this_seat=seat_id,
            downloaded=frozenset(file.artifact for file in files),
            reminders=reminder_settings(stored.settings),
            switched_off=switched_off(itertools.chain.from_iterable(stored.receipts.values())),
        )


def _fact(step: TimelineEntry, name: str) -> str:
    found = step.facts.get(name)
    return found if isinstance(found, str) else ""


def _load_holidays(profile: Profile, year: int) -> None:
    """Load what pages count business days and support hours with; they may not wait for the files it lies in."""
    countries = (store_country(profile), *(entry.country for entry in profile.support.entries))
    load_holidays(countries, range(year - _YEARS_BACK, year + _YEARS_AHEAD + 1))


def _helped(articles: Iterable[Article]) -> dict[str, str]:
    """The article for each error's code; of several, the one that is about the fewest errors."""
    broadest_first = sorted(articles, key=lambda article: -len(article.errors))
    return {code: article.name for article in broadest_first for code in article.errors}
