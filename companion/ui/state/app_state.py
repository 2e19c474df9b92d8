"""The state of the application: the values every page shows, and the work pages may start."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, Signal

from companion.domain.core.errors import CompanionError
from companion.services.snapshot import Snapshot
from companion.ui.look.format import Format
from companion.ui.look.theme import Theme
from companion.ui.state.download_state import OrderDownloadState
from companion.ui.state.reminder_state import ReminderState
from companion.ui.state.tasks import Task, TaskRunner

if TYPE_CHECKING:
    from companion.domain.core.model import Secret
    from companion.domain.core.platform import Platform
    from companion.domain.core.text import FormatDate, FormatMoment
    from companion.domain.entitlements.artifacts import Offer
    from companion.domain.reminders.dates import ReminderFacts, Subject
    from companion.domain.reminders.several_stores import StoreDates
    from companion.domain.store.look_plan import LookPlan
    from companion.domain.store.orders import Download, Order, Receipt, Subscription
    from companion.services.app.time_zone import LocalZone
    from companion.services.downloads.order_downloads import OrderDownloads
    from companion.services.reminders import Reminders
    from companion.services.snapshot_reader import SnapshotReader
    from companion.services.store.lookup import Added, RemovedOrder
    from companion.services.store.orders import Orders


class _Reading(NamedTuple):
    number: int
    snapshot: Snapshot
    missing: tuple[str, ...] | None = None
    """The orders that lack their password; None where the store was not asked."""


class AppState(QObject):
    """Holds the newest snapshot and refreshes it in the background; `changed` is emitted whenever it is replaced.

    `navigation_requested` carries a `Destination` that something without a page of its own, such as a dialog, leads to.
    The services are given as functions that build them, which is done on worker threads when they are first needed.
    """

    changed = Signal()
    navigation_requested = Signal(object)
    working = Signal(bool)

    def __init__(
        self,
        runner: TaskRunner,
        form: Format,
        theme: Callable[[], Theme],
        *,
        platform: Platform,
        clock: Callable[[], dt.datetime],
        zone: LocalZone,
        store: str,
        snapshots: Callable[[], SnapshotReader],
        orders: Callable[[], Orders],
        purchases: Callable[[], OrderDownloads],
        reminders: Callable[[], Reminders],
        has_store: bool = True,
    ) -> None:
        super().__init__()
        self.runner = runner
        self.format = form
        self._theme = theme
        self.platform = platform
        self.zone = zone
        self.store = store
        """The address of the store."""
        self.has_store = has_store
        """Whether there is a store to ask; without one there are no orders."""
        self._clock = clock
        self._orders = orders
        self._reminders = reminders
        self._snapshots = snapshots
        self._readings = itertools.count(1)
        self._shown = 0
        self.snapshot = Snapshot(clock())
        self.downloads = OrderDownloadState(purchases, runner)
        self.reminders = ReminderState(reminders, runner)
        self.downloads.arrived.connect(lambda _: self.load())
        self.reminders.changed.connect(self._load_with_other_leads)
        self._refreshing: Task | None = None
        self._ask_again = False
        self._waiting: list[Callable[[], None] | None] | None = None
        self.missing: tuple[str, ...] = ()
        """The orders that could not be opened for lack of their password."""

    @property
    def theme(self) -> Theme:
        """The colours in use."""
        return self._theme()

    @property
    def keychain_refused(self) -> bool:
        """Whether the keychain waits for the person to unlock it."""
        return self._orders().lookup.keychain_refused

    def unlock_keychain(self) -> None:
        """Ask the person to unlock the keychain, and then the store for all orders."""
        self.runner.run(self, lambda _: self._orders().lookup.unlock_keychain(), lambda _: self.refresh())

    def reminder_facts(self) -> ReminderFacts | None:
        """Returns what reminders are decided from, or None while neither a store nor a purchase is known."""
        from companion.services.reminders import reminder_facts

        snapshot = self.snapshot
        seat = snapshot.seat_id or None
        return reminder_facts(
            snapshot.profile, snapshot.orders_read, snapshot.files, self.zone.rules, snapshot.purchases, seat
        )

    def reminder_dates(self) -> tuple[Subject, ...] | None:
        """Returns the dates of the reminders' facts, the earliest first; None where the zone has changed since."""
        return self.snapshot.dates if self.snapshot.zone is self.zone.rules else None

    def store_dates(self) -> StoreDates:
        """Returns the dates of the store, and of the purchases told with it, as they are now."""
        from companion.domain.reminders.several_stores import StoreDates

        return StoreDates(self.reminder_facts(), self.reminders.entries, self.now(), self.reminder_dates())

    def now(self) -> dt.datetime:
        """The current moment."""
        return self._clock()

    @property
    def ends(self) -> FormatDate:
        """How an end is shown now: as a day, and to the minute where it is near."""
        return self.format.ends(self.now())

    @property
    def asked(self) -> FormatMoment:
        """How it is shown when something was asked: "today, 23:10"."""
        return self.format.asked(self.now())

    def offer(self, order: Order, download: Download) -> Offer:
        """What can be had of an artifact now."""
        from companion.domain.entitlements.artifacts import Offer, offer_of

        profile = self.snapshot.profile
        return offer_of(order, download, profile, self.now()) if profile else Offer.CLOSED

    def load(self, done: Callable[[], None] | None = None) -> None:
        """Show what is remembered, without asking the store; `done` is called also when it could not be read.

        What is asked for until that is read is read once.
        """
        waiting = self._waiting
        if waiting is not None:
            waiting.append(done)
            return
        calls = self._waiting = [done]

        def end() -> None:
            for call in calls:
                if call is not None:
                    call()

        def fail(error: CompanionError) -> None:
            self._refresh_failed(error)
            end()

        def read(_: Task) -> _Reading:
            # What is asked for from here on may be newer than what is read.
            self._waiting = None
            return self._read()

        self.runner.run(self, read, lambda found: self._replace(found, end), failed=fail, in_turn=True)

    @property
    def look_plan(self) -> LookPlan:
        """How the store was looked at last."""
        from companion.services.store.look_plans import look_setting, read_plan

        return read_plan(self.snapshot.settings.get(look_setting(self.store)))

    def refresh(self, number: str | None = None, *, asked: bool = True) -> None:
        """Ask the store for the profile and all orders, or for one of them.

        What no person `asked` for leaves out what is new enough. While that is under way, nothing is doubled: it is
        asked once more afterwards.
        """
        if not self.has_store:
            return
        if self._refreshing is not None and self._refreshing.running:
            # What is asked for now may have changed after the one under way has read it.
            self._ask_again = True
            return
        self._ask_again = False
        self.working.emit(True)
        self._refreshing = self.runner.run(
            self,
            lambda task: self._refresh(task, number, asked=asked),
            lambda found: self._replace(found, self._refreshed),
            failed=self._refresh_failed,
        )

    def _refreshed(self) -> None:
        self.working.emit(False)
        if self._ask_again:
            self.refresh()

    def _refresh_failed(self, error: CompanionError) -> None:
        self.snapshot = dataclasses.replace(self.snapshot, troubles=(error,))
        self.changed.emit()
        self.working.emit(False)

    def _load_with_other_leads(self) -> None:
        """What needs attention depends on how early the person wants to be reminded."""
        if self._shown and self.reminders.settings != self.snapshot.reminder_settings:
            self.load()

    def _refresh(self, task: Task, number: str | None, *, asked: bool) -> _Reading:
        # A look that leaves orders out says nothing of their passwords.
        kept = [each for each in self.missing if not asked or (number is not None and each != number)]
        found = self._orders().looks.look(task.cancellation, only=number, asked=asked)
        missing = tuple(dict.fromkeys((*kept, *found.missing)))
        return self.runner.wait_for_turn(lambda: self._read(found.errors, missing))

    def _read(self, troubles: tuple[CompanionError, ...] = (), missing: tuple[str, ...] | None = None) -> _Reading:
        self.downloads.look()
        return _Reading(next(self._readings), self._snapshots().read(troubles), missing)

    def _replace(self, found: _Reading, done: Callable[[], None] | None = None) -> None:
        # Of two readings at the same time, the one that began later is the newer.
        if found.number > self._shown:
            self.runner.let_go(self.snapshot.cards, self.snapshot.ahead, self.snapshot.dates)
            self._shown, self.snapshot = found.number, found.snapshot
            if found.missing is not None:
                self.missing = found.missing
            self.changed.emit()
        if done is not None:
            done()

    # Work that pages start; `owner` is the page, so that its answer is dropped with it

    def add_order(
        self, owner: QObject, number: str, password: Secret, done: Callable[[Added], None], failed: _Failed
    ) -> Task:
        """Add an order by number and password."""

        def work(_: Task) -> Added:
            self._orders().lookup.profile()
            return self._orders().lookup.add(number, password)

        return self.runner.run(owner, work, lambda added: self._added(added, done), failed)

    def add_by_card(
        self, owner: QObject, email: str, digits: Secret, done: Callable[[Added], None], failed: _Failed
    ) -> Task:
        """Add all orders of an e-mail address and card."""

        def work(_: Task) -> Added:
            self._orders().lookup.profile()
            return self._orders().lookup.add_by_card(email, digits)

        return self.runner.run(owner, work, lambda added: self._added(added, done), failed)

    def _added(self, added: Added, done: Callable[[Added], None]) -> None:
        self.reminders.load()  # What was noted of an order that was removed has come back with it.
        self.load(lambda: done(added))

    def remove_order(self, owner: QObject, number: str, done: Callable[[RemovedOrder], None], failed: _Failed) -> Task:
        """Forget an order, its credentials and its unfinished downloads; what `done` gets puts the order back."""

        def removed(held: RemovedOrder) -> None:
            self.downloads.remove_order(number)
            self.load(lambda: done(held))

        return self.runner.run(owner, lambda _: self._orders().lookup.remove(number), removed, failed)

    def put_order_back(self, held: RemovedOrder) -> None:
        """Undo `remove_order`, and ask the store how the order stands now."""
        number = held.number
        self.runner.run(
            self, lambda _: self._orders().lookup.put_back(held), lambda _: self.load(lambda: self.refresh(number))
        )

    def switch_auto_renew(
        self, owner: QObject, number: str, plan: Subscription, on: bool,
        done: Callable[[Receipt], None], failed: _Failed,
    ) -> Task:  # fmt: skip
        """Switch auto-renewal; afterwards the snapshot shows what the store says, whatever happened."""

        def work(_: Task) -> Receipt:
            receipt = self._orders().actions.switch_auto_renew(number, plan, on)[1]
            if not on:
                self._reminders().note_switched_off(number, plan.licence_id)
            return receipt

        def fail(error: CompanionError) -> None:
            failed(error)
            self.refresh(number)

        return self.runner.run(owner, work, lambda receipt: self.load(lambda: done(receipt)), fail)


_Failed = Callable[[CompanionError], None]
