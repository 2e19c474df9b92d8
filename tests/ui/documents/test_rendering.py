"""Papers for reading, printing and PDF."""

from __future__ import annotations

import datetime as dt
import re

from PySide6.QtGui import QGuiApplication

from companion.domain.core.money import Money
from companion.domain.core.text import plain_date, plain_money
from companion.domain.store.orders import Invoice, InvoiceLine
from companion.ui.documents.rendering import as_pdf, invoice_html, paper, receipt_html


def usd(amount: int) -> Money:
    return Money(amount=amount, currency="USD")


INVOICE = Invoice(
    number="INV-<b>1</b>", order_number="LF-1001", issued_at=dt.datetime(2027, 3, 10, tzinfo=dt.UTC),
    seller="Larkfield & Co", buyer="<img src='https://example.org/seen.png'>",
    lines=(InvoiceLine(name="<script>alert(1)</script>", quantity=2, price=usd(5500)),), net=usd(5500), tax=usd(481),
    total=usd(5981), tax_name="VAT",
)  # fmt: skip


def test_what_a_store_says_is_text_and_never_markup(qapp: QGuiApplication) -> None:
    made = invoice_html(INVOICE, plain_date(dt.UTC), plain_money)
    assert not re.search(r"<(?:img|script)", made)
    shown = paper(made, "Invoice").toPlainText()
    for text in ("INV-<b>1</b>", "<img src='https://example.org/seen.png'>", "Larkfield & Co", "59.81 USD"):
        assert text in shown


def test_a_receipt_keeps_every_line_whole(qapp: QGuiApplication) -> None:
    lines = ("Auto-renewal switched off", "Order: LF-1 at Larkfield", "What the store says: Off: now and for good.")
    shown = paper(receipt_html(lines), "Receipt").toPlainText()
    for text in ("Auto-renewal switched off", "LF-1 at Larkfield", "Off: now and for good."):
        assert text in shown


def test_a_pdf_is_whole_and_names_itself(qapp: QGuiApplication) -> None:
    made = as_pdf(invoice_html(INVOICE, plain_date(dt.UTC), plain_money), "Invoice 1")
    assert made.startswith(b"%PDF-")
    assert made.rstrip().endswith(b"%%EOF")
    assert "Invoice 1".encode("utf-16-be") in made
