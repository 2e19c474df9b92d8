"""Invoices, as values and as PDF files."""

from __future__ import annotations

import datetime as dt

import msgspec

from companion.demo.orders.lifecycle import total
from companion.demo.orders.records import Record
from companion.domain.core.money import Money
from companion.domain.store.orders import (
    Charge,
    ChargeKind,
    Invoice,
    InvoiceLine,
    InvoicePurpose,
    LineItem,
    LineItemKind,
)

_PAGE_LINES = 46


def invoices_of(record: Record, seller: str) -> tuple[Invoice, ...]:
    """Every invoice of an order: of the purchase, of each renewal and backup medium, and a note of each refund."""
    order = record.order
    bought = () if order.invoice_number is None else (purchase_invoice(record, seller),)
    media = [item for item in order.line_items if item.kind is LineItemKind.BACKUP_MEDIUM]
    renewals = [
        charge
        for charge in order.charges
        if charge.kind is ChargeKind.CHARGE and charge.about.startswith("subscription:")
    ]
    refunds = [charge for charge in order.charges if charge.kind is ChargeKind.REFUND]
    return (
        *bought,
        *(_medium_invoice(record, seller, item) for item in media),
        *(_renewal_invoice(record, seller, charge, count) for count, charge in enumerate(renewals, 1)),
        *(_refund_note(record, seller, charge, count) for count, charge in enumerate(refunds, 1)),
    )


def purchase_invoice(record: Record, seller: str) -> Invoice:
    """The invoice of what was bought with an order."""
    order = record.order
    items = [item for item in order.line_items if item.kind is not LineItemKind.BACKUP_MEDIUM]
    number = order.invoice_number or f"INV-{order.number}"
    return _of_items(record, seller, items, number, order.placed_at, InvoicePurpose.PURCHASE)


def _medium_invoice(record: Record, seller: str, item: LineItem) -> Invoice:
    parcel = next(parcel for parcel in record.order.shipments if item.id in parcel.line_item_ids)
    at = min(charge.at for charge in record.order.charges if charge.about == f"shipment:{parcel.id}")
    return _of_items(record, seller, [item], f"INV-{_mark(record)}-M", at, InvoicePurpose.BACKUP_MEDIUM)


def _renewal_invoice(record: Record, seller: str, charge: Charge, count: int) -> Invoice:
    plan = next(plan for plan in record.order.subscriptions if charge.about == f"subscription:{plan.id}")
    licence = next(licence for licence in record.order.licences if licence.id == plan.licence_id)
    name, number = f"Renewal of {licence.product_name}", f"INV-{_mark(record)}-R{count}"
    return _of_charge(record, seller, charge, name, number, InvoicePurpose.RENEWAL)


def _refund_note(record: Record, seller: str, charge: Charge, count: int) -> Invoice:
    name, number = "Refund", f"REF-{_mark(record)}-{count}"
    return _of_charge(record, seller, charge, name, number, InvoicePurpose.REFUND)


def _mark(record: Record) -> str:
    return record.order.number.removeprefix("LF-")


def _of_items(
    record: Record, seller: str, items: list[LineItem], number: str, at: dt.datetime | None, purpose: InvoicePurpose
) -> Invoice:
    billing = record.billing
    return Invoice(
        number=number,
        order_number=record.order.number,
        issued_at=at,
        seller=seller,
        buyer=billing.buyer,
        lines=tuple(_line(item, record) for item in items),
        net=total([item.price for item in items]),
        tax=total([billing.tax_on(item.price) for item in items]),
        total=total([billing.with_tax(item.price) for item in items]),
        tax_name=billing.tax_name,
        tax_included=billing.tax_included,
        purpose=purpose,
    )


def _of_charge(record: Record, seller: str, charge: Charge, name: str, number: str, purpose: InvoicePurpose) -> Invoice:
    tax = charge.tax or Money(amount=0, currency=charge.amount.currency)
    net = msgspec.structs.replace(charge.amount, amount=charge.amount.amount - tax.amount)
    shown = charge.amount if record.billing.tax_included else net
    return Invoice(
        number=number,
        order_number=record.order.number,
        issued_at=charge.at,
        seller=seller,
        buyer=record.billing.buyer,
        lines=(InvoiceLine(name=name, quantity=1, price=shown),),
        net=net,
        tax=tax,
        total=charge.amount,
        tax_name=record.billing.tax_name,
        tax_included=record.billing.tax_included,
        purpose=purpose,
    )


def invoice_pdf(invoice: Invoice) -> bytes:
    """The invoice as a PDF of as many A4 pages as it needs."""
    refund = invoice.purpose is InvoicePurpose.REFUND
    lines = [
        "REFUND NOTE" if refund else "INVOICE",
        "",
        invoice.seller,
        "",
        f"Invoice number:  {invoice.number}",
        f"Order number:    {invoice.order_number}",
        f"Date:            {invoice.issued_at:%d %B %Y}",
        "",
        f"Billed to:       {invoice.buyer}",
        "",
    ]
    lines += [f"{line.quantity} x {line.name[:48]:<48} {line.price.plain():>16}" for line in invoice.lines]
    included = " (included in the prices above)" if invoice.tax_included else ""
    lines += [
        "",
        f"{'Net':<52} {invoice.net.plain():>16}",
        f"{invoice.tax_name + included:<52} {invoice.tax.plain():>16}",
        f"{'Given back' if refund else 'Total':<52} {invoice.total.plain():>16}",
        "",
    ]
    if not refund:
        lines += ["Exempt from tax? Send your certificate and this order number to claim the tax back."]
    return _pdf([lines[start : start + _PAGE_LINES] for start in range(0, len(lines), _PAGE_LINES)])


def _line(item: LineItem, record: Record) -> InvoiceLine:
    price = record.billing.with_tax(item.price) if record.billing.tax_included else item.price
    return InvoiceLine(name=item.name, quantity=item.quantity, price=price)


def _pdf(pages: list[list[str]]) -> bytes:
    """A PDF 1.4 file of plain text pages in Courier (ISO 32000-1 §7.5), with its cross-reference table."""
    kids = " ".join(f"{4 + 2 * index} 0 R" for index in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>",
    ]
    for index, lines in enumerate(pages):
        content = b"BT /F1 10 Tf 56 780 Td 15 TL\n" + b"".join(_shown(line) for line in lines) + b"ET"
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {5 + 2 * index} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>".encode()
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
    file, places = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(file)
    file += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    file += b"".join(b"%010d 00000 n \n" % place for place in places)
    file += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(file)


def _shown(line: str) -> bytes:
    text = line.encode("cp1252", "replace")
    for special in (b"\\", b"(", b")"):
        text = text.replace(special, b"\\" + special)
    return b"(" + text + b") Tj T*\n"
