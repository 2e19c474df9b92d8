"""What a case file holds."""

from __future__ import annotations

from typing import NamedTuple

from companion.domain.core.model import Instant, Model, Unread
from companion.domain.pc.facts import Machine, System
from companion.domain.pc.finding import Finding
from companion.domain.purchases.purchase import Overview
from companion.domain.store.orders import ExtensionStatus
from companion.services.storage.records import TimelineEntry


class CaseLicence(Model, frozen=True):
    """A licence as support needs it: never its key."""

    product_name: str
    status: str
    expires_at: Instant | None
    seats_used: int
    seats_total: int


class CaseDownload(Model, frozen=True):
    """A download and its window."""

    artifact_id: str
    version: str
    size: int
    available_until: Instant | None
    extension: ExtensionStatus | None


class CaseOrder(Model, frozen=True):
    """An order as it was last read; `unread` is what of it could not be used, in the store's own words."""

    number: str
    status: str | None
    read_at: Instant | None
    placed_at: Instant | None = None
    products: tuple[str, ...] = ()
    licences: tuple[CaseLicence, ...] = ()
    downloads: tuple[CaseDownload, ...] = ()
    unread: tuple[Unread, ...] = ()


class CaseProduct(Model, frozen=True):
    """A product of a purchase of any shop; `expires` is a day or a moment as text."""

    name: str
    version: str | None
    state: str
    expires: str | None
    seats_used: int | None
    seats_limit: int | str | None


class CaseEmailReceipt(Model, frozen=True):
    """A switched-off renewal that an e-mail confirmed: when, and the sentence that says so."""

    source: str
    received_at: Instant
    statement: str


class CasePurchase(Model, frozen=True):
    """A purchase of any shop, as its sources tell; never its key or its links."""

    id: str
    store: str | None
    maker: str | None
    order_number: str | None
    bought_on: str | None
    auto_renew: str
    products: tuple[CaseProduct, ...]
    receipts: tuple[CaseEmailReceipt, ...] = ()


class CaseFile(Model, frozen=True):
    """What happened on this PC; `findings` are those of the installation's check, `log` its latest lines.

    `summary` says it in some lines that can be read out on the telephone. `order_number` is the order the case is
    about, `purchase` the purchase, where it is about one. Failures are steps of the `timeline`, with their codes.
    """

    summary: tuple[str, ...]
    order_number: str | None
    created_at: Instant
    program: str
    store: str
    system: System | None
    machine: Machine | None
    orders: tuple[CaseOrder, ...]
    findings: tuple[Finding, ...]
    timeline: tuple[TimelineEntry, ...]
    files: tuple[str, ...]
    log: tuple[str, ...]
    purchase: CasePurchase | None = None


class CaseAbout(NamedTuple):
    """What a case is about: an order of the store or a purchase; with `others`, all orders of the store are in it."""

    number: str | None = None
    purchase: Overview | None = None
    others: bool = False


class WrittenCase(NamedTuple):
    """A case file: lines to read out, and the exact text that leaves. Neither holds a secret."""

    summary: tuple[str, ...]
    text: str
