"""``companion invoice``: the invoice, shown and saved as PDF."""

from __future__ import annotations

from pathlib import Path

from companion.cli.context import CommandContext
from companion.cli.options import order_number
from companion.cli.order_access import with_password
from companion.cli.output import EXIT_DONE
from companion.cli.usage import Parser
from companion.domain.billing.invoices import exemption_sentences, tax_words
from companion.domain.core.model import Model
from companion.domain.store.orders import Invoice
from companion.services.app.atomic_file import write_file


class InvoiceResult(Model, frozen=True):
    """``invoice``; `pdf` is the file that was written, if one was asked for; `exempt` how tax is claimed back."""

    invoice: Invoice
    pdf: str | None = None
    exempt: tuple[str, ...] = ()


def add_arguments(parser: Parser) -> None:
    """Describe ``companion invoice``."""
    order_number(parser)
    parser.add_argument("--pdf", metavar="FILE", type=Path, help="save the store's PDF")
    parser.describe(
        json="{invoice, pdf, exempt}", examples=("invoice LF-5930-2216", "invoice LF-5930-2216 --pdf invoice.pdf")
    )


def run(context: CommandContext) -> int:
    """Show the invoice, and save the store's PDF when asked."""
    services, number, path = context.services, context.order_number(), context.arguments.pdf
    found = with_password(context, number, lambda: services.orders.lookup.invoice(number))
    if path is not None:
        write_file(path.absolute(), services.orders.lookup.invoice_pdf(number))
    support = services.orders.lookup.profile().support
    exempt = exemption_sentences(found, support.website, context.formats.money)
    shown = InvoiceResult(invoice=found, pdf=str(path.absolute()) if path else None, exempt=exempt)
    lines = [f"Invoice {found.number} of {context.formats.date(found.issued_at)}, order {found.order_number}"]
    lines.append(f"{found.seller} to {found.buyer}")
    lines += [f"  {line.quantity} × {line.name}  {line.price.plain()}" for line in found.lines]
    lines += [f"  {tax_words(found)}  {found.tax.plain()}", f"  Total  {found.total.plain()}", *exempt]
    lines += [f"Saved as {shown.pdf}"] if shown.pdf else []
    context.output.result(shown, *lines)
    return EXIT_DONE
