"""What the store says about an order: the values of the Store API (``resources/store-api.yaml``).

A moment is None where the store names none that can be right; `Order.unread` then says what it wrote. A word that this
version does not know is the member ``unknown`` of its enumeration.
"""

from __future__ import annotations

import enum
from typing import Annotated

import msgspec

from companion.domain.core.model import Count, Counted, Instant, Model, Secret, Unread, Whole
from companion.domain.core.money import Money
from companion.domain.core.platform import Platform, Sha256
from companion.domain.core.time.periods import Period
from companion.domain.store.returns import Return, ReturnEligibility


class Session(Model, frozen=True):
    """What a successful log-in gives: a short-lived bearer token and the orders it opens."""

    token: Secret
    expires_at: Instant
    order_numbers: Annotated[tuple[str, ...], msgspec.Meta(max_length=20_000)]


class LineItemKind(enum.StrEnum):
    DOWNLOAD = "download"
    PHYSICAL = "physical"
    BACKUP_MEDIUM = "backupMedium"
    UNKNOWN = "unknown"


class LineItem(Model, frozen=True):
    """One bought thing on an order; `price` is for the whole quantity, without tax."""

    id: str
    product_id: str
    name: str
    kind: LineItemKind
    quantity: Counted
    price: Money


class Seat(Model, frozen=True):
    """One PC that uses a licence; `id` is chosen by the PC that took the seat."""

    id: str
    name: str
    taken_at: Instant | None
    last_seen_at: Instant | None = None


class LicenceStatus(enum.StrEnum):
    ACTIVE = "active"
    EXPIRED = "expired"
    REFUNDED = "refunded"
    UNKNOWN = "unknown"


class Licence(Model, frozen=True):
    """The right to use a product until `expires_at` on up to `seats_total` PCs.

    `key_from_order` names the earlier order whose key stays valid when a renewal brings no new one.
    """

    id: str
    product_id: str
    product_name: str
    status: LicenceStatus
    starts_at: Instant | None
    expires_at: Instant | None
    key: Secret | None = None
    key_case_sensitive: bool = True
    key_from_order: str | None = None
    seats_total: Counted = 1
    seats: tuple[Seat, ...] = ()
    subscription_id: str | None = None
    unread: tuple[Unread, ...] = ()

    @property
    def end_unknown(self) -> bool:
        """Whether the store names an end that cannot be right, which is something else than no end."""
        return any(part.field == "expiresAt" for part in self.unread)


class SubscriptionStatus(enum.StrEnum):
    ACTIVE = "active"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


class Subscription(Model, frozen=True):
    """The plan that renews a licence.

    `version` goes into ``If-Match`` when auto-renewal is switched; `price` is what was paid for the running period,
    `renewal_price` what the next one costs, `renewal_total` the same with every tax, as it will be charged, where the
    store knows that already; `active_until` is the end of what is paid for.
    """

    id: str
    licence_id: str
    status: SubscriptionStatus
    auto_renew: bool
    term: Period
    active_until: Instant | None
    price: Money
    renewal_price: Money
    version: str
    next_charge_at: Instant | None = None
    cancel_by: Instant | None = None
    renewal_total: Money | None = None


class Receipt(Model, frozen=True):
    """The store's dated proof that auto-renewal was switched."""

    id: str
    subscription_id: str
    auto_renew: bool
    received_at: Instant | None
    effective_at: Instant | None
    still_active_until: Instant | None
    statement: str


class AutoRenewChange(Model, frozen=True):
    """The store's answer to switching auto-renewal: the subscription as it is now, and the receipt."""

    subscription: Subscription
    receipt: Receipt


class ExtensionStatus(enum.StrEnum):
    GRANTED = "granted"
    REQUESTED = "requested"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class Extension(Model, frozen=True):
    """The store's answer when a closed download window was asked to open again."""

    status: ExtensionStatus
    statement: str
    available_until: Instant | None = None


class Installation(Model, frozen=True):
    """How an artifact installs: arguments for an unattended run, and the files whose presence proves success.

    `proof_paths` may start with an environment variable in the platform's own spelling (``%ProgramFiles%``, ``$HOME``).
    """

    arguments: tuple[str, ...] = ()
    proof_paths: tuple[str, ...] = ()
    needs_elevation: bool = False


class Download(Model, frozen=True):
    """An artifact a customer may download while its window is open (`available_from` … `available_until`)."""

    artifact_id: str
    licence_id: str | None
    name: str
    version: str
    platform: Platform
    filename: str
    size: Count
    available_from: Instant | None
    available_until: Instant | None
    extension: Extension | None = None
    unread: tuple[Unread, ...] = ()

    @property
    def end_unknown(self) -> bool:
        """Whether the store names an end that cannot be right, which is something else than no end."""
        return any(part.field == "availableUntil" for part in self.unread)


class Grant(Model, frozen=True):
    """A fresh signed URL and what it must yield.

    `url_expires_at` is the life of the URL, not the right to download. `piece_sha256` holds one digest for each
    `piece_length` bytes (the last piece may be shorter); both are absent or both are there.
    """

    artifact_id: str
    url: str
    url_expires_at: Instant
    filename: str
    size: Count
    sha256: Sha256
    version: str
    publisher: str
    piece_length: Counted | None = None
    piece_sha256: Annotated[tuple[Sha256, ...], msgspec.Meta(max_length=200_000)] = ()
    installation: Installation = Installation()

    def __repr__(self) -> str:
        # The URL is signed: any reader of a log could download with it.
        return f"Grant({self.artifact_id!r}, {self.filename!r}, {self.size}, {self.sha256[:12]}…)"


class ShipmentStatus(enum.StrEnum):
    PREPARING = "preparing"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    RETURNED = "returned"
    UNKNOWN = "unknown"


class Shipment(Model, frozen=True):
    """One parcel; `method` is a code from the profile's shipping methods."""

    id: str
    status: ShipmentStatus
    method: str
    line_item_ids: tuple[str, ...]
    destination_country: str
    shipped_at: Instant | None = None
    expected_from: Instant | None = None
    expected_until: Instant | None = None
    delivered_at: Instant | None = None
    carrier: str | None = None
    tracking_number: str | None = None
    tracking_url: str | None = None


class ChargeKind(enum.StrEnum):
    AUTHORIZATION = "authorization"
    CHARGE = "charge"
    REFUND = "refund"
    UNKNOWN = "unknown"


class Charge(Model, frozen=True):
    """One movement of money as a bank statement shows it; `amount` is positive, `kind` tells the direction.

    An authorization is a hold: it shows for a while and goes at `released_at` without money having moved.
    `about` says what the movement is for: ``order``, ``shipment:ID`` or ``subscription:ID``.
    """

    id: str
    kind: ChargeKind
    at: Instant
    amount: Money
    statement_descriptor: str
    about: str
    tax: Money | None = None
    released_at: Instant | None = None


class InvoiceLine(Model, frozen=True):
    """One line of an invoice; `price` is for the whole quantity, without tax."""

    name: str
    quantity: Whole
    price: Money


class InvoicePurpose(enum.StrEnum):
    PURCHASE = "purchase"
    RENEWAL = "renewal"
    BACKUP_MEDIUM = "backupMedium"
    REFUND = "refund"
    UNKNOWN = "unknown"


class InvoiceEntry(Model, frozen=True):
    """One invoice of an order; `total` is with every tax, and positive also where `purpose` says that it went back."""

    number: str
    issued_at: Instant | None
    total: Money
    purpose: InvoicePurpose


class InvoiceList(Model, frozen=True):
    """All invoices of an order."""

    invoices: Annotated[tuple[InvoiceEntry, ...], msgspec.Meta(max_length=2000)]


class Invoice(Model, frozen=True):
    """An invoice; `tax_included` tells whether the line prices already contain `tax` (VAT)."""

    number: str
    order_number: str
    issued_at: Instant | None
    seller: str
    buyer: str
    lines: tuple[InvoiceLine, ...]
    net: Money
    tax: Money
    total: Money
    tax_name: str
    tax_included: bool = False
    purpose: InvoicePurpose = InvoicePurpose.UNKNOWN


class OrderStatus(enum.StrEnum):
    PROCESSING = "processing"
    COMPLETED = "completed"
    SHIPPED = "shipped"
    REFUNDED = "refunded"
    UNKNOWN = "unknown"

    @property
    def words(self) -> str:
        """How far the order has come, for people: ``Being processed``."""
        return _STATUS_WORDS.get(self) or self.value.capitalize()


_STATUS_WORDS = {
    OrderStatus.PROCESSING: "Being processed",
    OrderStatus.UNKNOWN: "In a state this version does not know",
}


class OrderPage(Model, frozen=True):
    """A page of the store's own website for this order; `purpose` is ``order``, ``renew`` or ``cancel``."""

    purpose: str
    url: str


class Order(Model, frozen=True):
    """Everything the store knows about one order."""

    number: str
    status: OrderStatus
    placed_at: Instant | None
    country: str
    currency: str
    total: Money
    line_items: tuple[LineItem, ...]
    return_eligibility: ReturnEligibility
    licences: tuple[Licence, ...] = ()
    subscriptions: tuple[Subscription, ...] = ()
    downloads: tuple[Download, ...] = ()
    shipments: tuple[Shipment, ...] = ()
    charges: tuple[Charge, ...] = ()
    returns: tuple[Return, ...] = ()
    invoice_number: str | None = None
    pages: tuple[OrderPage, ...] = ()
    unread: tuple[Unread, ...] = ()

    @property
    def all_unread(self) -> tuple[Unread, ...]:
        """What of the order, its licences and its downloads could not be used."""
        parts = (self.unread, *(each.unread for each in self.licences), *(each.unread for each in self.downloads))
        return tuple(entry for part in parts for entry in part)

    @property
    def waiting_return(self) -> Return | None:
        """The return whose refund waits for the customer, if there is one."""
        return next((entry for entry in self.returns if entry.letter_open), None)

    def subscription_of(self, licence: Licence) -> Subscription | None:
        """The plan that renews `licence`, if it has one."""
        return next((plan for plan in self.subscriptions if plan.id == licence.subscription_id), None)

    def downloads_of(self, licence: Licence) -> tuple[Download, ...]:
        """The artifacts that belong to `licence`."""
        return tuple(download for download in self.downloads if download.licence_id == licence.id)


class OrderEntry(Model, frozen=True):
    """One order of a collection, with the ETag that it has when it is asked for by itself."""

    etag: str
    order: Order


class OrderCollection(Model, frozen=True):
    """All orders that a log-in opens."""

    orders: Annotated[tuple[OrderEntry, ...], msgspec.Meta(max_length=20_000)]


class SupportCase(Model, frozen=True):
    """A case that support has taken on."""

    case_number: str
    next_step: str
    answer_by: Instant | None
