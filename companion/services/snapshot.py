"""Everything a page of the window shows, read at one moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from companion.domain.core.errors import CompanionError
from companion.domain.overview.product_cards import ProductCard, product_cards
from companion.domain.pc.facts import Machine
from companion.domain.purchases.purchase import Overview
from companion.domain.reminders.history import InboxEntry
from companion.domain.reminders.settings import ReminderSettings
from companion.domain.store.orders import Order, Receipt
from companion.domain.store.profile import Profile
from companion.domain.support.failure_streak import Failure
from companion.domain.support.help_articles import Article
from companion.domain.transfers.queue import QueueEntry
from companion.services.downloads.order_downloads import OrderDownloads
from companion.services.pc.device import ThisPC
from companion.services.reminders import OF_PURCHASES, reminder_settings, without_known_orders
from companion.services.storage.database import Library
from companion.services.storage.records import KnownCase, KnownFile, KnownOrder, orders_read
from companion.services.store.attempts import failures

if TYPE_CHECKING:
    from collections.abc import Callable

    from companion.services.store.orders import Orders
    from companion.services.support.help_search import HelpSearch


class Snapshot(NamedTuple):
    """Everything known at one moment. `troubles` are why some of it is older than it should be.

    `receipts` are those of each order, by its number; `helped` names the help article for an error's code.
    `settings` are those of the window by name; those of reminders are in `reminder_settings`. `queue` are the
    downloads as the library has them: how far one under way has come is known to the queue itself. `purchases` are
    those of any shop, without the ones that are orders of a store with the Store API. `seat_id` and
    `pc_name` are what a seat of a licence is taken with. `failures` are what has failed lately at any store.
    """

    at: dt.datetime
    profile: Profile | None = None
    orders: tuple[KnownOrder, ...] = ()
    cards: tuple[ProductCard, ...] = ()
    files: tuple[KnownFile, ...] = ()
    troubles: tuple[CompanionError, ...] = ()
    machine: Machine | None = None
    receipts: Mapping[str, tuple[Receipt, ...]] = MappingProxyType({})
    cases: tuple[KnownCase, ...] = ()
    helped: Mapping[str, str] = MappingProxyType({})
    settings: Mapping[str, str] = MappingProxyType({})
    queue: tuple[QueueEntry, ...] = ()
    purchases: tuple[Overview, ...] = ()
    reminders: tuple[InboxEntry, ...] = ()
    reminder_settings: ReminderSettings = ReminderSettings()
    seat_id: str = ""
    pc_name: str = ""
    failures: tuple[Failure, ...] = ()

    def file(self, number: str, artifact_id: str) -> KnownFile | None:
        """Returns the verified file of an artifact, if it lies on this PC."""
        return next((file for file in self.files if (file.number, file.artifact) == (number, artifact_id)), None)

    @property
    def orders_read(self) -> tuple[Order, ...]:
        """The orders that have been read, without those of which only the number is known."""
        return orders_read(self.orders)

    def order(self, number: str) -> Order | None:
        """Returns what is known of one order, or None."""
        return next((known.order for known in self.orders if known.number == number), None)


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
        return Snapshot(
            now,
            stored.profile,
            orders,
            self._cards(orders, stored.profile, files, seat_id, now),
            files,
            troubles,
            machine=self._this_pc.machine().value,
            receipts=stored.receipts,
            cases=stored.cases,
            helped=_helped(self._help.articles),
            settings=stored.settings,
            queue=stored.queue,
            purchases=without_known_orders(self._library, self._owned()),
            reminders=(*stored.reminders, *self._library.reminders(OF_PURCHASES)),
            reminder_settings=reminder_settings(stored.settings),
            seat_id=seat_id,
            pc_name=self._this_pc.name,
            failures=failures(self._library, now),
        )

    def _cards(
        self,
        orders: tuple[KnownOrder, ...],
        profile: Profile | None,
        files: tuple[KnownFile, ...],
        seat_id: str,
        now: dt.datetime,
    ) -> tuple[ProductCard, ...]:
        if profile is None:
            return ()
        downloaded = frozenset(file.artifact for file in files)
        return product_cards(orders_read(orders), profile, now, self._zone, this_seat=seat_id, downloaded=downloaded)


def _helped(articles: Iterable[Article]) -> dict[str, str]:
    """The article for each error's code; of several, the one that is about the fewest errors."""
    broadest_first = sorted(articles, key=lambda article: -len(article.errors))
    return {code: article.name for article in broadest_first for code in article.errors}
