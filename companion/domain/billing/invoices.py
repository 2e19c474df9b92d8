"""An invoice in words, and how tax that was not due is claimed back."""

from __future__ import annotations

from collections.abc import Iterable

from companion.domain.core.model import LATEST
from companion.domain.core.text import FormatDate, FormatMoney
from companion.domain.store.orders import ChargeKind, Invoice, InvoiceEntry, InvoicePurpose, Order

_WORDS = {
    InvoicePurpose.PURCHASE: "Purchase",
    InvoicePurpose.RENEWAL: "Renewal",
    InvoicePurpose.BACKUP_MEDIUM: "Backup medium",
    InvoicePurpose.REFUND: "Refund",
}


def has_invoices(order: Order) -> bool:
    """Whether an order may have invoices: the store names one, or money has moved."""
    moved = any(charge.kind in (ChargeKind.CHARGE, ChargeKind.REFUND) for charge in order.charges)
    return order.invoice_number is not None or moved


def in_order(entries: Iterable[InvoiceEntry]) -> tuple[InvoiceEntry, ...]:
    """Returns invoices the newest first, each number once; those without a date stand last."""
    by_number = {entry.number: entry for entry in entries}
    dated = [entry for entry in by_number.values() if entry.issued_at is not None]
    dated.sort(key=lambda entry: entry.issued_at or LATEST, reverse=True)
    return (*dated, *(entry for entry in by_number.values() if entry.issued_at is None))


def entry_of(invoice: Invoice) -> InvoiceEntry:
    """Returns how an invoice stands in a list."""
    return InvoiceEntry(
        number=invoice.number, issued_at=invoice.issued_at, total=invoice.total, purpose=invoice.purpose
    )


def entry_words(entry: InvoiceEntry, format_date: FormatDate, format_money: FormatMoney) -> str:
    """Returns an invoice in a line: ``1 December 2026 · Renewal · $65.20``; ``Invoice`` where its kind is unknown."""
    sign = "−" if entry.purpose is InvoicePurpose.REFUND else ""
    day, what = format_date(entry.issued_at), _WORDS.get(entry.purpose, "Invoice")
    return f"{day} · {what} · {sign}{format_money(entry.total)}"


def invoice_title(invoice: Invoice) -> str:
    """Returns the heading of an invoice: ``Invoice INV-1``."""
    kind = "Refund note" if invoice.purpose is InvoicePurpose.REFUND else "Invoice"
    return f"{kind} {invoice.number}"


def total_words(purpose: InvoicePurpose) -> str:
    """Returns the name of the sum: ``Total``, ``Given back``."""
    return "Given back" if purpose is InvoicePurpose.REFUND else "Total"


def tax_words(invoice: Invoice) -> str:
    """Returns how the invoice shows tax: ``VAT, included in the prices``, ``Sales tax, added to the prices``."""
    return f"{invoice.tax_name}, {'included in' if invoice.tax_included else 'added to'} the prices"


def exemption_sentences(invoice: Invoice, support_page: str | None, format_money: FormatMoney) -> tuple[str, ...]:
    """What a buyer who is exempt from tax does to have it back; empty where none was paid."""
    if invoice.tax.amount == 0 or invoice.purpose is InvoicePurpose.REFUND:
        return ()
    where = f" through {support_page}" if support_page else ""
    return (
        f"If you are exempt from {invoice.tax_name}, you can have {format_money(invoice.tax)} given back.",
        f"Send your exemption certificate to the store{where}, and name order {invoice.order_number} "
        f"and invoice {invoice.number}.",
    )
