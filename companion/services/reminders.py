"""Reminders as they really happen: decided from what is known, written down, shown, answered."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from companion.domain.core.errors import CompanionError
from companion.domain.core.serialization import decode, encode
from companion.domain.core.text import FormatDate, FormatMoney
from companion.domain.purchases.purchase import Overview
from companion.domain.reminders.clock import clock_trouble
from companion.domain.reminders.dates import ReminderFacts, ReminderKind, Subject
from companion.domain.reminders.due import Reminder, Snooze, due, never_again, next_wake, snoozed, withdrawn
from companion.domain.reminders.history import (
    Agenda,
    InboxEntry,
    agenda,
    answered,
    changed_by_the_store,
    marked_shown,
    new_entry,
    newest_first,
    next_look,
    records,
    restored,
)
from companion.domain.reminders.icalendar import calendar
from companion.domain.reminders.purchase_dates import without_orders
from companion.domain.reminders.settings import ReminderSettings
from companion.domain.store.orders import Order
from companion.domain.store.profile import Profile
from companion.services.app.atomic_file import write_file
from companion.services.app.time_zone import rules_of
from companion.services.storage.database import Library
from companion.services.storage.records import KnownFile, ReminderChange, orders_read

if TYPE_CHECKING:
    from companion.services.downloads.order_downloads import OrderDownloads
    from companion.services.store.orders import Orders

_log = logging.getLogger(__name__)

_SETTINGS = "reminderSettings"
StoreClock = Callable[[], dt.datetime | None]


class DueNow(NamedTuple):
    """What one look found: reminders to show now (written down as such), addresses whose notices can go, what next.

    `entries` is every record as it is after the look, `next_at` when to look again.
    """

    to_show: tuple[Reminder, ...] = ()
    withdrawn: tuple[str, ...] = ()
    entries: tuple[InboxEntry, ...] = ()
    next_at: dt.datetime | None = None


OF_PURCHASES = ""
"""The place of the records about purchases of any shop; those of a store's orders are kept by its address."""


def reminder_facts(
    profile: Profile | None,
    orders: Iterable[Order],
    files: Iterable[KnownFile],
    zone: dt.tzinfo,
    purchases: Iterable[Overview] = (),
    this_seat: str | None = None,
) -> ReminderFacts | None:
    """Returns the facts of the orders as they were last read, of the files on this PC, and of `purchases`.

    None while nothing is known that could have a date: no store and no purchase.
    """
    owned = tuple(purchases)
    if profile is None and not owned:
        return None
    return ReminderFacts(tuple(orders), profile, zone, frozenset(file.artifact for file in files), owned, this_seat)


def without_known_orders(library: Library, purchases: Iterable[Overview]) -> tuple[Overview, ...]:
    """Returns the purchases that are not an order of any store whose orders are reminded of as orders."""
    left = tuple(purchases)
    for store in library.stores_with_orders() if left else ():
        if library.profile(store) is not None:
            left = without_orders(left, store, [order.number for order in orders_read(library.orders(store))])
    return left


def reminder_settings(settings: Mapping[str, str]) -> ReminderSettings:
    """Returns what the person wants of reminders out of all settings; the defaults where nothing else was said."""
    stored = settings.get(_SETTINGS)
    if stored is None:
        return ReminderSettings()
    try:
        return decode(stored.encode(), ReminderSettings, source="the library")
    except CompanionError:
        _log.warning("the settings of reminders could not be read; the defaults are used")
        return ReminderSettings()


class Reminders:
    """Every job on reminders: of one store's orders, of purchases of any shop, or of both.

    Safe to use from several threads and programs; every method may block. `owned` returns the purchases; without
    `orders` there is no store. A purchase that is one of the store's orders is reminded of once, as the order.

    The order is: `look` writes down what it returns, the caller shows it, `confirm` marks it. A reminder that was
    written down and never marked, because its program ended in between, is found by `look` once more. Raises
    `CompanionError` when the library cannot be written: then nothing is shown either.
    """

    def __init__(
        self,
        orders: Orders | None,
        order_downloads: OrderDownloads | None,
        library: Library,
        clock: Callable[[], dt.datetime],
        zone: dt.tzinfo,
        store_clock: StoreClock = lambda: None,
        owned: Callable[[], Iterable[Overview]] | None = None,
        this_seat: Callable[[], str | None] = lambda: None,
    ) -> None:
        """`this_seat` returns the id of this PC's seat."""
        self._this_seat = this_seat
        self._orders = orders
        self._owned = owned
        self._order_downloads = order_downloads
        self._library = library
        self._clock = clock
        self._place = zone
        self._store_clock = store_clock

    @property
    def _zone(self) -> dt.tzinfo:
        return rules_of(self._place)

    # What the person wants

    def settings(self) -> ReminderSettings:
        """What the person wants of reminders; the defaults as long as nothing else was said."""
        return reminder_settings(self._library.settings())

    def keep_settings(self, settings: ReminderSettings) -> None:
        """Keep what the person wants."""
        self._library.remember_setting(_SETTINGS, encode(settings).decode())

    # Looking, showing, marking

    def look(self) -> DueNow:
        """Decide what is due now and write it down; what another program is showing is left to it."""
        facts = self.facts()
        if facts is None:
            return DueNow(entries=self.entries())
        now, settings = self._clock(), self.settings()
        gone = self._note_withdrawals(facts, now)
        # Decided and replaced by one and the same reading: what was written in between wins.
        entries = self.entries()
        known = {entry.address: entry for entry in entries}
        found = due(facts, records(entries, now), settings, now)
        changes = [ReminderChange(known.get(each.address), new_entry(each, now)) for each in found]
        won = self._replace(changes)
        after = self.entries()
        wake = next_wake(facts, records(after, now), settings, now)
        return DueNow(
            to_show=tuple(each for each, mine in zip(found, won, strict=True) if mine),
            withdrawn=gone,
            entries=after,
            next_at=next_look(wake, after, now),
        )

    def confirm(self, reminders: Collection[Reminder]) -> None:
        """Mark reminders as shown, now that they are on the screen."""
        now = self._clock()
        self._change({each.address for each in reminders}, lambda entry: marked_shown(entry, now))

    def _note_withdrawals(self, facts: ReminderFacts, now: dt.datetime) -> tuple[str, ...]:
        """Note which records the store's facts no longer bear out; returns the addresses of those."""
        entries = self.entries()
        no_longer = withdrawn(facts, records(entries, now), now)
        changes = [ReminderChange(*change) for change in changed_by_the_store(entries, no_longer, now)]
        self._replace(changes)
        return tuple(change.after.address for change in changes if change.after.withdrawn_at is not None)

    # The person's answers

    def snooze(self, reminder: Reminder, choice: Snooze) -> dt.datetime | None:
        """Put a reminder off; returns when it comes back."""
        now = self._clock()
        answer = snoozed(reminder, choice, self.settings(), now, self._zone)
        self._answer(reminder, lambda entry: answered(entry, reminder, answer, now))
        return answer.snoozed_until

    def silence(self, reminder: Reminder) -> None:
        """Do not remind of this date any more."""
        now = self._clock()
        self._answer(reminder, lambda entry: answered(entry, reminder, never_again(reminder, now), now))

    def restore(self, reminder: Reminder) -> None:
        """Take "later" or "don't remind me" back, whichever lead of the date it was said to."""
        same = {each.address for each in self.entries() if each.reminder.subject == reminder.subject}
        self._change(same, restored)

    def note_switched_off(self, number: str, licence_id: str) -> None:
        """Record that the end of the licence was told when auto-renewal was switched off: not again right away.

        The next lead of its last day is told as usual.
        """
        now = self._clock()
        known = {entry.address: entry for entry in self.entries()}
        told = [
            ReminderChange(known.get(each.address), marked_shown(new_entry(each, now), now))
            for each in self.agenda().due
            if each.kind is ReminderKind.EXPIRY
            and (each.subject.order_number, each.subject.about) == (number, licence_id)
        ]
        self._replace(told)

    def _answer(self, reminder: Reminder, answer: Callable[[InboxEntry | None], InboxEntry]) -> None:
        """Write an answer down; when the record changed in between, on top of what it is then."""
        while True:
            before = next((each for each in self.entries() if each.address == reminder.address), None)
            change = ReminderChange(before, answer(before))
            if self._replace([change])[0]:
                return

    def _change(self, addresses: Collection[str], change: Callable[[InboxEntry], InboxEntry]) -> None:
        """Change records; those that another program changed in between, on top of what they are then."""
        left = set(addresses)
        while left:
            changes = [ReminderChange(each, change(each)) for each in self.entries() if each.address in left]
            written = self._replace(changes)
            left = {each.after.address for each, done in zip(changes, written, strict=True) if not done}

    def _replace(self, changes: Sequence[ReminderChange]) -> tuple[bool, ...]:
        """Write records, each where those of its kind are kept; tells which were written."""
        written: dict[int, bool] = {}
        for place in self._places:
            here = [each for each in enumerate(changes) if self._place_of(each[1].after.reminder) == place]
            if here:
                done = self._library.replace_reminders(place, [change for _, change in here])
                written.update(zip((position for position, _ in here), done, strict=True))
        return tuple(written[position] for position in range(len(changes)))

    @property
    def _places(self) -> tuple[str, ...]:
        """Where its records are kept; those of purchases are left alone by what does not tell of purchases."""
        of_orders = (self._orders.store,) if self._orders is not None else ()
        return (*of_orders, OF_PURCHASES) if self._owned is not None else of_orders

    def _place_of(self, reminder: Reminder) -> str:
        of_order = self._orders is not None and reminder.subject.purchase is None
        return self._orders.store if self._orders is not None and of_order else OF_PURCHASES

    # For the page

    def entries(self) -> tuple[InboxEntry, ...]:
        """The record of every reminder."""
        return tuple(entry for place in self._places for entry in self._library.reminders(place))

    def inbox(self) -> tuple[InboxEntry, ...]:
        """Everything that was ever shown, the newest first."""
        return newest_first(self.entries())

    def agenda(self, now: dt.datetime | None = None) -> Agenda:
        """Returns what needs a decision and what lies ahead, at `now` or else at this moment."""
        facts = self.facts()
        if facts is None:
            return Agenda()
        return agenda(facts, self.entries(), self.settings(), now or self._clock())

    def export(
        self, path: Path, format_date: FormatDate, format_money: FormatMoney, also: Iterable[Subject] = ()
    ) -> int:
        """Write all dates ahead, and those of further stores, as an iCalendar file; returns how many.

        Raises ``file-not-written``.
        """
        dates = tuple(sorted((*self.agenda().ahead, *also), key=lambda subject: subject.date))
        text = calendar(
            dates,
            store=self._name(),
            stamp=self._clock(),
            format_date=format_date,
            format_money=format_money,
        )
        write_file(path, text)
        return len(dates)

    # The clock

    def clock_trouble(self) -> CompanionError | None:
        """Ask the store for its time and say so when this PC's clock disagrees; None also when it cannot be asked."""
        return clock_trouble(self._store_clock(), self._clock())

    def facts(self) -> ReminderFacts | None:
        """Returns what is known of orders, as they were last read, and of purchases; None while there are neither."""
        owned = without_known_orders(self._library, self._owned()) if self._owned is not None else ()
        if self._orders is None:
            return reminder_facts(None, (), (), self._zone, owned)
        profile, orders = self._orders.cache.remembered_profile(), self._orders.cache.read()
        files = self._order_downloads.files() if self._order_downloads is not None else ()
        return reminder_facts(profile, orders, files, self._zone, owned, self._this_seat())

    def _name(self) -> str:
        """What a calendar of the dates is called after."""
        profile = self._orders.cache.remembered_profile() if self._orders is not None else None
        if profile is not None:
            return profile.store.name
        return self._orders.store if self._orders is not None else "all shops"
