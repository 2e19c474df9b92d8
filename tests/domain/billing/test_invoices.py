"""Invoices in a list and in words."""

from __future__ import annotations

import datetime as dt

from companion.domain.billing.invoices import entry_words, exemption_sentences, in_order, invoice_title
from companion.domain.core.money import Money
from companion.domain.core.text import plain_date, plain_money
from companion.domain.store.orders import Invoice, InvoiceEntry, InvoicePurpose


def entry(number: str, day: int | None, purpose: InvoicePurpose = InvoicePurpose.RENEWAL) -> InvoiceEntry:
    at = None if day is None else dt.datetime(2027, 3, day, tzinfo=dt.UTC)
    return InvoiceEntry(number=number, issued_at=at, total=Money(amount=6520, currency="USD"), purpose=purpose)


def test_the_newest_stands_first_each_number_once_and_the_undated_last() -> None:
    found = in_order([entry("a", 1), entry("b", None), entry("c", 9), entry("a", 1)])
    assert [each.number for each in found] == ["c", "a", "b"]


def test_a_line_says_when_what_for_and_how_much() -> None:
    words = [entry_words(entry("a", 1, purpose), plain_date(dt.UTC), plain_money) for purpose in InvoicePurpose]
    assert len(set(words)) == len(words)
    assert all("65.20" in each for each in words)
    assert [each for each in words if "−" in each] == [each for each in words if "Refund" in each]


def test_a_refund_note_claims_no_tax_back() -> None:
    def made(purpose: InvoicePurpose) -> Invoice:
        money = Money(amount=500, currency="USD")
        return Invoice(
            number="1", order_number="2", issued_at=None, seller="s", buyer="b", lines=(), net=money, tax=money,
            total=money, tax_name="Sales tax", purpose=purpose,
        )  # fmt: skip

    assert exemption_sentences(made(InvoicePurpose.RENEWAL), None, plain_money)
    assert exemption_sentences(made(InvoicePurpose.REFUND), None, plain_money) == ()
    titles = [invoice_title(made(InvoicePurpose.REFUND)), invoice_title(made(InvoicePurpose.UNKNOWN))]
    assert titles == ["Refund note 1", "Invoice 1"]
