"""An invoice in words, and how tax that was not due is claimed back."""

from __future__ import annotations

from companion.domain.core.text import FormatMoney
from companion.domain.store.orders import Invoice


def tax_words(invoice: Invoice) -> str:
    """Returns how the invoice shows tax: ``VAT, included in the prices``, ``Sales tax, added to the prices``."""
    return f"{invoice.tax_name}, {'included in' if invoice.tax_included else 'added to'} the prices"


def exemption_sentences(invoice: Invoice, support_page: str | None, format_money: FormatMoney) -> tuple[str, ...]:
    """What a buyer who is exempt from tax does to have it back; empty where none was paid."""
    if invoice.tax.amount == 0:
        return ()
    where = f" through {support_page}" if support_page else ""
    return (
        f"If you are exempt from {invoice.tax_name}, you can have {format_money(invoice.tax)} given back.",
        f"Send your exemption certificate to the store{where}, and name order {invoice.order_number} "
        f"and invoice {invoice.number}.",
    )
