"""The invoices of orders: read from the store, and kept for the time it cannot be reached."""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
from collections.abc import Callable, Iterator
from typing import NamedTuple

from companion.domain.billing.invoices import entry_of, in_order
from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind
from companion.domain.core.model import Secret
from companion.domain.core.words.error_words import failure
from companion.domain.store.orders import Invoice, InvoiceEntry, InvoiceList, InvoicePurpose
from companion.services.storage.database import Library
from companion.services.storage.records import KnownInvoices
from companion.services.store.attempts import Attempts
from companion.services.store.cache import OrderCache
from companion.services.store.calls.answers import NotOfferedError
from companion.services.store.calls.client import StoreClient
from companion.services.store.sessions import Sessions

_log = logging.getLogger(__name__)
_READING = "reading the invoice"


class ReadInvoice(NamedTuple):
    """An invoice, when it was read (None: not known), and what kept it from being read anew."""

    invoice: Invoice
    read_at: dt.datetime | None
    trouble: CompanionError | None = None


class ReadInvoices(NamedTuple):
    """The invoices of an order, the newest first, when they were read, and what kept them from being read anew."""

    invoices: tuple[InvoiceEntry, ...]
    read_at: dt.datetime | None
    trouble: CompanionError | None = None


class OrderInvoices:
    """Reads the invoices of orders. Every method may block on the store or the keychain.

    A store that has only one invoice for an order is asked for that one.
    """

    def __init__(
        self,
        client: StoreClient,
        sessions: Sessions,
        cache: OrderCache,
        attempts: Attempts,
        library: Library,
        clock: Callable[[], dt.datetime],
    ) -> None:
        self._client = client
        self._sessions = sessions
        self._store = cache.store
        self._attempts = attempts
        self._library = library
        self._clock = clock

    def all(self, number: str) -> tuple[InvoiceEntry, ...]:
        """The invoices of an order, the newest first; those read last when the store cannot be reached."""
        return self.read_all(number).invoices

    def read_all(self, number: str) -> ReadInvoices:
        """The invoices of an order with when they were read, and why they are those read last."""
        with self._asking(number, known=self._kept_list(number) is not None):
            try:
                found = self._sessions.authorised(number, lambda token: self._listed(number, token))
            except CompanionError as error:
                return self.kept_all(number, error)
        now = self._clock()
        self._library.remember_invoices(self._store, number, found, now)
        return ReadInvoices(in_order(found.invoices), now)

    def kept_all(self, number: str, trouble: CompanionError) -> ReadInvoices:
        """The invoices that were read last; raises `trouble` where there are none, or the store could be reached."""
        kept = self._kept_list(number)
        if kept is None or trouble.kind is not ErrorKind.UNREACHABLE:
            raise trouble
        _log.info("showing the remembered list of invoices: %s", trouble.code)
        return ReadInvoices(in_order(kept.invoices.invoices), kept.read_at, trouble)

    def one(self, number: str, invoice_number: str | None = None) -> Invoice:
        """The invoice of the purchase, or the one with a number; the one read last when the store cannot be reached.

        Raises `CompanionError` ``not-found`` where the order has no invoice of that number.
        """
        return self.read(number, invoice_number).invoice

    def read(self, number: str, invoice_number: str | None = None) -> ReadInvoice:
        """The same with when it was read, and why it is the one read last. Raises `CompanionError` as `one` does."""
        kept = self._library.invoice(self._store, number, invoice_number)
        with self._asking(number, known=kept is not None):
            try:
                found = self._sessions.authorised(number, lambda token: self._invoice(number, token, invoice_number))
            except CompanionError as error:
                return self.kept(number, error, invoice_number)
        now = self._clock()
        alone = invoice_number is None or found.purpose is InvoicePurpose.PURCHASE
        self._library.remember_invoice(self._store, number, found, now, alone=alone)
        return ReadInvoice(found, now)

    def kept(self, number: str, trouble: CompanionError, invoice_number: str | None = None) -> ReadInvoice:
        """The invoice that was read last; raises `trouble` where there is none, or the store could be reached."""
        kept = self._library.invoice(self._store, number, invoice_number)
        if kept is None or trouble.kind is not ErrorKind.UNREACHABLE:
            raise trouble
        _log.info("showing the remembered invoice: %s", trouble.code)
        return ReadInvoice(kept.invoice, kept.read_at, trouble)

    def pdf(self, number: str, invoice_number: str | None = None) -> bytes:
        """The same invoice as the store's own PDF. Raises `CompanionError` as `one` does."""
        with self._attempts.counted(_READING, number):
            return self._sessions.authorised(number, lambda token: self._pdf(number, token, invoice_number))

    @contextlib.contextmanager
    def _asking(self, number: str, *, known: bool) -> Iterator[None]:
        with self._attempts.counted(_READING, number), self._client.briefly(known):
            yield

    def _kept_list(self, number: str) -> KnownInvoices | None:
        kept = self._library.invoices(self._store, number)
        if kept is not None:
            return kept
        alone = self._library.invoice(self._store, number)
        return KnownInvoices(_list_of(alone.invoice), alone.read_at) if alone is not None else None

    def _listed(self, number: str, token: Secret) -> InvoiceList:
        try:
            return self._client.invoices(number, token)
        except NotOfferedError:
            return _list_of(self._client.invoice(number, token))

    def _invoice(self, number: str, token: Secret, invoice_number: str | None) -> Invoice:
        try:
            return self._client.invoice(number, token, invoice_number)
        except NotOfferedError:
            return self._only_one(number, token, invoice_number)

    def _pdf(self, number: str, token: Secret, invoice_number: str | None) -> bytes:
        try:
            return self._client.invoice_pdf(number, token, invoice_number)
        except NotOfferedError:
            self._only_one(number, token, invoice_number)
            return self._client.invoice_pdf(number, token)

    def _only_one(self, number: str, token: Secret, invoice_number: str | None) -> Invoice:
        """Returns the one invoice of an order at a store without invoices by number, if it is the one asked for."""
        found = self._client.invoice(number, token)
        if found.number != invoice_number:
            raise failure(
                ErrorCode.NOT_FOUND,
                message=f"Order {number} has no invoice {invoice_number}.",
                hint=f"Which it has: companion invoice {number} --list",
            )
        return found


def _list_of(invoice: Invoice) -> InvoiceList:
    return InvoiceList(invoices=(entry_of(invoice),))
