"""Papers: receipts and invoices laid out for reading, printing and PDF by Qt itself."""

from __future__ import annotations

import html
from collections.abc import Sequence

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QLocale, QMarginsF
from PySide6.QtGui import QPageLayout, QPageSize, QPdfWriter, QTextDocument

from companion.domain.billing.invoices import invoice_title, tax_words, total_words
from companion.domain.core.text import FormatDate, FormatMoney
from companion.domain.store.orders import Invoice

_PAPER_STYLE = "body { color: #000000; } td { padding: 3px 12px 3px 0; }"


def receipt_html(lines: Sequence[str]) -> str:
    """A receipt: its first line is the heading, the others are ``name: value``."""
    rows = []
    for line in lines[1:]:
        name, _, value = line.partition(": ")
        rows.append(f"<tr><td>{_safe(name)}</td><td><b>{_safe(value)}</b></td></tr>")
    return f"<h2>{_safe(lines[0])}</h2><table>{''.join(rows)}</table>"


def invoice_html(invoice: Invoice, format_date: FormatDate, format_money: FormatMoney) -> str:
    """An invoice with its lines and sums."""
    rows = [_row(f"{line.quantity} × {line.name}", format_money(line.price)) for line in invoice.lines]
    rows.append(_row("Without tax", format_money(invoice.net)))
    rows.append(_row(tax_words(invoice), format_money(invoice.tax)))
    rows.append(_row(total_words(invoice.purpose), format_money(invoice.total), bold=True))
    return (
        f"<h2>{_safe(invoice_title(invoice))}</h2>"
        f"<p>{_safe(format_date(invoice.issued_at))}<br>Order {_safe(invoice.order_number)}</p>"
        f"<p>From: {_safe(invoice.seller)}<br>To: {_safe(invoice.buyer)}</p>"
        f'<table width="100%">{"".join(rows)}</table>'
    )


def paper(content: str, title: str) -> QTextDocument:
    """A document in black on white, whatever the window's theme is; `content` is HTML of our own making."""
    document = QTextDocument()
    document.setMetaInformation(QTextDocument.MetaInformation.DocumentTitle, title)
    document.setDefaultStyleSheet(_PAPER_STYLE)
    document.setHtml(f"<body>{content}</body>")
    return document


def as_pdf(content: str, title: str) -> bytes:
    """The same as PDF, on A4 or Letter as the person's country has it."""
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setTitle(title)
    writer.setCreator("Companion")
    writer.setPageSize(QPageSize(_page_size()))
    # Qt's documents bring a margin of 2 cm of their own.
    writer.setPageMargins(QMarginsF(), QPageLayout.Unit.Millimeter)
    paper(content, title).print_(writer)
    # The writer ends the file only when it is gone.
    del writer
    buffer.close()
    return bytes(data.data())


def _page_size() -> QPageSize.PageSizeId:
    metric = QLocale().measurementSystem() is QLocale.MeasurementSystem.MetricSystem
    return QPageSize.PageSizeId.A4 if metric else QPageSize.PageSizeId.Letter


def _row(name: str, value: str, *, bold: bool = False) -> str:
    opening, closing = ("<b>", "</b>") if bold else ("", "")
    return f'<tr><td>{opening}{_safe(name)}{closing}</td><td align="right">{opening}{_safe(value)}{closing}</td></tr>'


def _safe(text: str) -> str:
    """What a store says is text, never markup."""
    return html.escape(text)
