"""What the pages of the window show, as it was at one moment."""

from __future__ import annotations

import dataclasses
import functools
from typing import TYPE_CHECKING

from companion.domain.reminders.settings import ReminderSettings
from companion.services.storage.records import InstalledHere, orders_read

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from companion.domain.core.errors import CompanionError
    from companion.domain.core.text import FormatDate
    from companion.domain.overview.product_cards import ProductCard
    from companion.domain.pc.facts import Machine
    from companion.domain.purchases.purchase import Overview
    from companion.domain.reminders.dates import Subject
    from companion.domain.reminders.history import InboxEntry
    from companion.domain.store.orders import Order, Receipt
    from companion.domain.store.profile import Profile
    from companion.domain.support.failure_streak import Failure
    from companion.domain.transfers.queue import QueueEntry
    from companion.services.storage.records import KnownCase, KnownFile, KnownOrder


@dataclasses.dataclass(frozen=True)
class Snapshot:
    """Everything known at one moment. `troubles` are why some of it is older than it should be.

    `receipts` are those of each order, by its number; `helped` names the help article for an error's code.
    `settings` are those of the window by name; those of reminders are in `reminder_settings`. `queue` are the
    downloads as the library has them: how far one under way has come is known to the queue itself. `purchases` are
    those of any shop, without the ones that are orders of a store with the Store API. `seat_id` and
    `pc_name` are what a seat of a licence is taken with. `failures` are what has failed lately at any store.
    `dates` are all that reminders are about, the earliest first, worked out in `zone`; `ahead` are those that lie
    ahead. `needs_attention` tells whether one of the cards does.
    """

    at: dt.datetime
    profile: Profile | None = None
    orders: tuple[KnownOrder, ...] = ()
    cards: tuple[ProductCard, ...] = ()
    files: tuple[KnownFile, ...] = ()
    troubles: tuple[CompanionError, ...] = ()
    machine: Machine | None = None
    receipts: Mapping[str, tuple[Receipt, ...]] = dataclasses.field(default_factory=dict)
    cases: tuple[KnownCase, ...] = ()
    helped: Mapping[str, str] = dataclasses.field(default_factory=dict)
    settings: Mapping[str, str] = dataclasses.field(default_factory=dict)
    queue: tuple[QueueEntry, ...] = ()
    purchases: tuple[Overview, ...] = ()
    reminders: tuple[InboxEntry, ...] = ()
    reminder_settings: ReminderSettings = dataclasses.field(default_factory=ReminderSettings)
    seat_id: str = ""
    pc_name: str = ""
    failures: tuple[Failure, ...] = ()
    ahead: tuple[Subject, ...] = ()
    dates: tuple[Subject, ...] = ()
    zone: dt.tzinfo | None = None
    installed: Mapping[tuple[str, str], InstalledHere] = dataclasses.field(default_factory=dict)
    needs_attention: bool = False

    def file(self, number: str, artifact_id: str) -> KnownFile | None:
        """Returns the verified file of an artifact, if it lies on this PC; that of another order is the same one."""
        return self._files.get((number, artifact_id)) or self._by_artifact.get(artifact_id)

    @functools.cached_property
    def orders_read(self) -> tuple[Order, ...]:
        """The orders that have been read, without those of which only the number is known."""
        return orders_read(self.orders)

    def order(self, number: str) -> Order | None:
        """Returns what is known of one order, or None."""
        known = self._known.get(number)
        return known.order if known is not None else None

    def known(self, number: str) -> KnownOrder | None:
        """Returns an order that was added, also one that has not been read yet; None where there is none."""
        return self._known.get(number)

    def card(self, number: str, licence_id: str) -> ProductCard | None:
        """Returns the card of a licence; None where the order or the store's profile has not been read."""
        return self._cards.get((number, licence_id))

    def installed_sentence(self, number: str, artifact_id: str, format_date: FormatDate) -> str | None:
        """Returns when an artifact was installed on this PC, or None where that is not known."""
        found = self.installed.get((number, artifact_id))
        if found is None:
            return None
        version = f", version {found.version}" if found.version else ""
        return f"Installed here on {format_date(found.at)}{version}."

    def file_sentence(self, number: str, artifact_id: str) -> str | None:
        """Returns that the file of an artifact lies on this PC, and of which order it is, or None where it does not."""
        file = self.file(number, artifact_id)
        if file is None:
            return None
        return f"The file is already on this PC{f', from order {file.number}' if file.number != number else ''}."

    def prepared(self) -> Snapshot:
        """Work out what pages look values up in, so that none of them waits for it; returns this snapshot."""
        _ = self.orders_read, self._known, self._cards, self._files, self._by_artifact
        return self

    # Pages ask for one of thousands, many times over.

    @functools.cached_property
    def _known(self) -> dict[str, KnownOrder]:
        return {known.number: known for known in self.orders}

    @functools.cached_property
    def _cards(self) -> dict[tuple[str, str], ProductCard]:
        return {(card.order_number, card.licence_id): card for card in self.cards}

    @functools.cached_property
    def _files(self) -> dict[tuple[str, str], KnownFile]:
        return {(file.number, file.artifact): file for file in self.files}

    @functools.cached_property
    def _by_artifact(self) -> dict[str, KnownFile]:
        return {file.artifact: file for file in reversed(self.files)}
