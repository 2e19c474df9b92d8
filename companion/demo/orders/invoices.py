"""Invoices, as values and as PDF files."""

from __future__ import annotations

from companion.demo.orders.lifecycle import total
from companion.demo.orders.records import Record
from companion.domain.store.orders import Invoice, InvoiceLine, LineItem

_PAGE_LINES = 46


def invoice_of(record: Record, seller: str) -> Invoice:
    """The invoice of an order."""
    order, billing = record.order, record.billing
    items = order.line_items
    return Invoice(
        number=order.invoice_number or f"INV-{order.number}",
        order_number=order.number,
        issued_at=order.placed_at,
        seller=seller,
        buyer=billing.buyer,
        lines=tuple(_line(item, record) for item in items),
        net=total([item.price for item in items]),
        tax=total([billing.tax_on(item.price) for item in items]),
        total=total([billing.with_tax(item.price) for item in items]),
        tax_name=billing.tax_name,
        tax_included=billing.tax_included,
    )


def invoice_pdf(invoice: Invoice) -> bytes:
    """The invoice as a PDF of as many A4 pages as it needs."""
    lines = [
        "INVOICE",
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
        f"{'Total':<52} {invoice.total.plain():>16}",
        "",
        "Exempt from tax? Send your certificate and this order number to claim the tax back.",
    ]
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
