"""The values of the library, free of how they are stored."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from companion.domain.core.model import Exact, Instant, Model
from companion.domain.store.orders import Grant, Invoice, InvoiceList, Order, Receipt, SupportCase
from companion.domain.store.profile import Profile
from companion.domain.transfers.queue import QueueEntry

if TYPE_CHECKING:
    from companion.domain.reminders.history import InboxEntry


class KnownStore(Model, frozen=True):
    """A store the person added; `kind` is a connector's, or ``unknown`` where programs cannot ask."""

    address: str
    kind: str
    name: str
    added_at: Instant


class KnownOrder(Model, frozen=True):
    """An order the person added, with what the store last said of it (without secrets) and when that was read."""

    number: str
    added_at: Instant
    read_at: Instant | None = None
    etag: str | None = None
    order: Order | None = None


class KnownInvoice(NamedTuple):
    """An invoice as it was last read; None for the time says that it is not known."""

    invoice: Invoice
    read_at: dt.datetime | None


class KnownInvoices(NamedTuple):
    """The list of an order's invoices as it was last read; None for the time says that it is not known."""

    invoices: InvoiceList
    read_at: dt.datetime | None


def orders_read(known: Iterable[KnownOrder]) -> tuple[Order, ...]:
    """Returns the orders that have been read, without those of which only the number is known."""
    return tuple(each.order for each in known if each.order is not None)


class KnownFile(Model, frozen=True):
    """A verified artifact as it was put on the disk; whether it is still there is another question.

    `grant` is what the store promised of it, without its URL: all that installing it later takes, also when the
    download window has closed meanwhile.
    """

    number: str
    place: Exact
    grant: Grant

    @property
    def artifact(self) -> str:
        """The artifact's id."""
        return self.grant.artifact_id

    @property
    def path(self) -> Path:
        """Where it was put."""
        return Path(self.place)

    @property
    def folder(self) -> Path:
        """The folder it was put into."""
        return self.path.parent


INSTALLED = "installed"
"""The step of the time-line that a successful installation is."""
CHECKED = "checked this PC"
"""The step of the time-line that a look at the PC is."""


class TimelineEntry(Model, frozen=True):
    """One dated step for the case file; `facts` never holds a secret."""

    at: Instant
    event: str
    order_number: str | None
    facts: dict[str, str | int | float | bool | None]


class InstalledHere(NamedTuple):
    """When an artifact was installed on this PC, and which version, as far as that was noted."""

    at: dt.datetime
    version: str = ""


class KnownCase(Model, frozen=True):
    """A case that support has taken on, and what it is about."""

    opened_at: Instant
    order_number: str
    summary: str
    case: SupportCase


class Contents(NamedTuple):
    """What the library holds of one store, read at one moment; `receipts` by order number, `settings` by name."""

    profile: Profile | None
    orders: tuple[KnownOrder, ...]
    receipts: Mapping[str, tuple[Receipt, ...]]
    files: tuple[KnownFile, ...]
    cases: tuple[KnownCase, ...]
    queue: tuple[QueueEntry, ...]
    reminders: tuple[InboxEntry, ...]
    settings: Mapping[str, str]


class ReminderChange(NamedTuple):
    """A reminder's record as it was read (None: there was none), and as it is to be."""

    before: InboxEntry | None
    after: InboxEntry
